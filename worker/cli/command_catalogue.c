/* osbill catalogue plan | apply | lint */
#include <jansson.h>
#include <stdio.h>

#include "core/text.h"
#include "worker/cli/catalogue_warnings.h"
#include "worker/cli/change_set.h"
#include "worker/cli/interrupt.h"
#include "worker/cli/present_catalogue.h"
#include "worker/cli/print.h"

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

/* The file, the present catalogue, and the way from one to the other. */
struct plan {
    struct context context;
    struct present_catalogue present;
    struct catalogue_file file;
    struct differences differences;
    struct change_set set;
    struct text refusal; /* why a worker would refuse it; empty: it would not */
};

static void print_warning(void *context, const char *text)
{
    if (context)
        put_json(json_pack("{s:s, s:s}", "action", "warning", "text", text));
    else
        put("! %s\n", text);
}

static void print_plan(const struct plan *plan)
{
    if (!plan->context.config->json) {
        catalogue_diff_print(&plan->differences);
        return;
    }
    for (const struct difference *at = plan->differences.first; at; at = at->next)
        put_json(catalogue_diff_json(at));
}

/* Works it out, tries it on the book, prints it with warnings about what comes of it. */
static enum exit_code show_plan(struct plan *plan, const struct apply_options *options, const char *reason)
{
    struct arena *arena = &plan->context.memory.arena;
    bool json = plan->context.config->json;

    catalogue_diff(&plan->file, &plan->present.book, arena, &plan->differences);
    if (!change_set_make(&plan->differences, options->change_set, options->actor, reason, arena, &plan->set) ||
        !change_set_try(&plan->set, &plan->present.book, arena, &plan->refusal))
        return EXIT_BROKEN;
    print_plan(plan);
    if (plan->refusal.size) {
        say("the workers would refuse this: %.*s", (int)plan->refusal.size, plan->refusal.data);
        return EXIT_REFUSED;
    }
    if (catalogue_warnings(&plan->present.book, arena, print_warning, json ? plan : NULL) < 0) {
        say("out of memory");
        return EXIT_BROKEN;
    }
    return plan->differences.changes ? EXIT_FOUND : EXIT_DONE;
}

static enum exit_code open_plan(struct plan *plan, const struct call *call)
{
    if (!context_open(&plan->context, call->config))
        return EXIT_BROKEN;
    if (!catalogue_file_open(call->arguments[0], &plan->context.memory.arena, &plan->file))
        return EXIT_USAGE;
    return present_catalogue_read(&plan->context, &plan->present);
}

static void close_plan(struct plan *plan)
{
    present_catalogue_release(&plan->present);
    context_release(&plan->context);
}

static enum exit_code run_plan(const struct call *call)
{
    const struct apply_options none = {.actor = "", .reason = "", .change_set = ""};
    struct plan plan = {0};
    enum exit_code code = open_plan(&plan, call);

    if (code == EXIT_DONE)
        code = show_plan(&plan, &none, "plan");
    if (!call->config->json && code == EXIT_FOUND)
        put("%u changes; `osbill catalogue apply %s` publishes them as one change set\n", plan.differences.changes,
            call->arguments[0]);
    if (!call->config->json && code == EXIT_DONE)
        put("no changes: the catalogue (version %lld) is as the file says\n", (long long)plan.present.version);
    close_plan(&plan);
    return code;
}

static enum exit_code run_apply(const struct call *call)
{
    const struct apply_options *options = call->options;
    struct plan plan = {0};

    interrupt_catch();
    enum exit_code code = open_plan(&plan, call);
    if (code == EXIT_DONE)
        code = show_plan(&plan, options, *options->reason ? options->reason : call->arguments[0]);
    if (code == EXIT_FOUND)
        code = change_set_publish(&plan.context, &plan.set, options->timeout);
    else if (code == EXIT_DONE && !call->config->json)
        put("no changes: nothing was published\n");
    close_plan(&plan);
    return code;
}

/* The file by itself: as if it were applied to an empty catalogue. */
static enum exit_code run_lint(const struct call *call)
{
    const struct apply_options none = {.actor = "", .reason = "", .change_set = ""};
    struct plan plan = {.context = {.config = call->config}};

    memory_init(&plan.context.memory, 64 << 10, 0);
    memory_init(&plan.present.memory, 64 << 10, 0);
    enum exit_code code = EXIT_USAGE;
    if (!book_init(&plan.present.book, &plan.present.memory.arena))
        code = EXIT_BROKEN;
    else if (catalogue_file_open(call->arguments[0], &plan.context.memory.arena, &plan.file)) {
        struct arena *arena = &plan.context.memory.arena;
        catalogue_diff(&plan.file, &plan.present.book, arena, &plan.differences);
        code = change_set_make(&plan.differences, none.change_set, none.actor, "lint", arena, &plan.set) &&
                       change_set_try(&plan.set, &plan.present.book, arena, &plan.refusal)
                   ? EXIT_DONE
                   : EXIT_BROKEN;
    }
    if (code == EXIT_DONE && plan.refusal.size) {
        say("%s: %.*s", call->arguments[0], (int)plan.refusal.size, plan.refusal.data);
        code = EXIT_FOUND;
    } else if (code == EXIT_DONE && catalogue_warnings(&plan.present.book, &plan.context.memory.arena, print_warning,
                                                       call->config->json ? &plan : NULL) != 0)
        code = EXIT_FOUND;
    memory_clear(&plan.present.memory);
    memory_clear(&plan.context.memory);
    return code;
}

const struct command catalogue_plan_command = {
    .name = "catalogue plan",
    .usage = "FILE",
    .summary = "Shows what a catalogue file would change, and if workers accept it.",
    .details =
        "FILE is the one that a human keeps in git; - is standard input. Its form is shown in docs/commands.md;\n"
        "`osbill catalogue export` writes one. + comes, ~ changes, - goes, = stays though the file does not\n"
        "name it, ! is a warning. Nothing is published.",
    .codes = "0: no changes; 1: changes; 2: the file is wrong; 5: the workers would refuse it",
    .groups = OPTION_OF_KAFKA | OPTION_OF_REGISTRY,
    .argument_minimum = 1,
    .argument_maximum = 1,
    .run = run_plan,
};

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
