/* A read_committed consumer of everything that the worker writes. */
#include "place.h"

#include "worker/cli/cluster/topics.h"

#include <stdlib.h>
#include <string.h>

static const enum topic outputs[] = {TOPIC_CHARGE,        TOPIC_NOTIFICATION,    TOPIC_DECISION,
                                     TOPIC_ACCOUNT_STATE, TOPIC_CATALOGUE_STATE, TOPIC_DEAD_LETTER};
enum { OUTPUTS = sizeof outputs / sizeof *outputs };

const char *read_back_open(struct place *place)
{
    char buffers[OUTPUTS][TOPIC_NAME];
    const char *names[OUTPUTS];
    const struct kafka_range range = {
        .topics = names, .topic_count = OUTPUTS, .partition = -1, .start = KAFKA_FROM_START, .follow = true};

    for (uint32_t i = 0; i < OUTPUTS; i++)
        names[i] = topic_full_name(place->prefix, outputs[i], buffers[i]);
    outcome_init(&place->seen.outcome, &place->memory.arena);
    int64_t until = stack_now() + (int64_t)STACK_PATIENCE_MS * 1000;
    struct result result;
    do
        result =
            kafka_reader_open(&place->stack->kafka, &range, STACK_PATIENCE_MS, &place->stack->reason, &place->reader);
    while (result.kind == RESULT_RETRY && stack_now() < until); /* leaders are being elected */
    return result.reason;
}

/* The record's text points into a copy of its bytes that lives as long as the case. */
static bool decode(struct place *place, const struct record_type *type, struct text value, void *ret_record)
{
    struct text own = memory_copy(&place->memory.arena, value.data, value.size);
    const struct record_codec *codec = &place->stack->record_codec;
    struct decode_answer answer = codec->decode(codec->context, type, own, &place->memory.arena, ret_record);

    if (answer.status != DECODE_OK)
        place->seen.problem =
            memory_format(&place->memory.arena, "%s cannot be decoded: %s", type->name, answer.message).data;
    return answer.status == DECODE_OK;
}

static void take_decisions(struct place *place, const struct kafka_record *record)
{
    struct decision_batch batch;

    if (!decode(place, &decision_batch_record, record->value, &batch))
        return;
    for (uint32_t i = 0; i < batch.decisions.count; i++) {
        *outcome_decision(&place->seen.outcome) = batch.decisions.items[i];
        place->seen.inputs += batch.decisions.items[i].origin == ORIGIN_INPUT;
    }
}

static struct text header(struct place *place, const struct kafka_record *record, const char *name)
{
    for (uint32_t i = 0; i < record->header_count; i++)
        if (!strcmp(record->headers[i].name, name))
            return memory_copy(&place->memory.arena, record->headers[i].value.data, record->headers[i].value.size);
    place->seen.problem = memory_format(&place->memory.arena, "a dead letter has no header %s", name).data;
    return memory_copy(&place->memory.arena, "", 0);
}

static int64_t number(struct place *place, const struct kafka_record *record, const char *name)
{
    return strtoll(header(place, record, name).data, NULL, 10);
}

static void take_dead_letter(struct place *place, const struct kafka_record *record)
{
    struct arena *arena = &place->memory.arena;
    struct text topic = header(place, record, "osbill.error.topic");
    uint32_t skip = (uint32_t)strlen(place->prefix);

    if (topic.size < skip || memcmp(topic.data, place->prefix, skip) != 0)
        place->seen.problem = "a dead letter names a topic of another installation";
    else
        topic = (struct text){topic.data + skip, topic.size - skip};
    *outcome_dead_letter(&place->seen.outcome) = (struct dead_letter){
        .topic = topic_find(topic),
        .partition = (int32_t)number(place, record, "osbill.error.partition"),
        .offset = number(place, record, "osbill.error.offset"),
        .key = record->has_key ? memory_copy(arena, record->key.data, record->key.size) : (struct text){NULL, 0},
        .value =
            record->has_value ? memory_copy(arena, record->value.data, record->value.size) : (struct text){NULL, 0},
        .code = header(place, record, "osbill.error.code").data,
        .message = header(place, record, "osbill.error.message")};
}

static void take_catalogue_state(struct place *place, const struct kafka_record *record)
{
    struct position position;

    if (!record->has_key || record->key.size < 2 || memcmp(record->key.data, "p:", 2) != 0)
        place->seen.states++;
    else if (decode(place, &position_record, record->value, &position))
        place->seen.lane_version = position.catalogue_version;
}

static bool take(void *context, const struct kafka_record *record)
{
    struct place *place = context;
    struct seen *seen = &place->seen;
    const char *name = record->topic + strlen(place->prefix);

    switch (topic_find((struct text){name, (uint32_t)strlen(name)})) {
    case TOPIC_CHARGE: decode(place, &charge_record, record->value, outcome_charge(&seen->outcome)); break;
    case TOPIC_NOTIFICATION:
        decode(place, &notification_record, record->value, outcome_notification(&seen->outcome));
        break;
    case TOPIC_DECISION: take_decisions(place, record); break;
    case TOPIC_DEAD_LETTER: take_dead_letter(place, record); break;
    case TOPIC_CATALOGUE_STATE: take_catalogue_state(place, record); break;
    default: seen->problem = mirror_take(place, record);
    }
    return !seen->problem;
}

const char *read_back(struct place *place, int timeout_ms)
{
    bool done;
    struct result result = kafka_reader_poll(place->reader, timeout_ms, take, place, &done);

    return result.kind == RESULT_STOP ? result.reason : place->seen.problem;
}
