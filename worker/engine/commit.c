/* The transaction: begin, produce, all acknowledged, offsets, commit; then what was decided is true.
 *
 * Every produce is acknowledged before send_offsets, since the generation is checked only there: a record produced
 * after it might be missed by the next owner's END (design.md, "A batch"). */
#include "worker/engine/inside.h"

#include <stdio.h>

enum { ABORT_PAUSE_FIRST = 50 * 1000, ABORT_PAUSE_LAST = 1000 * 1000 }; /* microseconds */

/* What to do about a port's answer within a transaction. True: go on. */
static bool went_well(struct engine *engine, struct result result)
{
    struct round *round = &engine->round;

    switch (result.kind) {
    case RESULT_OK: outage_end(engine, OUTAGE_LOG); return true;
    case RESULT_RETRY: outage_begin(engine, OUTAGE_LOG, result.reason); return false;
    case RESULT_REFUSED: round->lost = true; break;
    case RESULT_ABORT: break;
    case RESULT_RECREATE: engine->phase = PHASE_RECREATE; return false;
    case RESULT_STOP: fail(engine, "%s", result.reason); return false;
    }
    snprintf(round->cause, sizeof round->cause, "%s", result.reason);
    engine->phase = PHASE_ABORT;
    return false;
}

/* A record that Kafka itself refused would be refused again; time-outs and the like are circumstances. */
static bool records_went_well(struct engine *engine, struct result result)
{
    if (result.kind == RESULT_ABORT)
        engine->round.poisoned = engine->log->ops->poisoned(engine->log);
    return went_well(engine, result);
}

struct result begin_step(struct engine *engine)
{
    if (went_well(engine, engine->log->ops->begin(engine->log))) {
        engine->round.begun_at = steady_now(engine);
        engine->phase = PHASE_PUBLISH;
        return RESULT_SUCCESS;
    }
    return (struct result){RESULT_RETRY, "begin"};
}

/* The next record to publish; NULL: all are. The first of each run with the same topic and partition go first, so that
 * the log meets the partitions of the transaction at once and registers them in one request; then the others. A
 * partition that is given has one run, so its records stay in order; of those that go by key, an account's or module's
 * are in one run. */
static const struct log_record *next_record(struct round *round)
{
    for (; round->sent < 2 * round->record_count; round->sent++) {
        uint32_t number = round->sent % round->record_count;
        const struct log_record *record = &round->records[number];
        bool first = number == 0 || record[-1].topic != record->topic || record[-1].partition != record->partition;
        if (first == (round->sent < round->record_count))
            return record;
    }
    return NULL;
}

struct result publish_step(struct engine *engine)
{
    struct round *round = &engine->round;
    const struct log_record *record = next_record(round);

    for (uint32_t calls = 0; calls < engine->config.step_calls && record; calls++) {
        struct result result = engine->log->ops->produce(engine->log, record);
        if (result.kind == RESULT_RETRY) /* the queue is full: empty it */
            result = engine->log->ops->flush(engine->log, engine->config.port_timeout_ms);
        else if (result.kind == RESULT_OK)
            round->sent++;
        if (!records_went_well(engine, result))
            return (struct result){RESULT_RETRY, "produce"};
        record = next_record(round);
    }
    if (!record)
        engine->phase = PHASE_FLUSH;
    return RESULT_SUCCESS;
}

/* --- offsets --- */

/* The next offsets of all inputs of every partition that writes, timer-only transactions too: without offsets there is
 * no fencing (design.md, "Position record P"). */
static bool set_offsets(struct engine *engine)
{
    struct round *round = &engine->round;

    round->offsets = memory_zeroed(&round->memory, round->part_count * (size_t)PART_INPUTS, sizeof *round->offsets);
    if (!round->offsets)
        return false;
    for (uint32_t i = 0; i < round->part_count; i++) {
        const struct round_part *rp = &round->parts[i];
        struct text text = rp->writes ? place_metadata(&rp->to, &round->memory.arena) : (struct text){NULL, 0};
        for (uint32_t k = 0; rp->writes && k < rp->part->input_count; k++)
            round->offsets[round->offset_count++] = (struct log_offset){
                rp->part->inputs[k].topic, rp->part->inputs[k].partition, rp->to.inputs[k].next, text};
    }
    return true;
}

struct result flush_step(struct engine *engine)
{
    if (!records_went_well(engine, engine->log->ops->flush(engine->log, engine->config.port_timeout_ms)))
        return (struct result){RESULT_RETRY, "flush"};
    if (!set_offsets(engine)) {
        fail(engine, "out of memory");
        return engine->failure;
    }
    engine->phase = PHASE_OFFSETS;
    return RESULT_SUCCESS;
}

struct result offsets_step(struct engine *engine)
{
    struct round *round = &engine->round;

    if (!went_well(engine, engine->log->ops->send_offsets(engine->log, engine->batch->generation, round->offsets,
                                                          round->offset_count, engine->config.port_timeout_ms)))
        return (struct result){RESULT_RETRY, "send offsets"};
    engine->phase = PHASE_COMMIT;
    return RESULT_SUCCESS;
}

/* --- committed --- */

static void keep_cached(struct engine *engine, const struct round_part *rp)
{
    for (uint32_t i = 0; i < rp->state_count; i++) {
        const struct log_record *record = &engine->round.records[rp->state_first + i];
        if (i + CACHE_LATER < rp->state_count)
            cache_expect(engine->cache, rp->changed[i + CACHE_LATER].hash);
        if (i + CACHE_SOON < rp->state_count)
            cache_expect_soon(engine->cache, rp->changed[i + CACHE_SOON].hash);
        cache_put(engine->cache, rp->part->slot, record->key, rp->changed[i].hash,
                  record->has_value ? record->value : (struct text){NULL, 0});
    }
}

/* The same bytes go to the store, without waiting; until it acknowledges, they are pinned. */
static void merge(struct engine *engine, struct round_part *rp)
{
    struct part *part = rp->part;
    struct memory *memory = &part->totals[++part->totals_turn % 2];

    if (part_is_lane(part))
        lane_committed(engine);
    else {
        int64_t written = engine->log->ops->written(engine->log, TOPIC_ACCOUNT_STATE, part->partition);
        keep_cached(engine, rp);
        if (!part->bad)
            flight_build(engine, rp, written);
    }
    memory_reset(memory);
    part->place = rp->to;
    if (!totals_copy(&rp->to.totals, memory, &part->place.totals))
        fail(engine, "out of memory");
    part->highest_seq = part->place.seq;
    part->rotten = 0;
}

static void count(struct engine *engine)
{
    struct engine_statistics *statistics = &engine->statistics;
    const struct round *round = &engine->round;
    int64_t now = steady_now(engine);

    statistics->commits++;
    statistics->commit_micros += (uint64_t)(now - round->begun_at);
    statistics->batch_micros += (uint64_t)(now - engine->batch->opened_at);
    for (uint32_t i = 0; i < round->part_count; i++) {
        const struct round_part *rp = &round->parts[i];
        if (!rp->writes)
            continue;
        statistics->decisions += rp->outcome.decisions.count;
        statistics->charges += rp->outcome.charges.count;
        statistics->notifications += rp->outcome.notifications.count;
        statistics->dead_letters += rp->outcome.dead_letters.count;
        statistics->states += rp->state_count;
    }
}

struct result commit_step(struct engine *engine)
{
    struct round *round = &engine->round;

    if (!went_well(engine, engine->log->ops->commit(engine->log, engine->config.port_timeout_ms)))
        return (struct result){RESULT_RETRY, "commit"};
    for (uint32_t i = 0; i < round->part_count; i++)
        if (round->parts[i].writes)
            merge(engine, &round->parts[i]);
    count(engine);
    engine->abort_backoff = 0;
    engine->batch->done = round->end;
    engine->phase = PHASE_JUDGE; /* the rest of the batch, if any */
    return RESULT_SUCCESS;
}

/* --- not committed --- */

static void pause_after_abort(struct engine *engine)
{
    engine->abort_backoff = engine->abort_backoff ? engine->abort_backoff * 2 : ABORT_PAUSE_FIRST;
    if (engine->abort_backoff > ABORT_PAUSE_LAST)
        engine->abort_backoff = ABORT_PAUSE_LAST;
    engine->pause_until = steady_now(engine) + engine->abort_backoff;
    outage_begin(engine, OUTAGE_LOG, engine->round.cause);
}

struct result abort_step(struct engine *engine)
{
    struct round *round = &engine->round;
    struct result result = engine->log->ops->abort(engine->log, engine->config.port_timeout_ms);

    switch (result.kind) {
    case RESULT_OK: break;
    case RESULT_STOP: fail(engine, "%s", result.reason); return result;
    case RESULT_RETRY: outage_begin(engine, OUTAGE_LOG, result.reason); return (struct result){RESULT_RETRY, "abort"};
    default: engine->phase = PHASE_RECREATE; return RESULT_SUCCESS;
    }
    engine->statistics.aborts++;
    engine_say(engine, NOTICE_WARNING, "abort", NULL, "transaction aborted: %s", round->cause);
    engine->phase = PHASE_JUDGE; /* the same messages again, from memory */
    if (round->lost)
        parts_lose_all(engine);
    else if (round->poisoned)
        round_narrow(engine);
    else
        pause_after_abort(engine);
    return RESULT_SUCCESS;
}

/* Whether the last transaction was committed is not known: every partition reads P again. */
struct result recreate_step(struct engine *engine)
{
    batches_drop(engine);
    struct result result = engine->log->ops->recreate(engine->log, engine->config.port_timeout_ms);
    if (result.kind == RESULT_STOP) {
        fail(engine, "%s", result.reason);
        return result;
    }
    if (result.kind != RESULT_OK) {
        outage_begin(engine, OUTAGE_LOG, result.reason);
        return (struct result){RESULT_RETRY, "opening the producer"};
    }
    outage_end(engine, OUTAGE_LOG);
    engine->statistics.recreations++;
    engine->phase = PHASE_FILL;
    parts_repair_all(engine, REPAIR_PRODUCER);
    return RESULT_SUCCESS;
}
