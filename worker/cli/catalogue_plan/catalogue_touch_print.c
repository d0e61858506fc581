#include "worker/cli/catalogue_plan/catalogue_touch_print.h"

#include <jansson.h>

#include "core/text.h"
#include "worker/avro/json.h"
#include "worker/cli/catalogue/template_rows.h"
#include "worker/cli/common/decimal.h"
#include "worker/cli/common/moment.h"
#include "worker/cli/common/print.h"

static const struct table_column vps_columns[] = {{"vps", false},   {"installed", false}, {"tariff", false},
                                                  {"months", true}, {"item", false},      {"price", false},
                                                  {"from", false}};
static const struct table_column case_columns[] = {{"held case", false}, {"vps", false},      {"waits for", false},
                                                   {"template", false},  {"would be", false}, {"amount", true}};

enum { CELL = 300 };

#define SHOW(text) (int)(text).size, (text).size ? (text).data : ""

void touch_printer_init(struct touch_printer *printer, const struct touch *touch, bool json, uint64_t limit)
{
    *printer = (struct touch_printer){.touch = touch, .json = json, .limit = limit};
    printer->vps.columns = vps_columns;
    printer->vps.column_count = sizeof vps_columns / sizeof vps_columns[0];
    printer->cases.columns = case_columns;
    printer->cases.column_count = sizeof case_columns / sizeof case_columns[0];
}

void touch_printer_release(struct touch_printer *printer)
{
    table_free(&printer->vps);
    table_free(&printer->cases);
}

/* --- differences --- */

static void note(void *context, const struct difference *difference)
{
    const struct touch_printer *printer = context;
    struct touch_counts counts = touch_count(printer->touch, difference, printer->usages);

    if (counts.vps)
        put("    %llu VPSs use it, the OS of %llu becomes another item or price\n", (unsigned long long)counts.vps,
            (unsigned long long)counts.shifted);
}

void touch_print_differences(struct touch_printer *printer, const struct differences *differences)
{
    if (!printer->json) {
        catalogue_diff_print(differences, printer->usages ? note : NULL, printer);
        return;
    }
    for (const struct difference *at = differences->first; at; at = at->next) {
        json_t *json = catalogue_diff_json(at);
        if (printer->usages) {
            struct touch_counts counts = touch_count(printer->touch, at, printer->usages);
            (void)json_object_set_new(json, "vps", json_integer((json_int_t)counts.vps));
            (void)json_object_set_new(json, "vps_other_price", json_integer((json_int_t)counts.shifted));
        }
        put_json(json);
    }
}

/* --- lists --- */

static void put_more(uint64_t count, uint64_t limit)
{
    if (count > limit)
        put("and %llu more\n", (unsigned long long)(count - limit));
}

static void put_table(struct table *table, uint64_t count, uint64_t limit)
{
    if (!table->cell_count)
        return;
    put("\n");
    table_flush(table);
    put_more(count, limit);
}

/* --- templates --- */

static json_t *list_json(const struct text_array *list)
{
    json_t *json = json_array();

    for (uint32_t i = 0; i < list->count; i++)
        json_array_append_new(json, json_text(list->items[i]));
    return json;
}

static void list_cell(struct table *table, const struct text_array *list)
{
    char cell[CELL] = "";
    size_t used = 0;

    for (uint32_t i = 0; i < list->count && used < sizeof cell; i++)
        used += (size_t)snprintf(cell + used, sizeof cell - used, "%s%.*s", i ? " " : "", SHOW(list->items[i]));
    table_format(table, "%s", cell);
}

static void put_template_json(const struct orderable_change *at)
{
    put_json(json_pack("{s:s, s:o, s:s, s:s, s:o, s:o}", "action", "touch-template", "template",
                       json_text(at->template), "status_before", template_status_names[at->before], "status",
                       template_status_names[at->after], "orderable_in", list_json(&at->gained), "no_longer_in",
                       list_json(&at->lost)));
}

static void put_templates(const struct touch_printer *printer, const struct orderable_changes *templates)
{
    static const struct table_column columns[] = {
        {"template", false}, {"status", false}, {"orderable in", false}, {"no longer in", false}};
    struct table table = {.columns = columns, .column_count = 4};

    for (uint32_t i = 0; i < templates->count; i++) {
        const struct orderable_change *at = &templates->items[i];
        if (printer->json) {
            put_template_json(at);
        } else if (i < printer->limit) {
            table_cell(&table, at->template);
            table_format(&table, "%s -> %s", template_status_names[at->before], template_status_names[at->after]);
            list_cell(&table, &at->gained);
            list_cell(&table, &at->lost);
        }
    }
    put_table(&table, templates->count, printer->limit);
    table_free(&table);
}

/* --- totals --- */

static json_t *partitions_json(const struct usages *usages)
{
    json_t *list = json_array();

    for (int32_t i = 0; i < usages->partition_count; i++) {
        const struct usage_partition *at = &usages->partitions[i];
        json_array_append_new(list, json_pack("{s:i, s:b, s:I, s:I, s:I}", "partition", i, "known", at->held, "seq",
                                              (json_int_t)at->seq, "decided_at", (json_int_t)at->decided_at,
                                              "catalogue_version", (json_int_t)at->catalogue_version));
    }
    return list;
}

static void put_totals_json(const struct touch_printer *printer, struct touch_counts total, uint32_t templates)
{
    const struct usages *usages = printer->usages;
    int64_t oldest, newest;

    put_json(json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:o}", "action", "touch-total", "vps_read",
                       (json_int_t)usages->vps, "vps", (json_int_t)total.vps, "vps_other_price",
                       (json_int_t)total.shifted, "cases_held", (json_int_t)printer->cases_held, "cases_decided",
                       (json_int_t)printer->cases_decided, "templates", (json_int_t)templates, "now",
                       (json_int_t)usages->now, "partitions_unknown", usages_empty_partitions(usages, &oldest, &newest),
                       "partitions", partitions_json(usages)));
}

static void put_totals(const struct touch_printer *printer, struct touch_counts total, uint32_t templates)
{
    char first[MOMENT_TEXT], last[MOMENT_TEXT];
    int64_t oldest, newest;
    int32_t empty = usages_empty_partitions(printer->usages, &oldest, &newest);

    put("\ntouched: %llu of %llu VPSs use what changes, the OS of %llu becomes another item or price; %llu held cases, "
        "%llu would be decided; %u templates\n",
        (unsigned long long)total.vps, (unsigned long long)printer->usages->vps, (unsigned long long)total.shifted,
        (unsigned long long)printer->cases_held, (unsigned long long)printer->cases_decided, templates);
    put("prices count for later decisions only: what was charged or is owed stays as it is\n");
    if (newest)
        put("as Redis has it: %d partitions, last decided at %s to %s\n", printer->usages->partition_count - empty,
            moment_text(oldest, first), moment_text(newest, last));
    if (empty)
        put("! Redis holds nothing of %d of %d partitions: what they may hold is not counted\n", empty,
            printer->usages->partition_count);
}

void touch_print_rest(struct touch_printer *printer, const struct differences *differences,
                      const struct orderable_changes *templates)
{
    put_table(&printer->vps, printer->vps_shifted, printer->limit);
    put_table(&printer->cases, printer->cases_held, printer->limit);
    put_templates(printer, templates);
    if (!printer->usages)
        return;
    struct touch_counts total = touch_total(printer->touch, differences, printer->usages);
    if (printer->json)
        put_totals_json(printer, total, templates->count);
    else
        put_totals(printer, total, templates->count);
}
