#include "kafka_writer.h"

#include "errors.h"
#include "settings.h"

#include <stdlib.h>

struct kafka_writer {
    rd_kafka_t *handle;
    struct kafka_observer observer;
    struct kafka_reason reason;
    void (*done)(void *context, uint64_t number, int32_t partition, int64_t offset, const char *problem);
    void *context;
};

static void on_delivery(rd_kafka_t *handle, const rd_kafka_message_t *message, void *context)
{
    const struct kafka_writer *writer = ((struct kafka_observer *)context)->owner;
    uint64_t number = (uint64_t)(uintptr_t)message->_private;

    (void)handle;
    writer->done(writer->context, number, message->partition, message->offset,
                 message->err ? rd_kafka_err2str(message->err) : NULL);
}

struct result kafka_writer_open(const struct kafka_connection *connection,
                                void (*done)(void *context, uint64_t number, int32_t partition, int64_t offset,
                                             const char *problem),
                                void *context, struct kafka_reason *reason, struct kafka_writer **ret)
{
    struct kafka_writer *writer = calloc(1, sizeof(*writer));

    *ret = NULL;
    if (!writer)
        return kafka_result(reason, RESULT_STOP, "out of memory");
    writer->done = done;
    writer->context = context;
    kafka_observer_init(&writer->observer, connection, writer);
    rd_kafka_conf_t *conf = kafka_settings(connection, KAFKA_WRITER, NULL, &writer->observer, reason);
    if (conf) {
        rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
        writer->handle = kafka_handle(KAFKA_WRITER, conf, reason);
    }
    if (!writer->handle) {
        free(writer);
        return (struct result){RESULT_STOP, reason->text};
    }
    *ret = writer;
    return RESULT_SUCCESS;
}

void kafka_writer_close(struct kafka_writer *writer)
{
    if (!writer)
        return;
    (void)rd_kafka_purge(writer->handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_destroy(writer->handle);
    free(writer);
}

/* Without a caller to answer to: a wrong password, a broker that is not there. */
static struct result trouble(struct kafka_writer *writer)
{
    rd_kafka_resp_err_t code = writer->observer.trouble;

    writer->observer.trouble = RD_KAFKA_RESP_ERR_NO_ERROR;
    return code ? kafka_failure(&writer->reason, code, "Kafka", writer->observer.trouble_text.text)
                : kafka_result(&writer->reason, RESULT_RETRY, "the queue is full");
}

struct result kafka_writer_send(struct kafka_writer *writer, const struct kafka_record *record, uint64_t number)
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
        code = rd_kafka_producev(writer->handle, RD_KAFKA_V_TOPIC(record->topic), RD_KAFKA_V_PARTITION(partition),
                                 RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                                 RD_KAFKA_V_VALUE((void *)(uintptr_t)value, value_size), RD_KAFKA_V_KEY(key, key_size),
                                 RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE((void *)(uintptr_t)number),
                                 RD_KAFKA_V_END);
    if (code)
        rd_kafka_headers_destroy(headers);
    rd_kafka_poll(writer->handle, 0);
    if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL)
        return trouble(writer);
    if (code)
        return kafka_result(&writer->reason, RESULT_STOP, "%s: %s", record->topic, rd_kafka_err2str(code));
    return RESULT_SUCCESS;
}

struct result kafka_writer_flush(struct kafka_writer *writer, int timeout_ms)
{
    if (!rd_kafka_flush(writer->handle, timeout_ms))
        return RESULT_SUCCESS;
    struct result result = trouble(writer);
    return result.kind == RESULT_STOP
               ? result
               : kafka_result(&writer->reason, RESULT_RETRY, "%d records are not yet acknowledged",
                              rd_kafka_outq_len(writer->handle));
}
