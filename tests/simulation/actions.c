/* What may happen: a step of a worker, or something done to it, to Kafka or to Redis. An action that is not possible
 * changes nothing, so histories replay with actions left out. */
#include "tests/simulation/sim.h"

/* Mostly one step; sometimes many without anything in between. */
static bool steps(struct worker *worker)
{
    struct sim *sim = worker->sim;
    uint32_t count = draw(sim, 5) ? 1 : 1 + draw(sim, 30);
    bool done = worker_step(worker);

    while (done && --count && worker->alive && !sim->violation[0]) {
        sim->wall += 4;
        sim->steady += 4000;
        worker_step(worker);
    }
    return done;
}

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
    FORGET,
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
    RETENTION,
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
    [FORGET] = {"forget", 4},
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
    [RETENTION] = {"retention", 4},
};

/* Each seed stresses other faults; what ends a fault stays as likely as it is. Returns the sum. */
uint32_t action_weights(uint64_t *chance, uint32_t *ret_weights)
{
    static const uint32_t factors[] = {0, 1, 3, 6};
    uint32_t sum = 0;

    for (int i = 0; i < KINDS; i++) {
        uint32_t luck = next_chance(chance, 3), factor = factors[next_chance(chance, 4)];
        ret_weights[i] = kinds[i].weight <= 15 && luck == 0 ? kinds[i].weight * factor : kinds[i].weight;
        sum += ret_weights[i];
    }
    return sum;
}

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
    case FORGET: /* osbill rebuild */ return redis_forget(&sim->redis.parts[action->a % (uint32_t)sim->options.parts]);
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

static int64_t decided_below(struct sim *sim, int n, enum topic topic)
{
    const struct topic_log *log = &sim->kafka.logs[log_number(TOPIC_ACCOUNT_STATE, n)];
    char buffer[POSITION_KEY_MAX];
    struct text key = position_key(n, buffer);

    for (uint32_t i = log->count; i-- > 0;) {
        struct position position;
        if (!kafka_committed(&sim->kafka, &log->items[i]) || !text_equal(log->items[i].key, key))
            continue;
        sim_decode(&position_record, log->items[i].value, &sim->memory.arena, &position);
        for (uint32_t k = 0; k < position.inputs.count; k++)
            if (topic_find(position.inputs.items[k].topic) == topic)
                return position.inputs.items[k].next_offset;
    }
    return 0;
}

/* Retention deletes what was decided. */
static bool retain(struct sim *sim, int n, uint32_t choice)
{
    enum topic topic = (enum topic)(TOPIC_ACCOUNT + choice % 3);
    struct topic_log *log = &sim->kafka.logs[log_number(topic, n)];
    int64_t below = decided_below(sim, n, topic);

    if (below <= log->first)
        return false;
    log->first += (uint32_t)((choice >> 4) % (uint32_t)(below - log->first + 1));
    return true;
}

static bool switch_off(bool *flag, bool value)
{
    bool changed = *flag != value;

    *flag = value;
    return changed;
}

static bool *redis_trouble(struct sim *sim, uint32_t choice)
{
    bool *const troubles[] = {&sim->redis_down, &sim->redis_down, &sim->redis_full, &sim->redis_replica};

    return troubles[choice % 4];
}

static bool redis_mended(struct sim *sim)
{
    bool changed = sim->redis_down || sim->redis_full || sim->redis_replica;

    sim->redis_down = sim->redis_full = sim->redis_replica = false;
    return changed;
}

static bool world_action(struct sim *sim, enum kind kind, const struct action *action)
{
    int who = (int)(action->a % (uint32_t)sim->options.workers);

    switch (kind) {
    case KAFKA_DOWN: return switch_off(&sim->kafka_down, true);
    case KAFKA_UP: return switch_off(&sim->kafka_down, false);
    case REDIS_DOWN: return switch_off(redis_trouble(sim, action->b), true);
    case REDIS_UP: return redis_mended(sim);
    case REGISTRY_DOWN: return switch_off(action->b % 2 ? &sim->schemas_missing : &sim->registry_down, true);
    case REGISTRY_UP: return switch_off(sim->registry_down ? &sim->registry_down : &sim->schemas_missing, false);
    case INPUT: return story_next(sim, action->b);
    case STRANGER_WRITES: return stranger_writes(sim, action->b);
    case STRANGER_ENDS:
        return sim->kafka.coordinators[STRANGER].state == TXN_ONGOING &&
               kafka_end(sim, STRANGER, sim->kafka.coordinators[STRANGER].epoch, TXN_ABORTED) == ANSWER_OK;
    case RETENTION: return retain(sim, (int)(action->a % (uint32_t)sim->options.parts), action->b);
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
    case CRASH: return worker_crash(worker);
    case RESTART: return worker_start(worker);
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

bool action_run(struct sim *sim, const struct action *action)
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
