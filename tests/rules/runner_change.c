/* Steps that change the catalogue: changes by people, and messages of scans. */
#include "runner_field.h"
#include "runner_statement.h"
#include "runner_value.h"

#include <stdio.h>
#include <string.h>

#define LONG_AGO INT64_C(1577836800000) /* 2020-01-01: prices are effective from then unless from= says otherwise */

/* part=0/2: the first of two parts of the change_set. */
static void set_part(const struct statement *statement, struct catalogue_change *change)
{
    const struct text *part = line_value(statement->line, "part");
    const char *slash = part ? memchr(part->data, '/', part->size) : NULL;
    int64_t index = 0, count = 1;

    if (part && (!slash || !value_integer((struct text){part->data, (uint32_t)(slash - part->data)}, &index) ||
                 !value_integer((struct text){slash + 1, (uint32_t)(part->data + part->size - slash - 1)}, &count)))
        line_fail(statement->line, "part=INDEX/COUNT is wanted");
    change->index = (int32_t)index;
    change->count = (int32_t)count;
}

static struct text join_key(struct arena *arena, const char *kind, struct text id)
{
    return memory_format(arena, "%s:%.*s", kind, TEXT_ARGUMENTS(id));
}

/* A message with one change; `id` is of what changes. The caller then fills in what the places of words mean. */
static struct catalogue_change *add_change(const struct statement *statement, const char *kind_name,
                                           enum catalogue_change_change_kind kind, const struct record_type *type,
                                           struct text id)
{
    struct arena *arena = statement->reading->arena;
    struct input *input = reading_add_input(statement->reading, statement->line, TOPIC_CATALOGUE, statement->time);
    struct catalogue_change *change = &input->as.catalogue_change;

    memcpy(&change->change.as, type->defaults, type->size);
    change->event_id = memory_format(arena, "x%d", (int)input->offset);
    change->change_set = memory_format(arena, "set-%d", (int)input->offset);
    change->occurred_at = statement->time;
    change->change.kind = kind;
    input->key = join_key(arena, kind_name, id);
    if (kind == CATALOGUE_CHANGE_CHANGE_PRICE) {
        change->change.as.price.currency = (struct text){"EUR", 3};
        change->change.as.price.effective_from = LONG_AGO;
    } else if (kind == CATALOGUE_CHANGE_CHANGE_TARIFF) {
        change->change.as.tariff.currency = (struct text){"EUR", 3};
    }
    set_part(statement, change);
    statement_set_fields(statement, &catalogue_change_record, change, type, &change->change.as);
    return change;
}

#define ADD_CHANGE(statement, upper, lower, id) \
    (&add_change((statement), #lower, CATALOGUE_CHANGE_CHANGE_##upper, &lower##_record, (id))->change.as.lower)

/* module ID [auto=ALL strict=no] */
static void read_module(const struct statement *statement)
{
    ADD_CHANGE(statement, MODULE, module, statement_word(statement, 1))->module_id = statement_word(statement, 1);
}

/* tariff ID modules=... enumeration=... default=... refund=... */
static void read_tariff(const struct statement *statement)
{
    ADD_CHANGE(statement, TARIFF, tariff, statement_word(statement, 1))->tariff_id = statement_word(statement, 1);
}

/* enumeration ID ITEM:INTERNAL_NAME... */
static void read_enumeration(const struct statement *statement)
{
    struct arena *arena = statement->reading->arena;
    struct enumeration *enumeration = ADD_CHANGE(statement, ENUMERATION, enumeration, statement_word(statement, 1));

    enumeration->enumeration_id = statement_word(statement, 1);
    for (uint32_t n = 2; n <= statement_words(statement); n++) {
        struct text word = statement_word(statement, n);
        const char *colon = memchr(word.data, ':', word.size);
        if (!colon)
            line_fail(statement->line, "ITEM:INTERNAL_NAME is wanted");
        uint32_t size = (uint32_t)(colon - word.data);
        *LIST_ADD(arena, enumeration->items.items, enumeration->items.count) =
            (struct enumeration_item){.item_id = {word.data, size}, .internal_name = {colon + 1, word.size - size - 1}};
    }
}

/* price TARIFF ITEM|base MONTHS AMOUNT [from=TIME] */
static void read_price(const struct statement *statement)
{
    struct price *price = ADD_CHANGE(statement, PRICE, price, statement_word(statement, 1));
    int64_t months;

    price->tariff_id = statement_word(statement, 1);
    if (!text_is(statement_word(statement, 2), "base"))
        price->item_id = statement_word(statement, 2);
    if (!value_integer(statement_word(statement, 3), &months) ||
        !value_money(statement_word(statement, 4), &price->amount_micros))
        line_fail(statement->line, "price TARIFF ITEM MONTHS AMOUNT is wanted");
    price->period_months = (int32_t)months;
}

static void set_named(const struct statement *statement, const struct record_type *type, const char *name, uint32_t n,
                      void *record)
{
    struct word word = {.value = statement_word(statement, n), .relation = '='};

    field_set(statement->reading->arena, statement->line, &word,
              field_find(type, (struct text){name, (uint32_t)strlen(name)}), record);
}

/* override tariff|module ID TEMPLATE on|off|auto */
static void read_override(const struct statement *statement)
{
    struct override *override = ADD_CHANGE(statement, OVERRIDE, override, statement_word(statement, 3));

    set_named(statement, &override_record, "scope", 1, override);
    override->scope_id = statement_word(statement, 2);
    override->template = statement_word(statement, 3);
    set_named(statement, &override_record, "setting", 4, override);
}

/* alias TEMPLATE SAME_AS */
static void read_alias(const struct statement *statement)
{
    struct alias *alias = ADD_CHANGE(statement, ALIAS, alias, statement_word(statement, 1));

    *alias = (struct alias){statement_word(statement, 1), statement_word(statement, 2)};
}

/* settings TEMPLATE [sort=] [title=] [tags=] */
static void read_settings(const struct statement *statement)
{
    struct text name = statement_word(statement, 1);

    ADD_CHANGE(statement, TEMPLATE_SETTINGS, template_settings, name)->template = name;
}

/* approve MODULE SCAN */
static void read_approval(const struct statement *statement)
{
    struct scan_approval *approval = ADD_CHANGE(statement, SCAN_APPROVAL, scan_approval, statement_word(statement, 1));

    *approval = (struct scan_approval){statement_word(statement, 1), statement_word(statement, 2)};
}

bool change_read(struct reading *reading, const struct line *line, uint32_t at, int64_t time)
{
    static const struct {
        const char *name;
        void (*read)(const struct statement *statement);
    } verbs[] = {
        {"module", read_module},     {"tariff", read_tariff},     {"enumeration", read_enumeration},
        {"price", read_price},       {"override", read_override}, {"alias", read_alias},
        {"settings", read_settings}, {"approve", read_approval},  {"template", statement_template},
        {"scan", statement_scan},
    };
    struct statement statement = {reading, line, at, time};

    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (text_is(line->words[at].value, verbs[i].name))
            return verbs[i].read(&statement), true;
    return false;
}
