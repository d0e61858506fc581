/* How every client of this folder reaches the cluster.
 *
 * worker/kafka is the only folder that includes librdkafka's header; these headers do not, so that callers see Kafka's
 * words and not the library's. */
#ifndef OSBILL_KAFKA_CONFIG_H
#define OSBILL_KAFKA_CONFIG_H

#include "core/result.h"

#include <stdint.h>

/* Handed to librdkafka as it is: `kafka.<name> = value` of the configuration. */
struct kafka_property {
    const char *name;
    const char *value;
};

/* Room for the sentence of a result whose text is not static. */
struct kafka_reason {
    char text[512];
};

struct kafka_connection {
    const char *bootstrap_servers; /* host:port,host:port */
    const char *client_id;         /* shows in the brokers' logs and quotas; NULL: osbill */
    const struct kafka_property *properties;
    uint32_t property_count;
    /* A line of librdkafka's log; level as in syslog. Called from any of its threads: must be thread-safe. May be
     * NULL: silence. */
    void (*log)(void *context, int level, const char *facility, const char *message);
    void *log_context;
};

/* RESULT_STOP with the reason when the property cannot be passed through: the design fixes it, or librdkafka does not
 * know it, or not this value. For `config check`; every open function checks the same. */
struct result kafka_check_property(const char *name, const char *value, struct kafka_reason *reason) WARN_UNUSED;

#endif
