#include "worker/cli/cluster/decision_wait.h"

#include <stdlib.h>

#include "core/text.h"
#include "worker/cli/common/interrupt.h"
#include "worker/cli/common/moment.h"
#include "worker/cli/common/print.h"

enum { CHUNK = 256 << 10, SLICE_MS = 200, SLOTS_FIRST = 64 };

struct expected {
    int32_t partition;
    bool used, decided;
    int64_t offset;
};

struct decision_wait {
    struct context *context;
    struct text topic; /* without prefix */
    struct kafka_reader *reader;
    struct memory scratch;
    struct expected *slots; /* open addressing, at most half of them used */
    uint32_t mask, count, missing;
    void (*decided)(void *context, const struct decision *decision);
    void *listener;
    struct codec_result problem;
};

enum exit_code decision_wait_open(struct context *context, enum topic topic, struct decision_wait **ret)
{
    struct decision_wait *wait = calloc(1, sizeof *wait);

    *ret = wait;
    if (!wait) {
        say("out of memory");
        return EXIT_BROKEN;
    }
    wait->context = context;
    wait->topic = topic_name(topic);
    memory_init(&wait->scratch, CHUNK, CHUNK);
    return context_read(context, TOPIC_DECISION,
                        (struct kafka_range){.partition = -1, .start = KAFKA_FROM_END, .follow = true}, &wait->reader);
}

void decision_wait_close(struct decision_wait *wait)
{
    if (!wait)
        return;
    kafka_reader_close(wait->reader);
    memory_clear(&wait->scratch);
    free(wait->slots);
    free(wait);
}

static struct expected *slot_of(const struct decision_wait *wait, int32_t partition, int64_t offset)
{
    uint64_t hash = ((uint64_t)offset * 31 + (uint64_t)partition) * UINT64_C(0x9E3779B97F4A7C15);
    uint32_t at = (uint32_t)(hash >> 32) & wait->mask;

    while (wait->slots[at].used && (wait->slots[at].partition != partition || wait->slots[at].offset != offset))
        at = (at + 1) & wait->mask;
    return &wait->slots[at];
}

static bool grow(struct decision_wait *wait)
{
    struct expected *old = wait->slots;
    uint32_t room = old ? wait->mask + 1 : 0, larger = room ? room * 2 : SLOTS_FIRST;
    struct expected *slots = calloc(larger, sizeof *slots);

    if (!slots)
        return false;
    wait->slots = slots;
    wait->mask = larger - 1;
    for (uint32_t i = 0; i < room; i++)
        if (old[i].used)
            *slot_of(wait, old[i].partition, old[i].offset) = old[i];
    free(old);
    return true;
}

bool decision_wait_expect(struct decision_wait *wait, int32_t partition, int64_t offset)
{
    if ((!wait->slots || wait->count * 2 > wait->mask) && !grow(wait))
        return false;
    *slot_of(wait, partition, offset) = (struct expected){.partition = partition, .used = true, .offset = offset};
    wait->count++;
    wait->missing++;
    return true;
}

static void look_at(struct decision_wait *wait, const struct decision *decision)
{
    if (decision->origin != ORIGIN_INPUT || !text_equal(decision->caused_by.topic, wait->topic))
        return;
    struct expected *slot = slot_of(wait, decision->caused_by.partition, decision->caused_by.offset);
    if (!slot->used || slot->decided)
        return;
    slot->decided = true;
    wait->missing--;
    wait->decided(wait->listener, decision);
}

static bool take(void *context, const struct kafka_record *record)
{
    struct decision_wait *wait = context;
    struct decision_batch batch;

    memory_reset(&wait->scratch);
    struct codec_result result = codec_decode(wait->context->codec, &decision_batch_record, record->value.data,
                                              record->value.size, &wait->scratch.arena, &batch);
    if (result.status != CODEC_OK) {
        wait->problem = result;
        return false;
    }
    for (uint32_t i = 0; i < batch.decisions.count; i++)
        look_at(wait, &batch.decisions.items[i]);
    return wait->missing > 0;
}

enum exit_code decision_wait_run(struct decision_wait *wait, int64_t timeout_ms,
                                 void (*decided)(void *context, const struct decision *decision), void *context)
{
    int64_t deadline = moment_now() + timeout_ms;
    bool done;

    wait->decided = decided;
    wait->listener = context;
    while (wait->missing && !interrupted() && moment_now() < deadline) {
        struct result result = kafka_reader_poll(wait->reader, SLICE_MS, take, wait, &done);
        if (wait->problem.status != CODEC_OK)
            return context_codec_failed("decision", wait->problem);
        if (result.kind == RESULT_STOP)
            return context_failed("decision", result);
    }
    if (!wait->missing)
        return EXIT_DONE;
    say("%u of %u not decided yet: is an `osbill worker` of this installation running? What was published stays and "
        "will be decided",
        wait->missing, wait->count);
    return EXIT_UNAVAILABLE;
}
