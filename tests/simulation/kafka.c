/* Kafka as it behaves: tests/protocol/kafka.go in C, for as many topics as the engine uses. */
#include "tests/simulation/sim.h"

int log_number(enum topic topic, int32_t partition)
{
    return (int)topic * MAX_PARTS + partition;
}

int32_t partitions_of(const struct sim *sim, enum topic topic)
{
    switch (topic) {
    case TOPIC_TEMPLATE_DISCOVERED:
    case TOPIC_CATALOGUE:
    case TOPIC_CATALOGUE_STATE: return 1;
    default: return sim->options.parts;
    }
}

void kafka_append(struct sim *sim, int log, struct record record)
{
    struct topic_log *to = &sim->kafka.logs[log];
    bool output = log / MAX_PARTS == TOPIC_CHARGE || log / MAX_PARTS == TOPIC_DEAD_LETTER;

    if (sim->options.planted == PLANT_LOST_OUTPUT && output && !record.marker && draw(sim, 20) == 0)
        record.marker = true; /* takes its offset, holds nothing */
    if (to->count == to->room) {
        uint32_t room = to->room ? to->room * 2 : 32;
        struct record *grown = memory_zeroed(&sim->memory, room, sizeof *grown);
        if (to->count)
            memcpy(grown, to->items, to->count * sizeof *grown);
        to->items = grown;
        to->room = room;
    }
    record.at = sim->wall;
    to->items[to->count++] = record;
}

void kafka_write(struct sim *sim, enum topic topic, int32_t partition, struct text key, struct text value)
{
    struct record record = {
        .txn = -1, .has_key = key.data != NULL, .has_value = value.data != NULL, .key = key, .value = value};

    kafka_append(sim, log_number(topic, partition), record);
}

bool kafka_committed(const struct kafka *kafka, const struct record *record)
{
    return !record->marker && (record->txn < 0 || kafka->transactions[record->txn]->outcome == TXN_COMMITTED);
}

/* The last stable offset: the first record of a transaction whose marker is not here yet. */
int64_t kafka_stable(const struct kafka *kafka, int log)
{
    int64_t stable = kafka->logs[log].count;

    for (int who = 0; who < COORDINATORS; who++) {
        const struct coordinator *coordinator = &kafka->coordinators[who];
        if (coordinator->state == TXN_NONE)
            continue;
        const struct transaction *txn = kafka->transactions[coordinator->current];
        if (txn->touched[log] && !txn->marked[log] && txn->first[log] < stable)
            stable = txn->first[log];
    }
    return stable;
}

static int32_t begin(struct sim *sim)
{
    struct kafka *kafka = &sim->kafka;

    if (kafka->transaction_count == kafka->transaction_room) {
        int32_t room = kafka->transaction_room ? kafka->transaction_room * 2 : 64;
        struct transaction **grown = memory_zeroed(&sim->memory, (size_t)room, sizeof(struct transaction *));
        if (kafka->transaction_count)
            memcpy(grown, kafka->transactions, (size_t)kafka->transaction_count * sizeof(struct transaction *));
        kafka->transactions = grown;
        kafka->transaction_room = room;
    }
    kafka->transactions[kafka->transaction_count] = memory_zeroed(&sim->memory, 1, sizeof(struct transaction));
    return kafka->transaction_count++;
}

/* AddPartitionsToTxn: starts a transaction when none is open, verified like KIP-890 part 1. */
enum answer kafka_touch(struct sim *sim, int who, int epoch, int log)
{
    struct coordinator *coordinator = &sim->kafka.coordinators[who];

    if (epoch != coordinator->epoch)
        return ANSWER_FENCED;
    if (coordinator->state == TXN_PREPARED)
        return ANSWER_RETRY; /* CONCURRENT_TRANSACTIONS */
    if (coordinator->state == TXN_NONE) {
        coordinator->state = TXN_ONGOING;
        coordinator->current = begin(sim);
    }
    struct transaction *txn = sim->kafka.transactions[coordinator->current];
    if (!txn->touched[log]) {
        txn->touched[log] = true;
        txn->first[log] = sim->kafka.logs[log].count;
    }
    return ANSWER_OK;
}

static void settle(struct sim *sim, struct coordinator *coordinator)
{
    const struct transaction *txn = sim->kafka.transactions[coordinator->current];

    if (memcmp(txn->touched, txn->marked, sizeof txn->touched) == 0)
        coordinator->state = TXN_NONE;
}

static void decide(struct sim *sim, struct coordinator *coordinator, enum txn_outcome outcome)
{
    sim->kafka.transactions[coordinator->current]->outcome = outcome;
    coordinator->state = TXN_PREPARED;
    settle(sim, coordinator);
}

/* Answered as soon as the outcome is written, before the markers; a retry is answered alike. */
enum answer kafka_end(struct sim *sim, int who, int epoch, enum txn_outcome outcome)
{
    struct coordinator *coordinator = &sim->kafka.coordinators[who];

    if (epoch != coordinator->epoch)
        return ANSWER_FENCED;
    if (coordinator->state == TXN_ONGOING)
        decide(sim, coordinator, outcome);
    return ANSWER_OK;
}

/* transaction.timeout.ms: abort with a raised epoch. */
bool kafka_timeout(struct sim *sim, int who)
{
    struct coordinator *coordinator = &sim->kafka.coordinators[who];

    if (coordinator->state != TXN_ONGOING)
        return false;
    coordinator->epoch++;
    decide(sim, coordinator, TXN_ABORTED);
    return true;
}

enum answer kafka_init(struct sim *sim, int who)
{
    struct coordinator *coordinator = &sim->kafka.coordinators[who];

    kafka_timeout(sim, who);
    if (coordinator->state == TXN_PREPARED)
        return ANSWER_RETRY;
    coordinator->epoch++;
    return ANSWER_OK;
}

static void apply_offsets(struct group *group, const struct transaction *txn)
{
    for (int topic = 0; topic < TOPIC_INPUTS; topic++)
        for (int n = 0; n < MAX_PARTS; n++) {
            const struct group_offset *offset = &txn->offsets[topic][n];
            if (!offset->set || offset->order <= group->offsets[topic][n].order)
                continue;
            group->older[topic][n] = group->offsets[topic][n];
            group->offsets[topic][n] = *offset;
        }
}

/* The marker of a decided transaction arrives at one log. */
bool kafka_marker(struct sim *sim, int who, int log)
{
    struct coordinator *coordinator = &sim->kafka.coordinators[who];

    if (coordinator->state != TXN_PREPARED)
        return false;
    struct transaction *txn = sim->kafka.transactions[coordinator->current];
    if (!txn->touched[log] || txn->marked[log])
        return false;
    txn->marked[log] = true;
    if (log == OFFSETS_LOG) {
        if (txn->outcome == TXN_COMMITTED)
            apply_offsets(&sim->kafka.group, txn);
    } else
        kafka_append(sim, log, (struct record){.txn = coordinator->current, .marker = true});
    settle(sim, coordinator);
    return true;
}

/* The generation is checked here and nowhere later; per member, not per partition. */
enum answer kafka_offsets(struct sim *sim, int who, int epoch, int generation, const struct log_offset *offsets,
                          uint32_t count, bool *ret_generation)
{
    struct group *group = &sim->kafka.group;

    *ret_generation = generation >= 0 && (generation != group->generation || !group->member[who]);
    if (*ret_generation)
        return ANSWER_FENCED;
    if (count == 0)
        return ANSWER_OK; /* no offsets, no request */
    enum answer answer = kafka_touch(sim, who, epoch, OFFSETS_LOG);
    if (answer != ANSWER_OK)
        return answer;
    struct transaction *txn = sim->kafka.transactions[sim->kafka.coordinators[who].current];
    for (uint32_t i = 0; i < count; i++) {
        struct group_offset *to = &txn->offsets[offsets[i].topic][offsets[i].partition];
        to->set = true;
        to->offset = offsets[i].offset;
        to->order = ++group->appended;
        uint32_t size = offsets[i].metadata.size < sizeof to->metadata - 1 ? offsets[i].metadata.size : 0;
        if (size)
            memcpy(to->metadata, offsets[i].metadata.data, size);
        to->metadata[size] = 0;
    }
    return ANSWER_OK;
}

/* Offsets of a transaction that is not settled are pending: a stable answer waits for them. */
bool kafka_pending(const struct kafka *kafka, enum topic topic, int32_t partition)
{
    for (int who = 0; who < COORDINATORS; who++) {
        const struct coordinator *coordinator = &kafka->coordinators[who];
        if (coordinator->state == TXN_NONE)
            continue;
        const struct transaction *txn = kafka->transactions[coordinator->current];
        if (txn->offsets[topic][partition].set && !txn->marked[OFFSETS_LOG])
            return true;
    }
    return false;
}

/* A rebalance ends: those who did not join are out. */
bool kafka_rejoined(struct sim *sim, uint32_t choice)
{
    struct group *group = &sim->kafka.group;
    int members[MAX_WORKERS], count = 0;

    for (int who = 0; who < sim->options.workers; who++)
        if (group->joined[who])
            members[count++] = who;
    if (!group->rebalancing || count == 0)
        return false;
    group->generation++;
    memcpy(group->member, group->joined, sizeof group->member);
    memset(group->joined, 0, sizeof group->joined);
    group->rebalancing = false;
    for (int n = 0; n < MAX_PARTS; n++)
        group->owner[n] = members[(choice >> (2 * n)) % (uint32_t)count];
    group->lane_owner = members[(choice >> 8) % (uint32_t)count];
    return true;
}

static bool newer_below(const struct sim *sim, const struct topic_log *log, uint32_t from, int64_t stable)
{
    for (uint32_t i = from + 1; i < stable; i++)
        if (!log->items[i].gone && kafka_committed(&sim->kafka, &log->items[i]) &&
            text_equal(log->items[i].key, log->items[from].key))
            return true;
    return false;
}

static bool expired(const struct sim *sim, struct record *tombstone)
{
    if (tombstone->horizon == 0)
        tombstone->horizon = sim->wall + sim->retention;
    return sim->wall > tombstone->horizon;
}

/* Keeps the last committed record of each key below the last stable offset; old tombstones go too. */
void kafka_compact(struct sim *sim, int number)
{
    struct topic_log *log = &sim->kafka.logs[number];
    int64_t stable = kafka_stable(&sim->kafka, number);

    for (uint32_t i = 0; i < stable; i++) {
        struct record *record = &log->items[i];
        if (record->marker || record->gone)
            continue;
        record->gone = !kafka_committed(&sim->kafka, record) || newer_below(sim, log, i, stable) ||
                       (!record->has_value && expired(sim, record));
    }
}
