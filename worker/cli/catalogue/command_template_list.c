/* osbill template list */
#include <stdio.h>
#include <string.h>

#include "core/snapshot.h"
#include "core/text.h"
#include "worker/cli/account/account_view.h"
#include "worker/cli/catalogue/present_catalogue.h"
#include "worker/cli/catalogue/template_rows.h"
#include "worker/cli/common/interrupt.h"
#include "worker/cli/common/moment.h"
#include "worker/cli/common/print.h"

struct list_options {
    const char *tariff, *module, *tag;
    int state;
    bool installed;
};

enum { STATE_ANY, STATE_ALL, STATE_SOME, STATE_NONE };

#define FIELD(name) offsetof(struct list_options, name)
static const struct option list_options[] = {
    {.name = "tariff",
     .type = OPTION_TEXT,
     .preset = "",
     .maximum = 128,
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(tariff),
     .help = "Only templates that have a switch in this tariff."},
    {.name = "module",
     .type = OPTION_TEXT,
     .preset = "",
     .maximum = 128,
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(module),
     .help = "Only templates that were seen on this module."},
    {.name = "tag",
     .type = OPTION_TEXT,
     .preset = "",
     .maximum = 128,
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(tag),
     .help = "Only templates with this tag, scanned or added."},
    {.name = "state",
     .type = OPTION_CHOICE,
     .preset = "any",
     .choices = "any|ALL|SOME|NONE",
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(state),
     .help = "Only templates that can be ordered in all, some or none of the tariffs."},
    {.name = "installed",
     .type = OPTION_BOOLEAN,
     .preset = "false",
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(installed),
     .help = "Count the VPSs that have each installed: reads all of Redis."},
};
#undef FIELD

static bool named(struct text id, const char *wanted)
{
    return id.size == strlen(wanted) && !memcmp(id.data, wanted, id.size);
}

static bool has_state(const struct template_view *view, int state)
{
    static const enum template_status wanted[] = {
        [STATE_ALL] = TEMPLATE_ALL, [STATE_SOME] = TEMPLATE_SOME, [STATE_NONE] = TEMPLATE_NONE};

    return state == STATE_ANY || view->status == wanted[state];
}

static bool is_wanted(const struct template_view *view, const struct list_options *options)
{
    bool tariff = !*options->tariff, module = !*options->module, tag = !*options->tag;

    for (uint32_t i = 0; i < view->switch_count; i++)
        tariff = tariff || named(view->switches[i].tariff_id, options->tariff);
    for (uint32_t i = 0; i < view->link_count; i++)
        module = module || named(view->links[i].module_id, options->module);
    for (uint32_t i = 0; i < view->tags.count; i++)
        tag = tag || named(view->tags.items[i], options->tag);
    return tariff && module && tag && has_state(view, options->state);
}

static enum exit_code print_list(struct context *context, const struct present_catalogue *present,
                                 const struct list_options *options, const struct usages *usages)
{
    struct arena *arena = &context->memory.arena;
    struct template_view_list list;
    struct template_rows rows;
    const struct catalogue *catalogue = catalogue_build(&present->book, present->version, arena);

    if (!catalogue || !catalogue_view_templates(&present->book, catalogue, arena, &list)) {
        say("out of memory");
        return EXIT_BROKEN;
    }
    template_rows_init(&rows, &present->book, catalogue, usages);
    for (uint32_t i = 0; i < list.count; i++) {
        if (!is_wanted(&list.items[i], options))
            continue;
        if (context->config->json)
            template_row_json(&rows, &list.items[i]);
        else
            template_row_add(&rows, &list.items[i]);
    }
    if (!context->config->json)
        table_flush(&rows.table);
    table_free(&rows.table);
    return EXIT_DONE;
}

static enum exit_code count_vps(struct context *context, struct usages *ret)
{
    struct redis_dump *redis = NULL;
    int32_t partitions;
    enum exit_code code = redis_open_accounts(context, &redis, &partitions);

    if (code == EXIT_DONE)
        code = usages_read(context, redis, partitions, moment_now(), NULL, NULL, ret);
    redis_dump_close(redis);
    return code;
}

static enum exit_code run_list(const struct call *call)
{
    const struct list_options *options = call->options;
    struct present_catalogue present = {.version = 0};
    struct usages usages = {.now = 0};
    struct context context;
    enum exit_code code = EXIT_BROKEN;

    interrupt_catch();
    if (context_open(&context, call->config))
        code = present_catalogue_read(&context, &present);
    if (code == EXIT_DONE && options->installed)
        code = count_vps(&context, &usages);
    if (code == EXIT_DONE)
        code = print_list(&context, &present, options, options->installed ? &usages : NULL);
    usages_release(&usages);
    present_catalogue_release(&present);
    context_release(&context);
    return code;
}

const struct command template_list_command = {
    .name = "template list",
    .usage = "",
    .summary = "Lists OS templates: where they are on, linked, overridden; by sort, name.",
    .details =
        "status is ALL, SOME or NONE of the tariffs that have a module which ever showed the template; tariffs:\n"
        "(off) is not on in that one. modules: (gone after scan N of M): scan N was the last to show it, and it is\n"
        "linked no longer; (off): an override unlinks it; (kept): an override keeps it though scans lack it. item:\n"
        "what it is billed as; (default): no item names it; (near X): nearly item X, likely a typing error.",
    .groups = OPTION_OF_KAFKA | OPTION_OF_REGISTRY | OPTION_OF_REDIS,
    .options = list_options,
    .option_count = sizeof list_options / sizeof list_options[0],
    .options_size = sizeof(struct list_options),
    .run = run_list,
};
