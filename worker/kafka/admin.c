#include "admin_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct result kafka_admin_open(const struct kafka_connection *connection, struct kafka_reason *reason,
                               struct kafka_admin **ret)
{
    struct kafka_admin *admin = calloc(1, sizeof(*admin));

    *ret = NULL;
    if (!admin)
        return kafka_result(reason, RESULT_STOP, "out of memory");
    kafka_observer_init(&admin->observer, connection, admin);
    rd_kafka_conf_t *conf = kafka_settings(connection, KAFKA_ADMIN, NULL, &admin->observer, reason);
    if (conf)
        admin->handle = kafka_handle(KAFKA_ADMIN, conf, reason);
    if (admin->handle)
        admin->group_settings = kafka_settings(connection, KAFKA_WATERMARKS, NULL, &admin->observer, reason);
    if (!admin->group_settings) {
        if (admin->handle)
            rd_kafka_destroy(admin->handle);
        free(admin);
        return (struct result){RESULT_STOP, reason->text};
    }
    admin->answers = rd_kafka_queue_new(admin->handle);
    *ret = admin;
    return RESULT_SUCCESS;
}

void kafka_admin_close(struct kafka_admin *admin)
{
    if (!admin)
        return;
    rd_kafka_queue_destroy(admin->answers);
    rd_kafka_conf_destroy(admin->group_settings);
    rd_kafka_destroy_flags(admin->handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    free(admin);
}

rd_kafka_AdminOptions_t *kafka_admin_options(struct kafka_admin *admin, rd_kafka_admin_op_t request, int timeout_ms)
{
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(admin->handle, request);
    char text[128];

    (void)rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms > 0 ? timeout_ms : 1, text, sizeof(text));
    return options;
}

/* The reason behind "timed out": a connection that could not be made tells it only here. */
static struct result failure(struct kafka_admin *admin, rd_kafka_resp_err_t code, const char *what, const char *detail)
{
    rd_kafka_poll(admin->handle, 0);
    if (kafka_error_kind(code) == RESULT_RETRY && admin->observer.trouble)
        detail = admin->observer.trouble_text.text;
    admin->observer.trouble = RD_KAFKA_RESP_ERR_NO_ERROR;
    return kafka_failure(&admin->reason, code, what, detail);
}

rd_kafka_event_t *kafka_admin_answer(struct kafka_admin *admin, const char *what, int timeout_ms,
                                     struct result *ret_result)
{
    /* The request has the same timeout; its answer must not be left for the next one. */
    rd_kafka_event_t *event = rd_kafka_queue_poll(admin->answers, timeout_ms + 1000);
    rd_kafka_resp_err_t code = event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT;

    *ret_result = RESULT_SUCCESS;
    if (!code)
        return event;
    *ret_result = failure(admin, code, what, event ? rd_kafka_event_error_string(event) : NULL);
    if (event)
        rd_kafka_event_destroy(event);
    return NULL;
}

const rd_kafka_metadata_t *kafka_admin_metadata(struct kafka_admin *admin, const char *topic, int timeout_ms,
                                                struct result *ret_result)
{
    rd_kafka_topic_t *handle = rd_kafka_topic_new(admin->handle, topic, NULL);
    const struct rd_kafka_metadata *metadata = NULL;

    *ret_result = RESULT_SUCCESS;
    rd_kafka_resp_err_t code =
        handle ? rd_kafka_metadata(admin->handle, 0, handle, &metadata, timeout_ms) : RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION;
    if (handle)
        rd_kafka_topic_destroy(handle);
    if (!code && metadata->topic_cnt == 1)
        return metadata;
    *ret_result = failure(admin, code ? code : RD_KAFKA_RESP_ERR__BAD_MSG, topic, NULL);
    if (metadata)
        rd_kafka_metadata_destroy(metadata);
    return NULL;
}

struct result kafka_admin_cluster(struct kafka_admin *admin, int timeout_ms, struct kafka_cluster *ret)
{
    const struct rd_kafka_metadata *metadata;
    char *id = rd_kafka_clusterid(admin->handle, timeout_ms);

    if (!id)
        return failure(admin, RD_KAFKA_RESP_ERR__TIMED_OUT, "Kafka cluster", NULL);
    snprintf(ret->id, sizeof(ret->id), "%s", id);
    rd_kafka_mem_free(NULL, id);
    rd_kafka_resp_err_t code = rd_kafka_metadata(admin->handle, 0, NULL, &metadata, timeout_ms);
    if (code)
        return failure(admin, code, "Kafka cluster", NULL);
    ret->brokers = metadata->broker_cnt;
    rd_kafka_metadata_destroy(metadata);
    return RESULT_SUCCESS;
}
