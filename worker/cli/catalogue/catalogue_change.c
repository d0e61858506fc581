/* What a change is about, for keys, JSON and people. */
#include <jansson.h>

#include "core/record_walk.h"
#include "core/text.h"
#include "worker/avro/json.h"
#include "worker/cli/catalogue/catalogue_diff.h"
#include "worker/cli/common/decimal.h"
#include "worker/cli/common/moment.h"
#include "worker/cli/common/print.h"

static const struct {
    struct text name;
    const struct record_type *record;
    const struct form *form; /* NULL: has a line of its own */
} kinds[CATALOGUE_CHANGE_CHANGE_COUNT] = {
    [CATALOGUE_CHANGE_CHANGE_MODULE] = {{"module", 6}, &module_record, &module_form},
    [CATALOGUE_CHANGE_CHANGE_TARIFF] = {{"tariff", 6}, &tariff_record, &tariff_form},
    [CATALOGUE_CHANGE_CHANGE_ENUMERATION] = {{"enumeration", 11}, &enumeration_record, NULL},
    [CATALOGUE_CHANGE_CHANGE_PRICE] = {{"price", 5}, &price_record, NULL},
    [CATALOGUE_CHANGE_CHANGE_OVERRIDE] = {{"override", 8}, &override_record, NULL},
    [CATALOGUE_CHANGE_CHANGE_ALIAS] = {{"alias", 5}, &alias_record, NULL},
    [CATALOGUE_CHANGE_CHANGE_TEMPLATE_SETTINGS] = {{"settings", 8}, &template_settings_record, &settings_form},
    [CATALOGUE_CHANGE_CHANGE_SCAN_APPROVAL] = {{"approval", 8}, &scan_approval_record, NULL},
};

struct text change_kind_name(const struct catalogue_change_change *change)
{
    return kinds[change->kind].name;
}

const struct record_type *change_record(const struct catalogue_change_change *change)
{
    return kinds[change->kind].record;
}

static struct text price_id(const struct price *price, struct arena *arena)
{
    return TEXT_JOIN(arena, price->tariff_id, TEXT(" "), price->item_id, TEXT(" "),
                     text_from_int(arena, price->period_months), TEXT(" "),
                     text_from_int(arena, price->effective_from));
}

struct text change_id(const struct catalogue_change_change *change, struct arena *arena)
{
    switch (change->kind) {
    case CATALOGUE_CHANGE_CHANGE_MODULE: return change->as.module.module_id;
    case CATALOGUE_CHANGE_CHANGE_TARIFF: return change->as.tariff.tariff_id;
    case CATALOGUE_CHANGE_CHANGE_ENUMERATION: return change->as.enumeration.enumeration_id;
    case CATALOGUE_CHANGE_CHANGE_PRICE: return price_id(&change->as.price, arena);
    case CATALOGUE_CHANGE_CHANGE_OVERRIDE:
        return TEXT_JOIN(arena, text_from_enum(&override_scope_enum, (int)change->as.override.scope), TEXT(" "),
                         change->as.override.scope_id, TEXT(" "), change->as.override.template);
    case CATALOGUE_CHANGE_CHANGE_ALIAS: return change->as.alias.template;
    case CATALOGUE_CHANGE_CHANGE_TEMPLATE_SETTINGS: return change->as.template_settings.template;
    case CATALOGUE_CHANGE_CHANGE_SCAN_APPROVAL: return change->as.scan_approval.module_id;
    default: return TEXT("");
    }
}

/* --- for people --- */

static const char marks[] = {
    [DIFFERENCE_ADDED] = '+', [DIFFERENCE_CHANGED] = '~', [DIFFERENCE_REMOVED] = '-', [DIFFERENCE_KEPT] = '='};

static bool same_field(const struct field_type *field, const void *a, const void *b)
{
    const struct record_type one = {.fields = field, .field_count = 1};

    return record_equal(&one, a, b);
}

/* The fields that are not as they were: "title "A" -> "B", enabled true -> false" */
static void write_fields(const struct form *form, const struct difference *difference, FILE *to)
{
    const void *after = &difference->change.as;
    const void *before = difference->before ? difference->before : form->record->defaults;
    const char *separator = ": ";

    for (uint32_t i = 0; i < form->count; i++) {
        const struct field_type *field = form_field(form, &form->rows[i]);
        bool always = !difference->before && form->rows[i].required;
        if (!always && same_field(field, before, after))
            continue;
        (void)fprintf(to, "%s%s ", separator, form->rows[i].name);
        if (difference->before) {
            form_write_value(field, before, to);
            (void)fputs(" -> ", to);
        }
        form_write_value(field, after, to);
        separator = ", ";
    }
}

static void write_price(const struct difference *difference, FILE *to)
{
    const struct price *price = &difference->change.as.price, *before = difference->before;
    char amount[DECIMAL_TEXT], moment[MOMENT_TEXT];

    (void)fprintf(to, " of %.*s in tariff %.*s for %d months", (int)(price->item_id.size ? price->item_id.size : 4),
                  price->item_id.size ? price->item_id.data : "base", (int)price->tariff_id.size, price->tariff_id.data,
                  price->period_months);
    if (price->effective_from)
        (void)fprintf(to, " from %s", moment_brief(price->effective_from, moment));
    (void)fputs(": ", to);
    if (before && before->amount_micros != price->amount_micros)
        (void)fprintf(to, "%s -> ", decimal_from_micros(before->amount_micros, amount));
    const struct text currency = price->currency.size ? price->currency : before ? before->currency : price->currency;
    (void)fprintf(to, "%s %.*s", decimal_from_micros(price->amount_micros, amount), (int)currency.size, currency.data);
}

static const struct enumeration_item *find_item(const struct enumeration *enumeration, struct text item_id)
{
    for (uint32_t i = 0; enumeration && i < enumeration->items.count; i++)
        if (text_equal(enumeration->items.items[i].item_id, item_id))
            return &enumeration->items.items[i];
    return NULL;
}

/* One line for each item that comes, goes or changes. */
static void write_items(const struct difference *difference, FILE *to)
{
    const struct enumeration *after = &difference->change.as.enumeration, *before = difference->before;

    for (uint32_t i = 0; i < after->items.count; i++) {
        const struct enumeration_item *item = &after->items.items[i], *was = find_item(before, item->item_id);
        if (was && record_equal(&enumeration_item_record, was, item))
            continue;
        (void)fprintf(to, "\n    %c item %.*s: internal_name ", was ? '~' : '+', (int)item->item_id.size,
                      item->item_id.data);
        if (was && !text_equal(was->internal_name, item->internal_name)) {
            yaml_write_text(to, was->internal_name);
            (void)fputs(" -> ", to);
        }
        yaml_write_text(to, item->internal_name);
    }
    for (uint32_t i = 0; before && i < before->items.count; i++)
        if (!find_item(after, before->items.items[i].item_id))
            (void)fprintf(to, "\n    - item %.*s", (int)before->items.items[i].item_id.size,
                          before->items.items[i].item_id.data);
}

static void write_override(const struct difference *difference, FILE *to)
{
    const struct override *override = &difference->change.as.override, *before = difference->before;

    (void)fprintf(to, " of template %.*s in %s %.*s: ", (int) override->template.size, override->template.data,
                  override->scope == OVERRIDE_SCOPE_MODULE ? "module" : "tariff", (int) override->scope_id.size,
                  override->scope_id.data);
    (void)fprintf(to, "%s -> %s", before ? override_setting_names[before->setting] : "AUTO",
                  override_setting_names[override->setting]);
}

static void write_alias(const struct difference *difference, FILE *to)
{
    const struct alias *alias = &difference->change.as.alias, *before = difference->before;

    (void)fprintf(to, " %.*s", (int)alias->template.size, alias->template.data);
    if (before)
        (void)fprintf(to, ": no longer counts as %.*s", (int)before->same_as.size, before->same_as.data);
    if (alias->same_as.size)
        (void)fprintf(to, "%s counts as %.*s", before ? ", but" : ":", (int)alias->same_as.size, alias->same_as.data);
}

static void write_difference(const struct difference *difference, FILE *to)
{
    const struct catalogue_change_change *change = &difference->change;
    struct text kind = change_kind_name(change), id = {NULL, 0};

    (void)fprintf(to, "%c %.*s", marks[difference->kind], (int)kind.size, kind.data);
    if (change->kind == CATALOGUE_CHANGE_CHANGE_PRICE)
        write_price(difference, to);
    else if (change->kind == CATALOGUE_CHANGE_CHANGE_OVERRIDE)
        write_override(difference, to);
    else if (change->kind == CATALOGUE_CHANGE_CHANGE_ALIAS)
        write_alias(difference, to);
    else {
        id = change_id(change, NULL);
        (void)fprintf(to, " %.*s", (int)id.size, id.data);
    }
    if (difference->kind == DIFFERENCE_KEPT)
        (void)fputs(" (not in the file; it stays, since it cannot be deleted)", to);
    else if (kinds[change->kind].form)
        write_fields(kinds[change->kind].form, difference, to);
    else if (change->kind == CATALOGUE_CHANGE_CHANGE_ENUMERATION)
        write_items(difference, to);
}

void catalogue_diff_print(const struct differences *differences,
                          void (*note)(void *context, const struct difference *difference), void *context)
{
    for (const struct difference *at = differences->first; at; at = at->next) {
        char *line = NULL;
        size_t size;
        FILE *to = open_memstream(&line, &size);
        if (to) {
            write_difference(at, to);
            (void)fclose(to);
        }
        put_lines(line ? line : "out of memory");
        put("\n");
        free(line);
        if (note)
            note(context, at);
    }
}

/* --- for programs --- */

json_t *catalogue_diff_json(const struct difference *difference)
{
    static const char *const actions[] = {
        [DIFFERENCE_ADDED] = "add",
        [DIFFERENCE_CHANGED] = "change",
        [DIFFERENCE_REMOVED] = "remove",
        [DIFFERENCE_KEPT] = "keep",
    };
    const struct record_type *type = change_record(&difference->change);

    return json_pack("{s:s, s:s, s:o?, s:o?}", "action", actions[difference->kind], "kind", type->name, "before",
                     difference->before ? json_from_record(type, difference->before) : NULL, "after",
                     json_from_record(type, &difference->change.as));
}
