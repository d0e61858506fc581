/* librdkafka configurations: what the design fixes, our defaults, and what is passed through from the user. */
#ifndef OSBILL_KAFKA_SETTINGS_H
#define OSBILL_KAFKA_SETTINGS_H

#include "kafka_config.h"

#include <librdkafka/rdkafka.h>

/* What a handle is for. */
enum kafka_role {
    KAFKA_MEMBER = 1 << 0,     /* consumes the inputs in the group */
    KAFKA_PRODUCER = 1 << 1,   /* transactional */
    KAFKA_READER = 1 << 2,     /* reads without a group; committed records only */
    KAFKA_STATES = 1 << 6,     /* the same for the log, each partition on its own */
    KAFKA_WATERMARKS = 1 << 3, /* asks for high watermarks, committed or not */
    KAFKA_ADMIN = 1 << 4,
    KAFKA_WRITER = 1 << 5 /* idempotent, without transactions */
};

/* One more property, of this handle only. */
struct kafka_setting {
    const char *name;
    const char *value;
};

/* What librdkafka tells without being asked: set as the opaque of every handle. */
struct kafka_observer {
    void (*log)(void *context, int level, const char *facility, const char *message);
    void *log_context;
    void *owner; /* for the callbacks that a client sets itself */
    /* The latest error that is not an answer to a call; written by rd_kafka_poll in the caller's thread. */
    rd_kafka_resp_err_t trouble;
    struct kafka_reason trouble_text;
};
void kafka_observer_init(struct kafka_observer *observer, const struct kafka_connection *connection, void *owner);

/* NULL: result says why. The configuration is the caller's until a handle is made of it. `settings` ends with a NULL
 * name. */
rd_kafka_conf_t *kafka_settings(const struct kafka_connection *connection, enum kafka_role role,
                                const struct kafka_setting *settings, struct kafka_observer *observer,
                                struct kafka_reason *reason);

/* Takes the configuration, whatever comes of it. NULL: the reason says why. */
rd_kafka_t *kafka_handle(enum kafka_role role, rd_kafka_conf_t *conf, struct kafka_reason *reason);

#endif
