/* The steps that lead an assigned partition to the roll forward, and from it to work. */
#include "worker/engine/inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* What a port answered during a recovery. True: go on with the value; false: later, refused, or the end. */
static bool went_well(struct engine *engine, struct part *part, struct result result)
{
    switch (result.kind) {
    case RESULT_OK: outage_end(engine, OUTAGE_LOG); return true;
    case RESULT_STOP: part_refuse(engine, part, "%s", result.reason); return false;
    default:
        outage_begin(engine, OUTAGE_LOG, result.reason);
        part_wait(engine, part);
        return false;
    }
}

static void ask_committed(struct engine *engine, struct part *part)
{
    struct log_offset offsets[PART_INPUTS];

    for (uint32_t i = 0; i < part->input_count; i++)
        offsets[i] = (struct log_offset){
            .topic = part->inputs[i].topic, .partition = part->inputs[i].partition, .offset = LOG_NO_OFFSET};
    if (!went_well(
            engine, part,
            engine->log->ops->committed(engine->log, offsets, part->input_count, engine->config.port_timeout_ms)))
        return;
    part->recovery.committed_seq = 0;
    for (uint32_t i = 0; i < part->input_count; i++) {
        int64_t seq = place_metadata_seq(offsets[i].metadata);
        part->recovery.committed[i] = offsets[i].offset;
        if (seq > part->recovery.committed_seq)
            part->recovery.committed_seq = seq;
    }
    part->phase = part_is_lane(part) ? PART_END : PART_CLAIM;
}

/* A fresh owner nonce for every claim, a repair's too: it fences every earlier owner, this process included. */
static void claim(struct engine *engine, struct part *part)
{
    part->owner = engine->clock->nonce(engine->clock->context);
    struct call *call = call_take(engine, STORE_CLAIM, part);

    if (!call)
        return;
    part->recovery.waiting = true;
    call_submit(engine, call);
}

/* Refused by the whole process, not by the partition alone: then the group gives it to a worker that knows the format,
 * instead of leaving it with one that only holds it (docs/decisions/007-upgrade.md). */
void part_is_newer(struct engine *engine, const struct part *part)
{
    fail(engine, "partition %d: its state format %d is newer than %d, which this program knows: run the newer osbill",
         part->partition, part->recovery.base.format, ENGINE_FORMAT);
}

static void take_base(struct engine *engine, struct part *part, enum place_status status, const struct installation *of)
{
    switch (status) {
    case PLACE_OK: break;
    case PLACE_UNREADABLE: part->recovery.full = true; break;
    case PLACE_UNAVAILABLE: part_wait(engine, part); return;
    case PLACE_NO_MEMORY: fail(engine, "out of memory"); return;
    case PLACE_STRANGER:
        part_refuse(engine, part,
                    "Redis holds this partition for another installation (cluster %.*s, prefix %.*s, group %.*s, %d "
                    "partitions)",
                    (int)of->cluster_id.size, of->cluster_id.data, (int)of->prefix.size, of->prefix.data,
                    (int)of->group.size, of->group.data, of->partitions);
        return;
    case PLACE_NEWER: part_is_newer(engine, part); return;
    }
    part->phase = PART_END;
}

void claim_answered(struct engine *engine, struct call *call)
{
    struct part *part = call->part;
    struct installation of;
    uint32_t count;
    const enum topic *topics = part_topics(part, &count);

    part->recovery.waiting = false;
    if (call->request.result.kind != RESULT_OK) {
        part_wait(engine, part);
        return;
    }
    memory_reset(&part->recovery.memory);
    part->recovery.claimed_at = wall_now(engine);
    part->recovery.full = !call->request.position.data;
    if (part->recovery.full) {
        part->phase = PART_END;
        return;
    }
    take_base(engine, part,
              place_decode(engine->codec, call->request.position, topics, count, &engine->here, &part->recovery.memory,
                           &part->recovery.base, &of),
              &of);
}

/* END is the high watermark, asked after the stable committed offsets: markers reach partitions at different times, so
 * the last stable offset may be too low (design.md, "Roll forward"; KAFKA-10167). */
static void ask_end(struct engine *engine, struct part *part)
{
    struct recovery *recovery = &part->recovery;
    enum topic topic = part_is_lane(part) ? TOPIC_CATALOGUE_STATE : TOPIC_ACCOUNT_STATE;
    int64_t first, end, retention = engine->config.state_retention_ms;

    if (!retention && !part_is_lane(part)) {
        outage_begin(engine, OUTAGE_LOG, "the settings of account-state are not known yet");
        part_wait(engine, part);
        return;
    }
    if (!went_well(engine, part,
                   engine->log->ops->bounds(engine->log, topic, part->inputs[0].partition, LOG_READ_UNCOMMITTED,
                                            engine->config.port_timeout_ms, &first, &end)))
        return;
    if (part_is_lane(part) || recovery->must_full)
        recovery->full = true;
    if (!recovery->full && recovery->base.complete_below > end) {
        part_refuse(engine, part,
                    "Redis is complete to offset %" PRId64 " of account-state, but Kafka ends at %" PRId64
                    ": Kafka lost acknowledged writes",
                    recovery->base.complete_below, end);
        return;
    }
    /* Tombstones older than delete.retention are gone: what they deleted would stay in the store. */
    if (!recovery->full &&
        (recovery->base.complete_below < first || wall_now(engine) - recovery->base.written_at > retention / 2))
        recovery->full = true;
    if (recovery->full)
        recovery->base = (struct place){.seq = 0};
    recovery->from = recovery->full ? first : recovery->base.complete_below;
    recovery->end = end;
    part->phase = PART_READ;
}

/* --- from the roll forward to work --- */

/* P keeps the version that the partition was last decided with: an older snapshot would decide differently. */
static void ask_catalogue(struct engine *engine, struct part *part)
{
    const struct catalogue *snapshot = engine->catalogue->acquire(engine->catalogue->context);
    bool enough = snapshot && catalogue_version(snapshot) >= part->recovery.base.catalogue_version;

    if (snapshot)
        engine->catalogue->release(engine->catalogue->context, snapshot);
    if (!enough && !part_is_lane(part)) {
        outage_begin(engine, OUTAGE_CATALOGUE, "catalogue-state is not followed far enough yet");
        part_wait(engine, part);
        return;
    }
    outage_end(engine, OUTAGE_CATALOGUE);
    if (clock_agrees(engine, part, part->recovery.base.now))
        part_activate(engine, part);
    else
        part_wait(engine, part);
}

static bool recovers(struct engine *engine, struct part *part)
{
    if (part->recovery.waiting || steady_now(engine) < part->retry_at)
        return false;
    switch (part->phase) {
    case PART_COMMITTED: ask_committed(engine, part); return true;
    case PART_CLAIM: claim(engine, part); return true;
    case PART_END: ask_end(engine, part); return true;
    case PART_READ:
    case PART_FIRST:
    case PART_FINISH: return rollforward_step(engine, part);
    case PART_CATALOGUE: ask_catalogue(engine, part); return true;
    case PART_ACTIVE: return inputs_step(engine, part);
    case PART_NONE:
    case PART_REFUSED: break;
    }
    return false;
}

static void repair_bad(struct engine *engine)
{
    uint32_t cursor = 0;

    for (struct part *part; (part = part_next(engine, &cursor));)
        if (part->bad) {
            batches_drop(engine);
            part_repair(engine, part, part->cause);
        }
}

bool recover_step(struct engine *engine)
{
    uint32_t slots = (uint32_t)engine->part_room + 1;

    uint32_t any = 0;

    repair_bad(engine);
    if (!part_next(engine, &any))
        return false;
    if (engine->described != engine->assignment) {
        describe_step(engine);
        return true;
    }
    for (uint32_t i = 0; i < slots; i++) {
        uint32_t cursor = engine->recover_turn++ % slots;
        struct part *part = cursor == 0 ? engine->lane_part : engine->parts[cursor - 1];
        if (part && recovers(engine, part))
            return true;
    }
    return false;
}
