#include "worker/cli/records/watch_columns.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "worker/avro/json.h"
#include "worker/cli/catalogue/catalogue_diff.h"
#include "worker/cli/cluster/record_place.h"
#include "worker/cli/common/decimal.h"
#include "worker/cli/common/print.h"
#include "worker/cli/common/record_field.h"

enum { WIDE = 300 };

/* A field of the record; what begins with @ is made up. */
struct column {
    const char *title, *field;
    bool right;
};

#define COLUMNS_OF(topic, ...) static const struct column topic##_columns[] = {__VA_ARGS__, {NULL, NULL, false}}

COLUMNS_OF(template_discovered, {"occurred", "occurred_at", false}, {"module", "module_id", false},
           {"scan", "scan_id", false}, {"size", "scan_size", true}, {"repository", "repository", false},
           {"name", "name", false}, {"event", "event_id", false});
COLUMNS_OF(catalogue, {"occurred", "occurred_at", false}, {"change set", "change_set", false}, {"part", "index", true},
           {"of", "count", true}, {"change", "@change", false}, {"actor", "actor", false}, {"reason", "reason", false});
COLUMNS_OF(account, {"occurred", "occurred_at", false}, {"account", "account_id", false}, {"kind", "kind", false},
           {"amount", "amount_micros", true}, {"currency", "currency", false}, {"event", "event_id", false},
           {"note", "note", false});
COLUMNS_OF(order, {"occurred", "occurred_at", false}, {"account", "account_id", false}, {"order", "order_id", false},
           {"vps", "vps_id", false}, {"kind", "kind", false}, {"tariff", "tariff_id", false},
           {"module", "module_id", false}, {"template", "template", false}, {"start", "period_start", false},
           {"months", "period_months", true}, {"event", "event_id", false});
COLUMNS_OF(os_installed, {"installed", "installed_at", false}, {"account", "account_id", false},
           {"vps", "vps_id", false}, {"module", "module_id", false}, {"template", "template", false},
           {"source", "source", false}, {"event", "event_id", false});
COLUMNS_OF(charge, {"decided", "decided_at", false}, {"account", "account_id", false}, {"vps", "vps_id", false},
           {"amount", "amount_micros", true}, {"", "currency", false}, {"balance", "balance_after_micros", true},
           {"rule", "rule", false}, {"lines", "@lines", false}, {"charge", "charge_id", false});
COLUMNS_OF(notification, {"decided", "decided_at", false}, {"severity", "severity", false}, {"kind", "kind", false},
           {"account", "account_id", false}, {"vps", "vps_id", false}, {"deficit", "deficit_micros", true},
           {"", "currency", false}, {"text", "text", false});
COLUMNS_OF(decision, {"decided", "@decided", false}, {"input", "input", false}, {"verdict", "verdict", false},
           {"rule", "rule", false}, {"account", "account_id", false}, {"vps", "vps_id", false},
           {"template", "template", false}, {"amount", "amount_micros", true}, {"event", "event_id", false},
           {"reason", "reason", false});
COLUMNS_OF(state, {"partition", "@partition", true}, {"offset", "@offset", true}, {"key", "@key", false},
           {"value", "@json", false});
COLUMNS_OF(dead_letter, {"at", "@header:osbill.error.at", false}, {"code", "@header:osbill.error.code", false},
           {"topic", "@header:osbill.error.topic", false}, {"part", "@header:osbill.error.partition", true},
           {"offset", "@header:osbill.error.offset", true}, {"key", "@key", false},
           {"message", "@header:osbill.error.message", false});

static const struct column *const columns_of[TOPIC_COUNT] = {
    [TOPIC_TEMPLATE_DISCOVERED] = template_discovered_columns,
    [TOPIC_CATALOGUE] = catalogue_columns,
    [TOPIC_ACCOUNT] = account_columns,
    [TOPIC_ORDER] = order_columns,
    [TOPIC_OS_INSTALLED] = os_installed_columns,
    [TOPIC_CHARGE] = charge_columns,
    [TOPIC_NOTIFICATION] = notification_columns,
    [TOPIC_DECISION] = decision_columns,
    [TOPIC_ACCOUNT_STATE] = state_columns,
    [TOPIC_CATALOGUE_STATE] = state_columns,
    [TOPIC_DEAD_LETTER] = dead_letter_columns,
};

void watch_columns_open(enum topic topic, struct table *ret_table)
{
    const struct column *columns = columns_of[topic];
    struct table_column *made = calloc(TABLE_COLUMNS, sizeof *made);
    uint32_t count = 0;

    *ret_table = (struct table){.columns = made, .out_of_memory = !made};
    for (; made && columns[count].field; count++)
        made[count] = (struct table_column){columns[count].title, columns[count].right};
    ret_table->column_count = made ? count : 1;
}

/* --- fields --- */

static bool ends_with(const char *name, const char *ending)
{
    size_t size = strlen(name), end = strlen(ending);

    return size >= end && !strcmp(name + size - end, ending);
}

static void add_long(struct table *table, const char *name, int64_t value)
{
    if (value == 0) /* nearly always: it does not apply */
        table_cell(table, TEXT(""));
    else if (ends_with(name, "_micros"))
        table_money(table, value);
    else if (ends_with(name, "_at") || ends_with(name, "_start"))
        table_time(table, value);
    else
        table_format(table, "%lld", (long long)value);
}

static void add_field(struct table *table, const struct field_type *field, const void *record)
{
    const void *place = (const char *)record + field->offset;

    switch (field->type->kind) {
    case VALUE_STRING: table_cell(table, *(const struct text *)place); break;
    case VALUE_BOOLEAN: table_format(table, "%s", *(const bool *)place ? "yes" : "no"); break;
    case VALUE_INT: table_format(table, "%d", *(const int32_t *)place); break;
    case VALUE_LONG: add_long(table, field->name, *(const int64_t *)place); break;
    case VALUE_ENUM: table_cell(table, text_from_enum(field->type->of.enumeration, *(const int *)place)); break;
    default: table_cell(table, TEXT("..."));
    }
}

/* --- what is made up --- */

/* "BASE 31.00 + OS windows 15.50" */
static void add_lines(struct table *table, const struct charge *charge)
{
    char text[WIDE] = "", amount[DECIMAL_TEXT];
    size_t used = 0;

    for (uint32_t i = 0; i < charge->lines.count && used < sizeof text; i++) {
        const struct charge_line *line = &charge->lines.items[i];
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %.*s%s%s", i ? " + " : "",
                                 line_kind_names[line->kind], (int)line->item_id.size,
                                 line->item_id.size ? line->item_id.data : "", line->item_id.size ? " " : "",
                                 decimal_from_micros(line->amount_micros, amount));
    }
    table_format(table, "%s", text);
}

static void add_change(struct table *table, const struct catalogue_change *event)
{
    char buffer[700];
    struct arena arena = {.at = buffer, .end = buffer + sizeof buffer};
    struct text kind = change_kind_name(&event->change), id = change_id(&event->change, &arena);

    table_format(table, "%.*s %.*s", (int)kind.size, kind.data, (int)id.size, id.size ? id.data : "");
}

/* Bytes of the first characters that fit. */
static size_t whole_characters(const char *text, size_t size)
{
    size_t length = strlen(text);

    if (length <= size)
        return length;
    while (size && ((unsigned char)text[size] & 0xc0) == 0x80)
        size--;
    return size;
}

static void add_json(struct table *table, const struct watch_row *row)
{
    json_t *json = row->record ? json_from_record(row->type, row->record) : NULL;
    char *text = json_whole(json, JSON_COMPACT);

    const char *shown = text                       ? text
                        : row->problem             ? row->problem
                        : !row->message->has_value ? "(deleted)"
                                                   : "(not readable)";
    table_format(table, "%.*s", (int)whole_characters(shown, WIDE), shown);
    free(text);
    json_decref(json);
}

static void add_made_up(struct table *table, const char *name, const struct watch_row *row)
{
    if (!strncmp(name, "@header:", 8))
        table_cell(table, record_header(row->message, name + 8));
    else if (!strcmp(name, "@partition"))
        table_format(table, "%d", row->message->partition);
    else if (!strcmp(name, "@offset"))
        table_format(table, "%lld", (long long)row->message->offset);
    else if (!strcmp(name, "@key"))
        table_cell(table, row->message->has_key ? row->message->key : TEXT(""));
    else if (!strcmp(name, "@decided"))
        table_time(table, row->decided_at);
    else if (!strcmp(name, "@lines") && row->record)
        add_lines(table, row->record);
    else if (!strcmp(name, "@change") && row->record)
        add_change(table, row->record);
    else if (!strcmp(name, "@json"))
        add_json(table, row);
    else
        table_cell(table, TEXT(""));
}

void watch_columns_add(enum topic topic, struct table *table, const struct watch_row *row)
{
    const struct column *columns = columns_of[topic];

    for (uint32_t i = 0; i < table->column_count && columns[i].field; i++) {
        const struct field_type *field =
            row->record && columns[i].field[0] != '@' ? record_field(row->type, columns[i].field) : NULL;
        bool last = !columns[i + 1].field;
        if (field)
            add_field(table, field, row->record);
        else if (last && row->problem)
            table_format(table, "%s", row->problem);
        else
            add_made_up(table, columns[i].field, row);
    }
}
