/* Asks core for the decisions of a round, in order; gives up its place when a state is missing. */
#include "worker/engine/inside.h"

static enum decide_status decide_job(struct engine *engine, struct round_part *rp, const struct job *job)
{
    switch (job->kind) {
    case JOB_ADVANCE: return DECIDE_DONE;
    case JOB_TIMER:
        engine->statistics.timers++;
        return job->skipped ? DECIDE_DONE : decide_due(&rp->desk, job->account_id, &rp->outcome);
    case JOB_INPUT: break;
    }
    if (job->dead == INPUT_SOUND)
        return decide_input(&rp->desk, &job->in, job->wanted, &rp->outcome);
    return decide_dead_letter(&rp->desk, &job->in, input_event_id(&job->in), job->dead, job->code, job->message,
                              &rp->outcome);
}

static struct wanted_states wanted_by(const struct engine *engine, uint32_t number)
{
    return number < engine->round.end ? engine->batch->jobs[number]->wanted : (struct wanted_states){0};
}

static uint32_t outputs(const struct outcome *outcome)
{
    return outcome->charges.count + outcome->notifications.count + outcome->dead_letters.count;
}

/* A parked event could not be read since its schema is not available: an outage never dead-letters [promise 5], so
 * nothing of this round counts. */
static void start_over(struct engine *engine)
{
    engine->phase = PHASE_JUDGE;
    engine->pause_until = steady_now(engine) + ASK_AGAIN_MICROS;
}

void decide_step(struct engine *engine)
{
    struct round *round = &engine->round;

    if (part_is_lane(round->parts[0].part)) {
        lane_decide_step(engine);
        return;
    }
    for (; round->decided < round->end; round->decided++) {
        const struct job *job = engine->batch->jobs[round->decided];
        struct round_part *rp = job->part->round;
        uint32_t before = outputs(&rp->outcome);

        decide_expect(wanted_by(engine, round->decided + 1), wanted_by(engine, round->decided + 2));
        enum decide_status status = decide_job(engine, rp, job);
        if (round->unavailable) {
            start_over(engine);
            return;
        }
        if (status == DECIDE_NO_MEMORY || rp->outcome.out_of_memory || rp->overlay.out_of_memory) {
            fail(engine, "out of memory");
            return;
        }
        if (status == DECIDE_NEEDS_STATE) {
            engine->phase = PHASE_LOAD;
            return;
        }
        if (round->decided % engine->config.step_calls == 0)
            encode_edited(engine, rp);
        if (engine->failure.kind == RESULT_STOP)
            return;
        round->outputs += outputs(&rp->outcome) - before + 1;
        if (round->outputs >= engine->config.batch_records)
            round->end = round->decided + 1;
    }
    registry_answered(engine);
    engine->phase = PHASE_PREPARE;
}
