#include "log_parts.h"

/* The topic travels with the record as the opaque: a delivery report then needs no names. */
static void *opaque_of(enum topic topic)
{
    return (void *)(uintptr_t)(topic + 1);
}

/* The same record would be refused again. */
static bool is_poison(rd_kafka_resp_err_t code)
{
    switch (code) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR__INVALID_ARG: return true;
    default: return false;
    }
}

/* One record that fails takes all the others of the transaction with it. */
static bool is_echo(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__PURGE_QUEUE || code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
}

static void note_failure(struct kafka_producer *producer, enum topic topic, rd_kafka_resp_err_t code)
{
    if (!producer->failures++ || is_echo(producer->failure)) {
        producer->failure = code;
        producer->failure_topic = topic;
    }
    producer->poisoned |= is_poison(code);
}

/* In the caller's thread, within flush. */
void kafka_producer_on_delivery(rd_kafka_t *handle, const rd_kafka_message_t *message, void *context)
{
    struct kafka_log *log = ((struct kafka_observer *)context)->owner;
    struct kafka_producer *producer = &log->producer;
    enum topic topic = (enum topic)((uintptr_t)message->_private - 1);
    struct kafka_partition *partition;

    (void)handle;
    if (message->err) {
        note_failure(producer, topic, message->err);
        return;
    }
    partition = kafka_partition_at(&log->partitions, topic, message->partition);
    if (partition && message->offset >= partition->written_end)
        partition->written_end = message->offset + 1;
}

static rd_kafka_resp_err_t produce_plain(struct kafka_producer *producer, const struct log_record *record)
{
    /* NULL means no key, no value: an empty one needs an address. */
    const char *key = record->has_key ? (record->key.data ? record->key.data : "") : NULL;
    const char *value = record->has_value ? (record->value.data ? record->value.data : "") : NULL;
    int32_t partition = record->partition == LOG_PARTITION_BY_KEY ? RD_KAFKA_PARTITION_UA : record->partition;

    if (!rd_kafka_produce(producer->topics[record->topic], partition, RD_KAFKA_MSG_F_COPY, (void *)(uintptr_t)value,
                          value ? record->value.size : 0, key, key ? record->key.size : 0, opaque_of(record->topic)))
        return RD_KAFKA_RESP_ERR_NO_ERROR;
    return rd_kafka_last_error();
}

static rd_kafka_resp_err_t produce_with_headers(struct kafka_producer *producer, const struct log_record *record)
{
    rd_kafka_headers_t *headers = rd_kafka_headers_new(record->header_count);
    const char *key = record->has_key ? (record->key.data ? record->key.data : "") : NULL;
    const char *value = record->has_value ? (record->value.data ? record->value.data : "") : NULL;
    int32_t partition = record->partition == LOG_PARTITION_BY_KEY ? RD_KAFKA_PARTITION_UA : record->partition;
    /* Variables, because the macros cast only the first operand of an expression. */
    size_t key_size = key ? record->key.size : 0, value_size = value ? record->value.size : 0;
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;

    for (uint32_t i = 0; i < record->header_count && !code; i++)
        code = rd_kafka_header_add(headers, record->headers[i].name, -1, record->headers[i].value.data,
                                   (ssize_t)record->headers[i].value.size);
    if (!code)
        code =
            rd_kafka_producev(producer->handle, RD_KAFKA_V_RKT(producer->topics[record->topic]),
                              RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                              RD_KAFKA_V_VALUE((void *)(uintptr_t)value, value_size), RD_KAFKA_V_KEY(key, key_size),
                              RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(opaque_of(record->topic)), RD_KAFKA_V_END);
    if (code)
        rd_kafka_headers_destroy(headers);
    return code;
}

struct result kafka_log_produce(struct log *base, const struct log_record *record)
{
    struct kafka_log *log = kafka_log_of(base);
    struct kafka_producer *producer = &log->producer;
    char fatal[256];
    rd_kafka_resp_err_t code;

    if (!producer->open)
        return kafka_result(&log->reason, RESULT_RECREATE, "produce: no transaction is open");
    code = record->header_count ? produce_with_headers(producer, record) : produce_plain(producer, record);
    if (!code)
        return RESULT_SUCCESS;
    if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL)
        return kafka_result(&log->reason, RESULT_RETRY, "produce: the queue is full");
    rd_kafka_resp_err_t dead = rd_kafka_fatal_error(producer->handle, fatal, sizeof(fatal));
    if (dead)
        return kafka_producer_dead(log, dead, "produce", fatal);
    note_failure(producer, record->topic, code);
    return kafka_result(&log->reason, RESULT_ABORT, "%s: %s", log->topics.names[record->topic], rd_kafka_err2str(code));
}
