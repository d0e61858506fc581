/* osbill template list */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "core/catalogue_view.h"
#include "core/snapshot.h"
#include "core/text.h"
#include "worker/cli/moment.h"
#include "worker/cli/present_catalogue.h"
#include "worker/cli/print.h"
#include "worker/cli/table.h"

struct list_options {
    const char *tariff, *module;
};

static const struct option list_options[] = {
    {.name = "tariff",
     .type = OPTION_TEXT,
     .preset = "",
     .maximum = 128,
     .place = OPTION_FLAG_ONLY,
     .offset = offsetof(struct list_options, tariff),
     .help = "Only templates that have a switch in this tariff."},
    {.name = "module",
     .type = OPTION_TEXT,
     .preset = "",
     .maximum = 128,
     .place = OPTION_FLAG_ONLY,
     .offset = offsetof(struct list_options, module),
     .help = "Only templates that were seen on this module."},
};

static const char *const status_names[] = {[TEMPLATE_NONE] = "NONE", [TEMPLATE_SOME] = "SOME", [TEMPLATE_ALL] = "ALL"};

static bool named(struct text id, const char *wanted)
{
    return id.size == strlen(wanted) && !memcmp(id.data, wanted, id.size);
}

static bool is_wanted(const struct template_view *view, const struct list_options *options)
{
    bool tariff = !*options->tariff, module = !*options->module;

    for (uint32_t i = 0; i < view->switch_count; i++)
        tariff = tariff || named(view->switches[i].tariff_id, options->tariff);
    for (uint32_t i = 0; i < view->link_count; i++)
        module = module || named(view->links[i].module_id, options->module);
    return tariff && module;
}

/* --- as JSON --- */

static json_t *links_json(const struct template_view *view)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < view->link_count; i++)
        json_array_append_new(list, json_pack("{s:o, s:b, s:b}", "module_id", json_text(view->links[i].module_id),
                                              "present", view->links[i].present, "linked", view->links[i].linked));
    return list;
}

static json_t *switches_json(const struct template_view *view)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < view->switch_count; i++)
        json_array_append_new(list, json_pack("{s:o, s:b, s:b}", "tariff_id", json_text(view->switches[i].tariff_id),
                                              "on", view->switches[i].on, "orderable", view->switches[i].orderable));
    return list;
}

static json_t *overrides_json(const struct template_view *view)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < view->override_count; i++) {
        const struct override_view *at = &view->overrides[i];
        json_array_append_new(list, json_pack("{s:s, s:o, s:s, s:o, s:o, s:I}", "scope",
                                              at->of_module ? "MODULE" : "TARIFF", "scope_id", json_text(at->scope_id),
                                              "setting", override_setting_names[at->state->setting], "actor",
                                              json_text(at->state->actor), "reason", json_text(at->state->reason), "at",
                                              (json_int_t)at->state->at));
    }
    return list;
}

static json_t *tags_json(const struct template_view *view)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < view->tags.count; i++)
        json_array_append_new(list, json_text(view->tags.items[i]));
    return list;
}

static void print_json(const struct template_view *view)
{
    put_json(json_pack("{s:o, s:o, s:s, s:i, s:o, s:o, s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "template",
                       json_text(view->template), "title", json_text(view->title), "status", status_names[view->status],
                       "sort", view->sort, "tags", tags_json(view), "os_group", json_text(view->os_group),
                       "min_disk_mib", (json_int_t)view->min_disk_mib, "min_ram_mib", (json_int_t)view->min_ram_mib,
                       "first_seen_at", (json_int_t)view->first_seen_at, "same_as", json_text(view->same_as), "links",
                       links_json(view), "switches", switches_json(view), "overrides", overrides_json(view)));
}

/* --- as a table --- */

enum { TEXT_ROOM = 400 };

static void join(char *buffer, struct text word, const char *suffix)
{
    size_t used = strlen(buffer);

    (void)snprintf(buffer + used, TEXT_ROOM - used, "%s%.*s%s", used ? " " : "", (int)word.size, word.data, suffix);
}

static void links_text(const struct template_view *view, char *buffer)
{
    buffer[0] = '\0';
    for (uint32_t i = 0; i < view->link_count; i++)
        join(buffer, view->links[i].module_id, view->links[i].linked ? "" : "(gone)");
}

static void switches_text(const struct template_view *view, char *buffer)
{
    buffer[0] = '\0';
    for (uint32_t i = 0; i < view->switch_count; i++)
        join(buffer, view->switches[i].tariff_id, view->switches[i].on ? "" : "(off)");
}

/* "OFF tariff s by ann 2025-03-01T00:00:00.000Z: licence ended" */
static void overrides_text(const struct template_view *view, char *buffer)
{
    char moment[MOMENT_TEXT];
    size_t used = 0;

    buffer[0] = '\0';
    for (uint32_t i = 0; i < view->override_count && used < TEXT_ROOM; i++) {
        const struct override_view *at = &view->overrides[i];
        used += (size_t)snprintf(buffer + used, TEXT_ROOM - used, "%s%s %s %.*s by %.*s %s%s%.*s", i ? "; " : "",
                                 override_setting_names[at->state->setting], at->of_module ? "module" : "tariff",
                                 (int)at->scope_id.size, at->scope_id.data, (int)at->state->actor.size,
                                 at->state->actor.data, moment_text(at->state->at, moment),
                                 at->state->reason.size ? ": " : "", (int)at->state->reason.size,
                                 at->state->reason.size ? at->state->reason.data : "");
    }
}

static void add_row(struct table *table, const struct template_view *view)
{
    char text[TEXT_ROOM] = "";

    table_cell(table, view->template);
    table_format(table, "%s", status_names[view->status]);
    table_format(table, "%d", view->sort);
    switches_text(view, text);
    table_format(table, "%s", text);
    links_text(view, text);
    table_format(table, "%s", text);
    text[0] = '\0';
    for (uint32_t i = 0; i < view->tags.count; i++)
        join(text, view->tags.items[i], "");
    table_format(table, "%s", text);
    overrides_text(view, text);
    table_format(table, "%s", text);
}

static enum exit_code print_list(struct context *context, const struct present_catalogue *present,
                                 const struct list_options *options)
{
    static const struct table_column columns[] = {{"template", false}, {"status", false},  {"sort", true},
                                                  {"tariffs", false},  {"modules", false}, {"tags", false},
                                                  {"overrides", false}};
    struct table table = {.columns = columns, .column_count = 7};
    struct arena *arena = &context->memory.arena;
    struct template_view_list list;
    const struct catalogue *catalogue = catalogue_build(&present->book, present->version, arena);

    if (!catalogue || !catalogue_view_templates(&present->book, catalogue, arena, &list)) {
        say("out of memory");
        return EXIT_BROKEN;
    }
    for (uint32_t i = 0; i < list.count; i++) {
        if (!is_wanted(&list.items[i], options))
            continue;
        if (context->config->json)
            print_json(&list.items[i]);
        else
            add_row(&table, &list.items[i]);
    }
    if (!context->config->json)
        table_flush(&table);
    table_free(&table);
    return EXIT_DONE;
}

static enum exit_code run_list(const struct call *call)
{
    struct present_catalogue present = {.version = 0};
    struct context context;
    enum exit_code code = EXIT_BROKEN;

    if (context_open(&context, call->config))
        code = present_catalogue_read(&context, &present);
    if (code == EXIT_DONE)
        code = print_list(&context, &present, call->options);
    present_catalogue_release(&present);
    context_release(&context);
    return code;
}

const struct command template_list_command = {
    .name = "template list",
    .usage = "",
    .summary = "Lists OS templates: where they are on, linked, overridden.",
    .details = "status is ALL, SOME or NONE of the tariffs that have a module which ever showed the template. (gone):\n"
               "no longer linked to that module; (off): not on in that tariff.",
    .groups = OPTION_OF_KAFKA | OPTION_OF_REGISTRY,
    .options = list_options,
    .option_count = 2,
    .options_size = sizeof(struct list_options),
    .run = run_list,
};
