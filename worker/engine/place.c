#include "worker/engine/place.h"

#include <inttypes.h>
#include <stdio.h>

#include "worker/engine/engine.h"

bool totals_copy(const struct currency_total_array *from, struct memory *memory,
                 struct currency_total_array *ret_totals)
{
    bool failed = false;
    struct currency_total *items = memory_zeroed(memory, from->count + 1U, sizeof *items);

    if (!items)
        return false;
    for (uint32_t i = 0; i < from->count; i++) {
        items[i] = from->items[i];
        items[i].currency = memory_text(memory, from->items[i].currency, &failed);
    }
    *ret_totals = (struct currency_total_array){items, from->count};
    return !failed;
}

static void read_inputs(const struct position *position, const enum topic *topics, uint32_t topic_count,
                        struct place *place)
{
    for (uint32_t i = 0; i < PART_INPUTS; i++)
        place->inputs[i] = (struct place_input){.next = -1, .last = -1};
    for (uint32_t k = 0; k < position->inputs.count; k++) {
        const struct input_position *input = &position->inputs.items[k];
        for (uint32_t i = 0; i < topic_count; i++)
            if (text_equal(input->topic, topic_name(topics[i])))
                place->inputs[i] = (struct place_input){input->next_offset, input->last_offset, input->last_hash};
    }
}

static enum place_status judge(const struct position *position, const struct installation *here)
{
    if (position->format > ENGINE_FORMAT)
        return PLACE_NEWER;
    if (!text_equal(position->cluster_id, here->cluster_id) || !text_equal(position->prefix, here->prefix) ||
        position->partitions != here->partitions)
        return PLACE_STRANGER;
    if (!text_empty(position->group) && !text_equal(position->group, here->group))
        return PLACE_STRANGER; /* two groups do not fence each other: both would decide */
    return PLACE_OK;
}

enum place_status place_decode(const struct record_codec *codec, struct text bytes, const enum topic *topics,
                               uint32_t topic_count, const struct installation *here, struct memory *memory,
                               struct place *ret_place, struct installation *ret_of)
{
    struct position position;
    bool failed = false;
    struct text own = memory_text(memory, bytes, &failed);

    if (failed)
        return PLACE_NO_MEMORY;
    struct decode_answer answer = codec->decode(codec->context, &position_record, own, &memory->arena, &position);
    switch (answer.status) {
    case DECODE_OK: break;
    case DECODE_BAD: return PLACE_UNREADABLE;
    case DECODE_UNAVAILABLE: return PLACE_UNAVAILABLE;
    case DECODE_NO_MEMORY: return PLACE_NO_MEMORY;
    }
    *ret_place = (struct place){
        .seq = position.seq,
        .nonce = position.nonce,
        .complete_below = position.complete_below,
        .written_at = position.written_at,
        .catalogue_version = position.catalogue_version,
        .held_version = position.held_version,
        .now = position.now,
        .format = position.format,
    };
    read_inputs(&position, topics, topic_count, ret_place);
    *ret_of = (struct installation){position.cluster_id, position.prefix, position.group, position.partitions};
    if (!totals_copy(&position.totals, memory, &ret_place->totals))
        return PLACE_NO_MEMORY;
    return judge(&position, here);
}

struct text place_encode(const struct record_codec *codec, const struct place *place, const enum topic *topics,
                         uint32_t topic_count, const struct installation *here, struct arena *arena)
{
    struct input_position inputs[PART_INPUTS];

    for (uint32_t i = 0; i < topic_count; i++)
        inputs[i] = (struct input_position){topic_name(topics[i]), place->inputs[i].next, place->inputs[i].hash,
                                            place->inputs[i].last};
    struct position position = {
        .seq = place->seq,
        .nonce = place->nonce,
        .inputs = {inputs, topic_count},
        .complete_below = place->complete_below,
        .written_at = place->written_at,
        .catalogue_version = place->catalogue_version,
        .held_version = place->held_version,
        .now = place->now,
        .format = place->format,
        .cluster_id = here->cluster_id,
        .prefix = here->prefix,
        .group = here->group,
        .partitions = here->partitions,
        .totals = place->totals,
    };
    return codec->encode(codec->context, &position_record, &position, arena);
}

enum { SEQ_DIGITS = 18 }; /* fewer than would overflow */

struct text place_metadata(const struct place *place, struct arena *arena)
{
    static const char digits[] = "0123456789abcdef";
    char *buffer = arena_alloc(arena, 64, 1);
    int size;

    if (!buffer)
        return (struct text){NULL, 0};
    size = snprintf(buffer, 31, "%" PRId64 " ", place->seq);
    for (unsigned i = 0; i < sizeof place->nonce.bytes; i++) {
        buffer[size++] = digits[place->nonce.bytes[i] >> 4];
        buffer[size++] = digits[place->nonce.bytes[i] & 15];
    }
    return (struct text){buffer, (uint32_t)size};
}

int64_t place_metadata_seq(struct text metadata)
{
    int64_t seq = 0;
    uint32_t i = 0;

    for (; i < metadata.size && i < SEQ_DIGITS && metadata.data[i] >= '0' && metadata.data[i] <= '9'; i++)
        seq = seq * 10 + (metadata.data[i] - '0');
    return i > 0 && i < metadata.size && metadata.data[i] == ' ' && metadata.size == i + 33 ? seq : 0;
}
