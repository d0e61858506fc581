/* osbill catalogue apply | lint */
#include <jansson.h>
#include <stdio.h>

#include "worker/cli/catalogue_plan/catalogue_plan.h"
#include "worker/cli/common/interrupt.h"
#include "worker/cli/common/print.h"

struct apply_options {
    const char *actor, *reason, *change_set;
    int64_t timeout;
};

#define FIELD(name) offsetof(struct apply_options, name)
static const struct option apply_options[] = {
    {.name = "actor",
     .type = OPTION_TEXT,
     .preset = "",
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(actor),
     .help = "Who changes it; kept with overrides. Empty: the user who runs this."},
    {.name = "reason",
     .type = OPTION_TEXT,
     .preset = "",
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(reason),
     .help = "Why, for whoever reads the log later; kept with overrides. Empty: the file's name."},
    {.name = "change-set",
     .type = OPTION_NAME,
     .preset = "",
     .maximum = 100,
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(change_set),
     .help = "The id of the change set: the same one again changes nothing. Empty: a new one."},
    {.name = "timeout",
     .type = OPTION_DURATION,
     .preset = "30s",
     .maximum = 3600000,
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(timeout),
     .help = "How long to wait for the decision. 0: publish and do not wait."},
};
#undef FIELD

static void print_differences(const struct plan *plan)
{
    if (!plan->context.config->json) {
        catalogue_diff_print(&plan->differences, NULL, NULL);
        return;
    }
    for (const struct difference *at = plan->differences.first; at; at = at->next)
        put_json(catalogue_diff_json(at));
}

static enum exit_code show(struct plan *plan, const struct plan_names *names)
{
    enum exit_code code = plan_make(plan, names);
    int warnings;

    if (code != EXIT_DONE)
        return code;
    print_differences(plan);
    return plan_conclude(plan, NULL, &warnings);
}

static enum exit_code run_apply(const struct call *call)
{
    const struct apply_options *options = call->options;
    const struct plan_names names = {options->change_set, options->actor,
                                     *options->reason ? options->reason : call->arguments[0]};
    struct plan plan = {.set = {.count = 0}};

    interrupt_catch();
    enum exit_code code = plan_open(&plan, call);
    if (code == EXIT_DONE)
        code = show(&plan, &names);
    if (code == EXIT_FOUND)
        code = change_set_publish(&plan.context, &plan.set, options->timeout);
    else if (code == EXIT_DONE && !call->config->json)
        put("no changes: nothing was published\n");
    plan_close(&plan);
    return code;
}

/* As if it were applied to an empty catalogue. */
static enum exit_code run_lint(const struct call *call)
{
    static const struct plan_names names = {"", "", "lint"};
    struct plan plan = {.set = {.count = 0}};
    int warnings = 0;

    enum exit_code code = plan_open_file(&plan, call);
    if (code == EXIT_DONE)
        code = plan_make(&plan, &names);
    if (code == EXIT_DONE)
        code = plan_conclude(&plan, NULL, &warnings);
    if (code == EXIT_REFUSED || (code == EXIT_FOUND && warnings))
        code = EXIT_FOUND;
    else if (code == EXIT_FOUND)
        code = EXIT_DONE;
    plan_close(&plan);
    return code;
}

const struct command catalogue_apply_command = {
    .name = "catalogue apply",
    .usage = "FILE",
    .summary = "Publishes a catalogue file's changes as one set; waits for the decision.",
    .details = "A change set is applied whole or refused whole: a half-applied price list is never seen. Prices count\n"
               "for decisions from then on; nothing that was charged changes.",
    .codes = "0: applied, or nothing to change; 2: the file is wrong; 4: not decided in time; 5: refused",
    .groups = OPTION_OF_KAFKA | OPTION_OF_REGISTRY,
    .options = apply_options,
    .option_count = sizeof apply_options / sizeof apply_options[0],
    .options_size = sizeof(struct apply_options),
    .argument_minimum = 1,
    .argument_maximum = 1,
    .run = run_apply,
};

const struct command catalogue_lint_command = {
    .name = "catalogue lint",
    .usage = "FILE",
    .summary = "Checks a catalogue file by itself, without Kafka.",
    .codes = "0: fine; 1: refused or with warnings; 2: it cannot be read",
    .argument_minimum = 1,
    .argument_maximum = 1,
    .run = run_lint,
};
