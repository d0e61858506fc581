/* Store writes in flight. Until one is acknowledged its states are pinned: a read may see any position from the last
 * acknowledged to the last committed, and what changed in between is found here (design.md, "Roll forward"). */
#include "worker/engine/inside.h"

static void index_record(struct call *call, uint32_t number, uint32_t hash)
{
    uint32_t at = hash & call->index_mask;

    while (call->index[at])
        at = (at + 1) & call->index_mask;
    call->index[at] = number + 1;
}

static bool build_index(struct call *call, const struct changed_state *changed)
{
    uint32_t size = 8;

    while (size < call->request.record_count * 2)
        size *= 2;
    call->index = memory_zeroed(&call->memory, size, sizeof *call->index);
    call->index_mask = size - 1;
    if (!call->index)
        return false;
    for (uint32_t i = 0; i < call->request.record_count; i++)
        index_record(call, i, changed[i].hash);
    return true;
}

static struct account_filing filing_of(const struct account_state *account)
{
    return account ? account_filing(account) : (struct account_filing){0};
}

/* Due date and held mark are kept with the account's record; where they stay as they are, the store need not look. */
static void file(struct store_record *record, const struct state *state)
{
    if (state->kind != STATE_ACCOUNT)
        return;
    struct account_filing filing = filing_of(state->value), before = filing_of(state->loaded);
    record->has_due = filing.due_at != before.due_at || filing.held != before.held;
    record->due_at = filing.due_at;
    record->held = filing.held;
}

static bool copy_states(struct engine *engine, struct call *call, const struct round_part *rp)
{
    const struct log_record *from = engine->round.records + rp->state_first;
    bool failed = false;

    call->request.records = memory_zeroed(&call->memory, rp->state_count + 1U, sizeof *call->request.records);
    if (!call->request.records)
        return false;
    for (uint32_t i = 0; i < rp->state_count; i++) {
        struct store_record *record = &call->request.records[i];
        record->key = memory_text(&call->memory, from[i].key, &failed);
        record->value = from[i].has_value ? memory_text(&call->memory, from[i].value, &failed) : (struct text){0};
        file(record, rp->changed[i].state);
    }
    call->request.record_count = rp->state_count;
    return !failed && build_index(call, rp->changed);
}

static void remember(struct part *part, struct call *call)
{
    call->next_flight = NULL;
    if (part->last_flight)
        part->last_flight->next_flight = call;
    else
        part->flights = call;
    part->last_flight = call;
    part->flight_count++;
}

/* The next timer that a write brings may be earlier than the next look. */
static void watch_due(struct engine *engine, struct part *part, const struct call *call)
{
    int64_t wall = wall_now(engine), steady = steady_now(engine);

    for (uint32_t i = 0; i < call->request.record_count; i++) {
        int64_t due = call->request.records[i].due_at;
        if (due && (due - wall) < 1000 && steady + (due - wall) * 1000 < part->due_at)
            part->due_at = due < wall ? steady : steady + (due - wall) * 1000;
    }
}

bool flight_build(struct engine *engine, struct round_part *rp, int64_t written)
{
    struct part *part = rp->part;
    uint32_t topic_count;
    const enum topic *topics = part_topics(part, &topic_count);
    struct call *call = call_take(engine, STORE_WRITE, part);

    if (!call)
        return false;
    rp->to.complete_below = written;
    rp->to.written_at = rp->to.now; /* not later: a worker may stand still before it writes (tests/protocol, late) */
    call->request.nonces[0] = part->place.nonce;
    call->request.nonce_count = 1;
    call->request.to = rp->to.nonce;
    call->request.position =
        place_encode(engine->codec, &rp->to, topics, topic_count, &engine->here, &call->memory.arena);
    if (!call->request.position.data || !copy_states(engine, call, rp)) {
        call_drop(engine, call);
        fail(engine, "out of memory");
        return false;
    }
    remember(part, call);
    watch_due(engine, part, call);
    engine->statistics.store_writes++;
    call_submit(engine, call);
    return true;
}

void flight_answered(struct engine *engine, struct call *call)
{
    struct part *part = call->part;

    (void)engine;
    if (call->request.result.kind != RESULT_OK) {
        flights_forget(part);
        part->bad = true;
        part->cause = call->request.result.kind == RESULT_REFUSED ? REPAIR_REFUSED_WRITE : REPAIR_FAILED_WRITE;
        return;
    }
    if (part->flights != call)
        return; /* an earlier write failed: the partition is bad already */
    part->acked = call->request.to;
    part->flights = call->next_flight;
    if (!part->flights)
        part->last_flight = NULL;
    part->flight_count--;
}

void flights_forget(struct part *part)
{
    part->flights = part->last_flight = NULL;
    part->flight_count = 0;
}

static const struct store_record *find_in(const struct call *call, struct text key, uint32_t hash)
{
    for (uint32_t at = hash & call->index_mask; call->index[at]; at = (at + 1) & call->index_mask) {
        const struct store_record *record = &call->request.records[call->index[at] - 1];
        if (text_equal(record->key, key))
            return record;
    }
    return NULL;
}

bool flight_find(const struct part *part, struct text key, uint32_t hash, struct text *ret_value)
{
    const struct store_record *newest = NULL;

    for (const struct call *call = part->flights; call; call = call->next_flight) {
        const struct store_record *record = find_in(call, key, hash);
        if (record)
            newest = record;
    }
    if (newest)
        *ret_value = newest->value;
    return newest != NULL;
}
