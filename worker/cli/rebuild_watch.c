/* What osbill rebuild must know of a partition before, and how far its worker is. */
#include <inttypes.h>
#include <time.h>

#include "worker/cli/account_view.h"
#include "worker/cli/interrupt.h"
#include "worker/cli/print.h"
#include "worker/cli/rebuild.h"
#include "worker/cli/system_clock.h"
#include "worker/engine/keys.h"

enum { LOOK_MS = 100, TRIES = 10, TRY_MS = 500 };

static void pause_ms(int64_t milliseconds)
{
    const struct timespec time = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};

    (void)nanosleep(&time, NULL);
}

enum exit_code rebuild_look(struct rebuilding *rebuilding, int32_t partition, struct redis_dump_fill *fill,
                            int64_t *ret_seq)
{
    struct position position = {.seq = 0};
    struct result result = redis_dump_look(rebuilding->redis, partition, fill);

    *ret_seq = 0;
    if (result.kind != RESULT_OK)
        return context_failed("Redis", result);
    if (fill->position.data && !position_decode(&rebuilding->context, partition, fill->position, &position))
        return EXIT_DONE; /* said; what cannot be read is no reason to keep it */
    *ret_seq = position.seq;
    return EXIT_DONE;
}

/* Redis may hold the last copy of what Kafka lost. A running worker moves on meanwhile, and a transaction's marker
 * reaches account-state late: so Kafka is asked again before that is believed. */
enum exit_code rebuild_check(struct rebuilding *rebuilding, int32_t partition, int64_t redis_seq)
{
    const struct last_position *last = &rebuilding->positions[partition];
    enum exit_code code = EXIT_DONE;

    for (int i = 0; i < TRIES && code == EXIT_DONE && (last->found ? last->position.seq : 0) < redis_seq; i++) {
        if (i)
            pause_ms(TRY_MS);
        code = positions_read(&rebuilding->context, TOPIC_ACCOUNT_STATE, partition, rebuilding->positions,
                              rebuilding->partitions);
    }
    if (code != EXIT_DONE || (last->found ? last->position.seq : 0) >= redis_seq)
        return code;
    say("partition %d: Redis is at transaction %" PRId64 ", account-state ends with %" PRId64
        ": Kafka lost acknowledged writes, and Redis may hold the last copy. Nothing was done",
        partition, redis_seq, last->found ? last->position.seq : 0);
    return EXIT_REFUSED;
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
