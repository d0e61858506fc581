/* librdkafka's error codes as results. */
#ifndef OSBILL_KAFKA_ERRORS_H
#define OSBILL_KAFKA_ERRORS_H

#include "kafka_config.h"
#include "kafka_log.h"

#include <librdkafka/rdkafka.h>

/* Writes the reason and returns a result of this kind. */
struct result kafka_result(struct kafka_reason *reason, enum result_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* RESULT_STOP for what only a person can mend, else RESULT_RETRY. */
enum result_kind kafka_error_kind(rd_kafka_resp_err_t code);
enum kafka_stop kafka_error_cause(rd_kafka_resp_err_t code);

/* The result of a failed request that can be repeated without harm. `what` was tried; `detail` may be NULL. */
struct result kafka_failure(struct kafka_reason *reason, rd_kafka_resp_err_t code, const char *what,
                            const char *detail);

int64_t kafka_now_us(void); /* monotonic */

bool kafka_error_is_fence(rd_kafka_resp_err_t code);
/* The group gave this member's partitions to another, or is about to. */
bool kafka_error_is_lost_ownership(rd_kafka_resp_err_t code);

#endif
