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

static rd_kafka_event_t *ask_committed(struct kafka_admin *admin, const char *group_id,
                                       const rd_kafka_topic_partition_list_t *list, int timeout_ms,
                                       struct result *ret_result)
{
    rd_kafka_ListConsumerGroupOffsets_t *request = rd_kafka_ListConsumerGroupOffsets_new(group_id, list);
    rd_kafka_AdminOptions_t *options =
        kafka_admin_options(admin, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, timeout_ms);

    rd_kafka_ListConsumerGroupOffsets(admin->handle, &request, 1, options, admin->answers);
    rd_kafka_event_t *event = kafka_admin_answer(admin, group_id, timeout_ms, ret_result);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_ListConsumerGroupOffsets_destroy(request);
    return event;
}

static const rd_kafka_topic_partition_list_t *committed(struct kafka_admin *admin, rd_kafka_event_t *event,
                                                        struct result *ret_result)
{
    size_t count = 0;
    const rd_kafka_group_result_t **groups =
        rd_kafka_ListConsumerGroupOffsets_result_groups(rd_kafka_event_ListConsumerGroupOffsets_result(event), &count);
    const rd_kafka_error_t *error = count == 1 ? rd_kafka_group_result_error(groups[0]) : NULL;

    if (count == 1 && !error)
        return rd_kafka_group_result_partitions(groups[0]);
    *ret_result = kafka_failure(&admin->reason, error ? rd_kafka_error_code(error) : RD_KAFKA_RESP_ERR__BAD_MSG,
                                "committed offsets", error ? rd_kafka_error_string(error) : NULL);
    return NULL;
}

struct lag_lists {
    rd_kafka_topic_partition_list_t *first, *end;
};

static struct result report(struct kafka_admin *admin, const char *group_id, const struct lag_lists *lists,
                            int timeout_ms, void (*partition)(void *context, const struct kafka_group_lag *lag),
                            void *context)
{
    struct result result;
    rd_kafka_event_t *event = ask_committed(admin, group_id, lists->end, timeout_ms, &result);

    if (!event)
        return result;
    const rd_kafka_topic_partition_list_t *offsets = committed(admin, event, &result);
    for (int i = 0; offsets && i < lists->end->cnt; i++) {
        const rd_kafka_topic_partition_t *end = &lists->end->elems[i];
        const rd_kafka_topic_partition_t *entry = rd_kafka_topic_partition_list_find(
            (rd_kafka_topic_partition_list_t *)(uintptr_t)offsets, end->topic, end->partition);
        const struct kafka_group_lag lag = {
            .topic = end->topic,
            .partition = end->partition,
            .committed = entry && !entry->err && entry->offset >= 0 ? entry->offset : -1,
            .first = lists->first->elems[i].offset,
            .end = end->offset,
            .metadata = entry && entry->metadata ? entry->metadata : "",
        };
        partition(context, &lag);
    }
    rd_kafka_event_destroy(event);
    return result;
}

struct result kafka_admin_lag(struct kafka_admin *admin, const char *group_id, const char *const *topics,
                              uint32_t count, int timeout_ms,
                              void (*partition)(void *context, const struct kafka_group_lag *lag), void *context)
{
    struct lag_lists lists = {rd_kafka_topic_partition_list_new(0), NULL};
    struct result result = RESULT_SUCCESS;

    for (uint32_t i = 0; i < count && result.kind == RESULT_OK; i++)
        result = add_partitions(admin, topics[i], timeout_ms, lists.first);
    lists.end = rd_kafka_topic_partition_list_copy(lists.first);
    if (result.kind == RESULT_OK)
        result = list_offsets(admin, lists.first, -2, timeout_ms);
    if (result.kind == RESULT_OK)
        result = list_offsets(admin, lists.end, -1, timeout_ms);
    if (result.kind == RESULT_OK)
        result = report(admin, group_id, &lists, timeout_ms, partition, context);
    rd_kafka_topic_partition_list_destroy(lists.first);
    rd_kafka_topic_partition_list_destroy(lists.end);
    return result;
}
