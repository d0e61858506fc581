/* A history: actions drawn from a seed, done to the workers, Kafka and Redis; then everything comes to rest. An action
 * that is not possible changes nothing, so histories replay with actions left out. */
#include "tests/simulation/sim.h"

#include <nettle/sha2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

enum { START_WALL = 1750000, REST_ROUNDS = 2, REST_STEPS = 6000 };

/* --- chance --- */

static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9U;
    value = (value ^ value >> 27) * 0x94D049BB133111EBU;
    return value ^ value >> 31;
}

static uint32_t next(uint64_t *state, uint32_t bound)
{
    *state += 0x9E3779B97F4A7C15U;
    return (uint32_t)(mix(*state) >> 32) % bound;
}

uint32_t draw(struct sim *sim, uint32_t bound)
{
    return next(&sim->chance, bound);
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

static void sha256(const void *data, size_t size, uint8_t ret_digest[32])
{
    struct sha256_ctx context;

    sha256_init(&context);
    sha256_update(&context, size, data);
    sha256_digest(&context, 32, ret_digest);
}

static struct hash hash128(const void *data, size_t size)
{
    XXH128_canonical_t canonical;
    struct hash hash;

    XXH128_canonicalFromHash(&canonical, XXH3_128bits(data, size));
    memcpy(hash.bytes, canonical.digest, sizeof hash.bytes);
    return hash;
}

struct hashes sim_hashes(void)
{
    return (struct hashes){sha256, hash128};
}

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

static void notice(void *context, const struct notice *notice)
{
    struct worker *worker = context;
    struct sim *sim = worker->sim;

    if (sim->options.show)
        printf("        W%d %s %d: %s\n", worker->number, notice->event, (int)notice->partition, notice->text);
    if (strcmp(notice->event, "refused") == 0) {
        sim->refused++;
        violate(sim, "partition %d refused: %s", (int)notice->partition, notice->text);
    }
}

/* --- workers --- */

static bool start_worker(struct worker *worker)
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
    struct engine_ports ports = {&worker->log.base, &worker->store.base, &worker->clock,
                                 &worker->codec,    &sim->hashes,        follower_source(worker->follower)};
    worker->engine = engine_open(&config, &ports);
    worker->alive = true;
    worker->paused = false;
    return true;
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
static bool crash(struct worker *worker)
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

static bool step(struct worker *worker)
{
    struct sim *sim = worker->sim;
    struct result result;

    if (!worker->alive || worker->paused)
        return false;
    if (draw(sim, 4) == 0) {
        result = follower_step(worker->follower);
        if (result.kind == RESULT_STOP)
            violate(sim, "follower of worker %d stopped: %s", worker->number, result.reason);
    }
    result = engine_step(worker->engine);
    if (result.kind == RESULT_STOP)
        violate(sim, "worker %d stopped: %s", worker->number, result.reason);
    if (engine_stopped(worker->engine)) { /* SIGTERM: it leaves the group */
        sim->kafka.group.member[worker->number] = sim->kafka.group.joined[worker->number] = false;
        sim->kafka.group.rebalancing = true;
        crash(worker);
    }
    return true;
}

/* Mostly one step; sometimes many without anything in between. */
static bool steps(struct worker *worker)
{
    struct sim *sim = worker->sim;
    uint32_t count = draw(sim, 5) ? 1 : 1 + draw(sim, 30);
    bool done = step(worker);

    while (done && --count && worker->alive && !sim->violation[0]) {
        sim->wall += 4;
        sim->steady += 4000;
        step(worker);
    }
    return done;
}

/* --- actions --- */

enum kind {
    STEP,
    MARKER,
    REDIS_DELIVER,
    PRODUCE_DELIVER,
    CRASH,
    RESTART,
    TERMINATE,
    PAUSE,
    RESUME,
    REBALANCE,
    REJOINED,
    HEARTBEAT,
    SNAPSHOT,
    ROLLBACK,
    LOSS,
    COMPACT,
    OFFSETS_DELETED,
    OFFSETS_RESET,
    NO_OFFSET_ONCE,
    TXN_TIMEOUT,
    GHOST_ENDTXN,
    OFFSETS_OLD,
    GROUP_DELETED,
    CUT,
    ORPHAN,
    KAFKA_DOWN,
    KAFKA_UP,
    REDIS_DOWN,
    REDIS_UP,
    REGISTRY_DOWN,
    REGISTRY_UP,
    INPUT,
    STRANGER_WRITES,
    STRANGER_ENDS,
    SKEW,
    JUMP,
    KINDS
};

static const struct {
    const char *name;
    uint32_t weight;
} kinds[KINDS] = {
    [STEP] = {"step", 3600},
    [MARKER] = {"marker", 700},
    [REDIS_DELIVER] = {"redis-deliver", 400},
    [PRODUCE_DELIVER] = {"produce-deliver", 150},
    [CRASH] = {"crash", 8},
    [RESTART] = {"restart", 80},
    [TERMINATE] = {"terminate", 3},
    [PAUSE] = {"pause", 8},
    [RESUME] = {"resume", 80},
    [REBALANCE] = {"rebalance", 8},
    [REJOINED] = {"rejoined", 200},
    [HEARTBEAT] = {"heartbeat", 30},
    [SNAPSHOT] = {"snapshot", 8},
    [ROLLBACK] = {"rollback", 5},
    [LOSS] = {"loss", 3},
    [COMPACT] = {"compact", 12},
    [OFFSETS_DELETED] = {"offsets-deleted", 3},
    [OFFSETS_RESET] = {"offsets-reset", 3},
    [NO_OFFSET_ONCE] = {"no-offset-once", 4},
    [TXN_TIMEOUT] = {"txn-timeout", 5},
    [GHOST_ENDTXN] = {"ghost-endtxn", 10},
    [OFFSETS_OLD] = {"offsets-old", 2},
    [GROUP_DELETED] = {"group-deleted", 3},
    [CUT] = {"cut", 4},
    [ORPHAN] = {"orphan", 30},
    [KAFKA_DOWN] = {"kafka-down", 2},
    [KAFKA_UP] = {"kafka-up", 80},
    [REDIS_DOWN] = {"redis-down", 2},
    [REDIS_UP] = {"redis-up", 80},
    [REGISTRY_DOWN] = {"registry-down", 2},
    [REGISTRY_UP] = {"registry-up", 80},
    [INPUT] = {"input", 160},
    [STRANGER_WRITES] = {"stranger-writes", 4},
    [STRANGER_ENDS] = {"stranger-ends", 20},
    [SKEW] = {"skew", 2},
    [JUMP] = {"jump", 6},
};

const char *action_name(const struct action *action)
{
    return kinds[action->kind].name;
}

/* Somebody else's transaction on an input: aborted records, markers, and a stall while it is open. */
static bool stranger_writes(struct sim *sim, uint32_t choice)
{
    struct coordinator *coordinator = &sim->kafka.coordinators[STRANGER];
    int log = log_number((enum topic)(TOPIC_ACCOUNT + choice % 3), (int32_t)(choice >> 4) % sim->options.parts);

    if (kafka_touch(sim, STRANGER, coordinator->epoch, log) != ANSWER_OK)
        return false;
    kafka_append(sim, log,
                 (struct record){.txn = coordinator->current,
                                 .has_key = true,
                                 .has_value = true,
                                 .key = TEXT("a0"),
                                 .value = TEXT("\xB1not for us")});
    return true;
}

/* Every member is out, so the operator may delete the group: pending offsets go too. */
static bool delete_group(struct sim *sim)
{
    struct group *group = &sim->kafka.group;

    for (int who = 0; who < sim->options.workers; who++)
        if (sim->workers[who].alive && !sim->workers[who].paused)
            return false;
    group->generation++;
    memset(group->member, 0, sizeof group->member);
    memset(group->joined, 0, sizeof group->joined);
    group->rebalancing = false;
    memset(group->offsets, 0, sizeof group->offsets);
    for (int32_t i = 0; i < sim->kafka.transaction_count; i++)
        if (!sim->kafka.transactions[i]->marked[OFFSETS_LOG])
            memset(sim->kafka.transactions[i]->offsets, 0, sizeof sim->kafka.transactions[i]->offsets);
    return true;
}

static void reset_offsets(struct sim *sim, int n, uint32_t choice)
{
    struct group *group = &sim->kafka.group;

    for (int topic = TOPIC_ACCOUNT; topic <= TOPIC_OS_INSTALLED; topic++) {
        uint32_t count = sim->kafka.logs[log_number((enum topic)topic, n)].count;
        group->offsets[topic][n] =
            (struct group_offset){.set = true, .offset = choice % (count + 1), .order = ++group->appended};
    }
}

static void offsets_of(struct sim *sim, int n, bool older)
{
    struct group *group = &sim->kafka.group;

    for (int topic = 0; topic < TOPIC_INPUTS; topic++)
        group->offsets[topic][n] = older ? group->older[topic][n] : (struct group_offset){.set = false};
}

static bool ghost(struct sim *sim, int who)
{
    struct kafka *kafka = &sim->kafka;

    if (kafka->ghost_count[who] == 0)
        return false;
    kafka_end(sim, who, kafka->ghosts[who][0], TXN_COMMITTED);
    kafka->ghost_count[who]--;
    memmove(&kafka->ghosts[who][0], &kafka->ghosts[who][1], (size_t)kafka->ghost_count[who] * sizeof(int));
    return true;
}

static bool store_action(struct sim *sim, enum kind kind, const struct action *action)
{
    struct sim_store *store = &sim->workers[action->a % (uint32_t)sim->options.workers].store;

    switch (kind) {
    case REDIS_DELIVER: return sim_store_deliver(store);
    case CUT:
        if (!store->first)
            return false;
        sim_store_cut(store);
        return true;
    case ORPHAN: return sim_store_orphan(store);
    case SNAPSHOT: redis_copy(sim, &sim->redis, &sim->snapshots[sim->snapshot_count++ % MAX_SNAPSHOTS]); return true;
    case ROLLBACK:
        if (sim->snapshot_count == 0)
            return false;
        redis_copy(sim,
                   &sim->snapshots[action->b % (sim->snapshot_count < MAX_SNAPSHOTS ? sim->snapshot_count
                                                                                    : (uint32_t)MAX_SNAPSHOTS)],
                   &sim->redis);
        return true;
    case LOSS: memset(&sim->redis, 0, sizeof sim->redis); return true;
    default: return false;
    }
}

static bool group_action(struct sim *sim, enum kind kind, const struct action *action)
{
    struct group *group = &sim->kafka.group;
    int who = (int)(action->a % (uint32_t)sim->options.workers), n = (int)(action->a % (uint32_t)sim->options.parts);
    struct worker *worker = &sim->workers[who];

    switch (kind) {
    case REBALANCE:
        if (group->rebalancing)
            return false;
        group->rebalancing = true;
        return true;
    case REJOINED: return kafka_rejoined(sim, action->b);
    case HEARTBEAT:
        if (!worker->alive || worker->log.waiting || worker->log.library < 0 ||
            (worker->log.generation == group->generation && group->member[who]))
            return false;
        worker->log.library = -1;
        return true;
    case OFFSETS_DELETED: offsets_of(sim, n, false); return true;
    case OFFSETS_OLD: offsets_of(sim, n, true); return true;
    case OFFSETS_RESET: reset_offsets(sim, n, action->b); return true;
    case NO_OFFSET_ONCE: group->lie[n] = true; return true;
    case GROUP_DELETED: return delete_group(sim);
    default: return false;
    }
}

static bool switch_off(bool *flag, bool value)
{
    bool changed = *flag != value;

    *flag = value;
    return changed;
}

static bool world_action(struct sim *sim, enum kind kind, const struct action *action)
{
    int who = (int)(action->a % (uint32_t)sim->options.workers);

    switch (kind) {
    case KAFKA_DOWN: return switch_off(&sim->kafka_down, true);
    case KAFKA_UP: return switch_off(&sim->kafka_down, false);
    case REDIS_DOWN: return switch_off(&sim->redis_down, true);
    case REDIS_UP: return switch_off(&sim->redis_down, false);
    case REGISTRY_DOWN: return switch_off(&sim->registry_down, true);
    case REGISTRY_UP: return switch_off(&sim->registry_down, false);
    case INPUT: return story_next(sim, action->b);
    case STRANGER_WRITES: return stranger_writes(sim, action->b);
    case STRANGER_ENDS:
        return sim->kafka.coordinators[STRANGER].state == TXN_ONGOING &&
               kafka_end(sim, STRANGER, sim->kafka.coordinators[STRANGER].epoch, TXN_ABORTED) == ANSWER_OK;
    case SKEW: sim->workers[who].skew = ((int64_t)(action->b % 9) - 4) * 200000; return true;
    case JUMP: {
        static const int64_t hours[] = {1, 3, 26, 80, 200};
        int64_t ms = hours[action->b % 5] * 3600000;
        sim->wall += ms;
        sim->steady += ms * 1000;
        return true;
    }
    default: return false;
    }
}

static bool act(struct sim *sim, const struct action *action)
{
    enum kind kind = (enum kind)action->kind;
    struct worker *worker = &sim->workers[action->a % (uint32_t)sim->options.workers];
    uint32_t log = action->b % LOGS;

    switch (kind) {
    case STEP: return steps(worker);
    case MARKER: /* of some producer, the first log that waits for it */
        for (uint32_t i = 0; i < LOGS; i++)
            if (kafka_marker(sim, action->a % COORDINATORS, (int)((log + i) % LOGS)))
                return true;
        return false;
    case PRODUCE_DELIVER: return sim_log_deliver(&worker->log, action->b);
    case CRASH: return crash(worker);
    case RESTART: return start_worker(worker);
    case TERMINATE:
        if (worker->alive)
            engine_stop(worker->engine);
        return worker->alive;
    case PAUSE:
    case RESUME:
        if (!worker->alive || worker->paused == (kind == PAUSE))
            return false;
        worker->paused = kind == PAUSE;
        return true;
    case COMPACT:
        kafka_compact(sim, log_number(TOPIC_ACCOUNT_STATE, (int32_t)(log % (uint32_t)sim->options.parts)));
        return true;
    case TXN_TIMEOUT: return kafka_timeout(sim, worker->number);
    case GHOST_ENDTXN: return ghost(sim, worker->number);
    default:
        return store_action(sim, kind, action) || group_action(sim, kind, action) || world_action(sim, kind, action);
    }
}

static bool run(struct sim *sim, const struct action *action)
{
    sim->chance = sim->seed ^ ((uint64_t)action->b << 20) ^ action->kind;
    uint32_t ms = 1 + draw(sim, 30);
    sim->wall += ms;
    sim->steady += (int64_t)ms * 1000;
    bool done = act(sim, action);
    if (!done) {
        sim->wall -= ms;
        sim->steady -= (int64_t)ms * 1000;
    }
    return done;
}

/* --- rest --- */

static bool worker_rests(struct sim *sim, const struct worker *worker)
{
    struct partition_view views[TOPIC_INPUTS * MAX_PARTS];

    if (!worker->alive || worker->log.generation != sim->kafka.group.generation || worker->log.waiting)
        return false;
    uint32_t count = engine_partitions(worker->engine, views, TOPIC_INPUTS * MAX_PARTS);
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(views[i].state, "active") != 0 || views[i].lag || views[i].writes_in_flight)
            return false;
    return worker->store.first == NULL;
}

static bool rests(struct sim *sim)
{
    if (sim->kafka.group.rebalancing)
        return false;
    for (int who = 0; who < COORDINATORS; who++)
        if (sim->kafka.coordinators[who].state != TXN_NONE)
            return false;
    for (int who = 0; who < sim->options.workers; who++)
        if (!worker_rests(sim, &sim->workers[who]))
            return false;
    return true;
}

static void end_faults(struct sim *sim)
{
    sim->quiet = true;
    sim->kafka_down = sim->redis_down = sim->registry_down = false;
    memset(sim->kafka.ghost_count, 0, sizeof sim->kafka.ghost_count);
    memset(sim->kafka.group.lie, 0, sizeof sim->kafka.group.lie);
    if (sim->kafka.coordinators[STRANGER].state == TXN_ONGOING)
        kafka_end(sim, STRANGER, sim->kafka.coordinators[STRANGER].epoch, TXN_ABORTED);
    for (int who = 0; who < sim->options.workers; who++)
        sim->workers[who].skew = 0;
    sim->wall += 3600000; /* a partition may wait for a clock that was behind */
    sim->steady += INT64_C(3600000) * 1000;
    story_rest(sim);
}

static void rest_step(struct sim *sim, uint32_t number)
{
    bool all = true;

    sim->chance = sim->seed + number;
    sim->wall += 20;
    sim->steady += 20000;
    for (int who = 0; who < sim->options.workers; who++) {
        struct worker *worker = &sim->workers[who];
        worker->paused = false;
        start_worker(worker);
        for (int i = 0; i < 4 && worker->alive; i++)
            step(worker);
        sim_log_deliver(&worker->log, 0);
        sim_store_orphan(&worker->store);
        all = all && sim->kafka.group.joined[who];
    }
    for (int who = 0; who < COORDINATORS; who++)
        for (int log = 0; log < LOGS; log++)
            kafka_marker(sim, who, log);
    if (sim->kafka.group.rebalancing && (all || number % 40 == 39))
        kafka_rejoined(sim, number);
}

/* All faults end; once more after a rebalance. */
static void come_to_rest(struct sim *sim)
{
    end_faults(sim);
    for (int round = 0; round < REST_ROUNDS && !sim->violation[0]; round++) {
        uint32_t i = 0;
        sim->kafka.group.rebalancing = true;
        for (; i < REST_STEPS && !rests(sim) && !sim->violation[0]; i++)
            rest_step(sim, i);
        if (i == REST_STEPS)
            violate(sim, "does not come to rest");
    }
}

/* --- histories --- */

static void configure(struct sim *sim)
{
    static const size_t caches[] = {0, 8192, 1 << 20};
    uint64_t chance = sim->seed ^ 0xC0FFEE;
    struct engine_config *config = &sim->config;

    *config = engine_defaults();
    config->batch_messages = 1 + next(&chance, 8);
    config->batch_records = 3 + next(&chance, 40);
    config->cache_bytes = caches[next(&chance, 3)];
    config->step_calls = 1;
    config->port_timeout_ms = config->idle_timeout_ms = 0;
    config->linger_ms = (int32_t)next(&chance, 40);
    sim->retention = config->state_retention_ms;
    if (sim->options.planted == PLANT_AGE)
        config->state_retention_ms = INT64_C(1) << 60;
    sim->broker_limit = next(&chance, 3) ? 1U << 20 : 4000;
    if (next(&chance, 4) == 0)
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
    sim->hashes = sim_hashes();
    configure(sim);
    for (int who = 0; who < MAX_WORKERS; who++) {
        sim->workers[who].sim = sim;
        sim->workers[who].number = who;
    }
    story_begin(sim);
    for (int who = 0; who < options->workers; who++)
        start_worker(&sim->workers[who]);
    return sim;
}

void sim_close(struct sim *sim)
{
    for (int who = 0; who < MAX_WORKERS; who++)
        crash(&sim->workers[who]);
    memory_clear(&sim->memory);
    free(sim);
}

static void finish(struct sim *sim)
{
    for (int who = 0; who < sim->options.workers; who++)
        if (sim->workers[who].alive) {
            struct engine_statistics now;
            engine_statistics(sim->workers[who].engine, &now);
            sim->under_fire += now.decisions;
        }
    sim->under_fire += sim->total.decisions;
    if (!sim->violation[0])
        come_to_rest(sim);
    if (!sim->violation[0])
        check(sim);
    if (!sim->violation[0])
        replay(sim);
}

static struct action draw_action(uint64_t *chance, const uint32_t *weights, uint32_t sum, uint32_t *current)
{
    uint32_t luck = next(chance, sum), kind = 0;

    while (luck >= weights[kind])
        luck -= weights[kind++];
    struct action action = {(uint8_t)kind, (uint8_t)next(chance, 12), next(chance, 1U << 20)};
    if (next(chance, 12) == 0) /* bursts: the others stand still meanwhile */
        *current = next(chance, 12);
    if (kind == STEP)
        action.a = (uint8_t)*current;
    return action;
}

struct sim *history(const struct options *options, uint64_t seed, struct action **ret_actions, uint32_t *ret_count)
{
    static const uint32_t factors[] = {0, 1, 3, 6};
    struct sim *sim = sim_open(options, seed);
    uint64_t chance = seed ^ 0x5EED;
    uint32_t weights[KINDS], sum = 0, current = 0, count = 0;
    struct action *actions = ret_actions ? malloc((size_t)options->actions * sizeof *actions) : NULL;

    for (int i = 0; i < KINDS; i++) { /* each seed stresses other faults */
        weights[i] = kinds[i].weight;
        uint32_t luck = next(&chance, 3), factor = factors[next(&chance, 4)];
        if (kinds[i].weight <= 15 && luck == 0) /* a fault, not what ends one */
            weights[i] *= factor;
        sum += weights[i];
    }
    for (int i = 0; i < options->actions && !sim->violation[0]; i++) {
        struct action action = draw_action(&chance, weights, sum, &current);
        bool done = run(sim, &action);
        if (done && options->show)
            printf("%4d %-16s %u %u\n", i, action_name(&action), action.a, action.b);
        if (done && actions)
            actions[count++] = action;
    }
    finish(sim);
    if (ret_actions) {
        *ret_actions = actions;
        *ret_count = count;
    }
    return sim;
}

struct sim *history_replay(const struct options *options, uint64_t seed, const struct action *actions, uint32_t count)
{
    struct sim *sim = sim_open(options, seed);

    for (uint32_t i = 0; i < count && !sim->violation[0]; i++) {
        if (options->show)
            printf("%4u %-16s %u %u\n", i, action_name(&actions[i]), actions[i].a, actions[i].b);
        run(sim, &actions[i]);
    }
    if (options->show)
        printf("     rest\n");
    finish(sim);
    return sim;
}

/* Removes actions while some violation stays. */
uint32_t history_shrink(const struct options *options, uint64_t seed, struct action *actions, uint32_t count)
{
    struct action *trial = malloc((count + 1U) * sizeof *trial);
    uint32_t size = count / 2;

    while (size > 0) {
        bool cut = false;
        for (uint32_t i = 0; i + size <= count;) {
            memcpy(trial, actions, i * sizeof *trial);
            memcpy(trial + i, actions + i + size, (count - i - size) * sizeof *trial);
            struct sim *sim = history_replay(options, seed, trial, count - size);
            bool fails = sim->violation[0] != 0;
            sim_close(sim);
            if (fails) {
                memcpy(actions, trial, (count - size) * sizeof *trial);
                count -= size;
                cut = true;
            } else
                i += size;
        }
        if (!cut || size > 1)
            size /= 2;
    }
    free(trial);
    return count;
}
