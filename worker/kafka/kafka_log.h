/* The engine's log port on Kafka: worker/engine/ports/log.h says what each operation does.
 *
 * What this implementation adds:
 * - open does not wait for the cluster. The first polls start the producer (init_transactions, which ends what an
 *   earlier process of the same transactional id left open) and then join the group; until then poll is RESULT_RETRY.
 * - poll is RESULT_RETRY also when an outage was noticed; messages may have been delivered all the same.
 * - send_offsets is RESULT_REFUSED when the group has moved on (generation, member, instance): the transaction must be
 *   aborted and the partitions are no longer ours. librdkafka itself gives up after KAFKA_SEND_OFFSETS_MS, mostly
 *   (log_sender.c): RESULT_ABORT then.
 * - handler->revoked may come when the partitions are gone already: librdkafka does not always know. The generation
 *   fences in either case.
 * - commit and abort are RESULT_RECREATE when the broker may see a second EndTxn (design.md, "Traps").
 * - committed and bounds wait longer than their timeout, up to 4 and 32 times, when they got no answer several times
 *   in a row: an answer that comes too late is lost.
 * - RESULT_STOP carries a cause, for the exit code: kafka_log_stop_cause. */
#ifndef OSBILL_KAFKA_LOG_H
#define OSBILL_KAFKA_LOG_H

#include "kafka_config.h"
#include "worker/engine/ports/log.h"

enum { KAFKA_SEND_OFFSETS_MS = 5000 };

struct kafka_config {
    struct kafka_connection connection;
    const char *topic_prefix;     /* "osbill." */
    const char *group_id;         /* shared by all members */
    const char *transactional_id; /* one for each log; no two processes may use the same */
    const char *instance;         /* static membership (group.instance.id); NULL: dynamic */
    struct kafka_reason *reason;  /* where a failed kafka_log_open says why */
};

/* Everything in the configuration is copied. RESULT_STOP: a setting is wrong. */
struct result kafka_log_open(const struct kafka_config *config, struct log **ret) WARN_UNUSED;

/* Leaves the group (a static member does not) and closes all connections; 5 s when the brokers are silent. An open
 * transaction is left to time out: abort it before. While send_offsets is under way nothing is closed, for the end of
 * the process does it. Accepts NULL. */
void kafka_log_close(struct log *log);

/* Why the latest RESULT_STOP was returned. */
enum kafka_stop {
    KAFKA_STOP_OTHER,
    KAFKA_STOP_FENCED_INSTANCE, /* another process uses the same `instance`: do not restart this one */
    KAFKA_STOP_FENCED_PRODUCER, /* another process uses the same transactional id */
    KAFKA_STOP_FORBIDDEN        /* authentication or authorization */
};
enum kafka_stop kafka_log_stop_cause(const struct log *log);

/* EndTxn requests sent for the latest transaction: 1 once it was ended, unless it wrote nothing. For metrics. */
unsigned kafka_log_end_requests(const struct log *log);

#endif
