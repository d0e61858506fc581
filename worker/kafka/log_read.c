#include "log_parts.h"

#include <string.h>

enum { CHUNK_BYTES = 1 << 20 };

/* One call of read. */
struct reading {
    struct kafka_log *log;
    struct kafka_state_reader *reader;
    const struct log_handler *handler;
    enum topic topic;
    int32_t partition;
    int64_t next, to;
    size_t bytes;
    uint32_t delivered;
    bool stop;
    rd_kafka_resp_err_t failure;
};

static void stop(struct reading *reading)
{
    reading->stop = true;
    rd_kafka_yield(reading->reader->handle);
}

static void deliver(struct reading *reading, const rd_kafka_message_t *message)
{
    const struct log_message record = {
        .topic = reading->topic,
        .partition = message->partition,
        .offset = message->offset,
        .timestamp = rd_kafka_message_timestamp(message, NULL),
        .has_key = message->key != NULL,
        .has_value = message->payload != NULL,
        .key = {message->key, (uint32_t)message->key_len},
        .value = {message->payload, (uint32_t)message->len},
    };

    reading->next = message->offset + 1;
    reading->delivered++;
    reading->bytes += message->len + message->key_len;
    if (!reading->handler->message(reading->handler->context, &record) || reading->bytes >= CHUNK_BYTES ||
        reading->next >= reading->to)
        stop(reading);
}

static void on_message(rd_kafka_message_t *message, void *context)
{
    struct reading *reading = context;

    if (message->err && message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        reading->failure = message->err;
        stop(reading);
    } else if (reading->stop || message->offset < reading->next) {
        return;
    } else if (message->err || message->offset >= reading->to) {
        /* The end so far, or a record beyond: what lies before it is markers and records that do not count. */
        reading->next = message->offset < reading->to ? message->offset : reading->to;
        if (reading->next >= reading->to)
            stop(reading);
    } else {
        deliver(reading, message);
    }
}

static struct kafka_state_reader *reader_for(struct kafka_log *log, int64_t to)
{
    if (to != LOG_FOLLOW)
        return &log->reader;
    if (!log->follower.handle)
        log->follower.handle = kafka_handle(KAFKA_STATES, rd_kafka_conf_dup(log->follower_settings), &log->reason);
    return &log->follower;
}

/* False: librdkafka refuses. */
static bool open_topic(struct kafka_log *log, struct kafka_state_reader *reader, enum topic topic)
{
    if (reader->handle && !reader->topics[topic])
        reader->topics[topic] = rd_kafka_topic_new(reader->handle, log->topics.names[topic], NULL);
    return reader->topics[topic] != NULL;
}

/* Fetching goes on between the calls while the range is not done; it begins anew when another offset is asked for. */
static rd_kafka_resp_err_t fetch_from(struct kafka_log *log, const struct reading *reading,
                                      struct kafka_partition *partition)
{
    bool follows = reading->reader == &log->follower;
    rd_kafka_topic_t *topic = reading->reader->topics[reading->topic];

    if (partition->reading && partition->read_next == reading->next && partition->follows == follows)
        return RD_KAFKA_RESP_ERR_NO_ERROR;
    if (partition->reading)
        (void)rd_kafka_consume_stop((partition->follows ? &log->follower : &log->reader)->topics[reading->topic],
                                    reading->partition);
    partition->follows = follows;
    partition->reading = !rd_kafka_consume_start(topic, reading->partition, reading->next);
    return partition->reading ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_last_error();
}

static struct result failed(const struct reading *reading)
{
    struct kafka_log *log = reading->log;

    if (reading->failure != RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET &&
        reading->failure != RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE)
        return kafka_log_failure(log, reading->failure, log->topics.names[reading->topic], NULL);
    return kafka_result(&log->reason, RESULT_STOP,
                        "%s [%d]: offset %lld does not exist: the topic was cleaned or Kafka lost records",
                        log->topics.names[reading->topic], (int)reading->partition, (long long)reading->next);
}

static struct result finish(struct reading *reading, struct kafka_partition *partition, int64_t *from)
{
    partition->read_next = *from = reading->next;
    if (partition->reading && (reading->failure || reading->next >= reading->to)) {
        (void)rd_kafka_consume_stop(reading->reader->topics[reading->topic], reading->partition);
        partition->reading = false;
    }
    if (reading->failure)
        return failed(reading);
    if (reading->delivered || reading->next >= reading->to)
        return RESULT_SUCCESS;
    return kafka_result(&reading->log->reason, RESULT_RETRY, "%s [%d]: nothing yet at offset %lld",
                        reading->log->topics.names[reading->topic], (int)reading->partition, (long long)reading->next);
}

/* Waits until something came; then takes what is there already. */
static void serve(struct reading *reading, int timeout_ms)
{
    rd_kafka_topic_t *topic = reading->reader->topics[reading->topic];
    int64_t until = kafka_now_us() + (int64_t)timeout_ms * 1000;

    if (rd_kafka_consume_callback(topic, reading->partition, 0, on_message, reading) == 0 &&
        reading->reader == &reading->log->reader)
        kafka_refill_reader(reading->log, reading->topic, reading->partition);
    for (int left_ms = timeout_ms; !reading->stop && !reading->failure && left_ms >= 0;) {
        if (rd_kafka_consume_callback(topic, reading->partition, reading->delivered ? 0 : left_ms, on_message,
                                      reading) <= 0)
            break;
        left_ms = (int)((until - kafka_now_us()) / 1000);
    }
}

struct result kafka_log_read(struct log *base, enum topic topic, int32_t number, int64_t *from, int64_t to,
                             int timeout_ms, const struct log_handler *handler)
{
    struct kafka_log *log = kafka_log_of(base);
    struct kafka_partition *partition = kafka_partition_at(&log->partitions, topic, number);
    struct reading reading = {.log = log,
                              .reader = reader_for(log, to),
                              .handler = handler,
                              .topic = topic,
                              .partition = number,
                              .next = *from,
                              .to = to};

    if (*from >= to)
        return RESULT_SUCCESS;
    if (!partition || !open_topic(log, reading.reader, topic))
        return kafka_result(&log->reason, RESULT_STOP, "%s [%d] cannot be read", log->topics.names[topic], (int)number);
    rd_kafka_poll(reading.reader->handle, 0);
    reading.failure = fetch_from(log, &reading, partition);
    serve(&reading, timeout_ms);
    return finish(&reading, partition, from);
}

/* librdkafka does not end while a partition is read. */
static void stop_reading(struct kafka_log *log)
{
    for (int topic = 0; topic < TOPIC_COUNT; topic++) {
        for (int32_t number = 0; number < log->partitions.counts[topic]; number++) {
            struct kafka_partition *partition = &log->partitions.items[topic][number];
            if (partition->reading)
                (void)rd_kafka_consume_stop((partition->follows ? &log->follower : &log->reader)->topics[topic],
                                            number);
            partition->reading = false;
        }
    }
}

static void close_reader(struct kafka_state_reader *reader)
{
    for (int topic = 0; topic < TOPIC_COUNT; topic++)
        if (reader->topics[topic])
            rd_kafka_topic_destroy(reader->topics[topic]);
    if (reader->handle)
        rd_kafka_destroy_flags(reader->handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    memset(reader, 0, sizeof(*reader));
}

void kafka_state_readers_close(struct kafka_log *log)
{
    stop_reading(log);
    close_reader(&log->reader);
    close_reader(&log->follower);
    if (log->follower_settings)
        rd_kafka_conf_destroy(log->follower_settings);
}
