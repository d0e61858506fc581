/* From the configuration to what engine and Kafka take. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "worker/cli/cluster/publisher.h"
#include "worker/cli/worker/worker.h"

enum { HOST_NAME = 65, TIMEOUT_TEXT = 24 };

struct engine_config worker_engine_config(const struct config *config)
{
    struct engine_config engine = engine_defaults();

    engine.prefix = (struct text){config->topic_prefix, (uint32_t)strlen(config->topic_prefix)};
    engine.group = (struct text){config->group, (uint32_t)strlen(config->group)};
    engine.batch_messages = (uint32_t)config->batch_max_events;
    engine.batch_bytes = (size_t)config->batch_max_bytes;
    engine.linger_ms = (int32_t)config->batch_window;
    engine.linger_max_ms = (int32_t)config->batch_window_max;
    engine.cache_bytes = (size_t)config->cache_bytes;
    engine.clock_tolerance_ms = config->clock_tolerance;
    engine.store_timeout_ms = (int32_t)config->redis_timeout;
    engine.state_retention_ms = 0; /* worker_retention.c asks Kafka */
    engine.decide.grace = config->order_grace;
    engine.decide.future_tolerance = config->future_tolerance;
    engine.lane.remove_after = (int32_t)config->scan_remove_after;
    engine.lane.breaker_count = (int32_t)config->scan_breaker_count;
    engine.lane.breaker_percent = (int32_t)config->scan_breaker_percent;
    engine.lane.future_tolerance = config->future_tolerance;
    return engine;
}

static bool add_timeout(const char *name, int64_t value, struct kafka_property *at)
{
    char text[TIMEOUT_TEXT];

    (void)snprintf(text, sizeof text, "%lld", (long long)value);
    *at = (struct kafka_property){name, strdup(text)};
    return at->value != NULL;
}

bool worker_connection(const struct config *config, struct kafka_connection *ret_connection,
                       struct kafka_property **ret_properties)
{
    uint32_t count = config->kafka_property_count;
    struct kafka_property *properties = calloc(count + 2, sizeof *properties);

    *ret_properties = properties;
    if (!properties || !add_timeout("session.timeout.ms", config->session_timeout, &properties[0]) ||
        !add_timeout("transaction.timeout.ms", config->transaction_timeout, &properties[1]))
        return false;
    if (count)
        memcpy(properties + 2, config->kafka_properties, count * sizeof *properties); /* the last one counts */
    *ret_connection = (struct kafka_connection){
        .bootstrap_servers = config->bootstrap_servers,
        .client_id = "osbill-worker",
        .properties = properties,
        .property_count = count + 2,
    };
    return true;
}

void worker_member_name(const struct config *config, char ret_name[WORKER_ID])
{
    char host[HOST_NAME] = "host", random[NEW_ID];

    if (*config->instance) {
        (void)snprintf(ret_name, WORKER_ID, "%s-%s", config->transactional_id_prefix, config->instance);
        return;
    }
    (void)gethostname(host, sizeof host - 1);
    host[strcspn(host, ".")] = '\0';
    (void)snprintf(ret_name, WORKER_ID, "%s-%s-%ld-%.8s", config->transactional_id_prefix, host, (long)getpid(),
                   new_id("", random));
}
