#include "admin_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The settings of one topic as the brokers see them, defaults included. NULL: result says why. */
static rd_kafka_event_t *describe(struct kafka_admin *admin, const char *topic, int timeout_ms,
                                  struct result *ret_result)
{
    rd_kafka_ConfigResource_t *resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
    rd_kafka_AdminOptions_t *options = kafka_admin_options(admin, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout_ms);

    rd_kafka_DescribeConfigs(admin->handle, &resource, 1, options, admin->answers);
    rd_kafka_event_t *event = kafka_admin_answer(admin, topic, timeout_ms, ret_result);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_ConfigResource_destroy(resource);
    return event;
}

/* NULL: the brokers did not name it. */
static const char *setting(rd_kafka_event_t *event, const char *name)
{
    size_t resource_count = 0, entry_count = 0;
    const rd_kafka_ConfigResource_t **resources =
        rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &resource_count);

    if (resource_count != 1 || rd_kafka_ConfigResource_error(resources[0]))
        return NULL;
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resources[0], &entry_count);
    for (size_t i = 0; i < entry_count; i++)
        if (!strcmp(rd_kafka_ConfigEntry_name(entries[i]), name))
            return rd_kafka_ConfigEntry_value(entries[i]);
    return NULL;
}

static struct result settings_error(struct kafka_admin *admin, rd_kafka_event_t *event, const char *topic)
{
    size_t count = 0;
    const rd_kafka_ConfigResource_t **resources =
        rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &count);
    rd_kafka_resp_err_t code = count == 1 ? rd_kafka_ConfigResource_error(resources[0]) : RD_KAFKA_RESP_ERR__BAD_MSG;

    return code ? kafka_failure(&admin->reason, code, topic, NULL) : RESULT_SUCCESS;
}

static int32_t fewest_replicas(const rd_kafka_metadata_topic_t *topic)
{
    int32_t fewest = topic->partition_cnt ? topic->partitions[0].replica_cnt : 0;

    for (int i = 1; i < topic->partition_cnt; i++)
        if (topic->partitions[i].replica_cnt < fewest)
            fewest = topic->partitions[i].replica_cnt;
    return fewest;
}

static struct result take_shape(struct kafka_admin *admin, const char *name, int timeout_ms,
                                struct kafka_topic_facts *ret)
{
    struct result result;
    const rd_kafka_metadata_t *metadata = kafka_admin_metadata(admin, name, timeout_ms, &result);

    *ret = (struct kafka_topic_facts){0};
    if (!metadata)
        return result;
    const rd_kafka_metadata_topic_t *topic = &metadata->topics[0];
    if (topic->err && topic->err != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
        result = kafka_failure(&admin->reason, topic->err, name, NULL);
    } else if (!topic->err) {
        ret->exists = true;
        ret->partitions = topic->partition_cnt;
        ret->replicas = fewest_replicas(topic);
    }
    rd_kafka_metadata_destroy(metadata);
    return result;
}

struct result kafka_admin_topic(struct kafka_admin *admin, const char *name, int timeout_ms,
                                struct kafka_topic_facts *ret)
{
    struct result result = take_shape(admin, name, timeout_ms, ret);

    if (result.kind != RESULT_OK || !ret->exists)
        return result;
    rd_kafka_event_t *event = describe(admin, name, timeout_ms, &result);
    if (!event)
        return result;
    result = settings_error(admin, event, name);
    const char *in_sync = setting(event, "min.insync.replicas");
    const char *unclean = setting(event, "unclean.leader.election.enable");
    const char *retention = setting(event, "delete.retention.ms");
    ret->min_in_sync = in_sync ? (int32_t)strtol(in_sync, NULL, 10) : 0;
    ret->delete_retention_ms = retention ? strtoll(retention, NULL, 10) : 0;
    ret->unclean_election = unclean && !strcmp(unclean, "true");
    rd_kafka_event_destroy(event);
    return result;
}

struct comparison {
    void (*differs)(void *context, const struct kafka_difference *difference);
    void *context;
};

static void compare_number(const struct comparison *comparison, const char *topic, const char *what, int32_t expected,
                           int32_t actual)
{
    char expected_text[16], actual_text[16];

    snprintf(expected_text, sizeof(expected_text), "%d", (int)expected);
    snprintf(actual_text, sizeof(actual_text), "%d", (int)actual);
    if (expected >= 0 && expected != actual)
        comparison->differs(comparison->context, &(struct kafka_difference){topic, what, expected_text, actual_text});
}

static struct result compare_settings(struct kafka_admin *admin, const struct kafka_topic_plan *plan, int timeout_ms,
                                      const struct comparison *comparison)
{
    struct result result;
    rd_kafka_event_t *event = describe(admin, plan->name, timeout_ms, &result);

    if (!event)
        return result;
    result = settings_error(admin, event, plan->name);
    for (uint32_t i = 0; i < plan->setting_count && result.kind == RESULT_OK; i++) {
        const struct kafka_property *wanted = &plan->settings[i];
        const char *actual = setting(event, wanted->name);

        if (!actual || strcmp(actual, wanted->value) != 0)
            comparison->differs(comparison->context, &(struct kafka_difference){plan->name, wanted->name, wanted->value,
                                                                                actual ? actual : "(not readable)"});
    }
    rd_kafka_event_destroy(event);
    return result;
}

static struct result compare(struct kafka_admin *admin, const struct kafka_topic_plan *plan, int timeout_ms,
                             const struct comparison *comparison)
{
    struct kafka_topic_facts facts;
    struct result result = take_shape(admin, plan->name, timeout_ms, &facts);

    if (result.kind != RESULT_OK)
        return result;
    if (!facts.exists) {
        comparison->differs(comparison->context, &(struct kafka_difference){plan->name, NULL, NULL, NULL});
        return result;
    }
    compare_number(comparison, plan->name, "partitions", plan->partitions, facts.partitions);
    compare_number(comparison, plan->name, "replicas", plan->replicas, facts.replicas);
    return plan->setting_count ? compare_settings(admin, plan, timeout_ms, comparison) : result;
}

struct result kafka_admin_compare(struct kafka_admin *admin, const struct kafka_topic_plan *plans, uint32_t count,
                                  int timeout_ms,
                                  void (*differs)(void *context, const struct kafka_difference *difference),
                                  void *context)
{
    const struct comparison comparison = {differs, context};

    for (uint32_t i = 0; i < count; i++) {
        struct result result = compare(admin, &plans[i], timeout_ms, &comparison);
        if (result.kind != RESULT_OK)
            return result;
    }
    return RESULT_SUCCESS;
}
