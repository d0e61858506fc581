#include "log_parts.h"

#include <string.h>

/* Pending transactional offsets: how long to wait before the brokers are asked again. */
enum { UNSTABLE_MS = 20 };

/* rd_kafka_committed would wait for pending offsets inside librdkafka, and go on asking for ever after its caller has
 * given up. This request asks once. */
static rd_kafka_event_t *ask_committed(struct kafka_log *log, const struct log_offset *offsets, uint32_t count,
                                       int timeout_ms)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(log->member.handle, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);
    rd_kafka_ListConsumerGroupOffsets_t *request;
    rd_kafka_event_t *event;
    char text[128];

    for (uint32_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, log->topics.names[offsets[i].topic], offsets[i].partition);
    request = rd_kafka_ListConsumerGroupOffsets_new(log->group_id, list);
    (void)rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms, text, sizeof(text));
    rd_kafka_error_destroy(rd_kafka_AdminOptions_set_require_stable_offsets(options, 1));
    rd_kafka_ListConsumerGroupOffsets(log->member.handle, &request, 1, options, log->answers);
    /* The request ends by its own timeout; its answer must not be left for the next call. */
    event = rd_kafka_queue_poll(log->answers, timeout_ms + 1000);
    rd_kafka_ListConsumerGroupOffsets_destroy(request);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_topic_partition_list_destroy(list);
    return event;
}

static struct result take_offset(struct kafka_log *log, const rd_kafka_topic_partition_list_t *list,
                                 struct log_offset *offset)
{
    const char *topic = log->topics.names[offset->topic];
    const rd_kafka_topic_partition_t *entry =
        list ? rd_kafka_topic_partition_list_find((rd_kafka_topic_partition_list_t *)(uintptr_t)list, topic,
                                                  offset->partition)
             : NULL;

    if (!entry)
        return kafka_result(&log->reason, RESULT_RETRY, "committed: no answer for %s [%d]", topic,
                            (int)offset->partition);
    if (entry->err == RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT)
        log->unstable_ms = kafka_now_us() / 1000;
    if (entry->err)
        return kafka_log_failure(log, entry->err, "committed offsets", NULL);
    offset->offset = entry->offset >= 0 ? entry->offset : LOG_NO_OFFSET;
    offset->metadata = (struct text){entry->metadata, (uint32_t)entry->metadata_size};
    return RESULT_SUCCESS;
}

static struct result take_offsets(struct kafka_log *log, struct log_offset *offsets, uint32_t count)
{
    const rd_kafka_ListConsumerGroupOffsets_result_t *answer =
        rd_kafka_event_ListConsumerGroupOffsets_result(log->offsets);
    const rd_kafka_group_result_t **groups;
    size_t group_count = 0;

    if (!answer || rd_kafka_event_error(log->offsets))
        return kafka_log_failure(log, rd_kafka_event_error(log->offsets), "committed offsets",
                                 rd_kafka_event_error_string(log->offsets));
    groups = rd_kafka_ListConsumerGroupOffsets_result_groups(answer, &group_count);
    if (group_count != 1)
        return kafka_result(&log->reason, RESULT_RETRY, "committed: no answer for the group");
    const rd_kafka_error_t *error = rd_kafka_group_result_error(groups[0]);
    if (error)
        return kafka_log_failure(log, rd_kafka_error_code(error), "committed offsets", rd_kafka_error_string(error));
    for (uint32_t i = 0; i < count; i++) {
        struct result result = take_offset(log, rd_kafka_group_result_partitions(groups[0]), &offsets[i]);
        if (result.kind != RESULT_OK)
            return result;
    }
    return RESULT_SUCCESS;
}

struct result kafka_log_committed(struct log *base, struct log_offset *offsets, uint32_t count, int timeout_ms)
{
    struct kafka_log *log = kafka_log_of(base);

    if (log->unstable_ms && kafka_now_us() / 1000 - log->unstable_ms < UNSTABLE_MS)
        return kafka_result(&log->reason, RESULT_RETRY, "committed offsets: a transaction is not yet ended");
    if (log->offsets)
        rd_kafka_event_destroy(log->offsets);
    log->offsets = ask_committed(log, offsets, count, timeout_ms > 10 ? timeout_ms : 10);
    if (!log->offsets)
        return kafka_result(&log->reason, RESULT_RETRY, "committed offsets: no answer");
    return take_offsets(log, offsets, count);
}

/* rd_kafka_query_watermark_offsets does not keep its timeout in 2.0.2; this call does, and takes the protocol's logical
 * timestamps as well: -2 the first offset, -1 the end that the handle's isolation level may see. */
static rd_kafka_resp_err_t list_offset(rd_kafka_t *handle, const char *topic, int32_t partition, int64_t timestamp,
                                       int timeout_ms, int64_t *ret_offset)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_t *entry = rd_kafka_topic_partition_list_add(list, topic, partition);

    entry->offset = timestamp;
    rd_kafka_resp_err_t code = rd_kafka_offsets_for_times(handle, list, timeout_ms);
    if (!code)
        code = entry->err;
    *ret_offset = entry->offset;
    if (!code && entry->offset < 0)
        code = RD_KAFKA_RESP_ERR__NO_OFFSET;
    rd_kafka_topic_partition_list_destroy(list);
    return code;
}

struct result kafka_log_bounds(struct log *base, enum topic topic, int32_t partition, enum log_isolation isolation,
                               int timeout_ms, int64_t *ret_first, int64_t *ret_end)
{
    struct kafka_log *log = kafka_log_of(base);
    rd_kafka_t *handle = isolation == LOG_READ_COMMITTED ? log->reader.handle : log->watermarks;
    const char *name = log->topics.names[topic];
    int64_t until = kafka_now_us() + (int64_t)timeout_ms * 1000;
    rd_kafka_resp_err_t code = list_offset(handle, name, partition, -2, timeout_ms, ret_first);

    if (!code) {
        int left_ms = (int)((until - kafka_now_us()) / 1000);
        code = list_offset(handle, name, partition, -1, left_ms > 1 ? left_ms : 1, ret_end);
    }
    return code ? kafka_log_failure(log, code, name, NULL) : RESULT_SUCCESS;
}

static struct result take_metadata(struct kafka_log *log, const rd_kafka_metadata_t *metadata, enum topic topic,
                                   int32_t *ret_partitions)
{
    const char *name = log->topics.names[topic];

    for (int i = 0; i < metadata->topic_cnt; i++) {
        const rd_kafka_metadata_topic_t *found = &metadata->topics[i];

        if (strcmp(found->topic, name) != 0)
            continue;
        if (found->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
            return kafka_result(&log->reason, RESULT_STOP, "topic %s is missing: run `osbill init`", name);
        if (found->err)
            return kafka_log_failure(log, found->err, name, NULL);
        *ret_partitions = found->partition_cnt;
        return RESULT_SUCCESS;
    }
    return kafka_result(&log->reason, RESULT_RETRY, "topic %s: no answer", name);
}

struct result kafka_log_describe(struct log *base, enum topic topic, int timeout_ms, struct text *ret_cluster_id,
                                 int32_t *ret_partitions)
{
    struct kafka_log *log = kafka_log_of(base);
    const struct rd_kafka_metadata *metadata = NULL;

    if (!log->cluster_id)
        log->cluster_id = rd_kafka_clusterid(log->watermarks, timeout_ms);
    if (!log->cluster_id)
        return kafka_result(&log->reason, RESULT_RETRY, "the Kafka cluster does not answer");
    *ret_cluster_id = (struct text){log->cluster_id, (uint32_t)strlen(log->cluster_id)};
    rd_kafka_topic_t *handle = rd_kafka_topic_new(log->watermarks, log->topics.names[topic], NULL);
    rd_kafka_resp_err_t code = rd_kafka_metadata(log->watermarks, 0, handle, &metadata, timeout_ms);
    rd_kafka_topic_destroy(handle);
    if (code)
        return kafka_log_failure(log, code, log->topics.names[topic], NULL);
    struct result result = take_metadata(log, metadata, topic, ret_partitions);
    rd_kafka_metadata_destroy(metadata);
    return result;
}
