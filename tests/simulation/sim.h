/* The simulation: several workers with the whole engine, a Kafka and a Redis that lie as the real ones lie, and a
 * driver that does to them what happens to workers; one thread, everything drawn from a seed.
 *
 * The brokers follow tests/protocol (the model that was checked before the engine was built): late commit markers per
 * partition, EndTxn answered early, lost or late, the generation checked only in send_offsets, LSO against high
 * watermark, compaction; a store that is rolled back, lost, slow or cut off. */
#ifndef OSBILL_TESTS_SIMULATION_SIM_H
#define OSBILL_TESTS_SIMULATION_SIM_H

#include "worker/engine/engine.h"
#include "worker/engine/follower.h"
#include "worker/engine/keys.h"
#include "worker/engine/memory.h"

enum {
    MAX_PARTS = 3,
    MAX_WORKERS = 3,
    LOGS = TOPIC_COUNT * MAX_PARTS + 1, /* the last: the group's offsets */
    OFFSETS_LOG = LOGS - 1,
    STRANGER = MAX_WORKERS, /* transactional producer of inputs */
    COORDINATORS = MAX_WORKERS + 1,
    MAX_SNAPSHOTS = 3,
    PENDING = 64,
};

/* Measures that a planted fault takes away: the simulation must notice each, PLANT_UNSTABLE apart. That one was never
 * noticed: since every produce is acknowledged before send_offsets, END covers whatever a transaction with pending
 * offsets can still commit; the stable answer is a second line of defence, and lets C be compared with P. */
enum planted {
    PLANT_NOTHING,
    PLANT_END_LSO,     /* END is the last stable offset */
    PLANT_UNSTABLE,    /* committed() does not wait for pending offsets */
    PLANT_GENERATION,  /* the generation is taken when the offsets are sent */
    PLANT_GHOST,       /* EndTxn retries are not counted */
    PLANT_FLUSH,       /* flush does not wait */
    PLANT_READ_GUARD,  /* reads are not guarded by position */
    PLANT_WRITE_GUARD, /* writes are not guarded */
    PLANT_ABSENT,      /* "absent or equal" */
    PLANT_CHUNKS,      /* chunks of a roll forward are not counted */
    PLANT_RECLAIM,     /* the owner nonce is not fresh */
    PLANT_EARLY_ACK,   /* the store acknowledges before it has written: pins go too early */
    PLANT_AGE,         /* old positions are rolled forward, whatever retention removed */
    PLANT_LOST_WRITE,  /* the store forgets one record of a write */
    PLANT_DOUBLE,      /* the log delivers a message twice under the next offset */
    PLANT_SKIP,        /* the log loses a message */
    PLANT_NO_OFFSETS,  /* offsets of a transaction are not kept: no fencing by them */
    PLANT_BALANCE,     /* an account is written with a micro-unit too much [promise 2] */
    PLANT_LOST_OUTPUT, /* a committed charge or dead letter is gone [promises 3, 5] */
    PLANT_OUTAGE,      /* an outage of the registry makes dead letters [promise 5] */
    PLANT_OTHER_NOW,   /* the recorded time is not the one that was decided with [promise 6] */
    PLANT_COUNT
};
extern const char *const planted_names[PLANT_COUNT];

struct options {
    int parts, workers;
    int actions;
    int events; /* of the accounts */
    int calls;  /* engine_config.step_calls; 0: 1 */
    enum planted planted;
    bool show;
    bool starves; /* a worker without memory is no violation: it ends */
};

/* --- Kafka --- */

struct record {
    int32_t txn; /* -1: outside transactions */
    bool marker, gone, has_key, has_value;
    struct text key, value;
    int64_t at;
    int64_t horizon;  /* of a tombstone: when it may go; set by the first compaction that meets it (KIP-534) */
    const char *code; /* of a dead letter */
};

struct topic_log {
    struct record *items;
    uint32_t count, room;
    uint32_t first; /* below: deleted by retention */
};

struct group_offset {
    bool set;
    int64_t offset;
    char metadata[64];
    int64_t order; /* an older pending offset never replaces a newer one */
};

enum txn_outcome { TXN_OPEN, TXN_COMMITTED, TXN_ABORTED };
struct transaction {
    enum txn_outcome outcome;
    bool touched[LOGS], marked[LOGS];
    uint32_t first[LOGS];
    struct group_offset offsets[TOPIC_INPUTS][MAX_PARTS];
};

enum coordinator_state { TXN_NONE, TXN_ONGOING, TXN_PREPARED };
struct coordinator {
    int epoch;
    int32_t current;
    enum coordinator_state state;
};

struct group {
    int generation;
    bool rebalancing, joined[MAX_WORKERS], member[MAX_WORKERS];
    int owner[MAX_PARTS], lane_owner;
    struct group_offset offsets[TOPIC_INPUTS][MAX_PARTS], older[TOPIC_INPUTS][MAX_PARTS];
    bool lie[MAX_PARTS]; /* answers "no offset" once */
    int64_t appended;
};

struct kafka {
    struct topic_log logs[LOGS];
    struct transaction **transactions;
    int32_t transaction_count, transaction_room;
    struct coordinator coordinators[COORDINATORS];
    struct group group;
    int ghosts[MAX_WORKERS][16], ghost_count[MAX_WORKERS]; /* EndTxn(commit) still in the network, by epoch */
};

/* --- Redis --- */

struct stored {
    struct text key, value;
    bool held;
    int64_t due_at;
};

struct keyspace {
    struct stored *items;
    uint32_t count, room;
};

struct redis_part {
    bool has;
    struct hash owner, nonce;
    struct text position;
    struct keyspace keys, fresh;
    uint32_t chunks;
};

struct redis {
    struct redis_part parts[MAX_PARTS];
};

/* --- workers --- */

/* A produce on its way to the broker: in order per log. */
struct pending {
    int log, epoch;
    struct record record;
};

struct consumed {
    bool assigned, started, failed, ended;
    int64_t at;
};

struct sim_log {
    struct log base;
    struct worker *worker;
    uint32_t polls;
    bool open; /* a producer is */
    int epoch;
    bool in_transaction, refused;
    int sent; /* EndTxn requests of this transaction */
    struct pending pending[PENDING];
    int pending_count;
    bool poisoned, fenced;
    int64_t written[MAX_PARTS];
    bool waiting;            /* for the group */
    int generation, library; /* of the assignment; what the library would say now */
    struct consumed inputs[TOPIC_INPUTS][MAX_PARTS];
};

/* A request in the network between a worker and Redis. */
struct sent {
    struct store_request *request; /* NULL: nobody waits */
    struct store_request copy;
    bool executed;
    struct sent *next;
};

struct sim_store {
    struct store base;
    struct worker *worker;
    struct sent *first, *last;
    struct sent *orphans; /* of connections that are gone */
    struct store_request *answered, *last_answered;
};

struct worker {
    struct sim *sim;
    int number;
    bool alive, paused;
    struct sim_log log, follower_log;
    struct sim_store store;
    struct record_codec codec;
    struct clock clock;
    struct engine *engine;
    struct follower *follower;
    int64_t skew; /* ms */
    char stopped[256];
};

struct sim {
    struct options options;
    uint64_t seed;
    struct memory memory; /* of everything but the engines */
    struct kafka kafka;
    struct redis redis, snapshots[MAX_SNAPSHOTS];
    uint32_t snapshot_count;
    struct worker workers[MAX_WORKERS];
    uint64_t chance;      /* state of the present action's random numbers */
    int64_t wall, steady; /* ms, microseconds */
    int64_t nonces;
    bool quiet;
    bool kafka_down, redis_down, registry_down;
    bool redis_full, redis_replica; /* what they refuse: redis_refuses */
    bool schemas_missing; /* of inputs of odd size: the registry cannot be asked, and the worker never met theirs */
    bool decoder_starved; /* inputs of odd size: no memory */
    bool wide_catalogue;  /* it is said to have another partition */
    struct engine_config config;
    int64_t retention;   /* delete.retention.ms of account-state */
    size_t broker_limit; /* bytes of a record that the broker takes */
    struct story *story;
    struct engine_statistics total; /* of engines that are gone */
    uint64_t under_fire;            /* decisions made before the faults ended */
    char violation[1024];
    bool may_refuse;   /* a refused partition is no violation */
    bool may_stop;     /* nor is a worker that stops */
    char refusal[512]; /* the last */
    struct {
        const char *event;
        uint32_t count;
    } said[32];    /* notices by event */
    bool generous; /* the log delivers all it has */
    bool evicts;   /* Redis has another policy than noeviction */
};

/* Random numbers of the present action: histories replay with actions left out. */
uint32_t draw(struct sim *sim, uint32_t bound);
__attribute__((format(printf, 2, 3))) void violate(struct sim *sim, const char *format, ...);

/* kafka.c */
int log_number(enum topic topic, int32_t partition);
void kafka_append(struct sim *sim, int log, struct record record);
void kafka_write(struct sim *sim, enum topic topic, int32_t partition, struct text key, struct text value);
bool kafka_committed(const struct kafka *kafka, const struct record *record);
int64_t kafka_stable(const struct kafka *kafka, int log);
enum answer { ANSWER_OK, ANSWER_RETRY, ANSWER_FENCED };
enum answer kafka_touch(struct sim *sim, int who, int epoch, int log);
enum answer kafka_end(struct sim *sim, int who, int epoch, enum txn_outcome outcome);
enum answer kafka_init(struct sim *sim, int who);
bool kafka_timeout(struct sim *sim, int who);
bool kafka_marker(struct sim *sim, int who, int log);
enum answer kafka_offsets(struct sim *sim, int who, int epoch, int generation, const struct log_offset *offsets,
                          uint32_t count, bool *ret_generation);
bool kafka_pending(const struct kafka *kafka, enum topic topic, int32_t partition);
bool kafka_rejoined(struct sim *sim, uint32_t choice);
void kafka_compact(struct sim *sim, int log);
int32_t partitions_of(const struct sim *sim, enum topic topic);

/* sim_log.c */
void sim_log_open(struct worker *worker, struct sim_log *log);
bool sim_log_deliver(struct sim_log *log, uint32_t which);
void sim_log_crash(struct sim_log *log);

/* redis.c, sim_store.c */
bool redis_execute(struct sim *sim, struct store_request *request);
void redis_copy(struct sim *sim, const struct redis *from, struct redis *to);
/* What `osbill rebuild` does: the position goes, states and owner stay. */
bool redis_forget(struct redis_part *part);
void sim_store_open(struct worker *worker);
bool sim_store_deliver(struct sim_store *store);
bool sim_store_orphan(struct sim_store *store);
void sim_store_cut(struct sim_store *store);

/* sim_codec.c */
struct text sim_encode(const struct record_type *type, const void *record, struct arena *arena);
struct decode_answer sim_decode(const struct record_type *type, struct text value, struct arena *arena,
                                void *ret_record);
struct record_codec sim_codec(struct worker *worker);

/* story.c: the inputs */
void story_begin(struct sim *sim);
bool story_next(struct sim *sim, uint32_t which); /* writes one more input */
void story_rest(struct sim *sim);

/* checker.c */
void check(struct sim *sim);

/* replay.c */
void replay(struct sim *sim);

/* world.c */
uint32_t next_chance(uint64_t *state, uint32_t bound);
struct sim *sim_open(const struct options *options, uint64_t seed);
void sim_close(struct sim *sim);
bool worker_start(struct worker *worker);
bool worker_crash(struct worker *worker);
bool worker_step(struct worker *worker);

/* How many notices of this event there were. */
uint32_t said(const struct sim *sim, const char *event);

/* actions.c */
enum { ACTION_KINDS_MAX = 64 };
struct action {
    uint8_t kind, a;
    uint32_t b;
};
bool action_run(struct sim *sim, const struct action *action);
uint32_t action_weights(uint64_t *chance, uint32_t *ret_weights);

/* history.c */
void end_faults(struct sim *sim);
bool rests(struct sim *sim);
void rest_step(struct sim *sim, uint32_t number);
/* All faults end; once more after a rebalance. */
void come_to_rest(struct sim *sim);
/* Draws and runs the actions of a seed; ret_actions (malloc'd) may be NULL. */
struct sim *history(const struct options *options, uint64_t seed, struct action **ret_actions, uint32_t *ret_count);
struct sim *history_replay(const struct options *options, uint64_t seed, const struct action *actions, uint32_t count);
uint32_t history_shrink(const struct options *options, uint64_t seed, struct action *actions, uint32_t count);
const char *action_name(const struct action *action);

#endif
