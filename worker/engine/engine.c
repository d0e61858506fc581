/* The phases of the engine, one step at a time. */
#include "worker/engine/inside.h"

#include <stdlib.h>

enum {
    STEP_MICROS = 20 * 1000,
    STORE_WAIT_MS = 10,
    STOP_STORE_MICROS = 3 * 1000 * 1000,
    STOP_LOG_MICROS = 15 * 1000 * 1000
};

struct engine_config engine_defaults(void)
{
    return (struct engine_config){
        .prefix = TEXT("osbill."),
        .group = TEXT("osbill"),
        .batch_messages = 5000,
        .batch_bytes = 8U << 20,
        .batch_records = 20000,
        .linger_ms = 1,
        .linger_max_ms = 100,
        .cache_bytes = 64U << 20,
        .max_record_bytes = 1000 * 1000,
        .max_dead_letter_bytes = 1048576 + 65536,
        .state_retention_ms = INT64_C(7) * 24 * 3600 * 1000,
        .clock_tolerance_ms = INT64_C(5) * 60 * 1000,
        .port_timeout_ms = 100,
        .idle_timeout_ms = 100,
        .store_timeout_ms = 5000,
        .step_calls = 64,
        .decide = decide_defaults(),
        .lane = lane_defaults(),
    };
}

static void set_ports(struct engine *engine, const struct engine_ports *ports)
{
    engine->log = ports->log;
    engine->store = ports->store;
    engine->clock = ports->clock;
    engine->codec = ports->codec;
    engine->hashes = ports->hashes;
    engine->catalogue = ports->catalogue;
    engine->reader = (struct reader){engine, judge_parked};
    engine->handler = (struct log_handler){
        .context = engine,
        .message = batch_message,
        .end = input_ended,
        .assigned = parts_assigned,
        .revoked = parts_revoked,
        .lost = parts_lost,
        .failed = input_failed,
    };
}

struct engine *engine_open(const struct engine_config *config, const struct engine_ports *ports)
{
    struct engine *engine = calloc(1, sizeof *engine);

    if (!engine)
        return NULL;
    engine->config = *config;
    engine->phase = PHASE_RECREATE;
    engine->described = UINT64_MAX;
    engine->assignment = 1;
    set_ports(engine, ports);
    memory_init(&engine->round.memory, 1 << 20, 64 << 20);
    for (int i = 0; i < BATCHES; i++)
        memory_init(&engine->batches[i].memory, 1 << 20, 16 << 20);
    engine->cache = cache_open(config->cache_bytes);
    engine->prefix = malloc(config->prefix.size + 1U);
    if (!engine->cache || !engine->prefix) {
        engine_close(engine);
        return NULL;
    }
    if (config->prefix.size)
        memcpy(engine->prefix, config->prefix.data, config->prefix.size);
    engine->here.prefix = (struct text){engine->prefix, config->prefix.size};
    engine->here.group = config->group;
    return engine;
}

static void free_part(struct part *part)
{
    if (!part)
        return;
    memory_clear(&part->totals[0]);
    memory_clear(&part->totals[1]);
    memory_clear(&part->recovery.memory);
    free(part);
}

void engine_close(struct engine *engine)
{
    if (!engine)
        return;
    round_end(engine);
    calls_close(engine);
    for (int i = 0; i < BATCHES; i++) {
        if (engine->batches[i].generation)
            engine->log->ops->generation_free(engine->batches[i].generation);
        memory_clear(&engine->batches[i].memory);
        free(engine->batches[i].jobs);
    }
    for (int32_t i = 0; i < engine->part_room; i++)
        free_part(engine->parts[i]);
    free_part(engine->lane_part);
    lane_close(engine);
    memory_clear(&engine->round.memory);
    cache_close(engine->cache);
    free(engine->parts);
    free(engine->cluster_id);
    free(engine->prefix);
    free(engine);
}

void engine_set_state_retention(struct engine *engine, int64_t state_retention_ms)
{
    engine->config.state_retention_ms = state_retention_ms;
}

/* --- steps --- */

static bool in_transaction(const struct engine *engine)
{
    return engine->phase >= PHASE_BEGIN && engine->phase <= PHASE_ABORT;
}

/* A transaction that cannot be finished is left to its time-out and to the next owner, as a crash leaves it. */
static bool must_stop(const struct engine *engine)
{
    return steady_now(engine) > engine->stop_at + STOP_LOG_MICROS;
}

/* Nothing is open: what was fetched is left to the next owner; the store may still acknowledge what it has. */
static struct result stop_step(struct engine *engine)
{
    if (engine->batches[BATCH_ACCOUNTS].count || engine->batches[BATCH_LANE].count)
        batches_drop(engine);
    calls_serve(engine, STORE_WAIT_MS);
    if (engine->calls_in_flight && steady_now(engine) < engine->stop_at + STOP_STORE_MICROS)
        return (struct result){RESULT_RETRY, "waiting for the store"};
    engine->phase = PHASE_STOPPED;
    return RESULT_SUCCESS;
}

static void recover(struct engine *engine)
{
    int64_t until = steady_now(engine) + STEP_MICROS;

    engine->recovering = false;
    for (uint32_t calls = 0; calls < engine->config.step_calls && steady_now(engine) <= until; calls++) {
        if (!recover_step(engine) || engine->failure.kind == RESULT_STOP)
            return;
        engine->recovering = true;
    }
}

static struct result fill_step(struct engine *engine)
{
    timers_step(engine);
    for (int i = 0; i < BATCHES; i++)
        if (batch_due(engine, &engine->batches[i])) {
            batch_close(engine, &engine->batches[i]);
            return RESULT_SUCCESS;
        }
    if (engine->turn++ % 2 == 0) {
        recover(engine);
        if (engine->recovering)
            return RESULT_SUCCESS;
    }
    return batch_poll(engine);
}

/* A phase that goes on by itself, or waits for a registry, a store, a clock: meanwhile the group is served. */
static struct result waiting_step(struct engine *engine, void (*step)(struct engine *))
{
    enum engine_phase before = engine->phase;
    uint32_t done = engine->batch->judged + engine->round.decided;

    if (steady_now(engine) < engine->pause_until)
        return batch_wait(engine);
    step(engine);
    if (engine->failure.kind == RESULT_STOP || !engine->batch || engine->phase != before ||
        done != engine->batch->judged + engine->round.decided)
        return RESULT_SUCCESS;
    if (engine->batch->assignment != engine->assignment) {
        batches_drop(engine);
        return RESULT_SUCCESS;
    }
    return batch_wait(engine);
}

static struct result step(struct engine *engine)
{
    switch (engine->phase) {
    case PHASE_RECREATE: return recreate_step(engine);
    case PHASE_FILL: return fill_step(engine);
    case PHASE_JUDGE: return waiting_step(engine, judge_step);
    case PHASE_LOAD: return waiting_step(engine, load_step);
    case PHASE_DECIDE: decide_step(engine); break;
    case PHASE_PREPARE: prepare_step(engine); break;
    case PHASE_BEGIN: return begin_step(engine);
    case PHASE_PUBLISH: return publish_step(engine);
    case PHASE_FLUSH: return flush_step(engine);
    case PHASE_OFFSETS: return offsets_step(engine);
    case PHASE_COMMIT: return commit_step(engine);
    case PHASE_ABORT: return abort_step(engine);
    case PHASE_STOPPED: break;
    }
    return RESULT_SUCCESS;
}

struct result engine_step(struct engine *engine)
{
    if (engine->failure.kind == RESULT_STOP)
        return engine->failure;
    calls_serve(engine, engine->blocked && engine->config.idle_timeout_ms > STORE_WAIT_MS ? STORE_WAIT_MS : 0);
    engine->blocked = false;
    if (engine->phase != PHASE_RECREATE && engine->phase != PHASE_STOPPED)
        timers_ask_time(engine);
    struct result result;
    if (engine->stopping && (!in_transaction(engine) || must_stop(engine)) && engine->phase != PHASE_STOPPED)
        result = stop_step(engine);
    else
        result = step(engine);
    return engine->failure.kind == RESULT_STOP ? engine->failure : result;
}

void engine_stop(struct engine *engine)
{
    if (engine->stopping)
        return;
    engine->stopping = true;
    engine->stop_at = steady_now(engine);
}

bool engine_stopped(const struct engine *engine)
{
    return engine->phase == PHASE_STOPPED;
}
