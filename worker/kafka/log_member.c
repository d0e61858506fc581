#include "log_parts.h"

#include <stdlib.h>

enum { KAFKA_AWAY_MS = 100 }; /* how long a broker has to answer */

static struct result fail(struct kafka_log *log, struct result result)
{
    /* The first serious one counts: what follows is mostly its echo. */
    if (log->member.found.kind == RESULT_OK || result.kind == RESULT_STOP)
        log->member.found = result;
    if (result.kind == RESULT_STOP) {
        log->member.stop = true;
        rd_kafka_yield(log->member.handle);
    }
    return log->member.found;
}

/* Set before anything else names the topics: a message then leads to our number without a comparison of names. */
static rd_kafka_topic_t *open_topic(struct kafka_log *log, enum topic topic)
{
    rd_kafka_topic_conf_t *conf = rd_kafka_default_topic_conf_dup(log->member.handle);

    rd_kafka_topic_conf_set_opaque(conf, (void *)(uintptr_t)(topic + 1));
    return rd_kafka_topic_new(log->member.handle, log->topics.names[topic], conf);
}

struct result kafka_member_open(struct kafka_log *log, const struct kafka_config *config)
{
    const struct kafka_setting settings[] = {
        {"group.id", config->group_id},
        {config->instance ? "group.instance.id" : NULL, config->instance},
        {NULL, NULL},
    };
    rd_kafka_conf_t *conf = kafka_settings(&config->connection, KAFKA_MEMBER, settings, &log->observer, &log->reason);

    if (!conf)
        return (struct result){RESULT_STOP, log->reason.text};
    rd_kafka_conf_set_rebalance_cb(conf, kafka_member_on_rebalance);
    log->member.handle = kafka_handle(KAFKA_MEMBER, conf, &log->reason);
    if (!log->member.handle)
        return (struct result){RESULT_STOP, log->reason.text};
    log->member.queue = rd_kafka_queue_new(log->member.handle);
    kafka_refill_init(log);
    for (int topic = 0; topic < TOPIC_INPUTS; topic++)
        if (!(log->member.topics[topic] = open_topic(log, (enum topic)topic)))
            return kafka_result(&log->reason, RESULT_STOP, "topic %s: %s", log->topics.names[topic],
                                rd_kafka_err2str(rd_kafka_last_error()));
    return RESULT_SUCCESS;
}

void kafka_member_close(struct kafka_log *log)
{
    struct kafka_member *member = &log->member;

    if (!member->handle)
        return;
    if (member->subscribed)
        (void)rd_kafka_consumer_close(member->handle);
    for (int topic = 0; topic < TOPIC_INPUTS; topic++)
        if (member->topics[topic])
            rd_kafka_topic_destroy(member->topics[topic]);
    rd_kafka_queue_destroy(member->queue);
    rd_kafka_destroy_flags(member->handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    *member = (struct kafka_member){0};
}

static struct result subscribe(struct kafka_log *log)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(TOPIC_INPUTS);

    for (int topic = 0; topic < TOPIC_INPUTS; topic++)
        rd_kafka_topic_partition_list_add(list, log->topics.names[topic], RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t code = rd_kafka_subscribe(log->member.handle, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (code)
        return kafka_log_failure(log, code, "joining the consumer group", NULL);
    log->member.subscribed = true;
    return RESULT_SUCCESS;
}

static void deliver_end(struct kafka_log *log, enum topic topic, struct kafka_partition *partition,
                        const rd_kafka_message_t *message)
{
    const struct log_handler *handler = log->member.handler;

    if (message->offset < partition->next)
        return;
    partition->next = partition->end = message->offset;
    handler->end(handler->context, topic, message->partition, message->offset);
}

/* A partition that fails does not stop the others. */
static bool is_partition_failure(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || code == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE ||
           code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
           code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
}

static void deliver_error(struct kafka_log *log, const rd_kafka_message_t *message)
{
    const char *subject = message->rkt ? rd_kafka_topic_name(message->rkt) : "consumer group";
    rd_kafka_resp_err_t code = message->err;
    char fatal[256];

    if (code != RD_KAFKA_RESP_ERR__FATAL) {
        (void)fail(log, kafka_log_failure(log, code, subject, rd_kafka_message_errstr(message)));
        return;
    }
    code = rd_kafka_fatal_error(log->member.handle, fatal, sizeof(fatal));
    (void)fail(log, kafka_log_failure(log, code, subject, fatal));
}

static void deliver_failure(struct kafka_log *log, enum topic topic, const struct kafka_partition *partition,
                            const rd_kafka_message_t *message)
{
    const struct log_handler *handler = log->member.handler;
    struct kafka_reason reason = {""};

    (void)kafka_result(&reason, RESULT_REFUSED, "%s [%d] at offset %lld: %s", log->topics.names[topic],
                       (int)message->partition, (long long)partition->next, rd_kafka_message_errstr(message));
    kafka_member_give_up(log, topic, message->partition, message->err != RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    handler->failed(handler->context, topic, message->partition, reason.text);
}

static void deliver_record(struct kafka_log *log, enum topic topic, struct kafka_partition *partition,
                           const rd_kafka_message_t *message)
{
    struct kafka_member *member = &log->member;
    const struct log_message record = {
        .topic = topic,
        .partition = message->partition,
        .offset = message->offset,
        .timestamp = rd_kafka_message_timestamp(message, NULL),
        .has_key = message->key != NULL,
        .has_value = message->payload != NULL,
        .key = {message->key, (uint32_t)message->key_len},
        .value = {message->payload, (uint32_t)message->len},
    };

    partition->next = message->offset + 1;
    member->delivered++;
    member->delivered_bytes += message->len + message->key_len;
    if (!member->handler->message(member->handler->context, &record)) {
        member->stop = true;
        rd_kafka_yield(member->handle);
    }
}

void kafka_member_deliver(rd_kafka_message_t *message, void *context)
{
    struct kafka_log *log = context;
    uintptr_t number = message->rkt ? (uintptr_t)rd_kafka_topic_opaque(message->rkt) : 0;
    enum topic topic = number > 0 && number <= TOPIC_INPUTS ? (enum topic)(number - 1) : TOPIC_COUNT;
    struct kafka_partition *partition = kafka_partition_find(&log->partitions, topic, message->partition);

    if (partition && (!partition->started || partition->seek_pending))
        partition = NULL;
    if (partition && !message->err && message->offset >= partition->next)
        deliver_record(log, topic, partition, message);
    else if (partition && message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
        deliver_end(log, topic, partition, message);
    else if (partition && is_partition_failure(message->err))
        deliver_failure(log, topic, partition, message);
    else if (message->err && (partition || topic == TOPIC_COUNT))
        deliver_error(log, message);
    /* Else of a partition that nobody waits for, or of before where it was started. */
}

/* librdkafka tells once that a connection broke, and never that one is there again. A member with nothing to fetch
 * would not notice either: so it asks. */
static void look_for_brokers(struct kafka_log *log)
{
    struct kafka_member *member = &log->member;
    const struct rd_kafka_metadata *metadata;

    if (!member->away)
        return;
    rd_kafka_resp_err_t code =
        rd_kafka_metadata(member->handle, 0, member->topics[TOPIC_ACCOUNT], &metadata, KAFKA_AWAY_MS);
    member->away = code != RD_KAFKA_RESP_ERR_NO_ERROR;
    if (member->away)
        (void)fail(log, kafka_result(&log->reason, RESULT_RETRY, "no broker answers: %s", rd_kafka_err2str(code)));
    else
        rd_kafka_metadata_destroy(metadata);
}

/* Errors without a call that they would answer, refreshed tokens, and rebalances: here and nowhere else. */
static void serve_events(struct kafka_log *log)
{
    struct kafka_member *member = &log->member;
    rd_kafka_message_t *message;

    rd_kafka_poll(member->handle, 0);
    if (log->producer.handle)
        rd_kafka_poll(log->producer.handle, 0);
    while (!member->stop && (message = rd_kafka_consumer_poll(member->handle, 0))) {
        kafka_member_deliver(message, log);
        rd_kafka_message_destroy(message);
    }
    if (log->observer.trouble == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
        log->observer.trouble == RD_KAFKA_RESP_ERR__TRANSPORT)
        member->away = true; /* perhaps: look_for_brokers asks */
    if (log->observer.trouble && log->observer.trouble != RD_KAFKA_RESP_ERR__TRANSPORT)
        (void)fail(log, kafka_log_failure(log, log->observer.trouble, "Kafka", log->observer.trouble_text.text));
    log->observer.trouble = RD_KAFKA_RESP_ERR_NO_ERROR;
}

struct result kafka_log_poll(struct log *base, int timeout_ms, const struct log_handler *handler)
{
    struct kafka_log *log = kafka_log_of(base);
    struct kafka_member *member = &log->member;

    if (!member->subscribed) {
        struct result result = kafka_producer_ready(log, timeout_ms);
        if (result.kind == RESULT_OK)
            result = subscribe(log);
        if (result.kind != RESULT_OK)
            return result;
    }
    member->handler = handler;
    member->stop = false;
    member->found = RESULT_SUCCESS;
    member->delivered = member->delivered_bytes = 0;
    serve_events(log);
    look_for_brokers(log);
    if (member->seeks_pending)
        kafka_member_seek_pending(log);
    if (!member->stop)
        rd_kafka_consume_callback_queue(member->queue, timeout_ms, kafka_member_deliver, log);
    kafka_refill(log, member->delivered, member->delivered_bytes);
    member->handler = NULL;
    return member->found;
}
