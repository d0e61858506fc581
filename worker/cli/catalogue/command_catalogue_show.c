/* osbill catalogue show | export */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/catalogue_view.h"
#include "core/text.h"
#include "worker/avro/json.h"
#include "worker/cli/catalogue/present_catalogue.h"
#include "worker/cli/catalogue_file/catalogue_file.h"
#include "worker/cli/common/moment.h"
#include "worker/cli/common/print.h"
#include "worker/cli/common/table.h"

static const struct {
    const char *name;
    const struct record_type *record;
} kinds[BOOK_KINDS] = {
    [BOOK_MODULE] = {"module", &module_record},
    [BOOK_TARIFF] = {"tariff", &tariff_record},
    [BOOK_ENUMERATION] = {"enumeration", &enumeration_record},
    [BOOK_PRICE] = {"price", &price_state_record},
    [BOOK_ALIAS] = {"alias", &alias_record},
    [BOOK_TEMPLATE] = {"template", &template_state_record},
    [BOOK_SETTINGS] = {"settings", &template_settings_record},
    [BOOK_SWITCHES] = {"switches", &switch_state_record},
    [BOOK_LINK] = {"link", &link_state_record},
    [BOOK_TARIFF_OVERRIDE] = {"tariff-override", &override_state_record},
    [BOOK_MODULE_OVERRIDE] = {"module-override", &override_state_record},
    [BOOK_SCAN] = {"scan", &scan_state_record},
};

/* A line for each record: {"kind": "price", "group": "s", "name": "windows", "record": {...}} */
static void print_json(const struct present_catalogue *present, struct arena *arena)
{
    uint32_t count;

    for (int kind = 0; kind < BOOK_KINDS; kind++) {
        const struct book_entry **entries = book_sorted(&present->book, (enum book_kind)kind, NULL, arena, &count);
        for (uint32_t i = 0; i < count && kinds[kind].name; i++)
            put_json(json_pack("{s:s, s:s%, s:s%, s:o}", "kind", kinds[kind].name, "group",
                               entries[i]->group.size ? entries[i]->group.data : "", (size_t)entries[i]->group.size,
                               "name", entries[i]->name.size ? entries[i]->name.data : "",
                               (size_t)entries[i]->name.size, "record",
                               json_from_record(kinds[kind].record, entries[i]->record)));
    }
}

/* Through print.c, which notices a closed pipe and hides control characters. */
static bool print_file(const struct present_catalogue *present, struct arena *arena)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);

    if (!to)
        return false;
    catalogue_file_write(&present->book, arena, to);
    if (fclose(to) != 0 || !text)
        return false;
    put_lines(text);
    free(text);
    return true;
}

/* What a file does not say: where each module's scans stand. */
static void print_modules(const struct present_catalogue *present, struct arena *arena)
{
    static const struct table_column columns[] = {
        {"module", false}, {"templates linked", true}, {"newest scan", false}, {"state", false}, {"held scan", false}};
    struct table table = {.columns = columns, .column_count = 5};
    struct module_view_list list;

    if (!catalogue_view_modules(&present->book, arena, &list) || !list.count)
        return;
    for (uint32_t i = 0; i < list.count; i++) {
        const struct module_view *view = &list.items[i];
        table_cell(&table, view->module->module_id);
        table_format(&table, "%d", view->linked);
        table_cell(&table, view->scan ? view->scan->scan_id : TEXT(""));
        table_format(&table, "%s", view->scan ? scan_status_names[view->scan->status] : "");
        table_cell(&table, view->held_scan);
    }
    table_flush(&table);
    table_free(&table);
    put("\n");
}

static enum exit_code print_present(const struct call *call, bool with_modules)
{
    struct present_catalogue present = {.version = 0};
    struct context context;
    enum exit_code code = EXIT_BROKEN;

    if (context_open(&context, call->config))
        code = present_catalogue_read(&context, &present);
    if (code == EXIT_DONE && call->config->json)
        print_json(&present, &context.memory.arena);
    if (code == EXIT_DONE && !call->config->json) {
        if (with_modules) {
            put("catalogue version %lld: %u modules, %u tariffs, %u templates\n\n", (long long)present.version,
                book_live(&present.book, BOOK_MODULE), book_live(&present.book, BOOK_TARIFF),
                book_live(&present.book, BOOK_TEMPLATE));
            print_modules(&present, &context.memory.arena);
        }
        if (!print_file(&present, &context.memory.arena))
            code = EXIT_BROKEN;
    }
    present_catalogue_release(&present);
    context_release(&context);
    return code;
}

static enum exit_code run_show(const struct call *call)
{
    return print_present(call, true);
}

static enum exit_code run_export(const struct call *call)
{
    return print_present(call, false);
}

const struct command catalogue_show_command = {
    .name = "catalogue show",
    .usage = "",
    .summary = "Shows the present catalogue: modules with their scans, tariffs, prices.",
    .details = "With --json one object for each record, those of scans and templates included.",
    .groups = OPTION_OF_KAFKA | OPTION_OF_REGISTRY,
    .run = run_show,
};

const struct command catalogue_export_command = {
    .name = "catalogue export",
    .usage = "",
    .summary = "Writes the present catalogue as a catalogue file.",
    .details = "`osbill catalogue plan` of what it writes shows no changes.",
    .groups = OPTION_OF_KAFKA | OPTION_OF_REGISTRY,
    .run = run_export,
};
