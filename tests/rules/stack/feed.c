/* From a step to the message that it is about, well-formed or not. */
#include "place.h"

#include "tests/rules/runner_value.h"
#include "worker/cli/cluster/topics.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER = 5 }; /* magic byte, schema id */

static int64_t number(const struct step *step, const struct text *word)
{
    int64_t value = 0;

    if (word && !value_integer(*word, &value))
        line_fail(&step->line, "%.*s is no number", TEXT_ARGUMENTS(*word));
    return value;
}

static struct text hex(struct arena *arena, const struct step *step, struct text word)
{
    char *bytes = memory_take(arena, word.size / 2 + 1);

    for (uint32_t i = 0; i + 1 < word.size; i += 2) {
        char digits[] = {word.data[i], word.data[i + 1], 0}, *end;
        bytes[i / 2] = (char)strtoul(digits, &end, 16);
        if (*end)
            line_fail(&step->line, "%.*s are no hex digits", TEXT_ARGUMENTS(word));
    }
    return (struct text){bytes, word.size / 2};
}

static const char *encode(struct place *place, const struct input *input, struct text *ret_value)
{
    struct buffer buffer = {0};
    struct codec_result result =
        codec_encode(place->stack->codec, topic_row(input->topic)->records[0], &input->as, &buffer);

    if (result.status == CODEC_OK)
        *ret_value = memory_copy(&place->memory.arena, (const char *)buffer.data, buffer.size);
    buffer_release(&buffer);
    return result.status == CODEC_OK ? NULL : result.reason;
}

/* The length of the note is encoded, too: in as many bytes for each that is nearly as long. */
static const char *encode_padded(struct place *place, const struct step *step, struct text *ret_value)
{
    struct input input = *step->input;
    struct text *note = input.topic == TOPIC_ACCOUNT ? &input.as.account.note : &input.as.catalogue_change.reason;
    int64_t wanted = number(step, step->envelope.padded);
    const char *problem = NULL;

    if (input.topic != TOPIC_ACCOUNT && input.topic != TOPIC_CATALOGUE)
        return "padded= is for account events and catalogue changes";
    char *dots = memory_take(&place->memory.arena, (size_t)wanted + 1);
    *note = (struct text){memset(dots, '.', (size_t)wanted), (uint32_t)wanted};
    for (int i = 0; i < 2 && !problem; i++) {
        problem = encode(place, &input, ret_value);
        note->size -= ret_value->size - (uint32_t)wanted;
    }
    return problem ? problem : encode(place, &input, ret_value);
}

static void spoil(struct place *place, const struct step *step, struct text *value)
{
    struct arena *arena = &place->memory.arena;
    const struct envelope *envelope = &step->envelope;
    struct text extra = envelope->extra ? hex(arena, step, *envelope->extra) : (struct text){NULL, 0};
    char *bytes = memory_take(arena, value->size + extra.size + HEADER);
    int64_t id = number(step, envelope->schema), cut = number(step, envelope->cut);

    memcpy(bytes, value->data, value->size);
    if (extra.size)
        memcpy(bytes + value->size, extra.data, extra.size);
    if (envelope->magic)
        bytes[0] = hex(arena, step, *envelope->magic).data[0];
    for (int i = 1; envelope->schema && i < HEADER; i++)
        bytes[i] = (char)(id >> 8 * (HEADER - 1 - i));
    *value = (struct text){bytes, value->size + extra.size - (cut < value->size ? (uint32_t)cut : value->size)};
}

static const char *make_value(struct place *place, const struct step *step, struct text *ret_value)
{
    const struct envelope *envelope = &step->envelope;
    const char *problem =
        envelope->padded ? encode_padded(place, step, ret_value) : encode(place, step->input, ret_value);

    if (problem)
        return problem;
    if (envelope->value)
        *ret_value = (struct text){NULL, 0};
    else if (envelope->bytes)
        *ret_value = hex(&place->memory.arena, step, *envelope->bytes);
    else if (envelope->magic || envelope->schema || envelope->cut || envelope->extra)
        spoil(place, step, ret_value);
    return NULL;
}

static struct text make_key(const struct step *step)
{
    const struct text *key = step->envelope.key;

    if (!key)
        return step->input->key;
    return text_is(*key, "none") ? (struct text){NULL, 0} : *key;
}

static const char *send(struct place *place, uint32_t at)
{
    const struct step *step = &place->book_case->steps.items[at];
    struct fed *fed = &place->fed[at];
    const char *problem = make_value(place, step, &fed->value);

    if (problem)
        return problem;
    fed->key = make_key(step);
    place->fed_count++;
    return cluster_send(place->stack->cluster,
                        &(struct log_record){.topic = step->input->topic,
                                             .partition = step->envelope.partition
                                                              ? (int32_t)number(step, step->envelope.partition)
                                                              : LOG_PARTITION_BY_KEY,
                                             .has_key = fed->key.data != NULL,
                                             .has_value = fed->value.data != NULL,
                                             .key = fed->key,
                                             .value = fed->value},
                        at);
}

const char *feed(struct place *place, uint32_t first, uint32_t last)
{
    const char *problem = NULL;

    for (uint32_t i = first; i <= last && !problem; i++)
        problem = send(place, i);
    place->fed_until = last + 1;
    return problem ? problem : cluster_flush(place->stack->cluster, place->sent);
}
