/* What is due without a message: timers (rules.md 6), held cases after a catalogue change, positions behind markers,
 * and the comparison of clocks. Found through the store, decided in the same kind of batch. */
#include "worker/engine/inside.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    SECOND = 1000 * 1000,
    AGAIN = 50 * 1000,
    DUE_LIMIT = 256,
    HELD_LIMIT = 128,
    TIME_EVERY = 10 * SECOND,
    ACCOUNT_ID_MAX = 128
};

static bool ask_accounts(struct engine *engine, struct part *part, enum store_request_kind kind, uint32_t limit)
{
    struct call *call = call_take(engine, kind, part);

    if (!call)
        return false;
    call->request.limit = limit;
    call->request.records = memory_zeroed(&call->memory, limit, sizeof *call->request.records);
    if (!call->request.records) {
        call_drop(engine, call);
        fail(engine, "out of memory");
        return false;
    }
    call->request.nonces[call->request.nonce_count++] = part->acked;
    for (const struct call *flight = part->flights; flight; flight = flight->next_flight)
        call->request.nonces[call->request.nonce_count++] = flight->request.to;
    if (kind == STORE_HELD) {
        bool failed = false;
        struct text cursor = {part->held_cursor, part->held_cursor_size};
        call->request.cursor = memory_text(&call->memory, cursor, &failed);
        call->sweep = part->sweep;
    } else {
        int64_t wall = wall_now(engine);
        call->request.now = wall > part->place.now ? wall : part->place.now;
    }
    call_submit(engine, call);
    return true;
}

/* True: the accounts are in the batch. */
static bool take_accounts(struct engine *engine, struct call *call)
{
    struct part *part = call->part;

    if (call->request.result.kind != RESULT_OK) {
        part->bad = true;
        part->cause = call->request.result.kind == RESULT_REFUSED ? REPAIR_REFUSED_READ : REPAIR_FAILED_READ;
        return false;
    }
    if (engine->phase != PHASE_FILL || engine->batches[BATCH_ACCOUNTS].closed)
        return false; /* asked again later */
    for (uint32_t i = 0; i < call->request.record_count; i++) {
        struct text id = call->request.records[i].key;
        if (id.size == 0 || id.size > ACCOUNT_ID_MAX)
            continue; /* not ours: no account has such a key */
        if (!batch_add_timer(engine, part, id))
            return false;
    }
    return true;
}

void due_answered(struct engine *engine, struct call *call)
{
    struct part *part = call->part;

    part->due_asked = false;
    if (!take_accounts(engine, call))
        return;
    part->due_asked = call->request.record_count > 0;
    part->due_at = steady_now(engine) + (call->request.record_count == DUE_LIMIT ? AGAIN : SECOND);
}

/* Progress of the sweep: the whole partition was looked at with held_target or a newer version. */
void held_answered(struct engine *engine, struct call *call)
{
    struct part *part = call->part;
    uint32_t count = call->request.record_count;

    if (call->request.result.kind == RESULT_OK && call->sweep != part->sweep)
        return;
    part->held_asked = false;
    if (!take_accounts(engine, call))
        return;
    engine->statistics.held += count;
    part->held_asked = count > 0;
    if (count < HELD_LIMIT) {
        part->held_last = part->held_target; /* done when these are decided */
        part->held_target = 0;
        part->sweep++;
        part->held_at = steady_now(engine) + SECOND;
        if (count == 0)
            part->held_done = part->held_last;
        return;
    }
    struct text last = call->request.records[count - 1].key;
    part->held_cursor_size = last.size < sizeof part->held_cursor ? last.size : (uint32_t)sizeof part->held_cursor;
    memcpy(part->held_cursor, last.data, part->held_cursor_size);
}

static int64_t newest_version(const struct engine *engine)
{
    const struct catalogue *snapshot = engine->catalogue->acquire(engine->catalogue->context);
    int64_t version = snapshot ? catalogue_version(snapshot) : 0;

    if (snapshot)
        engine->catalogue->release(engine->catalogue->context, snapshot);
    return version;
}

/* On each advance of the catalogue the held cases are decided again, in chunks (design.md, "Catalogue lane"). */
static void sweep_held(struct engine *engine, struct part *part, int64_t now)
{
    if (part->held_asked || (part->held_target == 0 && now < part->held_at))
        return;
    if (part->held_target == 0) {
        int64_t version = newest_version(engine);
        part->held_at = now + SECOND;
        if (version <= part->place.held_version || version <= part->held_done)
            return;
        part->held_target = version;
        part->held_cursor_size = 0;
    }
    part->held_asked = ask_accounts(engine, part, STORE_HELD, HELD_LIMIT);
}

/* Idle partitions follow the ends of their inputs, or retention would look like loss and lag would never be 0
 * (design.md, "Traps"); at most once a second, and with a message it costs nothing. */
static void advance(struct engine *engine, struct part *part, int64_t now)
{
    bool behind = false;

    if (now < part->advance_at)
        return;
    part->advance_at = now + SECOND;
    stalls_watch(engine, part);
    for (uint32_t i = 0; i < part->input_count; i++)
        behind = behind || part->inputs[i].fetch > part->place.inputs[i].next;
    if (behind)
        batch_add_advance(engine, part);
}

void timers_ask_time(struct engine *engine)
{
    int64_t now = steady_now(engine);

    if (engine->time_asked || now < engine->time_at)
        return;
    struct call *call = call_take(engine, STORE_TIME, NULL);
    if (!call)
        return;
    engine->time_asked = true;
    engine->time_at = now + TIME_EVERY;
    call_submit(engine, call);
}

void time_answered(struct engine *engine, struct call *call)
{
    int64_t difference = wall_now(engine) - call->request.now;

    engine->time_asked = false;
    if (call->request.result.kind != RESULT_OK)
        return;
    engine->time_known = true;
    engine->clock_base = wall_now(engine) - steady_now(engine) / 1000;
    engine->clock_off =
        difference > engine->config.clock_tolerance_ms || -difference > engine->config.clock_tolerance_ms;
    if (!engine->clock_off) {
        outage_end(engine, OUTAGE_CLOCK);
        return;
    }
    engine->time_at = steady_now(engine) + SECOND;
    snprintf(engine->clock_reason, sizeof engine->clock_reason,
             "this machine's clock differs by %" PRId64 " s from that of Redis", difference / 1000);
}

/* The wall clock was set since it was last compared: compare again before anything is decided. */
static void watch_jumps(struct engine *engine)
{
    int64_t jump = wall_now(engine) - steady_now(engine) / 1000 - engine->clock_base;

    if (engine->time_known &&
        (jump > engine->config.clock_tolerance_ms / 2 || -jump > engine->config.clock_tolerance_ms / 2)) {
        engine->time_known = false;
        engine->time_at = 0;
    }
}

/* Times decide prices and periods: a clock that is far off must not (design.md, "Time"). */
bool clock_agrees(struct engine *engine, struct part *part, int64_t decided_at)
{
    int64_t ahead = decided_at - wall_now(engine);

    watch_jumps(engine);
    if (engine->clock_off)
        outage_begin(engine, OUTAGE_CLOCK, engine->clock_reason);
    if (engine->clock_off || !engine->time_known)
        return false;
    if (ahead > engine->config.clock_tolerance_ms) {
        if (!part->clock_said)
            engine_say(engine, NOTICE_ERROR, "paused", part,
                       "was last decided %" PRId64 " s in the future of this machine's clock: waiting for it",
                       ahead / 1000);
        part->clock_said = true;
        return false;
    }
    if (part->clock_said)
        engine_say(engine, NOTICE_INFO, "resumed", part, "this machine's clock has come near: going on");
    part->clock_said = false;
    return true;
}

void timers_step(struct engine *engine)
{
    int64_t now = steady_now(engine);
    uint32_t cursor = 0;

    if (now < engine->timers_at)
        return;
    engine->timers_at = now + SECOND / 100;
    for (struct part *part; (part = part_next(engine, &cursor));) {
        if (part->phase != PART_ACTIVE || part->bad)
            continue;
        advance(engine, part, now);
        if (part_is_lane(part) || part->flight_count >= WINDOW)
            continue;
        if (!part->due_asked && now >= part->due_at)
            part->due_asked = ask_accounts(engine, part, STORE_DUE, DUE_LIMIT);
        sweep_held(engine, part, now);
    }
}
