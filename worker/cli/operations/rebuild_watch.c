/* What osbill rebuild must know of a partition before, and how far its worker is. */
#include <inttypes.h>
#include <time.h>

#include "core/text.h"
#include "worker/cli/common/interrupt.h"
#include "worker/cli/common/print.h"
#include "worker/cli/common/system_clock.h"
#include "worker/cli/operations/rebuild.h"
#include "worker/engine/keys.h"

enum { LOOK_MS = 100, TRIES = 10, TRY_MS = 500 };

static void pause_ms(int64_t milliseconds)
{
    const struct timespec time = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};

    (void)nanosleep(&time, NULL);
}

/* Bytes that are no position are no reason to keep them. */
static enum exit_code read_position(struct rebuilding *rebuilding, struct text bytes, struct position *ret)
{
    struct memory *memory = &rebuilding->context.memory;
    bool failed = false;
    struct text own = memory_text(memory, bytes, &failed);
    struct codec_result result =
        codec_decode(rebuilding->context.codec, &position_record, own.data, own.size, &memory->arena, ret);

    if (failed)
        return EXIT_BROKEN;
    if (result.status == CODEC_OK)
        return EXIT_DONE;
    *ret = (struct position){.seq = 0};
    return codec_status_action(result.status) == CODEC_DEAD_LETTER ? EXIT_DONE
                                                                   : context_codec_failed("Redis' position", result);
}

enum exit_code rebuild_look(struct rebuilding *rebuilding, int32_t partition, struct redis_dump_fill *fill,
                            struct position *ret)
{
    struct result result = redis_dump_look(rebuilding->redis, partition, fill);

    *ret = (struct position){.seq = 0};
    if (result.kind != RESULT_OK)
        return context_failed("Redis", result);
    return fill->position.data ? read_position(rebuilding, fill->position, ret) : EXIT_DONE;
}

static int64_t kafka_seq(const struct rebuilding *rebuilding, int32_t partition)
{
    const struct last_position *last = &rebuilding->positions[partition];

    return last->found ? last->position.seq : 0;
}

/* Redis may hold the last copy of what Kafka lost. A running worker moves on meanwhile, and a transaction's marker
 * reaches account-state late: so Kafka is asked again before that is believed. */
static enum exit_code check_kafka(struct rebuilding *rebuilding, int32_t partition, int64_t redis_seq)
{
    enum exit_code code = EXIT_DONE;

    for (int i = 0; i < TRIES && code == EXIT_DONE && kafka_seq(rebuilding, partition) < redis_seq; i++) {
        if (i)
            pause_ms(TRY_MS);
        code = positions_read(&rebuilding->context, TOPIC_ACCOUNT_STATE, partition, rebuilding->positions,
                              rebuilding->partitions);
    }
    if (code != EXIT_DONE || kafka_seq(rebuilding, partition) >= redis_seq)
        return code;
    say("partition %d: Redis is at transaction %" PRId64 ", account-state ends with %" PRId64
        ": Kafka lost acknowledged writes, and Redis may hold the last copy. Nothing was done",
        partition, redis_seq, kafka_seq(rebuilding, partition));
    return EXIT_REFUSED;
}

enum exit_code rebuild_check(struct rebuilding *rebuilding, int32_t partition, const struct position *position)
{
    const char *cluster = rebuilding->cluster.id;
    struct text here = {cluster, (uint32_t)strlen(cluster)};

    if (position->cluster_id.size &&
        (!text_equal(position->cluster_id, here) || position->partitions != rebuilding->partitions)) {
        say("partition %d: Redis holds it for another installation (cluster %.*s, %d partitions), this is cluster %s "
            "with %d: point redis-url elsewhere, or give it a topic-prefix of its own. Nothing was done",
            partition, (int)position->cluster_id.size, position->cluster_id.data, position->partitions, cluster,
            rebuilding->partitions);
        return EXIT_REFUSED;
    }
    return check_kafka(rebuilding, partition, position->seq);
}

/* What the old side held is the best guess; else what account-state holds is more than enough. */
static uint64_t expected_states(const struct rebuilding *rebuilding, int32_t partition,
                                const struct redis_dump_fill *before)
{
    const struct bounds *bounds = &rebuilding->bounds[partition];

    return before->states ? before->states : (uint64_t)(bounds->end > bounds->first ? bounds->end - bounds->first : 0);
}

static bool has_moved(const struct redis_dump_fill *before, const struct redis_dump_fill *now)
{
    return now->position.data || now->filled != before->filled || now->chunks != before->chunks ||
           !hash_equal(&now->owner, &before->owner);
}

static enum exit_code say_unfinished(struct rebuilding *rebuilding, int32_t partition)
{
    progress_hide(&rebuilding->progress);
    if (interrupted())
        say("interrupted: partition %d is rebuilt by its worker all the same; those after it were not touched",
            partition);
    else
        say("partition %d: no progress for %" PRId64 " s. Whoever owns it rebuilds it; look at the workers' logs, and "
            "whether one of them owns it",
            partition, rebuilding->options->timeout / 1000);
    return EXIT_UNAVAILABLE;
}

enum exit_code rebuild_watch(struct rebuilding *rebuilding, int32_t partition, const struct redis_dump_fill *before,
                             struct redis_dump_fill *fill)
{
    struct redis_dump_fill last = *before;
    int64_t moved_at = steady_ms();

    progress_begin(&rebuilding->progress, "states", expected_states(rebuilding, partition, before), "partition %d",
                   partition);
    while (!interrupted() && steady_ms() - moved_at < rebuilding->options->timeout) {
        struct result result = redis_dump_look(rebuilding->redis, partition, fill);
        if (result.kind == RESULT_STOP)
            return context_failed("Redis", result);
        if (result.kind == RESULT_OK && has_moved(&last, fill)) {
            moved_at = steady_ms();
            last = *fill;
        }
        if (result.kind == RESULT_OK && fill->position.data) {
            progress_hide(&rebuilding->progress);
            return EXIT_DONE;
        }
        if (result.kind == RESULT_OK)
            progress_set(&rebuilding->progress, fill->filled);
        pause_ms(LOOK_MS);
    }
    return say_unfinished(rebuilding, partition);
}
