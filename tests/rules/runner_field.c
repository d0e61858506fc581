#include "runner_field.h"

#include "runner_digest.h"
#include "runner_value.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/* A name may stand for one field in one record and for another in the next. */
static const char *const aliases[][2] = {
    {"id", "charge_id"},
    {"id", "notification_id"},
    {"id", "event_id"},
    {"event", "event_id"},
    {"account", "account_id"},
    {"vps", "vps_id"},
    {"order", "order_id"},
    {"module", "module_id"},
    {"tariff", "tariff_id"},
    {"item", "item_id"},
    {"case", "case_id"},
    {"charge", "charge_id"},
    {"amount", "amount_micros"},
    {"available", "available_micros"},
    {"deficit", "deficit_micros"},
    {"balance", "balance_after_micros"},
    {"price", "price_micros"},
    {"credited", "credited_price_micros"},
    {"since", "price_effective_from"},
    {"start", "period_start"},
    {"end", "period_end"},
    {"months", "period_months"},
    {"from", "charged_from"},
    {"from", "effective_from"},
    {"until", "charged_until"},
    {"at", "installed_at"},
    {"cause", "caused_by"},
    {"occurred", "occurred_at"},
    {"version", "catalogue_version"},
    {"modules", "module_ids"},
    {"enumeration", "enumeration_id"},
    {"default", "default_item"},
    {"rounding", "rounding_micros"},
    {"disk", "disk_mib"},
    {"ram", "ram_mib"},
    {"disk", "min_disk_mib"},
    {"ram", "min_ram_mib"},
    {"auto", "auto_connect"},
    {"scan", "scan_id"},
    {"size", "scan_size"},
    {"set", "change_set"},
    {"decided", "decided_at"},
    {"message", "reason"},
    {"due", "due_at"},
    {"opened", "opened_at"},
};

static const struct field_type *find_exactly(const struct record_type *record, const char *name)
{
    for (uint32_t i = 0; i < record->field_count; i++)
        if (strcmp(record->fields[i].name, name) == 0)
            return &record->fields[i];
    return NULL;
}

const struct field_type *field_find(const struct record_type *record, struct text name)
{
    for (uint32_t i = 0; i < record->field_count; i++)
        if (text_is(name, record->fields[i].name))
            return &record->fields[i];
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
        const struct field_type *field = text_is(name, aliases[i][0]) ? find_exactly(record, aliases[i][1]) : NULL;
        if (field)
            return field;
    }
    return NULL;
}

static bool ends_with(const char *name, const char *end)
{
    size_t size = strlen(name), tail = strlen(end);

    return size >= tail && strcmp(name + size - tail, end) == 0;
}

static bool is_money(const struct field_type *field)
{
    return ends_with(field->name, "_micros");
}

static bool is_time(const struct field_type *field)
{
    static const char *const ends[] = {"_at", "_start", "_end", "_from", "until"};

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends_with(field->name, ends[i]))
            return true;
    return false;
}

static bool parse_number(const struct field_type *field, struct text text, int64_t *ret_value)
{
    if (is_money(field))
        return value_money(text, ret_value);
    return is_time(field) ? value_time(text, ret_value) : value_integer(text, ret_value);
}

/* -1: no such symbol. Case does not matter, - stands for _. */
static int find_symbol(const struct enum_type *type, struct text text)
{
    for (uint32_t i = 0; i < type->count; i++) {
        const char *symbol = type->symbols[i];
        uint32_t size = 0;
        while (size < text.size && symbol[size] &&
               (toupper((unsigned char)text.data[size]) == symbol[size] ||
                (text.data[size] == '-' && symbol[size] == '_')))
            size++;
        if (size == text.size && !symbol[size])
            return (int)i;
    }
    return -1;
}

static struct text parse_text(struct arena *arena, const struct line *line, const struct field_type *field,
                              struct text text)
{
    const char *prefix = strcmp(field->name, "case_id") == 0 ? "k-" : "c-";

    if (strcmp(field->name, "case_id") != 0 && strcmp(field->name, "charge_id") != 0)
        return text;
    return memchr(text.data ? text.data : "", '/', text.size) ? digest_obligation(arena, line, prefix, text) : text;
}

static struct text_array parse_list(struct arena *arena, struct text text)
{
    struct text_array list = {0};

    for (uint32_t start = 0, i = 0; i <= text.size; i++) {
        if (i < text.size && text.data[i] != ',')
            continue;
        if (i > start)
            *LIST_ADD(arena, list.items, list.count) = (struct text){text.data + start, i - start};
        start = i + 1;
    }
    return list;
}

static bool set_value(struct arena *arena, const struct line *line, const struct field_type *field, struct text text,
                      void *target)
{
    int64_t number = 0;

    switch (field->type->kind) {
    case VALUE_BOOLEAN: *(bool *)target = text_is(text, "yes"); return text_is(text, "yes") || text_is(text, "no");
    case VALUE_LONG: return parse_number(field, text, target);
    case VALUE_INT:
        if (!value_integer(text, &number) || number < INT32_MIN || number > INT32_MAX)
            return false;
        *(int32_t *)target = (int32_t)number;
        return true;
    case VALUE_ENUM: *(int *)target = find_symbol(field->type->of.enumeration, text); return *(int *)target >= 0;
    case VALUE_STRING: *(struct text *)target = parse_text(arena, line, field, text); return true;
    case VALUE_ARRAY: *(struct text_array *)target = parse_list(arena, text); return true;
    default: return false;
    }
}

void field_set(struct arena *arena, const struct line *line, const struct word *word, const struct field_type *field,
               void *record)
{
    if (!set_value(arena, line, field, word->value, (char *)record + field->offset))
        line_fail(line, "%.*s is no value for %s", TEXT_ARGUMENTS(word->value), field->name);
}

static bool contains(struct text text, struct text part)
{
    for (uint32_t i = 0; part.size <= text.size && i <= text.size - part.size; i++)
        if (part.size == 0 || memcmp(text.data + i, part.data, part.size) == 0)
            return true;
    return false;
}

static bool equal(struct text a, struct text b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static struct text the_text(const struct field_type *field, const void *value)
{
    return field->type->kind == VALUE_RECORD ? ((const struct caused_by *)value)->event_id
                                             : *(const struct text *)value;
}

bool field_matches(struct arena *arena, const struct line *line, const struct word *word,
                   const struct field_type *field, const void *record)
{
    const void *value = (const char *)record + field->offset;
    int64_t wanted[8] = {0}; /* large enough and aligned for every kind that can be set */

    if (field->type->kind == VALUE_STRING || field->type->kind == VALUE_RECORD) {
        struct text text = parse_text(arena, line, field, word->value);
        return word->relation == '~' ? contains(the_text(field, value), text) : equal(the_text(field, value), text);
    }
    field_set(arena, line, &(struct word){.value = word->value}, field, (char *)wanted - field->offset);
    return memcmp(wanted, value, field->type->size) == 0;
}

struct text field_format(struct arena *arena, const struct field_type *field, const void *record)
{
    const void *value = (const char *)record + field->offset;
    int64_t number = field->type->kind == VALUE_LONG ? *(const int64_t *)value : 0;

    switch (field->type->kind) {
    case VALUE_LONG:
        if (is_money(field))
            return value_from_money(arena, number);
        return is_time(field) ? value_from_time(arena, number) : memory_format(arena, "%" PRId64, number);
    case VALUE_INT: return memory_format(arena, "%" PRId32, *(const int32_t *)value);
    case VALUE_ENUM: return memory_format(arena, "%s", field->type->of.enumeration->symbols[*(const unsigned *)value]);
    case VALUE_BOOLEAN: return memory_format(arena, "%s", *(const bool *)value ? "yes" : "no");
    case VALUE_STRING:
    case VALUE_RECORD: return the_text(field, value);
    default: return memory_format(arena, "?");
    }
}
