/* Brings the states that a round needs: from the cache, writes in flight (pinned), or the store in one call per
 * partition. At most two rounds before deciding (an account names its cases, cases name VPSs), then whatever core still
 * asks for. */
#include "worker/engine/inside.h"

enum { READ_RECORDS = 1000 };
enum { WANTS_FIRST, WANTS_NAMED, WANTS_PASSES }; /* round.pass */

static void spoil(struct part *part, enum repair_cause cause)
{
    part->bad = true;
    part->cause = cause;
}

/* --- putting in --- */

/* The decoded record lives in the round's memory, with the bytes that it points to. */
static bool supply(struct engine *engine, struct part *part, struct state *state, struct text value)
{
    struct round *round = &engine->round;
    const struct record_type *type = state_record_type(state->kind);
    bool failed = false;

    if (!value.data) {
        overlay_put(state, NULL);
        return true;
    }
    void *record = memory_zeroed(&round->memory, 1, type->size);
    struct text own = memory_text(&round->memory, value, &failed);
    if (failed || !record) {
        fail(engine, "out of memory");
        return false;
    }
    struct decode_answer answer =
        engine->codec->decode(engine->codec->context, type, own, &round->memory.arena, record);
    switch (answer.status) {
    case DECODE_OK: overlay_put(state, record); return true;
    case DECODE_BAD: spoil(part, REPAIR_CORRUPT); return false;
    case DECODE_UNAVAILABLE: outage_begin(engine, OUTAGE_REGISTRY, answer.message); return false;
    case DECODE_NO_MEMORY: fail(engine, "out of memory"); return false;
    }
    return false;
}

/* What is in flight is in the cache too, never newer than there, unless the cache had no room for it or gave it up. */
static bool find_near(struct engine *engine, const struct part *part, const struct state *state, struct text *ret_value)
{
    switch (cache_find(engine->cache, part->slot, state->key, state->hash, ret_value)) {
    case CACHE_MISS:
        if (flight_find(part, state->key, state->hash, ret_value))
            break;
        engine->statistics.cache_misses++;
        return false;
    case CACHE_ABSENT: *ret_value = (struct text){NULL, 0}; break;
    case CACHE_FOUND: break;
    }
    engine->statistics.cache_hits++;
    return true;
}

/* --- the store --- */

/* Positions that a read may see: from the last acknowledged to the last committed. */
static void accept_positions(struct call *call, const struct part *part)
{
    call->request.nonces[call->request.nonce_count++] = part->acked;
    for (const struct call *flight = part->flights; flight; flight = flight->next_flight)
        call->request.nonces[call->request.nonce_count++] = flight->request.to;
}

static struct call *begin_read(struct engine *engine, struct part *part)
{
    struct call *call = call_take(engine, STORE_READ, part);

    if (!call)
        return NULL;
    call->round = engine->round.serial;
    call->request.records = memory_zeroed(&call->memory, READ_RECORDS, sizeof *call->request.records);
    call->states = memory_zeroed(&call->memory, READ_RECORDS, sizeof(struct state *));
    if (!call->request.records || !call->states) {
        call_drop(engine, call);
        fail(engine, "out of memory");
        return NULL;
    }
    accept_positions(call, part);
    return call;
}

static void send_read(struct engine *engine, struct call *call)
{
    engine->statistics.store_reads++;
    engine->round.reads++;
    call_submit(engine, call);
}

static bool add_key(struct engine *engine, struct part *part, struct call **call, struct state *state)
{
    bool failed = false;

    if (*call && (*call)->request.record_count == READ_RECORDS) {
        send_read(engine, *call);
        *call = NULL;
    }
    if (!*call)
        *call = begin_read(engine, part);
    if (!*call)
        return false;
    uint32_t number = (*call)->request.record_count++;
    (*call)->request.records[number].key = memory_text(&(*call)->memory, state->key, &failed);
    (*call)->states[number] = state;
    if (failed)
        fail(engine, "out of memory");
    return !failed;
}

static const struct state *nth_wanted(const struct state *state, int n)
{
    while (state && n-- > 0)
        state = state->next_wanted;
    return state;
}

/* Memory delivers what the next states need while one is looked for. */
static const struct state *expect(const struct engine *engine, const struct state *state,
                                  void (*fetch)(const struct cache *cache, uint32_t hash))
{
    if (!state)
        return NULL;
    fetch(engine->cache, state->hash);
    return state->next_wanted;
}

/* True: everything wanted is in; false: reads are under way, or it must be tried again. */
static bool gather(struct engine *engine, struct round_part *rp)
{
    const struct state *soon = nth_wanted(rp->overlay.wanted, CACHE_SOON),
                       *later = nth_wanted(soon, CACHE_LATER - CACHE_SOON);
    struct call *call = NULL;
    bool complete = true;

    for (struct state *state = rp->overlay.wanted; state; state = state->next_wanted) {
        struct text value;
        later = expect(engine, later, cache_expect);
        soon = expect(engine, soon, cache_expect_soon);
        if (state->known)
            continue;
        if (find_near(engine, rp->part, state, &value)) {
            if (!supply(engine, rp->part, state, value))
                complete = false;
        } else {
            complete = false;
            if (!add_key(engine, rp->part, &call, state))
                break;
        }
    }
    if (call)
        send_read(engine, call);
    if (complete)
        rp->overlay.wanted = NULL;
    return complete;
}

void read_answered(struct engine *engine, struct call *call)
{
    if (call->round != engine->round.serial || engine->phase != PHASE_LOAD)
        return;
    engine->round.reads--;
    if (call->request.result.kind != RESULT_OK) {
        spoil(call->part, call->request.result.kind == RESULT_REFUSED ? REPAIR_REFUSED_READ : REPAIR_FAILED_READ);
        return;
    }
    for (uint32_t i = 0; i < call->request.record_count; i++) {
        const struct store_record *record = &call->request.records[i];
        struct state *state = call->states[i];
        if (i + CACHE_LATER < call->request.record_count)
            cache_expect(engine->cache, call->states[i + CACHE_LATER]->hash);
        if (i + CACHE_SOON < call->request.record_count)
            cache_expect_soon(engine->cache, call->states[i + CACHE_SOON]->hash);
        cache_put(engine->cache, call->part->slot, record->key, state->hash, record->value);
        if (!state->known && !supply(engine, call->part, state, record->value))
            return;
    }
}

/* --- steps --- */

/* A batch belongs to its assignment; a partition that must be repaired decides nothing. */
static bool still_ours(struct engine *engine)
{
    const struct round *round = &engine->round;
    bool ours = engine->batch->assignment == engine->assignment;

    for (uint32_t i = 0; ours && i < round->part_count; i++)
        ours = round->parts[i].part->phase == PART_ACTIVE && !round->parts[i].part->bad;
    if (!ours)
        batches_drop(engine);
    return ours;
}

/* Bounded: a store that does not acknowledge stops the partition after a few transactions. */
static bool window_open(const struct engine *engine)
{
    const struct round *round = &engine->round;

    for (uint32_t i = 0; i < round->part_count; i++)
        if (round->parts[i].part->flight_count >= WINDOW)
            return false;
    return true;
}

static bool clocks_agree(struct engine *engine)
{
    const struct round *round = &engine->round;

    for (uint32_t i = 0; i < round->part_count; i++)
        if (!clock_agrees(engine, round->parts[i].part, round->parts[i].part->place.now))
            return false;
    return true;
}

static void want(struct job *job)
{
    job->wanted = (struct wanted_states){0};
    if (job->kind == JOB_INPUT && job->dead == INPUT_SOUND)
        job->wanted = decide_wants(&job->part->round->desk, &job->in);
    else if (job->kind == JOB_TIMER && !job->skipped) {
        struct state_key key = {.kind = STATE_ACCOUNT, .account_id = job->account_id};
        overlay_state(&job->part->round->overlay, &key);
    }
}

static void ask_wants(struct engine *engine)
{
    struct round *round = &engine->round;

    for (uint32_t i = round->first; i < round->end; i++) {
        struct job *job = engine->batch->jobs[i];
        if (round->pass == WANTS_FIRST)
            want(job);
        else if (job->wanted.account)
            decide_wants_named(&job->part->round->desk, &job->in, job->wanted.account);
    }
    round->pass++;
}

static bool gather_all(struct engine *engine)
{
    struct round *round = &engine->round;
    bool complete = true;

    for (uint32_t i = 0; i < round->part_count; i++)
        if (round->parts[i].overlay.wanted && !gather(engine, &round->parts[i]))
            complete = false;
    return complete;
}

void load_step(struct engine *engine)
{
    struct round *round = &engine->round;

    if (!still_ours(engine) || round->reads || !clocks_agree(engine) || !window_open(engine))
        return;
    if (part_is_lane(round->parts[0].part)) {
        engine->phase = PHASE_DECIDE;
        return;
    }
    while (gather_all(engine)) {
        if (round->pass == WANTS_PASSES) {
            engine->phase = PHASE_DECIDE;
            return;
        }
        ask_wants(engine);
    }
}
