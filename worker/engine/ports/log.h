/* Port to the log: one consumer in the group and one transactional producer, both of one thread.
 *
 * Kafka's semantics, without its library: worker/kafka implements it on librdkafka, tests/simulation in
 * memory. Every call returns within its timeout; RESULT_RETRY means that the identical call may be made again
 * later, and the engine does other work in between. Source: design.md, "Kafka first" and "Traps".
 *
 * Life: a log is opened without a producer and outside the group. The engine's first call is `recreate`,
 * which opens the producer (init_transactions); the first `poll` joins the group.
 *
 * Changes since the first version (engine's author): handler.failed; ops poisoned and ends; read follows with
 * LOG_FOLLOW and stops when the handler says so; the life above. */
#ifndef OSBILL_ENGINE_PORTS_LOG_H
#define OSBILL_ENGINE_PORTS_LOG_H

#include "core/outcome.h"
#include "core/result.h"

struct log_partition {
    enum topic topic;
    int32_t partition;
};

struct log_offset {
    enum topic topic;
    int32_t partition;
    int64_t offset;       /* next to consume; LOG_NO_OFFSET: the group has none */
    struct text metadata; /* committed offset's metadata string, for diagnosis only */
};
#define LOG_NO_OFFSET (-1)

struct log_message {
    enum topic topic;
    int32_t partition;
    int64_t offset;
    int64_t timestamp;
    bool has_key, has_value;
    struct text key, value; /* valid during the callback only */
};

struct log_header {
    const char *name;
    struct text value;
};

struct log_record {
    enum topic topic;
    int32_t partition; /* LOG_PARTITION_BY_KEY: murmur2 of the key */
    bool has_key;
    bool has_value; /* false: a tombstone */
    struct text key, value;
    const struct log_header *headers;
    uint32_t header_count;
};
#define LOG_PARTITION_BY_KEY (-1)

/* What poll delivers. Callbacks run inside poll, in the caller's thread, and must not call back into the log,
 * except `start` from `assigned`. */
struct log_handler {
    void *context;
    /* True: go on; false: this message is taken, but deliver no more in this poll. */
    bool (*message)(void *context, const struct log_message *message);
    /* The end of a partition was reached; the next message will have an offset >= `offset`. */
    void (*end)(void *context, enum topic topic, int32_t partition, int64_t offset);
    void (*assigned)(void *context, const struct log_partition *partitions, uint32_t count);
    /* Still owned until the callback returns: the batch being filled is dropped; no transaction is open then,
     * because poll is not called within one. */
    void (*revoked)(void *context, const struct log_partition *partitions, uint32_t count);
    /* Ownership is gone already. */
    void (*lost)(void *context, const struct log_partition *partitions, uint32_t count);
    /* A started partition cannot be fetched from where it stands (offset out of range, topic gone, not
     * authorized); nothing more of it is delivered until `start`. The engine then asks `bounds` and decides;
     * never reset. */
    void (*failed)(void *context, enum topic topic, int32_t partition, const char *reason);
};

enum log_isolation { LOG_READ_COMMITTED, LOG_READ_UNCOMMITTED };

#define LOG_FOLLOW INT64_MAX

struct log_generation; /* the group metadata as it was when taken; opaque */

struct log;
struct log_ops {
    /* Serves rebalances, then delivers messages until the handler says stop, the timeout ends or nothing is
     * left. timeout_ms 0 returns at once. Messages of partitions not started are not delivered. */
    struct result (*poll)(struct log *log, int timeout_ms, const struct log_handler *handler) WARN_UNUSED;
    /* Fetches an assigned input partition from this offset on; also used to go back. Until it is called,
     * nothing of the partition is delivered. An offset out of range is never corrected: handler->failed says
     * so later. */
    struct result (*start)(struct log *log, enum topic topic, int32_t partition, int64_t offset) WARN_UNUSED;
    /* Delivers no more of this partition (in recovery, or behind an outage); `start` resumes. */
    void (*halt)(struct log *log, enum topic topic, int32_t partition);

    /* The group's committed offsets, stable ones only: waits (RESULT_RETRY) while a transaction has pending
     * offsets. */
    struct result (*committed)(struct log *log, struct log_offset *offsets, uint32_t count, int timeout_ms) WARN_UNUSED;
    /* One ListOffsets to the leader: first offset and END. READ_UNCOMMITTED: the high watermark;
     * READ_COMMITTED: the last stable offset. */
    struct result (*bounds)(struct log *log, enum topic topic, int32_t partition, enum log_isolation isolation,
                            int timeout_ms, int64_t *ret_first, int64_t *ret_end) WARN_UNUSED;
    /* Reads committed records of a state topic: at most about 1 MiB of [*from, to), in order, through
     * handler->message; raises *from past what was read (markers and gaps included). Done when *from >= to.
     * Waits for late markers with RESULT_RETRY and keeps the group membership alive meanwhile. One read per
     * (topic, partition) at a time. Needs no group. handler->message answering false ends this call after
     * that record, with *from one past it; only `message` of the handler is called. RESULT_RETRY: nothing was
     * read, *from may have been raised. `to` LOG_FOLLOW: reads what comes, RESULT_RETRY when nothing came
     * within the timeout. */
    struct result (*read)(struct log *log, enum topic topic, int32_t partition, int64_t *from, int64_t to,
                          int timeout_ms, const struct log_handler *handler) WARN_UNUSED;

    /* Taken once, when a batch is closed. RESULT_REFUSED: the member has no valid generation. */
    struct result (*generation)(struct log *log, struct log_generation **ret_generation) WARN_UNUSED;
    void (*generation_free)(struct log_generation *generation);

    struct result (*begin)(struct log *log) WARN_UNUSED;
    /* Copies the record into the producer's queue. RESULT_RETRY: queue full, flush first. */
    struct result (*produce)(struct log *log, const struct log_record *record) WARN_UNUSED;
    /* RESULT_OK when every produce since begin was acknowledged; RESULT_ABORT when one failed. */
    struct result (*flush)(struct log *log, int timeout_ms) WARN_UNUSED;
    /* After RESULT_ABORT of produce or flush: true when a record itself was refused (too large, invalid), so
     * that the same records would be refused again; false for all else (time-outs, brokers away, fencing). */
    bool (*poisoned)(struct log *log);
    /* After flush: one past the greatest offset that this transaction wrote there; -1: none. */
    int64_t (*written)(struct log *log, enum topic topic, int32_t partition);
    struct result (*send_offsets)(struct log *log, struct log_generation *generation, const struct log_offset *offsets,
                                  uint32_t count, int timeout_ms) WARN_UNUSED;
    /* RESULT_RECREATE also when more than one EndTxn was sent: its retry may end a later transaction. */
    struct result (*commit)(struct log *log, int timeout_ms) WARN_UNUSED;
    struct result (*abort)(struct log *log, int timeout_ms) WARN_UNUSED;
    /* Closes the producer and opens a new one with the same transactional id: fences the old, ends its
     * transaction. */
    struct result (*recreate)(struct log *log, int timeout_ms) WARN_UNUSED;

    /* What the last fetch of a started partition said, without a request: last stable offset and high
     * watermark; -1: not known. For metrics (lag; HW - LSO: a foreign open transaction). */
    void (*ends)(struct log *log, enum topic topic, int32_t partition, int64_t *ret_stable, int64_t *ret_high);

    /* Cluster id and number of partitions of a topic; RESULT_STOP: the topic is missing. */
    struct result (*describe)(struct log *log, enum topic topic, int timeout_ms, struct text *ret_cluster_id,
                              int32_t *ret_partitions) WARN_UNUSED;
};

struct log {
    const struct log_ops *ops;
};

#endif
