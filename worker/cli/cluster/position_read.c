#include "worker/cli/cluster/position_read.h"

#include <stdlib.h>

#include "core/text.h"
#include "worker/cli/cluster/visit.h"
#include "worker/cli/common/print.h"
#include "worker/engine/keys.h"

/* P is the last record of its transaction, so it is among the last ones of the partition but for large transactions. */
enum { TAIL = 5000, CHUNK = 1 << 10, KEEP = 64 << 10 };

struct reading {
    struct context *context;
    enum topic topic;
    struct last_position *positions;
    int32_t count;
    enum exit_code code;
};

struct last_position *positions_new(int32_t count)
{
    struct last_position *positions = calloc((size_t)count, sizeof *positions);

    for (int32_t i = 0; positions && i < count; i++)
        memory_init(&positions[i].memory, CHUNK, KEEP);
    if (!positions)
        say("out of memory");
    return positions;
}

void positions_free(struct last_position *positions, int32_t count)
{
    for (int32_t i = 0; positions && i < count; i++)
        memory_clear(&positions[i].memory);
    free(positions);
}

static bool take(void *listener, const struct kafka_record *record)
{
    struct reading *reading = listener;
    char buffer[POSITION_KEY_MAX];
    bool lane = reading->topic == TOPIC_CATALOGUE_STATE, failed = false;
    struct text key = lane ? TEXT("p:lane") : position_key(record->partition, buffer);

    if (!record->has_value || !text_equal(record->key, key) || record->partition >= reading->count)
        return true;
    struct last_position *last = &reading->positions[record->partition];
    memory_reset(&last->memory);
    struct text own = memory_text(&last->memory, record->value, &failed);
    struct codec_result result = codec_decode(reading->context->codec, &position_record, own.data, own.size,
                                              &last->memory.arena, &last->position);
    last->found = !failed && result.status == CODEC_OK;
    last->offset = record->offset;
    if (!last->found)
        reading->code = failed ? EXIT_BROKEN : context_codec_failed("a position record", result);
    return last->found;
}

static enum exit_code read_some(struct reading *reading, int32_t partition, enum kafka_start start)
{
    const struct kafka_range range = {.partition = partition, .start = start, .value = TAIL};
    enum exit_code code = topic_visit(reading->context, reading->topic, range, take, reading, NULL);

    return code == EXIT_DONE ? reading->code : code;
}

enum exit_code positions_read(struct context *context, enum topic topic, int32_t partition,
                              struct last_position *positions, int32_t count)
{
    struct reading reading = {context, topic, positions, count, EXIT_DONE};
    enum exit_code code = read_some(&reading, partition, KAFKA_FROM_LATEST);

    for (int32_t i = 0; i < count && code == EXIT_DONE; i++)
        if (!positions[i].found && (partition < 0 || partition == i))
            code = read_some(&reading, i, KAFKA_FROM_START);
    return code;
}
