#include "kafka_reader.h"

#include "errors.h"
#include "settings.h"

#include <stdlib.h>
#include <string.h>

enum { HEADERS_MAX = 64 };

/* ends: one entry for each partition that is read, its offset the end; _private: not used; metadata_size 1: done. */
struct kafka_reader {
    rd_kafka_t *handle;
    struct kafka_observer observer;
    struct kafka_reason reason;
    rd_kafka_topic_partition_list_t *ends;
    int left; /* partitions that are not done */
    bool follow;
};

static struct result failure(struct kafka_reader *reader, rd_kafka_resp_err_t code, const char *what)
{
    rd_kafka_poll(reader->handle, 0);
    const char *detail =
        kafka_error_kind(code) == RESULT_RETRY && reader->observer.trouble ? reader->observer.trouble_text.text : NULL;

    reader->observer.trouble = RD_KAFKA_RESP_ERR_NO_ERROR;
    return kafka_failure(&reader->reason, code, what, detail);
}

static struct result add_partitions(struct kafka_reader *reader, const char *topic, int32_t only, int timeout_ms,
                                    rd_kafka_topic_partition_list_t *list)
{
    rd_kafka_topic_t *handle = rd_kafka_topic_new(reader->handle, topic, NULL);
    const struct rd_kafka_metadata *metadata;
    struct result result = RESULT_SUCCESS;

    rd_kafka_resp_err_t code = handle ? rd_kafka_metadata(reader->handle, 0, handle, &metadata, timeout_ms)
                                      : RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION;
    if (handle)
        rd_kafka_topic_destroy(handle);
    if (code)
        return failure(reader, code, topic);
    const rd_kafka_metadata_topic_t *found = &metadata->topics[0];
    if (found->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || (!found->err && only >= found->partition_cnt))
        result = kafka_result(&reader->reason, RESULT_STOP, "topic %s, or the partition, is missing", topic);
    else if (found->err)
        result = failure(reader, found->err, topic);
    for (int i = 0; result.kind == RESULT_OK && i < found->partition_cnt; i++)
        if (only < 0 || only == found->partitions[i].id)
            rd_kafka_topic_partition_list_add(list, topic, found->partitions[i].id);
    rd_kafka_metadata_destroy(metadata);
    return result;
}

/* timestamp -2: the first offsets, -1: the last stable ones, else the first record that is not older. */
static struct result list_offsets(struct kafka_reader *reader, rd_kafka_topic_partition_list_t *list, int64_t timestamp,
                                  int timeout_ms)
{
    for (int i = 0; i < list->cnt; i++)
        list->elems[i].offset = timestamp;
    rd_kafka_resp_err_t code = rd_kafka_offsets_for_times(reader->handle, list, timeout_ms);
    for (int i = 0; i < list->cnt && !code; i++)
        code = list->elems[i].err;
    return code ? failure(reader, code, "offsets") : RESULT_SUCCESS;
}

static int64_t first_wanted(const struct kafka_range *range, int64_t first, int64_t end, int64_t at_time)
{
    int64_t wanted = first;

    switch (range->start) {
    case KAFKA_FROM_START: break;
    case KAFKA_FROM_END: wanted = end; break;
    case KAFKA_FROM_TIME: wanted = at_time >= 0 ? at_time : end; break;
    case KAFKA_FROM_LATEST: wanted = range->value < end ? end - range->value : 0; break;
    case KAFKA_FROM_OFFSET: wanted = range->value < end ? range->value : end; break;
    }
    return wanted > first ? wanted : first;
}

/* Turns the list of partitions into the offsets to start from; reader->ends gets the ends. */
static struct result resolve(struct kafka_reader *reader, const struct kafka_range *range, int timeout_ms,
                             rd_kafka_topic_partition_list_t *starts)
{
    rd_kafka_topic_partition_list_t *at_time = rd_kafka_topic_partition_list_copy(starts);
    struct result result;

    reader->ends = rd_kafka_topic_partition_list_copy(starts);
    result = list_offsets(reader, starts, -2, timeout_ms);
    if (result.kind == RESULT_OK)
        result = list_offsets(reader, reader->ends, -1, timeout_ms);
    if (result.kind == RESULT_OK && range->start == KAFKA_FROM_TIME)
        result = list_offsets(reader, at_time, range->value > 0 ? range->value : 0, timeout_ms);
    for (int i = 0; result.kind == RESULT_OK && i < starts->cnt; i++) {
        starts->elems[i].offset =
            first_wanted(range, starts->elems[i].offset, reader->ends->elems[i].offset, at_time->elems[i].offset);
        bool done = starts->elems[i].offset >= reader->ends->elems[i].offset;
        reader->ends->elems[i].metadata_size = done;
        reader->left += !done;
    }
    rd_kafka_topic_partition_list_destroy(at_time);
    return result;
}

static struct result begin(struct kafka_reader *reader, const struct kafka_range *range, int timeout_ms)
{
    rd_kafka_topic_partition_list_t *starts = rd_kafka_topic_partition_list_new(0);
    struct result result = RESULT_SUCCESS;

    for (uint32_t i = 0; i < range->topic_count && result.kind == RESULT_OK; i++)
        result = add_partitions(reader, range->topics[i], range->partition, timeout_ms, starts);
    if (result.kind == RESULT_OK)
        result = resolve(reader, range, timeout_ms, starts);
    if (result.kind == RESULT_OK) {
        rd_kafka_poll_set_consumer(reader->handle);
        rd_kafka_resp_err_t code = rd_kafka_assign(reader->handle, starts);
        if (code)
            result = failure(reader, code, "reading");
    }
    rd_kafka_topic_partition_list_destroy(starts);
    return result;
}

struct result kafka_reader_open(const struct kafka_connection *connection, const struct kafka_range *range,
                                int timeout_ms, struct kafka_reason *reason, struct kafka_reader **ret)
{
    /* A reader that waits for more need not ask a hundred times a second. */
    const struct kafka_setting settings[] = {{range->follow ? "fetch.wait.max.ms" : NULL, "200"}, {NULL, NULL}};
    struct kafka_reader *reader = calloc(1, sizeof(*reader));

    *ret = NULL;
    if (!reader)
        return kafka_result(reason, RESULT_STOP, "out of memory");
    reader->follow = range->follow;
    kafka_observer_init(&reader->observer, connection, reader);
    rd_kafka_conf_t *conf = kafka_settings(connection, KAFKA_READER, settings, &reader->observer, &reader->reason);
    if (conf)
        reader->handle = kafka_handle(KAFKA_READER, conf, &reader->reason);
    struct result result =
        reader->handle ? begin(reader, range, timeout_ms) : (struct result){RESULT_STOP, reader->reason.text};
    if (result.kind == RESULT_OK) {
        *ret = reader;
        return result;
    }
    result = kafka_result(reason, result.kind, "%s", result.reason);
    kafka_reader_close(reader);
    return result;
}

void kafka_reader_close(struct kafka_reader *reader)
{
    if (!reader)
        return;
    if (reader->ends)
        rd_kafka_topic_partition_list_destroy(reader->ends);
    if (reader->handle) {
        (void)rd_kafka_consumer_close(reader->handle);
        rd_kafka_destroy(reader->handle);
    }
    free(reader);
}

/* True: this record lies behind the end and is not wanted. */
static bool passed_end(struct kafka_reader *reader, const rd_kafka_message_t *message)
{
    rd_kafka_topic_partition_t *end =
        rd_kafka_topic_partition_list_find(reader->ends, rd_kafka_topic_name(message->rkt), message->partition);
    int64_t next = message->err ? message->offset : message->offset + 1;

    if (reader->follow || !end)
        return false;
    if (next >= end->offset && !end->metadata_size) {
        end->metadata_size = 1;
        reader->left--;
    }
    return message->offset >= end->offset;
}

static uint32_t take_headers(const rd_kafka_message_t *message, struct log_header *headers)
{
    rd_kafka_headers_t *list;
    uint32_t count = 0;
    const void *value;
    size_t size;

    if (rd_kafka_message_headers(message, &list))
        return 0;
    while (count < HEADERS_MAX && !rd_kafka_header_get_all(list, count, &headers[count].name, &value, &size)) {
        headers[count].value = (struct text){value, (uint32_t)size};
        count++;
    }
    return count;
}

static bool deliver(const rd_kafka_message_t *message,
                    bool (*callback)(void *context, const struct kafka_record *record), void *context)
{
    struct log_header headers[HEADERS_MAX];
    const struct kafka_record record = {
        .topic = rd_kafka_topic_name(message->rkt),
        .partition = message->partition,
        .offset = message->offset,
        .timestamp = rd_kafka_message_timestamp(message, NULL),
        .has_key = message->key != NULL,
        .has_value = message->payload != NULL,
        .key = {message->key, (uint32_t)message->key_len},
        .value = {message->payload, (uint32_t)message->len},
        .headers = headers,
        .header_count = take_headers(message, headers),
    };

    return callback(context, &record);
}

struct result kafka_reader_poll(struct kafka_reader *reader, int timeout_ms,
                                bool (*record)(void *context, const struct kafka_record *record), void *context,
                                bool *ret_done)
{
    struct result result = RESULT_SUCCESS;
    bool more = true;

    while (more && result.kind == RESULT_OK && (reader->follow || reader->left > 0)) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(reader->handle, timeout_ms);

        if (!message)
            break;
        timeout_ms = 0;
        if (message->err && message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF)
            result = failure(reader, message->err,
                             message->rkt ? rd_kafka_topic_name(message->rkt) : rd_kafka_message_errstr(message));
        else if (!passed_end(reader, message) && !message->err)
            more = deliver(message, record, context);
        rd_kafka_message_destroy(message);
    }
    *ret_done = !reader->follow && reader->left == 0;
    return result;
}
