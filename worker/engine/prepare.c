/* What a round leaves behind: the next P of each partition, then the records of the transaction (outputs.c). */
#include "worker/engine/inside.h"

/* The next offset of each input; what a smaller round leaves for the next one is not passed over. */
static void set_offsets(struct engine *engine, struct round_part *rp)
{
    const struct batch *batch = engine->batch;
    const struct job *last[PART_INPUTS] = {NULL};
    bool left[PART_INPUTS] = {false};

    for (uint32_t i = engine->round.first; i < batch->count; i++) {
        const struct job *job = batch->jobs[i];
        if (job->part != rp->part || job->kind != JOB_INPUT)
            continue;
        if (i < engine->round.end)
            last[job->input] = job;
        else
            left[job->input] = true;
    }
    for (uint32_t i = 0; i < rp->part->input_count; i++) {
        struct place_input *input = &rp->to.inputs[i];
        if (last[i]) {
            input->next = last[i]->in.offset + 1;
            input->last = last[i]->in.offset;
            input->hash = record_hash(engine, last[i]->in.key, last[i]->in.value);
        }
        if (!left[i] && rp->part->inputs[i].fetch > input->next)
            input->next = rp->part->inputs[i].fetch;
    }
}

static bool writes(const struct round_part *rp)
{
    if (rp->outcome.decisions.count)
        return true;
    for (const struct state *state = rp->overlay.first; state; state = state->next)
        if (state_changed(state))
            return true;
    for (uint32_t i = 0; i < rp->part->input_count; i++)
        if (rp->to.inputs[i].next != rp->part->place.inputs[i].next)
            return true;
    return false;
}

static void set_totals(struct engine *engine, struct round_part *rp)
{
    switch (decide_totals(&rp->overlay, &rp->outcome, &engine->round.memory.arena, &rp->to.totals)) {
    case TOTALS_OK: return;
    case TOTALS_NO_MEMORY: fail(engine, "out of memory"); return;
    case TOTALS_UNBALANCED:
        /* [promise 2] money is conserved, or nothing is committed */
        poison(engine, false, "deposits - withdrawals - charges is not the change of the balances");
    }
}

static void set_position(struct engine *engine, struct round_part *rp)
{
    const struct part *part = rp->part;

    rp->to = part->place;
    rp->to.seq++;
    rp->to.nonce = engine->clock->nonce(engine->clock->context);
    rp->to.now = rp->desk.now;
    set_offsets(engine, rp);
    if (part_is_lane(part)) {
        rp->to.catalogue_version = rp->to.seq;
        return;
    }
    rp->to.catalogue_version = catalogue_version(engine->round.catalogue);
    if (part->held_done > rp->to.held_version)
        rp->to.held_version = part->held_done;
    set_totals(engine, rp);
}

static void prepare_part(struct engine *engine, struct round_part *rp)
{
    set_position(engine, rp);
    rp->writes = writes(rp);
    if (!rp->writes || !going_well(engine))
        return;
    put_transaction(engine, rp);
}

void prepare_step(struct engine *engine)
{
    struct round *round = &engine->round;

    for (uint32_t i = 0; i < round->part_count && going_well(engine); i++)
        prepare_part(engine, &round->parts[i]);
    if (engine->failure.kind == RESULT_STOP)
        return;
    if (round->poisoned) {
        round_narrow(engine);
        engine->phase = PHASE_JUDGE; /* the same messages again */
    } else if (round->record_count == 0) {
        engine->batch->done = round->end; /* nothing to do: no transaction */
        engine->phase = PHASE_JUDGE;
    } else
        engine->phase = PHASE_BEGIN;
}
