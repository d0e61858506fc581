/* Reads topics outside any group, committed records only: `watch`, `explain`, `dlq list`, `verify`. */
#ifndef OSBILL_KAFKA_READER_H
#define OSBILL_KAFKA_READER_H

#include "kafka_config.h"
#include "worker/engine/ports/log.h"

struct kafka_record {
    const char *topic;
    int32_t partition;
    int64_t offset;
    int64_t timestamp; /* ms since 1970; -1: none */
    bool has_key, has_value;
    struct text key, value;
    const struct log_header *headers;
    uint32_t header_count;
};

enum kafka_start {
    KAFKA_FROM_START,
    KAFKA_FROM_END,    /* only what is written from now on */
    KAFKA_FROM_TIME,   /* value: ms since 1970 */
    KAFKA_FROM_LATEST, /* value: about so many records of each partition: markers count as records */
    KAFKA_FROM_OFFSET  /* value: the offset, in every partition that is read */
};

struct kafka_range {
    const char *const *topics; /* with prefix */
    uint32_t topic_count;
    int32_t partition; /* -1: all */
    enum kafka_start start;
    int64_t value;
    bool follow; /* go on at the end; otherwise stop at what was the end when reading began */
};

struct kafka_reader;
/* Finds out where to begin and end: blocks up to timeout_ms. RESULT_RETRY: the cluster does not answer; RESULT_STOP: a
 * topic is missing, or a setting is wrong. */
struct result kafka_reader_open(const struct kafka_connection *connection, const struct kafka_range *range,
                                int timeout_ms, struct kafka_reason *reason, struct kafka_reader **ret) WARN_UNUSED;
void kafka_reader_close(struct kafka_reader *reader); /* accepts NULL */

/* Hands over records, in order within a partition, until the timeout ends, the callback returns false or all is read. A
 * record is valid during the callback. RESULT_RETRY: an outage; call again. */
struct result kafka_reader_poll(struct kafka_reader *reader, int timeout_ms,
                                bool (*record)(void *context, const struct kafka_record *record), void *context,
                                bool *ret_done) WARN_UNUSED;

#endif
