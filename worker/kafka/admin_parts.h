/* Shared by the files of the admin client. */
#ifndef OSBILL_KAFKA_ADMIN_PARTS_H
#define OSBILL_KAFKA_ADMIN_PARTS_H

#include "errors.h"
#include "kafka_admin.h"
#include "settings.h"

struct kafka_admin {
    rd_kafka_t *handle;
    rd_kafka_queue_t *answers;
    rd_kafka_conf_t *group_settings; /* of handles that ask for a group's offsets */
    struct kafka_observer observer;
    struct kafka_reason reason;
};

rd_kafka_AdminOptions_t *kafka_admin_options(struct kafka_admin *admin, rd_kafka_admin_op_t request, int timeout_ms);
/* Waits for the answer to the one request that is under way. NULL: result says why; else destroy the event. */
rd_kafka_event_t *kafka_admin_answer(struct kafka_admin *admin, const char *what, int timeout_ms,
                                     struct result *ret_result);
/* NULL: result says why; else destroy it. A topic that does not exist is listed with its error. */
const rd_kafka_metadata_t *kafka_admin_metadata(struct kafka_admin *admin, const char *topic, int timeout_ms,
                                                struct result *ret_result);

#endif
