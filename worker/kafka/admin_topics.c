#include "admin_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static rd_kafka_NewTopic_t *new_topic(const struct kafka_topic_plan *plan, char *text, size_t size)
{
    rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(plan->name, plan->partitions, plan->replicas, text, size);

    for (uint32_t i = 0; topic && i < plan->setting_count; i++)
        (void)rd_kafka_NewTopic_set_config(topic, plan->settings[i].name, plan->settings[i].value);
    return topic;
}

/* Brokers that are fenced, because they just started or are slow, cannot take replicas for the moment. */
static bool is_temporary(struct kafka_admin *admin, rd_kafka_resp_err_t code, int16_t replicas, int timeout_ms)
{
    struct kafka_cluster cluster;

    if (code == RD_KAFKA_RESP_ERR__TIMED_OUT || code == RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT)
        return true;
    return code == RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR &&
           kafka_admin_cluster(admin, timeout_ms, &cluster).kind == RESULT_OK && replicas <= cluster.brokers;
}

static struct result take_created(struct kafka_admin *admin, const struct kafka_topic_plan *plan,
                                  rd_kafka_event_t *event, int timeout_ms, bool *ret_existed)
{
    size_t count = 0;
    const rd_kafka_topic_result_t **topics =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
    rd_kafka_resp_err_t code = count == 1 ? rd_kafka_topic_result_error(topics[0]) : RD_KAFKA_RESP_ERR__BAD_MSG;
    /* The brokers' own words: replication factor larger than the number of brokers, a policy that forbids it. */
    const char *detail = count == 1 ? rd_kafka_topic_result_error_string(topics[0]) : NULL;

    *ret_existed = code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS;
    if (!code || *ret_existed)
        return RESULT_SUCCESS;
    return kafka_result(&admin->reason,
                        is_temporary(admin, code, plan->replicas, timeout_ms) ? RESULT_RETRY : RESULT_STOP,
                        "topic %s cannot be created: %s", plan->name, detail ? detail : rd_kafka_err2str(code));
}

static struct result create(struct kafka_admin *admin, const struct kafka_topic_plan *plan, int timeout_ms,
                            bool *ret_existed)
{
    char text[256];
    rd_kafka_NewTopic_t *topic = new_topic(plan, text, sizeof(text));
    struct result result;

    if (!topic)
        return kafka_result(&admin->reason, RESULT_STOP, "topic %s: %s", plan->name, text);
    rd_kafka_AdminOptions_t *options = kafka_admin_options(admin, RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout_ms);
    (void)rd_kafka_AdminOptions_set_operation_timeout(options, timeout_ms, text, sizeof(text));
    rd_kafka_CreateTopics(admin->handle, &topic, 1, options, admin->answers);
    rd_kafka_event_t *event = kafka_admin_answer(admin, plan->name, timeout_ms, &result);
    if (event) {
        result = take_created(admin, plan, event, timeout_ms, ret_existed);
        rd_kafka_event_destroy(event);
    }
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_NewTopic_destroy(topic);
    return result;
}

static bool is_complete(const rd_kafka_metadata_topic_t *topic, int32_t partitions)
{
    if (topic->err || topic->partition_cnt < partitions)
        return false;
    for (int i = 0; i < topic->partition_cnt; i++)
        if (topic->partitions[i].leader < 0)
            return false;
    return true;
}

/* The controller answers before the brokers know the topic. */
static struct result wait_until_known(struct kafka_admin *admin, const struct kafka_topic_plan *plan, int timeout_ms)
{
    const struct timespec pause = {.tv_nsec = 20000000};
    int64_t until = kafka_now_us() + (int64_t)timeout_ms * 1000;

    while (kafka_now_us() < until) {
        struct result result;
        const rd_kafka_metadata_t *metadata = kafka_admin_metadata(admin, plan->name, timeout_ms, &result);

        if (!metadata)
            return result;
        bool complete = is_complete(&metadata->topics[0], plan->partitions);
        rd_kafka_metadata_destroy(metadata);
        if (complete)
            return RESULT_SUCCESS;
        nanosleep(&pause, NULL);
    }
    return kafka_result(&admin->reason, RESULT_RETRY, "topic %s: the brokers do not know it yet", plan->name);
}

struct result kafka_admin_create(struct kafka_admin *admin, const struct kafka_topic_plan *plans, uint32_t count,
                                 int timeout_ms, void (*done)(void *context, const char *topic, bool existed),
                                 void *context)
{
    for (uint32_t i = 0; i < count; i++) {
        bool existed = false;
        struct result result = create(admin, &plans[i], timeout_ms, &existed);

        if (result.kind == RESULT_OK && !existed)
            result = wait_until_known(admin, &plans[i], timeout_ms);
        if (result.kind != RESULT_OK)
            return result;
        if (done)
            done(context, plans[i].name, existed);
    }
    return RESULT_SUCCESS;
}

struct result kafka_admin_delete_topic(struct kafka_admin *admin, const char *name, int timeout_ms)
{
    rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(name);
    rd_kafka_AdminOptions_t *options = kafka_admin_options(admin, RD_KAFKA_ADMIN_OP_DELETETOPICS, timeout_ms);
    struct result result;

    rd_kafka_DeleteTopics(admin->handle, &topic, 1, options, admin->answers);
    rd_kafka_event_t *event = kafka_admin_answer(admin, name, timeout_ms, &result);
    if (event) {
        size_t count = 0;
        const rd_kafka_topic_result_t **topics =
            rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count);
        rd_kafka_resp_err_t code = count == 1 ? rd_kafka_topic_result_error(topics[0]) : RD_KAFKA_RESP_ERR__BAD_MSG;
        if (code && code != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
            result = kafka_failure(&admin->reason, code, name, NULL);
        rd_kafka_event_destroy(event);
    }
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_DeleteTopic_destroy(topic);
    return result;
}
