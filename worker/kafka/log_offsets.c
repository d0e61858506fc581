#include "log_parts.h"

#include <string.h>

/* An answer that comes after its call was given up is lost. So that a slow cluster is heard at all, each call in a row
 * that was given up makes the next one wait twice as long, up to a limit. */
static int patient_ms(int timeout_ms, unsigned failures, unsigned limit)
{
    return timeout_ms << (failures < limit ? failures : limit);
}

static void note_patience(unsigned *failures, rd_kafka_resp_err_t code)
{
    *failures = code == RD_KAFKA_RESP_ERR__TIMED_OUT ? *failures + 1 : 0;
}

/* Pending offsets look like a slow cluster: librdkafka asks again until the timeout. While one partition's are pending
 * the others are not to be held up for long. */
enum { COMMITTED_LIMIT = 2, LIST_OFFSETS_LIMIT = 5 };

static struct result take_offset(struct kafka_log *log, struct log_offset *offset)
{
    const char *topic = log->topics.names[offset->topic];
    const rd_kafka_topic_partition_t *entry =
        rd_kafka_topic_partition_list_find(log->offsets, topic, offset->partition);

    if (entry->err)
        return kafka_log_failure(log, entry->err, "committed offsets", NULL);
    offset->offset = entry->offset >= 0 ? entry->offset : LOG_NO_OFFSET;
    offset->metadata = (struct text){entry->metadata, (uint32_t)entry->metadata_size};
    return RESULT_SUCCESS;
}

struct result kafka_log_committed(struct log *base, struct log_offset *offsets, uint32_t count, int timeout_ms)
{
    struct kafka_log *log = kafka_log_of(base);

    if (log->offsets)
        rd_kafka_topic_partition_list_destroy(log->offsets);
    log->offsets = rd_kafka_topic_partition_list_new((int)count);
    for (uint32_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(log->offsets, log->topics.names[offsets[i].topic], offsets[i].partition);
    /* Stable offsets only, because the member's isolation level is read_committed. */
    rd_kafka_resp_err_t code = rd_kafka_committed(log->member.handle, log->offsets,
                                                  patient_ms(timeout_ms, log->committed_failures, COMMITTED_LIMIT));
    note_patience(&log->committed_failures, code);
    if (code)
        return kafka_log_failure(log, code, "committed offsets", NULL);
    for (uint32_t i = 0; i < count; i++) {
        struct result result = take_offset(log, &offsets[i]);
        if (result.kind != RESULT_OK)
            return result;
    }
    return RESULT_SUCCESS;
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
    int patience_ms = patient_ms(timeout_ms, log->bounds_failures, LIST_OFFSETS_LIMIT);
    rd_kafka_resp_err_t code = list_offset(handle, name, partition, -2, patience_ms, ret_first);

    if (!code)
        code = list_offset(handle, name, partition, -1, patience_ms, ret_end);
    note_patience(&log->bounds_failures, code);
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
