/* osbill catalogue plan */
#include <jansson.h>

#include "core/snapshot.h"
#include "worker/cli/account/account_view.h"
#include "worker/cli/catalogue_plan/catalogue_plan.h"
#include "worker/cli/catalogue_plan/catalogue_touch_print.h"
#include "worker/cli/common/interrupt.h"
#include "worker/cli/common/moment.h"
#include "worker/cli/common/print.h"

struct plan_options {
    bool offline;
    int64_t limit;
};

static const struct option plan_options[] = {
    {.name = "offline",
     .type = OPTION_BOOLEAN,
     .preset = "false",
     .place = OPTION_FLAG_ONLY,
     .offset = offsetof(struct plan_options, offline),
     .help = "Only the file against the catalogue: Redis is not asked whom it touches."},
    {.name = "limit",
     .type = OPTION_NUMBER,
     .preset = "20",
     .maximum = 1000000,
     .place = OPTION_FLAG_ONLY,
     .offset = offsetof(struct plan_options, limit),
     .help = "At most so many VPSs, cases and templates are listed; all are counted. --json lists all."},
};

/* A plan with both catalogues: the one that is and the one that would be. */
struct comparison {
    struct plan plan;
    struct touch touch;
    struct template_view_list before, after;
    struct orderable_changes templates;
    struct usages usages;
    struct touch_printer printer;
};

static bool view(struct comparison *comparison, int64_t version, const struct catalogue **ret_catalogue,
                 struct template_view_list *ret_views)
{
    struct arena *arena = &comparison->plan.context.memory.arena;
    const struct catalogue_book *book = &comparison->plan.present.book;

    *ret_catalogue = catalogue_build(book, version, arena);
    return *ret_catalogue && catalogue_view_templates(book, *ret_catalogue, arena, ret_views);
}

/* `after` is newer than whatever a held case was tried with. */
static enum exit_code compare(struct comparison *comparison)
{
    static const struct plan_names names = {"", "", "plan"};
    struct plan *plan = &comparison->plan;
    struct arena *arena = &plan->context.memory.arena;
    const struct catalogue *before, *after;
    enum exit_code code = EXIT_BROKEN;

    if (view(comparison, plan->present.version, &before, &comparison->before))
        code = plan_make(plan, &names);
    if (code == EXIT_DONE && view(comparison, INT64_MAX, &after, &comparison->after) &&
        touch_init(before, after, &plan->present.book, &plan->differences, moment_now(), arena, &comparison->touch) &&
        touch_templates(&comparison->before, &comparison->after, arena, &comparison->templates))
        return EXIT_DONE;
    say("out of memory");
    return EXIT_BROKEN;
}

/* Who uses what changes, and which cases wait for it. */
static enum exit_code ask_redis(struct comparison *comparison)
{
    struct context *context = &comparison->plan.context;
    const struct touch *touch = &comparison->touch;
    struct touch_printer *printer = &comparison->printer;
    struct redis_dump *redis = NULL;
    int32_t partitions;

    enum exit_code code = redis_open_accounts(context, &redis, &partitions);
    if (code == EXIT_DONE)
        code =
            usages_read(context, redis, partitions, touch->moments[0], touch_print_vps, printer, &comparison->usages);
    if (code == EXIT_DONE)
        code = held_cases_try(context, redis, partitions, touch->after, touch->moments[0], touch_print_case, printer);
    redis_dump_close(redis);
    if (code == EXIT_DONE)
        printer->usages = &comparison->usages;
    return code;
}

static void say_unknown(bool json)
{
    static const char text[] = "which VPSs and cases it touches is unknown: Redis or Kafka could not be asked";

    if (json)
        put_json(json_pack("{s:s, s:s}", "action", "touch-unknown", "text", text));
    else
        put("! %s\n", text);
}

static enum exit_code show(struct comparison *comparison, const struct plan_options *options)
{
    struct plan *plan = &comparison->plan;
    enum exit_code asked = EXIT_DONE;
    bool json = plan->context.config->json;
    int warnings;

    touch_printer_init(&comparison->printer, &comparison->touch, json, (uint64_t)options->limit);
    if (!options->offline && plan->differences.changes && !plan->refusal.size)
        asked = ask_redis(comparison);
    touch_print_differences(&comparison->printer, &plan->differences);
    if (!plan->refusal.size)
        touch_print_rest(&comparison->printer, &plan->differences, &comparison->templates);
    if (asked != EXIT_DONE)
        say_unknown(json);
    enum exit_code code = plan_conclude(plan, comparison->printer.usages, &warnings);
    touch_printer_release(&comparison->printer);
    return code == EXIT_FOUND && asked != EXIT_DONE ? asked : code;
}

static enum exit_code run_plan(const struct call *call)
{
    struct comparison comparison = {.usages = {.now = 0}};
    struct plan *plan = &comparison.plan;

    interrupt_catch();
    enum exit_code code = plan_open(plan, call);
    if (code == EXIT_DONE)
        code = compare(&comparison);
    if (code == EXIT_DONE)
        code = show(&comparison, call->options);
    if (!call->config->json && code == EXIT_FOUND)
        put("%u changes; `osbill catalogue apply %s` publishes them as one change set\n", plan->differences.changes,
            call->arguments[0]);
    if (!call->config->json && code == EXIT_DONE)
        put("no changes: the catalogue (version %lld) is as the file says\n", (long long)plan->present.version);
    usages_release(&comparison.usages);
    plan_close(plan);
    return code;
}

const struct command catalogue_plan_command = {
    .name = "catalogue plan",
    .usage = "FILE",
    .summary = "Shows what a catalogue file would change, and whom that touches.",
    .details =
        "FILE is the one that a human keeps in git; - is standard input. Its form is shown in docs/commands.md;\n"
        "`osbill catalogue export` writes one. + comes, ~ changes, - goes, = stays though the file does not\n"
        "name it, ! is a warning. Nothing is published.\n"
        "Below each change: how many VPSs use it in a running or later period (of a price: in that tariff for those\n"
        "months), and the OS of how many becomes another item or price. Then those VPSs, the held cases that would be\n"
        "decided or stay held, as core's own rules say, and the templates that can be ordered elsewhere than before.\n"
        "Prices count for later decisions only: nothing that was charged or is owed changes.",
    .codes = "0: no changes; 1: changes; 2: the file is wrong; 4: changes, whom they touch is unknown; 5: the workers "
             "would refuse it",
    .groups = OPTION_OF_KAFKA | OPTION_OF_REGISTRY | OPTION_OF_REDIS,
    .options = plan_options,
    .option_count = sizeof plan_options / sizeof plan_options[0],
    .options_size = sizeof(struct plan_options),
    .argument_minimum = 1,
    .argument_maximum = 1,
    .run = run_plan,
};
