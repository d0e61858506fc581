/* The engine: one consumer, one transactional producer, one store connection, one cache; one thread.
 *
 * A state machine that the caller steps. Everything outside comes through the ports, so that the simulation runs many
 * engines in one thread against a log and a store that lie. Source: design.md, "Kafka first: the transaction is the
 * only commit point"; the protocol was model-checked (tests/protocol). */
#ifndef OSBILL_ENGINE_ENGINE_H
#define OSBILL_ENGINE_ENGINE_H

#include "core/decide.h"
#include "core/lane.h"
#include "worker/engine/ports/catalogue.h"
#include "worker/engine/ports/clock.h"
#include "worker/engine/ports/codec.h"
#include "worker/engine/ports/log.h"
#include "worker/engine/ports/store.h"

/* The newest state format that this program knows. P.format is what may be written to a partition: a newer one stops
 * the process, an older one stays until `osbill upgrade --finalize` (docs/decisions/007-upgrade.md). */
#define ENGINE_FORMAT 1

enum notice_level { NOTICE_INFO, NOTICE_WARNING, NOTICE_ERROR };

/* One message for people; each state of affairs is reported once, when it begins and when it ends. */
struct notice {
    enum notice_level level;
    const char *event; /* stable name: "paused", "resumed", "assigned", "refused", "repair", ... */
    int32_t partition; /* -1: none; NOTICE_LANE: the catalogue lane */
    const char *text;  /* valid during the call */
};
#define NOTICE_LANE (-2)

struct notice_sink {
    void *context;
    void (*notice)(void *context, const struct notice *notice);
};

struct engine_config {
    struct text prefix;             /* of topics: part of the installation's identity in P */
    struct text group;              /* the consumer group, part of it, too; must outlive the engine */
    uint32_t batch_messages;        /* messages of one batch at most */
    size_t batch_bytes;             /* their keys and values */
    uint32_t batch_records;         /* outputs and states of one transaction, about */
    int32_t linger_ms;              /* a batch closes when it is so old and nothing more waits */
    int32_t linger_max_ms;          /* ... and when it is so old, whatever waits */
    size_t cache_bytes;             /* 0: every read goes to the store */
    uint32_t max_record_bytes;      /* key and value of one output or state: the topics' max.message.bytes */
    uint32_t max_dead_letter_bytes; /* of the dead-letter topic */
    int64_t state_retention_ms;     /* delete.retention.ms of account-state: S older than half of it: rebuild. 0: not
                                       known yet, no partition becomes active */
    int64_t clock_tolerance_ms;     /* farther from the store's clock or P.now: pause and alarm */
    int32_t port_timeout_ms;        /* of one blocking port call */
    int32_t idle_timeout_ms;        /* longest wait in poll when nothing is to do */
    int32_t store_timeout_ms;       /* a store request without an answer for so long: connection reset */
    uint32_t step_calls; /* port calls of one step at most, where several are alike; events decided before their
                            states are encoded. The simulation: 1 */
    struct decide_settings decide;
    struct lane_settings lane;
    struct notice_sink sink;
};
/* The defaults of design.md; prefix "osbill.". */
struct engine_config engine_defaults(void);

struct engine_ports {
    struct log *log;
    struct store *store;
    const struct clock *clock;
    const struct record_codec *codec;
    const struct hashes *hashes;
    const struct catalogue_source *catalogue;
};

enum repair_cause {
    REPAIR_REFUSED_WRITE, /* the store said no: another owner, older or lost data */
    REPAIR_FAILED_WRITE,  /* unknown whether it happened */
    REPAIR_REFUSED_READ,
    REPAIR_FAILED_READ,
    REPAIR_CORRUPT,     /* a state in the store cannot be decoded: full rebuild */
    REPAIR_PRODUCER,    /* the producer was recreated: outcome unknown */
    REPAIR_INTERRUPTED, /* a roll forward was refused or cut */
    REPAIR_CAUSES
};
const char *repair_cause_name(enum repair_cause cause);

/* Counters since open, for metrics. */
struct engine_statistics {
    uint64_t messages, decisions, charges, notifications, dead_letters, states;
    uint64_t batches, commits, aborts, recreations, drops;
    uint64_t repairs[REPAIR_CAUSES];
    uint64_t recoveries, rebuilds, rolled_forward; /* partitions made active; from nothing; records copied */
    uint64_t cache_hits, cache_misses, store_reads, store_writes;
    uint64_t timers, held;  /* accounts looked at */
    uint64_t commit_micros; /* time between begin and commit, sum */
    uint64_t batch_micros;  /* time between first message and commit, sum */
    /* Now: */
    size_t cache_bytes;
    uint32_t assigned, active, refused; /* partitions */
    bool lane;                          /* owned */
    bool paused;
    int64_t lag;   /* messages not yet decided, as far as known */
    int64_t stall; /* high watermark - last stable offset of the inputs, the greatest: a foreign open transaction */
};

struct engine;

/* Ports must outlive the engine. NULL: no memory. */
struct engine *engine_open(const struct engine_config *config, const struct engine_ports *ports);

/* The setting may change while the engine runs. */
void engine_set_state_retention(struct engine *engine, int64_t state_retention_ms);

/* Makes about one port call's worth of progress. RESULT_OK: go on; RESULT_RETRY: nothing to do right now, it has
 * waited as configured; RESULT_STOP: only a person can help, the reason says how. */
struct result engine_step(struct engine *engine) WARN_UNUSED;

/* Asks for a graceful end: the running transaction is finished, nothing new is begun; step on until stopped. */
void engine_stop(struct engine *engine);
bool engine_stopped(const struct engine *engine);

/* Frees everything; no commit is waited for (what the process leaves behind when it dies is safe). */
void engine_close(struct engine *engine);

void engine_statistics(const struct engine *engine, struct engine_statistics *ret_statistics);

/* The state of one partition, for /partitions: "active", "claim", ... and the reason of a refused one or "". */
struct partition_view {
    int32_t partition; /* NOTICE_LANE: the lane */
    const char *state, *reason;
    int64_t seq, complete_below, catalogue_version;
    int64_t lag;
    uint32_t writes_in_flight;
};
/* Views of owned partitions; returns how many there are. */
uint32_t engine_partitions(const struct engine *engine, struct partition_view *ret_views, uint32_t room);

#endif
