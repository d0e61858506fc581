/* What the engine says of itself: counters and the state of its partitions. Called by the engine's own thread. */
#include "worker/engine/inside.h"

static int64_t input_lag(const struct engine *engine, const struct part *part, uint32_t number, int64_t *ret_stall)
{
    int64_t stable = -1, high = -1, next = part->place.inputs[number].next;

    engine->log->ops->ends(engine->log, part->inputs[number].topic, part->inputs[number].partition, &stable, &high);
    if (stable >= 0 && high - stable > *ret_stall)
        *ret_stall = high - stable;
    return high > next ? high - next : 0;
}

static int64_t part_lag(const struct engine *engine, const struct part *part, int64_t *ret_stall)
{
    int64_t lag = 0;

    for (uint32_t i = 0; part->phase == PART_ACTIVE && i < part->input_count; i++)
        lag += input_lag(engine, part, i, ret_stall);
    return lag;
}

void engine_statistics(const struct engine *engine, struct engine_statistics *ret_statistics)
{
    uint32_t cursor = 0;

    *ret_statistics = engine->statistics;
    ret_statistics->cache_bytes = cache_used(engine->cache);
    for (int i = 0; i < OUTAGES; i++)
        ret_statistics->paused = ret_statistics->paused || engine->outages[i].said;
    for (struct part *part; (part = part_next(engine, &cursor));) {
        ret_statistics->assigned++;
        ret_statistics->active += part->phase == PART_ACTIVE;
        ret_statistics->refused += part->phase == PART_REFUSED;
        ret_statistics->lane = ret_statistics->lane || part_is_lane(part);
        ret_statistics->lag += part_lag(engine, part, &ret_statistics->stall);
    }
}

static const char *const phase_names[] = {
    [PART_NONE] = "not owned",       [PART_COMMITTED] = "committed offsets",
    [PART_CLAIM] = "claim",          [PART_END] = "end",
    [PART_READ] = "rolling forward", [PART_FIRST] = "first offsets",
    [PART_FINISH] = "finish",        [PART_CATALOGUE] = "waiting for the catalogue",
    [PART_ACTIVE] = "active",        [PART_REFUSED] = "refused",
};

uint32_t engine_partitions(const struct engine *engine, struct partition_view *ret_views, uint32_t room)
{
    uint32_t cursor = 0, count = 0;

    for (struct part *part; (part = part_next(engine, &cursor));) {
        int64_t stall = 0;
        if (count < room)
            ret_views[count] = (struct partition_view){
                .partition = part_is_lane(part) ? NOTICE_LANE : part->partition,
                .state = phase_names[part->phase],
                .reason = part->phase == PART_REFUSED ? part->reason : "",
                .seq = part->place.seq,
                .complete_below = part->place.complete_below,
                .catalogue_version = part->place.catalogue_version,
                .lag = part_lag(engine, part, &stall),
                .writes_in_flight = part->flight_count,
            };
        count++;
    }
    return count;
}
