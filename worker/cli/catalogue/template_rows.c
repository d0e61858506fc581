#include "worker/cli/catalogue/template_rows.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/scans.h"
#include "core/text.h"
#include "worker/cli/common/moment.h"
#include "worker/cli/common/print.h"

enum { CELL = 400, WORD = 200 };

#define SHOW(text) (int)(text).size, (text).size ? (text).data : ""

const char *const template_status_names[] = {
    [TEMPLATE_NONE] = "NONE", [TEMPLATE_SOME] = "SOME", [TEMPLATE_ALL] = "ALL"};

static const struct table_column columns[] = {
    {"template", false}, {"title", false}, {"status", false},   {"sort", true},  {"tariffs", false},
    {"modules", false},  {"item", false},  {"installed", true}, {"tags", false}, {"overrides", false}};

void template_rows_init(struct template_rows *rows, const struct catalogue_book *book,
                        const struct catalogue *catalogue, const struct usages *usages)
{
    *rows = (struct template_rows){.book = book, .catalogue = catalogue, .usages = usages};
    rows->table.columns = columns;
    rows->table.column_count = sizeof columns / sizeof columns[0];
}

/* --- what is known of it --- */

static uint64_t count_installed(const struct usages *usages, struct text template_name)
{
    uint64_t count = 0;

    for (uint32_t i = 0; usages && i < usages->items.count; i++)
        if (text_equal(usage_number(usages, i)->template, template_name))
            count += usage_number(usages, i)->count;
    return count;
}

static struct item item_in(const struct template_rows *rows, const struct template_view *view, struct text tariff_id)
{
    return catalogue_item(rows->catalogue, catalogue_tariff(rows->catalogue, tariff_id), view->template);
}

/* Scans are numbered; the last one that showed the template, the module's newest one, and the id of the former while it
 * is remembered. */
struct last_seen {
    int64_t scan, newest;
    struct text scan_id;
};

static struct last_seen find_last_seen(const struct template_rows *rows, const struct template_view *view,
                                       struct text module_id)
{
    const struct link_state *link = book_get(rows->book, BOOK_LINK, module_id, view->template);
    const struct scan_state *scans = book_get(rows->book, BOOK_SCAN, TEXT(""), module_id);
    struct last_seen seen = {link ? link->seen_scan : 0, scans ? scans->latest : 0, TEXT("")};

    for (uint32_t i = 0; scans && i < scans->recent.count; i++)
        if (scan_number(scans, i) == seen.scan)
            seen.scan_id = scans->recent.items[i].scan_id;
    return seen;
}

/* --- as JSON --- */

static json_t *links_json(const struct template_rows *rows, const struct template_view *view)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < view->link_count; i++) {
        const struct link_view *at = &view->links[i];
        struct last_seen seen = find_last_seen(rows, view, at->module_id);
        json_array_append_new(list, json_pack("{s:o, s:b, s:b, s:I, s:o, s:I}", "module_id", json_text(at->module_id),
                                              "present", at->present, "linked", at->linked, "last_seen_scan",
                                              (json_int_t)seen.scan, "last_seen_scan_id", json_text(seen.scan_id),
                                              "newest_scan", (json_int_t)seen.newest));
    }
    return list;
}

static json_t *switches_json(const struct template_rows *rows, const struct template_view *view)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < view->switch_count; i++) {
        const struct switch_view *at = &view->switches[i];
        struct item item = item_in(rows, view, at->tariff_id);
        json_array_append_new(list,
                              json_pack("{s:o, s:b, s:b, s:o, s:b, s:o}", "tariff_id", json_text(at->tariff_id), "on",
                                        at->on, "orderable", at->orderable, "item_id", json_text(item.item_id),
                                        "mapped", item.match == ITEM_MAPPED, "near_miss", json_text(item.near_miss)));
    }
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

void template_row_json(const struct template_rows *rows, const struct template_view *view)
{
    json_t *json = json_pack(
        "{s:o, s:o, s:s, s:i, s:o, s:o, s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "template", json_text(view->template),
        "title", json_text(view->title), "status", template_status_names[view->status], "sort", view->sort, "tags",
        tags_json(view), "os_group", json_text(view->os_group), "min_disk_mib", (json_int_t)view->min_disk_mib,
        "min_ram_mib", (json_int_t)view->min_ram_mib, "first_seen_at", (json_int_t)view->first_seen_at, "same_as",
        json_text(view->same_as), "links", links_json(rows, view), "switches", switches_json(rows, view), "overrides",
        overrides_json(view));

    if (rows->usages)
        (void)json_object_set_new(json, "installed",
                                  json_integer((json_int_t)count_installed(rows->usages, view->template)));
    put_json(json);
}

/* --- as a row --- */

/* Adds a word behind those that are there. */
static void join(char cell[CELL], const char *separator, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void join(char cell[CELL], const char *separator, const char *format, ...)
{
    size_t used = strlen(cell);
    va_list arguments;

    if (used)
        used += (size_t)snprintf(cell + used, CELL - used, "%s", separator);
    if (used >= CELL)
        return;
    va_start(arguments, format);
    vsnprintf(cell + used, CELL - used, format, arguments);
    va_end(arguments);
}

static void add_tariffs(struct template_rows *rows, const struct template_view *view)
{
    char cell[CELL] = "";

    for (uint32_t i = 0; i < view->switch_count; i++)
        join(cell, " ", "%.*s%s", SHOW(view->switches[i].tariff_id), view->switches[i].on ? "" : "(off)");
    table_format(&rows->table, "%s", cell);
}

static void add_modules(struct template_rows *rows, const struct template_view *view)
{
    char cell[CELL] = "";

    for (uint32_t i = 0; i < view->link_count; i++) {
        const struct link_view *at = &view->links[i];
        struct last_seen seen = find_last_seen(rows, view, at->module_id);
        if (at->present || at->linked)
            join(cell, " ", "%.*s%s", SHOW(at->module_id), !at->linked ? "(off)" : at->present ? "" : "(kept)");
        else
            join(cell, " ", "%.*s(gone after scan %lld of %lld)", SHOW(at->module_id), (long long)seen.scan,
                 (long long)seen.newest);
    }
    table_format(&rows->table, "%s", cell);
}

/* "windows", "free(default)", "free(near windows)": each once, whatever the number of tariffs. */
static void add_items(struct template_rows *rows, const struct template_view *view)
{
    char cell[CELL] = " ", word[WORD];

    for (uint32_t i = 0; i < view->switch_count; i++) {
        struct item item = item_in(rows, view, view->switches[i].tariff_id);
        if (item.match == ITEM_NO_ADDON)
            continue;
        if (item.near_miss.size)
            (void)snprintf(word, sizeof word, " %.*s(near %.*s) ", SHOW(item.item_id), SHOW(item.near_miss));
        else
            (void)snprintf(word, sizeof word, " %.*s%s ", SHOW(item.item_id),
                           item.match == ITEM_DEFAULT ? "(default)" : "");
        size_t used = strlen(cell);
        if (!strstr(cell, word) && used + strlen(word) < sizeof cell)
            (void)snprintf(cell + used, sizeof cell - used, "%s", word + 1);
    }
    size_t size = strlen(cell);
    table_cell(&rows->table, (struct text){cell + 1, size > 1 ? (uint32_t)size - 2 : 0});
}

/* "OFF tariff s by ann 2025-03-01T00:00:00.000Z: licence ended" */
static void add_overrides(struct template_rows *rows, const struct template_view *view)
{
    char cell[CELL] = "", moment[MOMENT_TEXT];

    for (uint32_t i = 0; i < view->override_count; i++) {
        const struct override_view *at = &view->overrides[i];
        join(cell, "; ", "%s %s %.*s by %.*s %s%s%.*s", override_setting_names[at->state->setting],
             at->of_module ? "module" : "tariff", SHOW(at->scope_id), SHOW(at->state->actor),
             moment_text(at->state->at, moment), at->state->reason.size ? ": " : "", SHOW(at->state->reason));
    }
    table_format(&rows->table, "%s", cell);
}

void template_row_add(struct template_rows *rows, const struct template_view *view)
{
    struct table *table = &rows->table;
    char tags[CELL] = "";

    table_cell(table, view->template);
    table_cell(table, view->title);
    table_format(table, "%s", template_status_names[view->status]);
    table_format(table, "%d", view->sort);
    add_tariffs(rows, view);
    add_modules(rows, view);
    add_items(rows, view);
    if (rows->usages)
        table_format(table, "%llu", (unsigned long long)count_installed(rows->usages, view->template));
    else
        table_format(table, "%s", "");
    for (uint32_t i = 0; i < view->tags.count; i++)
        join(tags, " ", "%.*s", SHOW(view->tags.items[i]));
    table_format(table, "%s", tags);
    add_overrides(rows, view);
}
