#include "log_parts.h"

/* librdkafka answers from a thread of its own. A call that is given up before that thread ran leaves its answer to the
 * next call; so never give it less than this. */
enum { CALL_MS = 20 };

static int at_least(int timeout_ms, int least_ms)
{
    return timeout_ms > least_ms ? timeout_ms : least_ms;
}

struct result kafka_log_begin(struct log *base)
{
    struct kafka_log *log = kafka_log_of(base);
    struct kafka_producer *producer = &log->producer;

    if (!producer->initialised || producer->useless)
        return kafka_result(&log->reason, RESULT_RECREATE, "begin: the producer is not ready");
    rd_kafka_error_t *error = rd_kafka_begin_transaction(producer->handle);
    if (error)
        return kafka_producer_failure(log, error, "begin_transaction");
    producer->open = true;
    producer->failures = 0;
    producer->poisoned = false;
    atomic_store(&producer->end_requests, 0);
    for (int topic = 0; topic < TOPIC_COUNT; topic++)
        for (int32_t i = 0; i < log->partitions.counts[topic]; i++)
            log->partitions.items[topic][i].written_end = -1;
    return RESULT_SUCCESS;
}

static struct result delivery_failure(struct kafka_log *log)
{
    const struct kafka_producer *producer = &log->producer;
    const char *topic = log->topics.names[producer->failure_topic];

    if (kafka_error_kind(producer->failure) == RESULT_STOP)
        return kafka_log_failure(log, producer->failure, topic, NULL);
    return kafka_result(&log->reason, RESULT_ABORT, "%s: %s", topic, rd_kafka_err2str(producer->failure));
}

struct result kafka_log_flush(struct log *base, int timeout_ms)
{
    struct kafka_log *log = kafka_log_of(base);
    struct kafka_producer *producer = &log->producer;
    char fatal[256];

    if (!producer->open)
        return kafka_result(&log->reason, RESULT_RECREATE, "flush: no transaction is open");
    (void)rd_kafka_flush(producer->handle, timeout_ms);
    rd_kafka_resp_err_t code = rd_kafka_fatal_error(producer->handle, fatal, sizeof(fatal));
    if (code)
        return kafka_producer_dead(log, code, "flush", fatal);
    if (producer->failures)
        return delivery_failure(log);
    if (rd_kafka_outq_len(producer->handle) > 0)
        return kafka_result(&log->reason, RESULT_RETRY, "flush: records are not yet acknowledged");
    return RESULT_SUCCESS;
}

bool kafka_log_poisoned(struct log *base)
{
    return kafka_log_of(base)->producer.poisoned;
}

int64_t kafka_log_written(struct log *base, enum topic topic, int32_t partition)
{
    const struct kafka_partition *found = kafka_partition_find(&kafka_log_of(base)->partitions, topic, partition);

    return found ? found->written_end : -1;
}

unsigned kafka_log_end_requests(const struct log *log)
{
    return atomic_load(&((const struct kafka_log *)(const void *)log)->producer.end_requests);
}

/* A second EndTxn may be answered from the first, reach the broker late and end a later transaction (the brokers
 * have no KIP-890 part 2 for this client): after one the id needs a new epoch. */
static struct result ended(struct kafka_log *log, const char *call)
{
    unsigned requests = atomic_load(&log->producer.end_requests);

    log->producer.open = false;
    if (requests <= 1)
        return RESULT_SUCCESS;
    log->producer.useless = true;
    return kafka_result(&log->reason, RESULT_RECREATE, "%s: EndTxn was sent %u times", call, requests);
}

struct result kafka_log_commit(struct log *base, int timeout_ms)
{
    struct kafka_log *log = kafka_log_of(base);

    if (!log->producer.open)
        return kafka_result(&log->reason, RESULT_RECREATE, "commit: no transaction is open");
    rd_kafka_error_t *error = rd_kafka_commit_transaction(log->producer.handle, at_least(timeout_ms, CALL_MS));

    if (!error)
        return ended(log, "commit");
    struct result result = kafka_producer_failure(log, error, "commit_transaction");
    /* Once EndTxn was sent, an error does not say what the broker did. */
    if (result.kind == RESULT_ABORT && atomic_load(&log->producer.end_requests) > 0)
        return kafka_producer_dead(log, RD_KAFKA_RESP_ERR__STATE, "commit", "failed after EndTxn was sent");
    return result;
}

struct result kafka_log_abort(struct log *base, int timeout_ms)
{
    struct kafka_log *log = kafka_log_of(base);

    if (!log->producer.open)
        return RESULT_SUCCESS;
    if (!kafka_sender_forget(log->sender))
        return kafka_result(&log->reason, RESULT_RETRY, "abort: send_offsets is under way");
    rd_kafka_error_t *error = rd_kafka_abort_transaction(log->producer.handle, at_least(timeout_ms, CALL_MS));
    if (!error)
        return ended(log, "abort");
    struct result result = kafka_producer_failure(log, error, "abort_transaction");
    if (result.kind == RESULT_ABORT)
        return kafka_producer_dead(log, RD_KAFKA_RESP_ERR__STATE, "abort", "failed");
    return result;
}
