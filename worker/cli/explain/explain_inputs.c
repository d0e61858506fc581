/* The inputs themselves, each by one exact read, and dead letters. */
#include "core/text.h"
#include "worker/cli/common/record_field.h"
#include "worker/cli/explain/explain_find.h"

enum { INPUTS_MAX = 16 };

/* --- inputs --- */

struct fetch {
    struct explaining *explaining;
    struct found_input *into;
};

static bool take_input(void *context, const struct kafka_record *record)
{
    const struct fetch *fetch = context;
    struct explaining *explaining = fetch->explaining;
    struct found_input *into = fetch->into;

    if (record->offset != into->place.offset)
        return false;
    void *own = memory_zeroed(&explaining->context.memory, 1, into->type->size);
    if (!own)
        return explain_no_memory(explaining);
    if (explain_keep(explaining, into->type, record, own))
        into->record = own;
    else
        into->problem = "it cannot be read as what its topic holds";
    return false;
}

static void fetch_input(struct explaining *explaining, const struct record_place *place)
{
    const struct kafka_range range = {
        .partition = place->partition, .start = KAFKA_FROM_OFFSET, .value = place->offset};
    struct found_input *into = found_add(&explaining->context.memory, &explaining->all.inputs, sizeof *into);
    struct fetch fetch = {explaining, into};

    if (!into) {
        (void)explain_no_memory(explaining);
        return;
    }
    *into = (struct found_input){*place, topic_row(place->topic)->records[0], NULL, "retention has deleted it"};
    if (explain_read(explaining, place->topic, range, take_input, &fetch) && into->record)
        into->problem = NULL;
}

/* A redelivery is the same message again; what timers do names the input that opened the case. */
static bool is_redelivery(const struct explanation *all, const struct decision *decision)
{
    return decision->verdict == VERDICT_DUPLICATE && all->inputs.count > 0;
}

void explain_gather_inputs(struct explaining *explaining)
{
    struct explanation *all = &explaining->all;

    for (uint32_t i = 0; i < all->decisions.count && all->inputs.count < INPUTS_MAX; i++) {
        const struct decision *decision = &all->decisions.items[i].decision;
        const struct record_place place = place_of(&decision->caused_by);
        if (place.topic >= TOPIC_INPUTS || find_input(all, &place) || is_redelivery(all, decision))
            continue;
        fetch_input(explaining, &place);
        if (explaining->code != EXIT_DONE)
            return;
    }
}

/* --- dead letters --- */

/* Its own bytes say the id, though no Decision that was read does. */
static bool holds_id(struct explaining *explaining, const struct kafka_record *record, const struct record_place *input)
{
    if (input->topic >= TOPIC_INPUTS)
        return false;
    const struct record_type *type = topic_row(input->topic)->records[0];
    struct input decoded;
    return explain_look(explaining, type, record, &decoded.as) &&
           text_equal(record_text(type, &decoded.as, "event_id"), explaining->all.id);
}

static bool is_one_of_ours(struct explaining *explaining, const struct kafka_record *record,
                           const struct record_place *input)
{
    const struct explanation *all = &explaining->all;

    for (uint32_t i = 0; i < all->decisions.count; i++) {
        const struct record_place place = place_of(&all->decisions.items[i].decision.caused_by);
        if (id_has(&all->events, all->decisions.items[i].decision.event_id) && record_place_equal(&place, input))
            return true;
    }
    return !all->decisions.count && holds_id(explaining, record, input);
}

static bool take_dead_letter(void *context, const struct kafka_record *record)
{
    struct explaining *explaining = context;
    struct memory *memory = &explaining->context.memory;
    const struct record_place input = dead_letter_input(record, explaining->context.config->topic_prefix);
    bool failed = false;

    if (!is_one_of_ours(explaining, record, &input))
        return explaining->code == EXIT_DONE;
    struct found_dead_letter *found = found_add(memory, &explaining->all.dead_letters, sizeof *found);
    if (!found)
        return explain_no_memory(explaining);
    *found = (struct found_dead_letter){
        record_place_of(TOPIC_DEAD_LETTER, record),
        input,
        memory_text(memory, record_header(record, "osbill.error.code"), &failed),
        memory_text(memory, record_header(record, "osbill.error.message"), &failed),
        memory_text(memory, record_header(record, "osbill.error.at"), &failed),
    };
    return !failed || explain_no_memory(explaining);
}

static bool may_be_dead(const struct explanation *all)
{
    struct deed deed;

    for (uint32_t i = 0; i < all->decisions.count; i++)
        for (uint32_t k = 0; deed_of(&all->decisions.items[i].decision, k, &deed); k++)
            if (deed.verdict == VERDICT_DEAD_LETTER || deed.verdict == VERDICT_CONFLICT)
                return true;
    return all->decisions.count == 0;
}

void explain_gather_dead_letters(struct explaining *explaining)
{
    struct kafka_range range = {.partition = -1, .start = KAFKA_FROM_TIME, .value = explain_since(&explaining->all)};

    if (!explaining->all.decisions.count) {
        range = explaining->from;
        range.partition = -1;
    }
    if (may_be_dead(&explaining->all))
        (void)explain_read(explaining, TOPIC_DEAD_LETTER, range, take_dead_letter, explaining);
}
