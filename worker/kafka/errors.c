#include "errors.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

struct result kafka_result(struct kafka_reason *reason, enum result_kind kind, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(reason->text, sizeof(reason->text), format, arguments);
    va_end(arguments);
    return (struct result){kind, reason->text};
}

struct advice {
    rd_kafka_resp_err_t code;
    enum kafka_stop cause;
    const char *text;
};

/* The errors that no retry cures. All others are taken for an outage: an outage pauses, it never loses anything. */
static const struct advice stops[] = {
    {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, KAFKA_STOP_FORBIDDEN,
     "check kafka.sasl.username, kafka.sasl.password and kafka.sasl.mechanisms"},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM, KAFKA_STOP_FORBIDDEN, "check kafka.sasl.mechanisms"},
    {RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE, KAFKA_STOP_FORBIDDEN, "check kafka.security.protocol"},
    {RD_KAFKA_RESP_ERR_SECURITY_DISABLED, KAFKA_STOP_FORBIDDEN, "check kafka.security.protocol"},
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, KAFKA_STOP_FORBIDDEN,
     "the user needs Describe, Read and Write on the topics of this installation"},
    {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, KAFKA_STOP_FORBIDDEN, "the user needs Read on the consumer group"},
    {RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, KAFKA_STOP_FORBIDDEN,
     "the user needs Describe and Write on the transactional id"},
    {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, KAFKA_STOP_FORBIDDEN,
     "the user needs IdempotentWrite on the cluster"},
    {RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, KAFKA_STOP_FENCED_INSTANCE, "another process uses the same instance name"},
    {RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT, KAFKA_STOP_OTHER,
     "kafka.transaction.timeout.ms is greater than the brokers' transaction.max.timeout.ms"},
    {RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT, KAFKA_STOP_OTHER,
     "kafka.session.timeout.ms is outside the brokers' group.min and group.max.session.timeout.ms"},
    {RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL, KAFKA_STOP_OTHER,
     "a member of the consumer group uses another assignor than range: is the group used by another program?"},
    {RD_KAFKA_RESP_ERR_INVALID_GROUP_ID, KAFKA_STOP_OTHER, "check the consumer group's name"},
    {RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, KAFKA_STOP_OTHER, "check the topic prefix"},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION, KAFKA_STOP_OTHER, "the brokers are too old"},
    {RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, KAFKA_STOP_OTHER, "the brokers are too old"},
    {RD_KAFKA_RESP_ERR__INVALID_ARG, KAFKA_STOP_OTHER, "please report this"},
    {RD_KAFKA_RESP_ERR__NOT_CONFIGURED, KAFKA_STOP_OTHER, "please report this"},
};

static const struct advice *advice(rd_kafka_resp_err_t code)
{
    for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
        if (stops[i].code == code)
            return &stops[i];
    return NULL;
}

enum result_kind kafka_error_kind(rd_kafka_resp_err_t code)
{
    return advice(code) ? RESULT_STOP : RESULT_RETRY;
}

enum kafka_stop kafka_error_cause(rd_kafka_resp_err_t code)
{
    const struct advice *found = advice(code);

    return found ? found->cause : KAFKA_STOP_OTHER;
}

struct result kafka_failure(struct kafka_reason *reason, rd_kafka_resp_err_t code, const char *what, const char *detail)
{
    const struct advice *found = advice(code);

    if (!detail || !*detail)
        detail = rd_kafka_err2str(code);
    if (!found)
        return kafka_result(reason, RESULT_RETRY, "%s: %s", what, detail);
    return kafka_result(reason, RESULT_STOP, "%s: %s: %s", what, detail, found->text);
}

bool kafka_error_is_fence(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
           code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

bool kafka_error_is_lost_ownership(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION || code == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID ||
           code == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS || code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;
}

int64_t kafka_now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
