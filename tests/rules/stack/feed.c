#include "place.h"

#include "worker/cli/topics.h"

static const void *record_of(const struct input *input)
{
    return &input->as;
}

static const char *encode(struct place *place, const struct input *input, struct text *ret_value)
{
    struct buffer buffer = {0};
    struct codec_result result =
        codec_encode(place->stack->codec, topic_row(input->topic)->records[0], record_of(input), &buffer);

    if (result.status == CODEC_OK)
        *ret_value = memory_copy(&place->memory.arena, (const char *)buffer.data, buffer.size);
    buffer_release(&buffer);
    return result.status == CODEC_OK ? NULL : result.reason;
}

static const char *send(struct place *place, uint32_t number)
{
    const struct input *input = place->book_case->steps.items[number].input;
    struct fed *fed = &place->fed[number];
    const char *problem = encode(place, input, &fed->value);

    if (problem)
        return problem;
    fed->key = input->key;
    place->fed_count++;
    return cluster_send(place->stack->cluster,
                        &(struct log_record){.topic = input->topic,
                                             .partition = LOG_PARTITION_BY_KEY,
                                             .has_key = true,
                                             .has_value = true,
                                             .key = fed->key,
                                             .value = fed->value},
                        number);
}

const char *feed(struct place *place, uint32_t first, uint32_t last)
{
    const char *problem = NULL;

    for (uint32_t i = first; i <= last && !problem; i++)
        problem = send(place, i);
    place->fed_until = last + 1;
    return problem ? problem : cluster_flush(place->stack->cluster, place->sent);
}
