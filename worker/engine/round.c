/* A round: the part of a batch that one transaction decides. All of it, unless its outputs were refused before. */
#include "worker/engine/inside.h"

#include <inttypes.h>
#include <stdio.h>

enum { TIMER_PAUSE = 60 * 1000 * 1000 }; /* microseconds: what cannot be decided is not tried again at once */

static uint32_t end_of_part(const struct batch *batch, uint32_t first)
{
    uint32_t end = first;

    while (end < batch->count && batch->jobs[end]->part == batch->jobs[first]->part)
        end++;
    return end;
}

static uint32_t choose_end(struct batch *batch)
{
    uint32_t first = batch->done;

    /* Only the partition that failed is decided event by event. */
    if (batch->narrow == NARROW_EVENT && batch->jobs[first]->part != batch->suspect) {
        batch->narrow = NARROW_PARTITION;
        batch->failures = 0;
    }
    switch (batch->narrow) {
    case NARROW_NOT: return batch->count;
    case NARROW_PARTITION: return end_of_part(batch, first);
    case NARROW_EVENT: return first + 1;
    }
    return batch->count;
}

static bool set_desk(struct engine *engine, struct round_part *rp, uint32_t jobs)
{
    struct round *round = &engine->round;
    int64_t wall = wall_now(engine), now = wall > rp->part->place.now ? wall : rp->part->place.now;

    outcome_init(&rp->outcome, &round->memory.arena);
    rp->desk = (struct desk){
        .arena = &round->memory.arena,
        .overlay = &rp->overlay,
        .catalogue = round->catalogue,
        .hashes = engine->hashes,
        .reader = &engine->reader,
        .settings = &engine->config.decide,
        .now = now,
        .partition = rp->part->inputs[0].partition,
    };
    return overlay_init(&rp->overlay, &round->memory.arena, jobs * 2);
}

static bool set_parts(struct engine *engine)
{
    struct round *round = &engine->round;
    struct batch *batch = engine->batch;

    round->parts = memory_zeroed(&round->memory, batch->slots, sizeof *round->parts);
    if (!round->parts)
        return false;
    for (uint32_t i = round->first, end; i < round->end; i = end) {
        end = end_of_part(batch, i);
        struct round_part *rp = &round->parts[round->part_count++];
        rp->part = batch->jobs[i]->part;
        rp->part->round = rp;
        if (!set_desk(engine, rp, (end < round->end ? end : round->end) - i))
            return false;
    }
    return true;
}

void round_begin(struct engine *engine)
{
    struct round *round = &engine->round;
    struct batch *batch = engine->batch;

    round_end(engine);
    if (batch->done == batch->count) {
        batch_finished(engine);
        return;
    }
    round->serial = ++engine->rounds;
    round->first = round->decided = batch->done;
    round->end = choose_end(batch);
    round->catalogue = engine->catalogue->acquire(engine->catalogue->context);
    if (!round->catalogue && batch == &engine->batches[BATCH_ACCOUNTS]) {
        engine->phase = PHASE_JUDGE; /* comes here again */
        outage_begin(engine, OUTAGE_CATALOGUE, "no snapshot yet");
        return;
    }
    if (!set_parts(engine)) {
        fail(engine, "out of memory");
        return;
    }
    engine->phase = PHASE_LOAD;
}

void round_end(struct engine *engine)
{
    struct round *round = &engine->round;
    struct memory memory = round->memory;

    if (round->catalogue)
        engine->catalogue->release(engine->catalogue->context, round->catalogue);
    if (round->part_count && part_is_lane(round->parts[0].part))
        lane_aborted(engine); /* what was committed is not touched by it */
    for (uint32_t i = 0; i < round->part_count; i++)
        round->parts[i].part->round = NULL;
    memory_reset(&memory);
    *round = (struct round){.serial = round->serial};
    round->memory = memory;
    round->memory.arena.owner = &round->memory;
}

static void bury(struct engine *engine, struct job *job)
{
    struct round *round = &engine->round;
    char text[REASON_BYTES + 64];
    bool failed = false;

    if (job->kind != JOB_INPUT) {
        job->skipped = true;
        job->part->due_at = steady_now(engine) + TIMER_PAUSE;
        engine_say(engine, NOTICE_ERROR, "undecidable", job->part, "what is due for account %.*s cannot be decided: %s",
                   (int)job->account_id.size, job->account_id.data, round->cause);
        return;
    }
    int size = snprintf(text, sizeof text, "%s", round->cause);
    job->dead = round->too_large ? INPUT_TOO_LARGE : INPUT_FAILS_ALONE;
    job->code = NULL;
    job->message = memory_text(&engine->batch->memory, (struct text){text, (uint32_t)size}, &failed);
    if (failed)
        fail(engine, "out of memory");
    engine_say(engine, NOTICE_ERROR, "undecidable", job->part, "%.*s offset %" PRId64 " becomes a dead letter: %s",
               (int)topic_name(job->in.topic).size, topic_name(job->in.topic).data, job->in.offset, round->cause);
}

/* design.md, "Aborts": twice with the same permanent cause: one partition, then one event per transaction; the event
 * that fails alone becomes a dead letter. A dead letter that fails as well is a defect that only a person can mend. */
void round_narrow(struct engine *engine)
{
    struct batch *batch = engine->batch;
    struct job *job = batch->jobs[engine->round.first];

    if (!engine->round.poisoned)
        return;
    batch->failures++;
    batch->suspect = job->part;
    if (batch->narrow != NARROW_EVENT && batch->failures < 2)
        return;
    batch->failures = 0;
    if (batch->narrow != NARROW_EVENT)
        batch->narrow = batch->narrow == NARROW_NOT ? NARROW_PARTITION : NARROW_EVENT;
    else if (job->dead == INPUT_SOUND && !job->skipped)
        bury(engine, job);
    else
        part_refuse(engine, job->part, "not even the dead letter of %.*s offset %" PRId64 " can be written: %s",
                    (int)topic_name(job->in.topic).size, topic_name(job->in.topic).data, job->in.offset,
                    engine->round.cause);
}
