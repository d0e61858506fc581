#include "log_parts.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    END_TXN = 26, /* the request's ApiKey */
    FIRST_THAT_SLEEPS = 0x02040000,
    MAIN_THREAD_NICE = 10,
};

/* On one of librdkafka's broker threads, after the request left. */
static rd_kafka_resp_err_t on_request_sent(rd_kafka_t *handle, int socket, const char *broker, int32_t broker_id,
                                           int16_t api_key, int16_t api_version, int32_t correlation, size_t size,
                                           void *context)
{
    (void)handle, (void)socket, (void)broker, (void)broker_id, (void)api_version, (void)correlation, (void)size;
    if (api_key == END_TXN)
        atomic_fetch_add((atomic_uint *)context, 1);
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t on_thread_start(rd_kafka_t *handle, rd_kafka_thread_type_t type, const char *name,
                                           void *context)
{
    (void)handle, (void)name;
    if (type == RD_KAFKA_THREAD_MAIN)
        atomic_store((atomic_int *)context, gettid());
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* librdkafka before 2.4 waits in a loop for the last millisecond before a timer, and each transaction has some: on a
 * core that its main thread shares with the deciding one, let that one go first. Done when the threads of the brokers
 * are there, since they would inherit it. What is lost when it cannot be set is speed. */
static void calm_main_thread(struct kafka_producer *producer)
{
    int thread = atomic_load(&producer->main_thread);

    if (thread && rd_kafka_version() < FIRST_THAT_SLEEPS)
        (void)setpriority(PRIO_PROCESS, (id_t)thread, MAIN_THREAD_NICE);
}

static rd_kafka_resp_err_t on_new(rd_kafka_t *handle, const rd_kafka_conf_t *conf, void *context, char *text,
                                  size_t size)
{
    struct kafka_producer *producer = context;

    (void)conf, (void)text, (void)size;
    rd_kafka_interceptor_add_on_thread_start(handle, "osbill", on_thread_start, &producer->main_thread);
    return rd_kafka_interceptor_add_on_request_sent(handle, "osbill", on_request_sent, &producer->end_requests);
}

static void destroy(struct kafka_producer *producer)
{
    for (int topic = 0; topic < TOPIC_COUNT; topic++)
        if (producer->topics[topic])
            rd_kafka_topic_destroy(producer->topics[topic]);
    memset(producer->topics, 0, sizeof(producer->topics));
    if (producer->handle) {
        (void)rd_kafka_purge(producer->handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        rd_kafka_destroy(producer->handle);
    }
    producer->handle = NULL;
    atomic_store(&producer->main_thread, 0);
    producer->initialised = producer->useless = producer->open = producer->fence_counted = false;
}

static struct result create(struct kafka_log *log)
{
    struct kafka_producer *producer = &log->producer;
    rd_kafka_conf_t *conf = rd_kafka_conf_dup(producer->settings);

    /* A copied configuration has no interceptors. */
    rd_kafka_conf_interceptor_add_on_new(conf, "osbill", on_new, producer);
    producer->handle = kafka_handle(KAFKA_PRODUCER, conf, &log->reason);
    if (!producer->handle)
        return (struct result){RESULT_STOP, log->reason.text};
    for (int topic = 0; topic < TOPIC_COUNT; topic++) {
        producer->topics[topic] = rd_kafka_topic_new(producer->handle, log->topics.names[topic], NULL);
        if (!producer->topics[topic])
            return kafka_result(&log->reason, RESULT_STOP, "topic %s: %s", log->topics.names[topic],
                                rd_kafka_err2str(rd_kafka_last_error()));
    }
    return RESULT_SUCCESS;
}

struct result kafka_producer_open(struct kafka_log *log, const struct kafka_config *config)
{
    const struct kafka_setting settings[] = {
        {"transactional.id", config->transactional_id},
        {NULL, NULL},
    };

    log->producer.settings =
        kafka_settings(&config->connection, KAFKA_PRODUCER, settings, &log->observer, &log->reason);
    if (!log->producer.settings)
        return (struct result){RESULT_STOP, log->reason.text};
    rd_kafka_conf_set_dr_msg_cb(log->producer.settings, kafka_producer_on_delivery);
    return create(log);
}

void kafka_producer_close(struct kafka_log *log)
{
    destroy(&log->producer);
}

/* True: the third time within a minute. Each handle is fenced once, however many calls say so. */
static bool count_fence(struct kafka_producer *producer)
{
    int64_t now = kafka_now_us() / 1000;

    if (producer->fence_counted)
        return false;
    producer->fence_counted = true;
    memmove(producer->fences_ms, producer->fences_ms + 1, (KAFKA_FENCES_MAX - 1) * sizeof(int64_t));
    producer->fences_ms[KAFKA_FENCES_MAX - 1] = now;
    return producer->fences_ms[0] != 0 && now - producer->fences_ms[0] < KAFKA_FENCES_MS;
}

struct result kafka_producer_dead(struct kafka_log *log, rd_kafka_resp_err_t code, const char *call, const char *detail)
{
    log->producer.useless = true;
    if (kafka_error_kind(code) == RESULT_STOP)
        return kafka_log_failure(log, code, call, detail);
    if (kafka_error_is_fence(code) && count_fence(&log->producer)) {
        log->stop_cause = KAFKA_STOP_FENCED_PRODUCER;
        return kafka_result(&log->reason, RESULT_STOP,
                            "the transactional id %s was taken over %d times within a minute: another process uses "
                            "the same one, or transactions take longer than transaction.timeout.ms",
                            log->transactional_id, KAFKA_FENCES_MAX);
    }
    return kafka_result(&log->reason, RESULT_RECREATE, "%s: %s", call, detail);
}

struct result kafka_producer_failure(struct kafka_log *log, rd_kafka_error_t *error, const char *call)
{
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    const char *detail = rd_kafka_error_string(error);
    char fatal[256];
    struct result result;

    if (rd_kafka_fatal_error(log->producer.handle, fatal, sizeof(fatal)))
        result = kafka_producer_dead(log, rd_kafka_fatal_error(log->producer.handle, NULL, 0), call, fatal);
    else if (kafka_error_kind(code) == RESULT_STOP)
        result = kafka_log_failure(log, code, call, detail);
    else if (rd_kafka_error_txn_requires_abort(error))
        result = kafka_result(&log->reason, RESULT_ABORT, "%s: %s", call, detail);
    else if (rd_kafka_error_is_retriable(error))
        result = kafka_result(&log->reason, RESULT_RETRY, "%s: %s", call, detail);
    else
        result = kafka_producer_dead(log, code, call, detail);
    rd_kafka_error_destroy(error);
    return result;
}

/* Errors of the connection come without a call. Before the first success a wrong password is not an outage. */
static struct result connection_trouble(struct kafka_log *log, struct result result)
{
    rd_kafka_poll(log->producer.handle, 0);
    /* Kept until the first success: it is told once, but it is why nothing happens. */
    rd_kafka_resp_err_t code = log->observer.trouble;
    if (!code)
        return result;
    if (code != RD_KAFKA_RESP_ERR__AUTHENTICATION)
        return kafka_log_failure(log, code, "Kafka", log->observer.trouble_text.text);
    log->stop_cause = KAFKA_STOP_FORBIDDEN;
    return kafka_result(&log->reason, RESULT_STOP,
                        "Kafka: %s: check kafka.security.protocol and the kafka.sasl.* properties",
                        log->observer.trouble_text.text);
}

struct result kafka_producer_ready(struct kafka_log *log, int timeout_ms)
{
    struct kafka_producer *producer = &log->producer;

    if (producer->initialised && !producer->useless)
        return RESULT_SUCCESS;
    if (!kafka_sender_forget(log->sender))
        return kafka_result(&log->reason, RESULT_RETRY, "opening the producer: send_offsets is under way");
    if (producer->useless)
        destroy(producer);
    if (!producer->handle) {
        struct result result = create(log);
        if (result.kind != RESULT_OK)
            return result;
    }
    rd_kafka_error_t *error = rd_kafka_init_transactions(producer->handle, timeout_ms > 0 ? timeout_ms : 1);
    if (!error) {
        producer->initialised = true;
        calm_main_thread(producer);
        log->observer.trouble = RD_KAFKA_RESP_ERR_NO_ERROR;
        return RESULT_SUCCESS;
    }
    struct result result = kafka_producer_failure(log, error, "init_transactions");
    if (result.kind == RESULT_RETRY)
        return connection_trouble(log, result);
    if (result.kind != RESULT_STOP)
        result.kind = RESULT_RETRY; /* with a new handle: this one is marked useless */
    return result;
}

struct result kafka_log_recreate(struct log *base, int timeout_ms)
{
    struct kafka_log *log = kafka_log_of(base);

    log->producer.useless |= log->producer.initialised;
    return kafka_producer_ready(log, timeout_ms);
}
