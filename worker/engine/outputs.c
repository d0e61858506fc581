/* The records of a transaction, in the order in which each topic and partition is to get them
 * (rules.md 8): charges, notifications, decisions, dead letters, the changed states once per key, P last. */
#include "worker/engine/inside.h"

#include <stdarg.h>
#include <stdio.h>

enum { RECORD_OVERHEAD = 128, DEAD_LETTER_HEADERS = 6 };

/* The outputs are at fault, not the circumstances: the same ones would fail again. */
void poison(struct engine *engine, bool too_large, const char *format, ...)
{
    struct round *round = &engine->round;
    va_list arguments;

    if (round->poisoned)
        return;
    round->poisoned = true;
    round->too_large = too_large;
    va_start(arguments, format);
    vsnprintf(round->cause, sizeof round->cause, format, arguments);
    va_end(arguments);
}

static struct log_record *add_record(struct engine *engine)
{
    struct round *round = &engine->round;

    if (round->record_count == round->record_room) {
        uint32_t room = round->record_room ? round->record_room * 2 : 256;
        struct log_record *grown = memory_zeroed(&round->memory, room, sizeof *grown);
        if (!grown) {
            fail(engine, "out of memory");
            return NULL;
        }
        if (round->record_count)
            memcpy(grown, round->records, round->record_count * sizeof *grown);
        round->records = grown;
        round->record_room = room;
    }
    return &round->records[round->record_count++];
}

static struct text encode(struct engine *engine, const struct record_type *type, const void *record)
{
    struct text bytes = engine->codec->encode(engine->codec->context, type, record, &engine->round.memory.arena);

    if (!bytes.data)
        fail(engine, "a record of type %s cannot be encoded: out of memory, or its schema has no id", type->name);
    return bytes;
}

/* value.data NULL: a tombstone. */
static void put(struct engine *engine, enum topic topic, int32_t partition, struct text key, struct text value)
{
    if (key.size + value.size + RECORD_OVERHEAD > engine->config.max_record_bytes) {
        poison(engine, true, "a record of topic %.*s has %u bytes, the topic takes %u", (int)topic_name(topic).size,
               topic_name(topic).data, key.size + value.size, engine->config.max_record_bytes);
        return;
    }
    struct log_record *record = add_record(engine);
    if (record)
        *record = (struct log_record){
            .topic = topic,
            .partition = partition,
            .has_key = key.data != NULL,
            .has_value = value.data != NULL,
            .key = key,
            .value = value,
        };
}

bool going_well(const struct engine *engine)
{
    return !engine->round.poisoned && engine->failure.kind != RESULT_STOP;
}

static void put_outputs(struct engine *engine, const struct round_part *rp)
{
    const struct outcome *outcome = &rp->outcome;

    for (uint32_t i = 0; going_well(engine) && i < outcome->charges.count; i++) {
        const struct charge *charge = &outcome->charges.items[i];
        struct text value = encode(engine, &charge_record, charge);
        if (value.data)
            put(engine, TOPIC_CHARGE, rp->part->partition, charge->account_id, value);
    }
    for (uint32_t i = 0; going_well(engine) && i < outcome->notifications.count; i++) {
        const struct notification *note = &outcome->notifications.items[i];
        struct text value = encode(engine, &notification_record, note);
        if (value.data)
            put(engine, TOPIC_NOTIFICATION, LOG_PARTITION_BY_KEY,
                note->account_id.size ? note->account_id : note->module_id, value);
    }
}

/* One record for the decisions of a partition; halved until it fits the topic. */
static void put_decisions(struct engine *engine, const struct round_part *rp, struct decision *items, uint32_t count)
{
    struct decision_batch batch = {
        .partition = part_is_lane(rp->part) ? -1 : rp->part->partition,
        .seq = rp->to.seq,
        .decided_at = rp->to.now,
        .decisions = {items, count},
    };

    if (count == 0 || !going_well(engine))
        return;
    struct text value = encode(engine, &decision_batch_record, &batch);
    if (!value.data)
        return;
    if (value.size + RECORD_OVERHEAD <= engine->config.max_record_bytes || count == 1) {
        put(engine, TOPIC_DECISION, rp->part->inputs[0].partition, (struct text){NULL, 0}, value);
        return;
    }
    put_decisions(engine, rp, items, count / 2);
    put_decisions(engine, rp, items + count / 2, count - count / 2);
}

static struct log_header *dead_letter_headers(struct engine *engine, const struct dead_letter *dead, int64_t now)
{
    struct memory *memory = &engine->round.memory;
    struct log_header *headers = memory_zeroed(memory, DEAD_LETTER_HEADERS, sizeof *headers);

    if (!headers)
        return NULL;
    headers[0] = (struct log_header){"osbill.error.code", {dead->code, (uint32_t)strlen(dead->code)}};
    headers[1] = (struct log_header){"osbill.error.message", dead->message};
    headers[2] = (struct log_header){"osbill.error.topic",
                                     TEXT_JOIN(&memory->arena, engine->here.prefix, topic_name(dead->topic))};
    headers[3] = (struct log_header){"osbill.error.partition", text_from_int(&memory->arena, dead->partition)};
    headers[4] = (struct log_header){"osbill.error.offset", text_from_int(&memory->arena, dead->offset)};
    headers[5] = (struct log_header){"osbill.error.at", text_from_millis(&memory->arena, now)};
    return headers;
}

/* Larger than the topic takes: by reference, the headers say where the input is (design.md, "Aborts"). */
static void put_dead_letters(struct engine *engine, const struct round_part *rp)
{
    for (uint32_t i = 0; going_well(engine) && i < rp->outcome.dead_letters.count; i++) {
        const struct dead_letter *dead = &rp->outcome.dead_letters.items[i];
        size_t size = (size_t)dead->key.size + dead->value.size + dead->message.size + (size_t)4 * RECORD_OVERHEAD;
        bool fits = size <= engine->config.max_dead_letter_bytes;
        struct log_header *headers = dead_letter_headers(engine, dead, rp->to.now);
        struct log_record *record = headers ? add_record(engine) : NULL;
        if (!record) {
            fail(engine, "out of memory");
            return;
        }
        *record = (struct log_record){
            .topic = TOPIC_DEAD_LETTER,
            .partition = LOG_PARTITION_BY_KEY,
            .has_key = fits && dead->key.data,
            .has_value = fits && dead->value.data,
            .key = fits ? dead->key : (struct text){NULL, 0},
            .value = fits ? dead->value : (struct text){NULL, 0},
            .headers = headers,
            .header_count = DEAD_LETTER_HEADERS,
        };
    }
}

static void encode_state(struct engine *engine, struct state *state)
{
    if (state->value && !state->bytes.data)
        state->bytes = encode(engine, state_record_type(state->kind), state->value);
}

void encode_edited(struct engine *engine, struct round_part *rp)
{
    for (const struct overlay_undo *edit = rp->overlay.undo; edit != rp->encoded; edit = edit->below)
        encode_state(engine, edit->state);
    rp->encoded = rp->overlay.undo;
}

static void put_states(struct engine *engine, struct round_part *rp)
{
    rp->changed = arena_alloc(&engine->round.memory.arena, (rp->overlay.count + 1U) * sizeof *rp->changed, 8);
    if (!rp->changed) {
        fail(engine, "out of memory");
        return;
    }
    rp->state_first = engine->round.record_count;
    for (struct state *state = rp->overlay.first; state && going_well(engine); state = state->next) {
        if (!state_changed(state))
            continue;
        encode_state(engine, state); /* unless it is already; an edit that was taken back forgot the bytes, too */
        if (state->value && !state->bytes.data)
            return;
        put(engine, TOPIC_ACCOUNT_STATE, rp->part->partition, state->key, state->bytes);
        rp->changed[rp->state_count++] = (struct changed_state){state, state->hash};
    }
}

static void put_position(struct engine *engine, const struct round_part *rp)
{
    char buffer[POSITION_KEY_MAX];
    bool lane = part_is_lane(rp->part), failed = false;
    uint32_t count;
    const enum topic *topics = part_topics(rp->part, &count);
    struct text key = lane ? TEXT("p:lane") : position_key(rp->part->partition, buffer);
    struct text value = place_encode(engine->codec, &rp->to, topics, count, &engine->here, &engine->round.memory.arena);

    key = memory_text(&engine->round.memory, key, &failed);
    if (failed || !value.data)
        fail(engine, "the position cannot be encoded: out of memory, or its schema has no id");
    else
        put(engine, lane ? TOPIC_CATALOGUE_STATE : TOPIC_ACCOUNT_STATE, rp->part->inputs[0].partition, key, value);
}

/* For lane.c: one record of catalogue-state. */
bool prepare_state(struct engine *engine, struct text key, const struct catalogue_state *state)
{
    struct text value = {NULL, 0};

    if (state) {
        value = encode(engine, &catalogue_state_record, state);
        if (!value.data)
            return false;
    }
    put(engine, TOPIC_CATALOGUE_STATE, 0, key, value);
    return going_well(engine);
}

void put_transaction(struct engine *engine, struct round_part *rp)
{
    put_outputs(engine, rp);
    put_decisions(engine, rp, rp->outcome.decisions.items, rp->outcome.decisions.count);
    put_dead_letters(engine, rp);
    if (part_is_lane(rp->part))
        lane_prepare(engine, rp);
    else
        put_states(engine, rp);
    put_position(engine, rp);
}
