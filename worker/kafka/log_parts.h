/* The inside of the log: a member of the group, a transactional producer, and two handles without a group. */
#ifndef OSBILL_KAFKA_LOG_PARTS_H
#define OSBILL_KAFKA_LOG_PARTS_H

#include "errors.h"
#include "kafka_log.h"
#include "settings.h"
#include "topics.h"

#include <stdatomic.h>

enum { KAFKA_FENCES_MAX = 3, KAFKA_FENCES_MS = 60000 };

struct kafka_sender;

struct kafka_refill {
    bool was_full;
    bool was_busy;                       /* the handler stopped the last poll */
    int64_t messages_limit, bytes_limit; /* of the queue: at one of them librdkafka stops fetching */
};

/* Consumes the inputs. All its partitions' queues are forwarded to one private queue, so that rebalances, which stay on
 * the group's own queue, are served only when we ask for them. */
struct kafka_member {
    rd_kafka_t *handle;
    rd_kafka_queue_t *queue;
    rd_kafka_topic_t *topics[TOPIC_INPUTS];
    bool subscribed;
    uint32_t seeks_pending;
    /* Of the poll that is under way. */
    const struct log_handler *handler;
    bool stop;           /* the handler wants no more, or the poll failed */
    struct result found; /* what librdkafka told meanwhile */
    bool away;           /* no broker answered when last asked */
    uint64_t delivered, delivered_bytes;
    struct kafka_refill refill;
};

struct kafka_producer {
    rd_kafka_conf_t *settings; /* of every handle that is made in turn */
    rd_kafka_t *handle;
    rd_kafka_topic_t *topics[TOPIC_COUNT];
    bool initialised;
    bool useless; /* only recreate helps */
    bool open;    /* a transaction is */
    bool fence_counted;
    int64_t fences_ms[KAFKA_FENCES_MAX]; /* when; the oldest first */
    atomic_uint end_requests;            /* EndTxn requests sent for this transaction */
    atomic_int main_thread;              /* of handle; 0: not known yet */
    uint32_t failures;                   /* records of this transaction that were not written */
    rd_kafka_resp_err_t failure;         /* of the first that is not an echo of another */
    enum topic failure_topic;
    bool poisoned;
};

/* Reads state topics, each partition on its own, with librdkafka's consumer of single partitions. */
struct kafka_state_reader {
    rd_kafka_t *handle;
    rd_kafka_topic_t *topics[TOPIC_COUNT];
};

struct kafka_log {
    struct log base; /* first: what the engine holds */
    struct kafka_reason reason;
    enum kafka_stop stop_cause;
    char *group_id, *transactional_id, *cluster_id;
    struct kafka_topics topics;
    struct kafka_partitions partitions;
    struct kafka_observer observer;
    struct kafka_member member;
    struct kafka_producer producer;
    struct kafka_sender *sender;
    struct kafka_state_reader reader;   /* of ranges: an end is to be known soon */
    struct kafka_state_reader follower; /* of what comes; made when first used */
    rd_kafka_conf_t *follower_settings;
    rd_kafka_t *watermarks;
    rd_kafka_topic_partition_list_t *offsets;     /* the latest committed: metadata strings point into it */
    unsigned committed_failures, bounds_failures; /* calls in a row that got no answer in time */
};

static inline struct kafka_log *kafka_log_of(struct log *base)
{
    return (struct kafka_log *)(void *)base;
}

/* A result with its stop cause kept; for errors of requests that can be repeated. */
struct result kafka_log_failure(struct kafka_log *log, rd_kafka_resp_err_t code, const char *what, const char *detail);

/* log_member.c: polling */
struct result kafka_member_open(struct kafka_log *log, const struct kafka_config *config) WARN_UNUSED;
void kafka_member_close(struct kafka_log *log);
struct result kafka_log_poll(struct log *base, int timeout_ms, const struct log_handler *handler) WARN_UNUSED;
void kafka_member_deliver(rd_kafka_message_t *message, void *context);

/* log_refill.c: after a poll that delivered so much */
void kafka_refill_init(struct kafka_log *log);
void kafka_refill(struct kafka_log *log, uint64_t delivered, uint64_t delivered_bytes);
/* The same for the reader of states, when nothing is there to be read. */
void kafka_refill_reader(struct kafka_log *log, enum topic topic, int32_t number);

/* log_assignment.c: what is assigned, and from where it is fetched */
void kafka_member_on_rebalance(rd_kafka_t *handle, rd_kafka_resp_err_t event, rd_kafka_topic_partition_list_t *list,
                               void *context);
struct result kafka_log_start(struct log *base, enum topic topic, int32_t partition, int64_t offset) WARN_UNUSED;
void kafka_log_halt(struct log *base, enum topic topic, int32_t partition);
/* Tells librdkafka what it could not yet be told. */
void kafka_member_seek_pending(struct kafka_log *log);
/* Stops fetching a partition that fails. broken: librdkafka does not fetch it any more by itself. */
void kafka_member_give_up(struct kafka_log *log, enum topic topic, int32_t number, bool broken);
void kafka_log_ends(struct log *base, enum topic topic, int32_t partition, int64_t *ret_stable, int64_t *ret_high);

/* log_producer.c: the producer's life */
struct result kafka_producer_open(struct kafka_log *log, const struct kafka_config *config) WARN_UNUSED;
void kafka_producer_close(struct kafka_log *log);
struct result kafka_producer_ready(struct kafka_log *log, int timeout_ms) WARN_UNUSED;
struct result kafka_log_recreate(struct log *base, int timeout_ms) WARN_UNUSED;
/* What a failed transactional call means. Takes the error. */
struct result kafka_producer_failure(struct kafka_log *log, rd_kafka_error_t *error, const char *call);
/* The handle cannot be used any more. */
struct result kafka_producer_dead(struct kafka_log *log, rd_kafka_resp_err_t code, const char *call,
                                  const char *detail);

/* log_transaction.c */
struct result kafka_log_begin(struct log *base) WARN_UNUSED;
struct result kafka_log_flush(struct log *base, int timeout_ms) WARN_UNUSED;
bool kafka_log_poisoned(struct log *base);
int64_t kafka_log_written(struct log *base, enum topic topic, int32_t partition);
struct result kafka_log_commit(struct log *base, int timeout_ms) WARN_UNUSED;
struct result kafka_log_abort(struct log *base, int timeout_ms) WARN_UNUSED;

/* log_produce.c */
struct result kafka_log_produce(struct log *base, const struct log_record *record) WARN_UNUSED;
void kafka_producer_on_delivery(rd_kafka_t *handle, const rd_kafka_message_t *message, void *context);

/* log_generation.c */
/* False: thrown out, or not yet in. */
bool kafka_member_is_valid(struct kafka_log *log);
struct result kafka_log_generation(struct log *base, struct log_generation **ret_generation) WARN_UNUSED;
void kafka_log_generation_free(struct log_generation *generation);
struct result kafka_log_send_offsets(struct log *base, struct log_generation *generation,
                                     const struct log_offset *offsets, uint32_t count, int timeout_ms) WARN_UNUSED;

rd_kafka_consumer_group_metadata_t *kafka_generation_metadata(const struct log_generation *generation);
/* One more holder, who calls kafka_log_generation_free, too. */
struct log_generation *kafka_generation_share(struct log_generation *generation);

/* log_sender.c: one call of send_offsets_to_transaction at a time, which nobody has to wait for. NULL: no thread. */
struct kafka_sender *kafka_sender_open(void);
bool kafka_sender_is_idle(struct kafka_sender *sender);
/* Of an idle one. Takes `offsets`, shares `generation`. */
void kafka_sender_call(struct kafka_sender *sender, rd_kafka_t *producer, rd_kafka_topic_partition_list_t *offsets,
                       struct log_generation *generation);
/* True: the call has returned, with this error, and the sender is idle again. */
bool kafka_sender_returned(struct kafka_sender *sender, int timeout_ms, rd_kafka_error_t **ret_error);
/* An answer that nobody waits for any more is dropped, so that it is not taken for that to a later transaction's call.
 * False: librdkafka has not returned: the producer must stay as it is. Accepts NULL. */
bool kafka_sender_forget(struct kafka_sender *sender);
/* False as above: what the call points to must stay, too. Accepts NULL. */
bool kafka_sender_close(struct kafka_sender *sender);

/* log_offsets.c */
struct result kafka_log_committed(struct log *base, struct log_offset *offsets, uint32_t count,
                                  int timeout_ms) WARN_UNUSED;
struct result kafka_log_bounds(struct log *base, enum topic topic, int32_t partition, enum log_isolation isolation,
                               int timeout_ms, int64_t *ret_first, int64_t *ret_end) WARN_UNUSED;
struct result kafka_log_describe(struct log *base, enum topic topic, int timeout_ms, struct text *ret_cluster_id,
                                 int32_t *ret_partitions) WARN_UNUSED;

/* log_read.c */
void kafka_state_readers_close(struct kafka_log *log);
struct result kafka_log_read(struct log *base, enum topic topic, int32_t partition, int64_t *from, int64_t to,
                             int timeout_ms, const struct log_handler *handler) WARN_UNUSED;

#endif
