/* The end of the way to work: where a partition begins that was never decided, the store's position, the first fetch.
 */
#include "worker/engine/inside.h"

#include <inttypes.h>

/* A partition that was never decided begins where its inputs begin. But nobody else may have written there, and Kafka
 * may not have forgotten: then it is refused. */
static void first_time(struct engine *engine, struct part *part)
{
    struct recovery *recovery = &part->recovery;

    if (recovery->records > 0) {
        part_refuse(engine, part,
                    "its state topic holds records but no position: it was written by something else, "
                    "or its position record was deleted");
        return;
    }
    if (recovery->committed_seq > 0) {
        part_refuse(engine, part,
                    "the group's offsets say that transaction %" PRId64
                    " was committed, but its state topic is empty: the topic was lost or recreated",
                    recovery->committed_seq);
        return;
    }
    memory_reset(&recovery->memory);
    recovery->found = true;
    recovery->base = (struct place){.format = ENGINE_FORMAT};
    recovery->base.nonce = engine->clock->nonce(engine->clock->context);
    for (uint32_t i = 0; i < part->input_count; i++)
        recovery->base.inputs[i] = (struct place_input){.next = -1, .last = -1};
}

void part_ask_first(struct engine *engine, struct part *part)
{
    struct recovery *recovery = &part->recovery;
    int64_t first, end;

    if (!recovery->found && recovery->base.seq == 0)
        first_time(engine, part);
    if (part->phase != PART_FIRST)
        return;
    while (recovery->input < part->input_count && recovery->base.inputs[recovery->input].next >= 0)
        recovery->input++;
    if (recovery->input == part->input_count) {
        part->phase = PART_FINISH;
        return;
    }
    struct part_input *input = &part->inputs[recovery->input];
    struct result result = engine->log->ops->bounds(engine->log, input->topic, input->partition, LOG_READ_UNCOMMITTED,
                                                    engine->config.port_timeout_ms, &first, &end);
    if (result.kind == RESULT_OK)
        recovery->base.inputs[recovery->input].next = first;
    else if (result.kind == RESULT_STOP)
        part_refuse(engine, part, "%s", result.reason);
    else
        part_wait(engine, part);
}

/* A process that stood still may have read past a tombstone that is gone by now: S was no older than half of the
 * retention when it was claimed, so the other half is left for reading. */
static bool took_too_long(const struct engine *engine, const struct recovery *recovery)
{
    return wall_now(engine) - recovery->claimed_at > engine->config.state_retention_ms / 2;
}

void part_finish(struct engine *engine, struct part *part)
{
    struct recovery *recovery = &part->recovery;
    uint32_t count;
    const enum topic *topics = part_topics(part, &count);

    if (recovery->base.seq < part->highest_seq) {
        part_refuse(engine, part,
                    "its state topic ends with transaction %" PRId64 ", but %" PRId64
                    " was committed: Kafka lost acknowledged writes",
                    recovery->base.seq, part->highest_seq);
        return;
    }
    if (part_is_lane(part)) {
        part->phase = PART_CATALOGUE;
        return;
    }
    if (took_too_long(engine, recovery)) {
        part_repair(engine, part, REPAIR_INTERRUPTED);
        return;
    }
    struct call *call = call_take(engine, STORE_FINISH, part);
    if (!call)
        return;
    recovery->base.complete_below = recovery->end;
    recovery->base.written_at = recovery->claimed_at; /* what was read is no younger than that */
    call->request.chunk = recovery->chunks;
    call->request.fresh = recovery->full;
    call->request.to = recovery->base.nonce;
    call->request.position =
        place_encode(engine->codec, &recovery->base, topics, count, &engine->here, &call->memory.arena);
    if (!call->request.position.data) {
        call_drop(engine, call);
        fail(engine, "out of memory");
        return;
    }
    recovery->waiting = true;
    call_submit(engine, call);
}

void finish_answered(struct engine *engine, struct call *call)
{
    struct part *part = call->part;

    part->recovery.waiting = false;
    if (call->request.result.kind != RESULT_OK) {
        part_interrupted(engine, part, &call->request.result);
        return;
    }
    if (part->recovery.full)
        engine->statistics.rebuilds++;
    part->recovery.must_full = false;
    part->phase = PART_CATALOGUE;
}

/* --- to work --- */

/* C is for fencing and for lag; P is the truth. Who moved the group's offsets should know that it had no effect. */
static void compare_committed(struct engine *engine, const struct part *part)
{
    for (uint32_t i = 0; i < part->input_count; i++) {
        int64_t committed = part->recovery.committed[i], next = part->place.inputs[i].next;
        struct text name = topic_name(part->inputs[i].topic);
        if (committed != LOG_NO_OFFSET && committed != next)
            engine_say(engine, NOTICE_WARNING, "offsets-differ", part,
                       "the group's offset of %.*s is %" PRId64 ", the position says %" PRId64
                       ": going on from the position",
                       (int)name.size, name.data, committed, next);
        else if (committed == LOG_NO_OFFSET && part->place.seq > 0)
            engine_say(engine, NOTICE_WARNING, "offsets-differ", part,
                       "the group has no offset of %.*s, the position says %" PRId64 ": going on from the position",
                       (int)name.size, name.data, next);
    }
}

void part_activate(struct engine *engine, struct part *part)
{
    struct recovery *recovery = &part->recovery;
    struct memory *memory = &part->totals[++part->totals_turn % 2];

    memory_reset(memory);
    part->place = recovery->base;
    if (!totals_copy(&recovery->base.totals, memory, &part->place.totals)) {
        fail(engine, "out of memory");
        return;
    }
    part->acked = part->place.nonce;
    part->highest_seq = part->place.seq;
    part->phase = PART_ACTIVE;
    part->backoff = part->interrupted = 0;
    part->due_at = part->held_at = part->advance_at = steady_now(engine);
    for (uint32_t i = 0; i < part->input_count; i++) {
        struct part_input *input = &part->inputs[i];
        input->fetch = part->place.inputs[i].next;
        input->compared = part->place.inputs[i].last < 0;
        input->suspect = input->missed = input->started = input->unread = false;
        input->start = true;
    }
    compare_committed(engine, part);
    memory_clear(&recovery->memory);
    engine->statistics.recoveries++;
    engine_say(engine, NOTICE_INFO, "active", part,
               "rolled forward %" PRIu64 " records%s in %" PRId64 " ms; going on after transaction %" PRId64,
               recovery->records, recovery->full ? " (all)" : "", (steady_now(engine) - recovery->began_at) / 1000,
               part->place.seq);
}
