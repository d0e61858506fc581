#include "admin_parts.h"

struct result kafka_admin_groups(struct kafka_admin *admin, int timeout_ms,
                                 void (*group)(void *context, const char *group_id, const char *state), void *context)
{
    rd_kafka_AdminOptions_t *options = kafka_admin_options(admin, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS, timeout_ms);
    struct result result;

    rd_kafka_ListConsumerGroups(admin->handle, options, admin->answers);
    rd_kafka_event_t *event = kafka_admin_answer(admin, "consumer groups", timeout_ms, &result);
    rd_kafka_AdminOptions_destroy(options);
    if (!event)
        return result;
    size_t count = 0;
    const rd_kafka_ConsumerGroupListing_t **groups =
        rd_kafka_ListConsumerGroups_result_valid(rd_kafka_event_ListConsumerGroups_result(event), &count);
    for (size_t i = 0; i < count; i++)
        group(context, rd_kafka_ConsumerGroupListing_group_id(groups[i]),
              rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupListing_state(groups[i])));
    rd_kafka_event_destroy(event);
    return RESULT_SUCCESS;
}

static struct result add_partitions(struct kafka_admin *admin, const char *topic, int timeout_ms,
                                    rd_kafka_topic_partition_list_t *list)
{
    struct result result;
    const rd_kafka_metadata_t *metadata = kafka_admin_metadata(admin, topic, timeout_ms, &result);

    if (!metadata)
        return result;
    rd_kafka_resp_err_t code = metadata->topics[0].err;
    if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        result = kafka_result(&admin->reason, RESULT_STOP, "topic %s is missing: run `osbill init`", topic);
    else if (code)
        result = kafka_failure(&admin->reason, code, topic, NULL);
    for (int i = 0; !code && i < metadata->topics[0].partition_cnt; i++)
        rd_kafka_topic_partition_list_add(list, topic, metadata->topics[0].partitions[i].id);
    rd_kafka_metadata_destroy(metadata);
    return result;
}

/* -2: the first offsets, -1: the last stable ones; of all partitions with one request to each leader. */
static struct result list_offsets(struct kafka_admin *admin, rd_kafka_topic_partition_list_t *list, int64_t timestamp,
                                  int timeout_ms)
{
    for (int i = 0; i < list->cnt; i++)
        list->elems[i].offset = timestamp;
    rd_kafka_resp_err_t code = rd_kafka_offsets_for_times(admin->handle, list, timeout_ms);
    for (int i = 0; i < list->cnt && !code; i++)
        code = list->elems[i].err;
    return code ? kafka_failure(&admin->reason, code, "offsets", NULL) : RESULT_SUCCESS;
}

struct lag_lists {
    rd_kafka_topic_partition_list_t *first, *end, *committed; /* of the same partitions, in the same order */
};

/* The admin interface's request for a group's offsets is not used: when it times out while librdkafka looks for the
 * coordinator, 2.0.2 to 2.8 abort the process later. A handle with the group's name asks instead; it does not join. */
static struct result ask_committed(struct kafka_admin *admin, const char *group_id, int timeout_ms,
                                   rd_kafka_topic_partition_list_t *list)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_dup(admin->group_settings);
    char text[256];

    if (rd_kafka_conf_set(conf, "group.id", group_id, text, sizeof(text)) != RD_KAFKA_CONF_OK) {
        rd_kafka_conf_destroy(conf);
        return kafka_result(&admin->reason, RESULT_STOP, "consumer group: %s", text);
    }
    rd_kafka_t *handle = kafka_handle(KAFKA_WATERMARKS, conf, &admin->reason);
    if (!handle)
        return (struct result){RESULT_STOP, admin->reason.text};
    rd_kafka_resp_err_t code = rd_kafka_committed(handle, list, timeout_ms);
    rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    return code ? kafka_failure(&admin->reason, code, group_id, NULL) : RESULT_SUCCESS;
}

static void report(const struct lag_lists *lists, void (*partition)(void *context, const struct kafka_group_lag *lag),
                   void *context)
{
    for (int i = 0; i < lists->end->cnt; i++) {
        const rd_kafka_topic_partition_t *entry = &lists->committed->elems[i];
        const struct kafka_group_lag lag = {
            .topic = entry->topic,
            .partition = entry->partition,
            .committed = !entry->err && entry->offset >= 0 ? entry->offset : -1,
            .first = lists->first->elems[i].offset,
            .end = lists->end->elems[i].offset,
            .metadata = {entry->metadata, (uint32_t)entry->metadata_size},
        };
        partition(context, &lag);
    }
}

struct result kafka_admin_lag(struct kafka_admin *admin, const char *group_id, const char *const *topics,
                              uint32_t count, int timeout_ms,
                              void (*partition)(void *context, const struct kafka_group_lag *lag), void *context)
{
    struct lag_lists lists = {rd_kafka_topic_partition_list_new(0), NULL, NULL};
    struct result result = RESULT_SUCCESS;

    for (uint32_t i = 0; i < count && result.kind == RESULT_OK; i++)
        result = add_partitions(admin, topics[i], timeout_ms, lists.first);
    lists.end = rd_kafka_topic_partition_list_copy(lists.first);
    lists.committed = rd_kafka_topic_partition_list_copy(lists.first);
    if (result.kind == RESULT_OK)
        result = list_offsets(admin, lists.first, -2, timeout_ms);
    if (result.kind == RESULT_OK)
        result = list_offsets(admin, lists.end, -1, timeout_ms);
    if (result.kind == RESULT_OK)
        result = ask_committed(admin, group_id, timeout_ms, lists.committed);
    if (result.kind == RESULT_OK)
        report(&lists, partition, context);
    rd_kafka_topic_partition_list_destroy(lists.first);
    rd_kafka_topic_partition_list_destroy(lists.end);
    rd_kafka_topic_partition_list_destroy(lists.committed);
    return result;
}
