/* A batch is filled with messages and timers until it is due, then closed. */
#include "worker/engine/inside.h"

#include <stdlib.h>

struct batch *batch_of(struct engine *engine, const struct part *part)
{
    return &engine->batches[part_is_lane(part) ? BATCH_LANE : BATCH_ACCOUNTS];
}

struct job *batch_add(struct engine *engine, struct batch *batch, struct part *part, enum job_kind kind)
{
    if (batch->count == batch->room) {
        uint32_t room = batch->room ? batch->room * 2 : engine->config.batch_messages + 16;
        struct job **grown = realloc(batch->jobs, room * sizeof(struct job *));
        if (!grown) {
            fail(engine, "out of memory");
            return NULL;
        }
        batch->jobs = grown;
        batch->room = room;
    }
    struct job *job = memory_zeroed(&batch->memory, 1, sizeof *job);
    if (!job) {
        fail(engine, "out of memory");
        return NULL;
    }
    job->kind = kind;
    job->part = part;
    if (batch->count == 0) {
        batch->opened_at = steady_now(engine);
        batch->assignment = engine->assignment;
        batch->slots = 0;
    }
    batch->jobs[batch->count++] = job;
    return job;
}

bool batch_full(const struct engine *engine, const struct batch *batch)
{
    return batch->count >= engine->config.batch_messages || batch->bytes >= engine->config.batch_bytes;
}

/* --- timers --- */

bool batch_add_timer(struct engine *engine, struct part *part, struct text account_id)
{
    struct batch *batch = batch_of(engine, part);
    struct job *job = batch_add(engine, batch, part, JOB_TIMER);
    bool failed = false;

    if (!job)
        return false;
    job->account_id = memory_text(&batch->memory, account_id, &failed);
    if (failed) {
        batch->count--;
        fail(engine, "out of memory");
    }
    return !failed;
}

bool batch_add_advance(struct engine *engine, struct part *part)
{
    return batch_add(engine, batch_of(engine, part), part, JOB_ADVANCE) != NULL;
}

/* --- when it is due --- */

bool batch_due(const struct engine *engine, const struct batch *batch)
{
    if (batch->count == 0)
        return false;
    int64_t age = (steady_now(engine) - batch->opened_at) / 1000;
    return batch_full(engine, batch) || age >= engine->config.linger_max_ms ||
           (batch->drained && age >= engine->config.linger_ms);
}

/* By partition in order of arrival, within it account events, orders, installations, timers (rules.md 7). */
static uint32_t rank(const struct job *job)
{
    uint32_t class = job->kind == JOB_INPUT ? job->input : (uint32_t)PART_INPUTS + (uint32_t)job->kind;

    return job->part->batch_slot * 8 + class;
}

static bool sort(struct batch *batch)
{
    uint32_t buckets = batch->slots * 8 + 1;
    uint32_t *at = memory_zeroed(&batch->memory, buckets + 1U, sizeof *at);
    struct job **sorted = memory_zeroed(&batch->memory, batch->count, sizeof(struct job *));

    if (!at || !sorted)
        return false;
    for (uint32_t i = 0; i < batch->count; i++)
        at[rank(batch->jobs[i]) + 1]++;
    for (uint32_t i = 1; i <= buckets; i++)
        at[i] += at[i - 1];
    for (uint32_t i = 0; i < batch->count; i++)
        sorted[at[rank(batch->jobs[i])]++] = batch->jobs[i];
    memcpy(batch->jobs, sorted, batch->count * sizeof(struct job *));
    return true;
}

static void number_slots(struct engine *engine, struct batch *batch)
{
    uint32_t cursor = 0;

    batch->slots = 0;
    for (struct part *part; (part = part_next(engine, &cursor));)
        part->batch_slot = UINT32_MAX;
    for (uint32_t i = 0; i < batch->count; i++)
        if (batch->jobs[i]->part->batch_slot == UINT32_MAX)
            batch->jobs[i]->part->batch_slot = batch->slots++;
}

/* Group metadata is taken once, here (design.md, "Fencing"): whatever the group does later, this batch is fenced by the
 * generation in which its messages were fetched. */
void batch_close(struct engine *engine, struct batch *batch)
{
    struct result result = engine->log->ops->generation(engine->log, &batch->generation);

    if (result.kind == RESULT_RETRY)
        return;
    if (result.kind == RESULT_STOP) {
        fail(engine, "%s", result.reason);
        return;
    }
    if (result.kind != RESULT_OK) {
        batch->generation = NULL;
        batches_drop(engine);
        return;
    }
    batch->closed = true;
    batch->assignment = engine->assignment;
    batch->done = batch->judged = batch->failures = 0;
    batch->narrow = NARROW_NOT;
    number_slots(engine, batch);
    if (!sort(batch)) {
        fail(engine, "out of memory");
        return;
    }
    if (engine->codec->received)
        engine->codec->received(engine->codec->context);
    engine->batch = batch;
    engine->phase = PHASE_JUDGE;
    engine->statistics.batches++;
}

/* --- the end --- */

static void clear(struct engine *engine, struct batch *batch)
{
    if (batch->generation)
        engine->log->ops->generation_free(batch->generation);
    batch->generation = NULL;
    batch->count = batch->done = batch->judged = 0;
    batch->bytes = 0;
    batch->closed = false;
    memory_reset(&batch->memory);
}

static void forget_timers(struct engine *engine, bool lane)
{
    uint32_t cursor = 0;

    for (struct part *part; (part = part_next(engine, &cursor));)
        if (part_is_lane(part) == lane) {
            part->due_asked = part->held_asked = false;
            if (part->held_last)
                part->held_done = part->held_last;
            part->held_last = 0;
        }
}

void batches_drop(struct engine *engine)
{
    uint32_t cursor = 0;

    round_end(engine);
    for (int i = 0; i < BATCHES; i++) {
        if (engine->batches[i].count)
            engine->statistics.drops++;
        clear(engine, &engine->batches[i]);
    }
    for (struct part *part; (part = part_next(engine, &cursor));) {
        inputs_rewind(part);
        part->due_asked = part->held_asked = false;
        part->held_target = part->held_last = 0;
        part->sweep++;
        part->round = NULL;
    }
    engine->batch = NULL;
    if (engine->phase != PHASE_RECREATE && engine->phase != PHASE_ABORT && engine->phase != PHASE_STOPPED)
        engine->phase = PHASE_FILL;
}

void batch_finished(struct engine *engine)
{
    forget_timers(engine, engine->batch == &engine->batches[BATCH_LANE]);
    clear(engine, engine->batch);
    engine->batch = NULL;
    engine->phase = PHASE_FILL;
}
