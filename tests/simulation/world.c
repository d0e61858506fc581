/* A world: Kafka, Redis, workers, clocks, chance. */
#include "tests/simulation/sim.h"

#include "worker/cli/common/digest.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { START_WALL = 1750000 };

const char *const planted_names[PLANT_COUNT] = {
    [PLANT_NOTHING] = "nothing",           [PLANT_END_LSO] = "end-lso",
    [PLANT_UNSTABLE] = "unstable-offsets", [PLANT_GENERATION] = "late-generation",
    [PLANT_GHOST] = "ghost-endtxn",        [PLANT_FLUSH] = "no-flush",
    [PLANT_READ_GUARD] = "unguarded-read", [PLANT_WRITE_GUARD] = "unguarded-write",
    [PLANT_ABSENT] = "absent-or-equal",    [PLANT_CHUNKS] = "uncounted-chunks",
    [PLANT_RECLAIM] = "stale-owner-nonce", [PLANT_EARLY_ACK] = "early-acknowledgement",
    [PLANT_AGE] = "old-position",          [PLANT_LOST_WRITE] = "lost-write",
    [PLANT_DOUBLE] = "message-twice",      [PLANT_SKIP] = "message-lost",
    [PLANT_NO_OFFSETS] = "no-offsets",     [PLANT_BALANCE] = "wrong-balance",
    [PLANT_LOST_OUTPUT] = "lost-output",   [PLANT_OUTAGE] = "outage-dead-letters",
    [PLANT_OTHER_NOW] = "other-now",
};

/* --- chance --- */

static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9U;
    value = (value ^ value >> 27) * 0x94D049BB133111EBU;
    return value ^ value >> 31;
}

uint32_t next_chance(uint64_t *state, uint32_t bound)
{
    *state += 0x9E3779B97F4A7C15U;
    return (uint32_t)(mix(*state) >> 32) % bound;
}

uint32_t draw(struct sim *sim, uint32_t bound)
{
    return next_chance(&sim->chance, bound);
}

void violate(struct sim *sim, const char *format, ...)
{
    va_list arguments;

    if (sim->violation[0])
        return;
    va_start(arguments, format);
    vsnprintf(sim->violation, sizeof sim->violation, format, arguments);
    va_end(arguments);
}

/* --- ports of this file --- */

static int64_t wall(void *context)
{
    const struct worker *worker = context;

    return worker->sim->wall + worker->skew;
}

static int64_t steady(void *context)
{
    return ((struct worker *)context)->sim->steady;
}

static struct hash nonce(void *context)
{
    struct worker *worker = context;
    struct hash hash = {{1}};
    int64_t number = ++worker->sim->nonces;

    if (worker->sim->options.planted == PLANT_RECLAIM)
        number = worker->number;
    memcpy(hash.bytes + 8, &number, sizeof number);
    return hash;
}

static void count_notice(struct sim *sim, const char *event)
{
    for (unsigned i = 0; i < sizeof sim->said / sizeof *sim->said; i++)
        if (!sim->said[i].event || strcmp(sim->said[i].event, event) == 0) {
            sim->said[i].event = event;
            sim->said[i].count++;
            return;
        }
}

uint32_t said(const struct sim *sim, const char *event)
{
    for (unsigned i = 0; i < sizeof sim->said / sizeof *sim->said && sim->said[i].event; i++)
        if (strcmp(sim->said[i].event, event) == 0)
            return sim->said[i].count;
    return 0;
}

static void notice(void *context, const struct notice *notice)
{
    struct worker *worker = context;
    struct sim *sim = worker->sim;

    if (sim->options.show)
        printf("        W%d %s %d: %s\n", worker->number, notice->event, (int)notice->partition, notice->text);
    count_notice(sim, notice->event);
    if (strcmp(notice->event, "refused") != 0)
        return;
    snprintf(sim->refusal, sizeof sim->refusal, "%s", notice->text);
    if (!sim->may_refuse)
        violate(sim, "partition %d refused: %s", (int)notice->partition, notice->text);
}

/* --- workers --- */

/* False without memory, too. */
bool worker_start(struct worker *worker)
{
    struct sim *sim = worker->sim;

    if (worker->alive)
        return false;
    sim_log_open(worker, &worker->log);
    sim_log_open(worker, &worker->follower_log);
    sim_store_open(worker);
    worker->codec = sim_codec(worker);
    worker->clock = (struct clock){worker, wall, steady, nonce};
    struct engine_config config = sim->config;
    config.sink = (struct notice_sink){worker, notice};
    struct follower_config follower = {0, 50, config.sink};
    worker->follower = follower_open(&follower, &worker->follower_log.base, &worker->codec, &worker->clock);
    if (!worker->follower)
        return false;
    struct engine_ports ports = {&worker->log.base, &worker->store.base, &worker->clock,
                                 &worker->codec,    &library_hashes,     follower_source(worker->follower)};
    worker->engine = engine_open(&config, &ports);
    worker->alive = worker->engine != NULL;
    worker->paused = false;
    if (!worker->alive)
        follower_close(worker->follower);
    return worker->alive;
}

static void add_statistics(struct sim *sim, const struct engine *engine)
{
    struct engine_statistics now;
    uint64_t *total = &sim->total.messages;
    const uint64_t *one = &now.messages;

    engine_statistics(engine, &now);
    for (size_t i = 0; i < offsetof(struct engine_statistics, cache_bytes) / sizeof(uint64_t); i++)
        total[i] += one[i];
}

/* kill -9: what is in the network may still arrive. */
bool worker_crash(struct worker *worker)
{
    if (!worker->alive)
        return false;
    add_statistics(worker->sim, worker->engine);
    sim_store_cut(&worker->store);
    engine_close(worker->engine);
    follower_close(worker->follower);
    worker->engine = NULL;
    worker->follower = NULL;
    worker->alive = worker->paused = false;
    return true;
}

/* The process ends, as the real one does. */
static bool starved(const struct sim *sim, struct result result)
{
    return sim->options.starves && result.kind == RESULT_STOP && strstr(result.reason, "out of memory");
}

bool worker_step(struct worker *worker)
{
    struct sim *sim = worker->sim;
    struct result result;

    if (!worker->alive || worker->paused)
        return false;
    if (draw(sim, 4) == 0) {
        result = follower_step(worker->follower);
        if (starved(sim, result))
            return worker_crash(worker);
        if (result.kind == RESULT_STOP)
            violate(sim, "follower of worker %d stopped: %s", worker->number, result.reason);
    }
    result = engine_step(worker->engine);
    if (result.kind == RESULT_STOP) {
        snprintf(worker->stopped, sizeof worker->stopped, "%s", result.reason);
        if (starved(sim, result))
            return worker_crash(worker);
        if (!sim->may_stop)
            violate(sim, "worker %d stopped: %s", worker->number, result.reason);
    }
    if (engine_stopped(worker->engine)) { /* SIGTERM: it leaves the group */
        sim->kafka.group.member[worker->number] = sim->kafka.group.joined[worker->number] = false;
        sim->kafka.group.rebalancing = true;
        worker_crash(worker);
    }
    return true;
}

/* --- worlds --- */

static void configure(struct sim *sim)
{
    static const size_t caches[] = {0, 8192, 1 << 20};
    uint64_t chance = sim->seed ^ 0xC0FFEE;
    struct engine_config *config = &sim->config;

    *config = engine_defaults();
    config->batch_messages = 1 + next_chance(&chance, 8);
    config->batch_records = 3 + next_chance(&chance, 40);
    config->cache_bytes = caches[next_chance(&chance, 3)];
    config->step_calls = sim->options.calls ? (uint32_t)sim->options.calls : 1;
    config->port_timeout_ms = config->idle_timeout_ms = 0;
    config->linger_ms = (int32_t)next_chance(&chance, 40);
    sim->retention = config->state_retention_ms;
    if (sim->options.planted == PLANT_AGE)
        config->state_retention_ms = INT64_C(1) << 60;
    sim->broker_limit = next_chance(&chance, 3) ? 1U << 20 : 4000;
    if (next_chance(&chance, 4) == 0)
        config->max_record_bytes = 4000;
}

struct sim *sim_open(const struct options *options, uint64_t seed)
{
    struct sim *sim = calloc(1, sizeof *sim);

    sim->options = *options;
    sim->seed = seed;
    memory_init(&sim->memory, 1 << 20, 0);
    sim->wall = (int64_t)START_WALL * 1000000;
    sim->steady = 1000000;
    configure(sim);
    for (int who = 0; who < MAX_WORKERS; who++) {
        sim->workers[who].sim = sim;
        sim->workers[who].number = who;
    }
    story_begin(sim);
    for (int who = 0; who < options->workers; who++)
        worker_start(&sim->workers[who]);
    return sim;
}

void sim_close(struct sim *sim)
{
    for (int who = 0; who < MAX_WORKERS; who++)
        worker_crash(&sim->workers[who]);
    memory_clear(&sim->memory);
    free(sim);
}
