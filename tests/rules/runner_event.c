/* Steps that are account events, orders and installations. */
#include "runner_case.h"
#include "runner_field.h"
#include "runner_value.h"

#include <string.h>

struct verb {
    const char *name;
    enum topic topic;
    int kind;
    const char *first; /* the field that the first bare word is; NULL: none */
};

static const struct verb verbs[] = {
    {"opened", TOPIC_ACCOUNT, ACCOUNT_KIND_OPENED, NULL},
    {"deposit", TOPIC_ACCOUNT, ACCOUNT_KIND_DEPOSIT, "amount"},
    {"withdrawal", TOPIC_ACCOUNT, ACCOUNT_KIND_WITHDRAWAL, "amount"},
    {"credit-limit", TOPIC_ACCOUNT, ACCOUNT_KIND_CREDIT_LIMIT, "amount"},
    {"frozen", TOPIC_ACCOUNT, ACCOUNT_KIND_FROZEN, NULL},
    {"unfrozen", TOPIC_ACCOUNT, ACCOUNT_KIND_UNFROZEN, NULL},
    {"closed", TOPIC_ACCOUNT, ACCOUNT_KIND_CLOSED, NULL},
    {"waived", TOPIC_ACCOUNT, ACCOUNT_KIND_CASE_WAIVED, "case"},
    {"placed", TOPIC_ORDER, ORDER_KIND_PLACED, "template"},
    {"renewed", TOPIC_ORDER, ORDER_KIND_RENEWED, "template"},
    {"tariff-changed", TOPIC_ORDER, ORDER_KIND_TARIFF_CHANGED, "template"},
    {"cancelled", TOPIC_ORDER, ORDER_KIND_CANCELLED, "template"},
    {"installed", TOPIC_OS_INSTALLED, 0, "template"},
};

static const struct word standard[] = {
    {{"account", 7}, {"a1", 2}, '='}, {{"vps", 3}, {"v1", 2}, '='},   {{"module", 6}, {"m1", 2}, '='},
    {{"tariff", 6}, {"s", 1}, '='},   {{"months", 6}, {"1", 1}, '='}, {{"source", 6}, {"REINSTALL", 9}, '='},
};

struct text case_event_id(const struct input *input)
{
    switch (input->topic) {
    case TOPIC_TEMPLATE_DISCOVERED: return input->as.template_discovered.event_id;
    case TOPIC_CATALOGUE: return input->as.catalogue_change.event_id;
    case TOPIC_ACCOUNT: return input->as.account.event_id;
    case TOPIC_ORDER: return input->as.order.event_id;
    default: return input->as.os_installed.event_id;
    }
}

struct input *reading_add_input(struct reading *reading, const struct line *line, enum topic topic, int64_t time)
{
    struct step *step = reading_add_step(reading, line, STEP_INPUT, time);
    bool lane = topic == TOPIC_TEMPLATE_DISCOVERED || topic == TOPIC_CATALOGUE;

    envelope_read(reading, line, step);
    step->input = memory_take(reading->arena, sizeof *step->input);
    step->input->topic = topic;
    step->input->partition = lane ? 0 : RULEBOOK_PARTITION;
    step->input->offset = reading->offsets[topic]++;
    step->input->value = memory_format(reading->arena, "step %u", reading->book_case->steps.count - 1);
    return step->input;
}

const struct input *case_input(const struct book_case *book_case, struct text value)
{
    for (uint32_t i = 0; i < book_case->steps.count; i++) {
        const struct input *input = book_case->steps.items[i].input;
        if (input && input->value.size == value.size && memcmp(input->value.data, value.data, value.size) == 0)
            return input;
    }
    return NULL;
}

static const struct record_type *record_type_of(enum topic topic)
{
    return topic == TOPIC_ACCOUNT ? &account_event_record : topic == TOPIC_ORDER ? &order_record : &os_installed_record;
}

/* Sets what the record has; the line's own words must all be known. */
static void set_words(struct reading *reading, const struct line *line, const struct word *words, uint32_t count,
                      bool strictly, struct input *input)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!words[i].relation || text_is(words[i].key, "arrives") || envelope_has(words[i].key))
            continue;
        const struct field_type *field = field_find(record_type_of(input->topic), words[i].key);
        if (field)
            field_set(reading->arena, line, &words[i], field, &input->as);
        else if (strictly)
            line_fail(line, "the event has no field %.*s", TEXT_ARGUMENTS(words[i].key));
    }
}

static void set_key(struct input *input)
{
    input->key = input->topic == TOPIC_ACCOUNT ? input->as.account.account_id
                 : input->topic == TOPIC_ORDER ? input->as.order.account_id
                                               : input->as.os_installed.account_id;
}

/* v7 is ordered by o7 unless the line says otherwise. */
static struct text order_of(struct arena *arena, struct text vps_id)
{
    uint32_t skip = vps_id.size > 1 && vps_id.data[0] == 'v';

    return memory_format(arena, "o%.*s", (int)(vps_id.size - skip), vps_id.data + skip);
}

/* What follows from the rest of the line when the line does not say it. */
static void derive(struct reading *reading, const struct line *line, struct input *input, int64_t time)
{
    struct order *order = &input->as.order;
    bool first = order->kind == ORDER_KIND_PLACED || order->kind == ORDER_KIND_RENEWED;

    if (input->topic == TOPIC_ORDER) {
        if (!line_value(line, "order"))
            order->order_id = order_of(reading->arena, order->vps_id);
        if (!line_value(line, "start"))
            order->period_start = first ? time : reading->period_start;
        reading->period_start = order->period_start;
    } else if (input->topic == TOPIC_OS_INSTALLED && !line_value(line, "at")) {
        input->as.os_installed.installed_at = time;
    }
    set_key(input);
}

static void start_record(struct reading *reading, const struct verb *verb, struct input *input, int64_t time)
{
    struct text event_id = memory_format(reading->arena, "%c%d", reading->id_letter, ++reading->events);
    struct text currency = {verb->kind <= ACCOUNT_KIND_CREDIT_LIMIT ? "EUR" : "", 0};

    currency.size = (uint32_t)strlen(currency.data);
    if (verb->topic == TOPIC_ACCOUNT)
        input->as.account = (struct account_event){
            .event_id = event_id, .occurred_at = time, .kind = (enum account_kind)verb->kind, .currency = currency};
    else if (verb->topic == TOPIC_ORDER)
        input->as.order =
            (struct order){.event_id = event_id, .occurred_at = time, .kind = (enum order_kind)verb->kind};
    else
        input->as.os_installed = (struct os_installed){.event_id = event_id, .occurred_at = time};
}

static void read_event(struct reading *reading, const struct line *line, const struct verb *verb, uint32_t at,
                       int64_t time)
{
    struct input *input = reading_add_input(reading, line, verb->topic, time);
    const struct line *defaults = &reading->defaults;

    start_record(reading, verb, input, time);
    set_words(reading, line, standard, sizeof standard / sizeof *standard, false, input);
    set_words(reading, line, defaults->words, defaults->count, false, input);
    set_words(reading, line, line->words + at, line->count - at, true, input);
    for (uint32_t i = at + 1; i < line->count; i++) {
        if (line->words[i].relation)
            continue;
        if (i != at + 1 || !verb->first)
            line_fail(line, "%.*s: what is this?", TEXT_ARGUMENTS(line->words[i].value));
        struct word word = {{verb->first, (uint32_t)strlen(verb->first)}, line->words[i].value, '='};
        set_words(reading, line, &word, 1, true, input);
    }
    derive(reading, line, input, time);
}

/* funded AMOUNT: an account is opened and gets its first deposit. */
static void read_funded(struct reading *reading, const struct line *line, uint32_t at, int64_t time)
{
    struct line opened = *line;

    opened.words = NULL;
    opened.count = 0;
    for (uint32_t i = 0; i < line->count; i++)
        if (i <= at || line->words[i].relation)
            *LIST_ADD(reading->arena, opened.words, opened.count) = line->words[i];
    read_event(reading, &opened, &verbs[ACCOUNT_KIND_OPENED], at, time);
    read_event(reading, line, &verbs[ACCOUNT_KIND_DEPOSIT], at, time);
}

/* again EVENT [field=value...]: the same event once more, perhaps changed. */
static void read_again(struct reading *reading, const struct line *line, uint32_t at, int64_t time)
{
    struct step_list *steps = &reading->book_case->steps;
    const struct input *first = NULL;

    if (line->count < at + 2)
        line_fail(line, "again which event?");
    for (uint32_t i = 0; i < steps->count && !first; i++)
        if (steps->items[i].input && text_is(case_event_id(steps->items[i].input), line->words[at + 1].value.data))
            first = steps->items[i].input;
    if (!first || first->topic < TOPIC_ACCOUNT)
        line_fail(line, "no account event, order or installation has the id %.*s",
                  TEXT_ARGUMENTS(line->words[at + 1].value));
    struct input *input = reading_add_input(reading, line, first->topic, time);
    input->as = first->as;
    set_words(reading, line, line->words + at + 2, line->count - at - 2, true, input);
    set_key(input);
}

bool event_read(struct reading *reading, const struct line *line, uint32_t at, int64_t time)
{
    struct text name = line->words[at].value;

    if (text_is(name, "funded"))
        return read_funded(reading, line, at, time), true;
    if (text_is(name, "again"))
        return read_again(reading, line, at, time), true;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (text_is(name, verbs[i].name))
            return read_event(reading, line, &verbs[i], at, time), true;
    return false;
}
