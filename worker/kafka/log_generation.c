#include "log_parts.h"

#include <stdlib.h>
#include <string.h>

struct log_generation {
    rd_kafka_consumer_group_metadata_t *metadata;
    atomic_uint holders;
};

/* 2.0.2 has no calls for these, but the head of the serialized form tells them; it is the same in 2.8: magic, int32
 * generation, group id, member id, both ending with NUL. False: the form is not known. */
static bool is_valid_member(const rd_kafka_consumer_group_metadata_t *metadata, bool *ret_valid)
{
    static const char magic[] = "CGMDv2:";
    const size_t magic_size = sizeof(magic) - 1;
    char *buffer = NULL;
    size_t size = 0;
    int32_t number;
    bool known = false;

    rd_kafka_error_t *error = rd_kafka_consumer_group_metadata_write(metadata, (void **)&buffer, &size);
    if (error) {
        rd_kafka_error_destroy(error);
        return false;
    }
    if (size > magic_size + sizeof(number) && !memcmp(buffer, magic, magic_size)) {
        const char *group = buffer + magic_size + sizeof(number);
        const char *end = memchr(group, '\0', size - (size_t)(group - buffer));

        memcpy(&number, buffer + magic_size, sizeof(number));
        /* A member that was thrown out keeps its number, but not its id. */
        known = end && end + 1 < buffer + size;
        *ret_valid = known && number >= 0 && end[1] != '\0';
    }
    rd_kafka_mem_free(NULL, buffer);
    return known;
}

bool kafka_member_is_valid(struct kafka_log *log)
{
    rd_kafka_consumer_group_metadata_t *metadata = rd_kafka_consumer_group_metadata(log->member.handle);
    bool valid = false;

    if (!metadata)
        return false;
    if (!is_valid_member(metadata, &valid))
        valid = false;
    rd_kafka_consumer_group_metadata_destroy(metadata);
    return valid;
}

struct result kafka_log_generation(struct log *base, struct log_generation **ret_generation)
{
    struct kafka_log *log = kafka_log_of(base);
    rd_kafka_consumer_group_metadata_t *metadata = rd_kafka_consumer_group_metadata(log->member.handle);
    struct log_generation *generation = malloc(sizeof(*generation));
    bool valid = false;
    bool known = metadata && is_valid_member(metadata, &valid);

    *ret_generation = NULL;
    if (known && valid && generation) {
        generation->metadata = metadata;
        atomic_init(&generation->holders, 1);
        *ret_generation = generation;
        return RESULT_SUCCESS;
    }
    if (metadata)
        rd_kafka_consumer_group_metadata_destroy(metadata);
    free(generation);
    if (!known)
        return kafka_result(&log->reason, RESULT_STOP, "the consumer group's metadata cannot be read");
    /* The brokers take a negative number without a member for "do not check", and nobody would be fenced. */
    return kafka_result(&log->reason, RESULT_REFUSED, "not a member of the consumer group");
}

void kafka_log_generation_free(struct log_generation *generation)
{
    if (!generation || atomic_fetch_sub(&generation->holders, 1) > 1)
        return;
    rd_kafka_consumer_group_metadata_destroy(generation->metadata);
    free(generation);
}

rd_kafka_consumer_group_metadata_t *kafka_generation_metadata(const struct log_generation *generation)
{
    return generation->metadata;
}

struct log_generation *kafka_generation_share(struct log_generation *generation)
{
    atomic_fetch_add(&generation->holders, 1);
    return generation;
}

static rd_kafka_topic_partition_list_t *offset_list(const struct kafka_log *log, const struct log_offset *offsets,
                                                    uint32_t count)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);

    for (uint32_t i = 0; i < count; i++) {
        rd_kafka_topic_partition_t *entry =
            rd_kafka_topic_partition_list_add(list, log->topics.names[offsets[i].topic], offsets[i].partition);

        entry->offset = offsets[i].offset;
        if (!offsets[i].metadata.size)
            continue;
        /* Freed with the list; the brokers want a string that ends with NUL. */
        entry->metadata = strndup(offsets[i].metadata.data, offsets[i].metadata.size);
        entry->metadata_size = entry->metadata ? offsets[i].metadata.size : 0;
    }
    return list;
}

static struct result offsets_sent(struct kafka_log *log, rd_kafka_error_t *error)
{
    if (!error)
        return RESULT_SUCCESS;
    if (!kafka_error_is_lost_ownership(rd_kafka_error_code(error)) || rd_kafka_error_is_fatal(error))
        return kafka_producer_failure(log, error, "send_offsets_to_transaction");
    struct result result =
        kafka_result(&log->reason, RESULT_REFUSED, "send_offsets_to_transaction: %s", rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return result;
}

struct result kafka_log_send_offsets(struct log *base, struct log_generation *generation,
                                     const struct log_offset *offsets, uint32_t count, int timeout_ms)
{
    struct kafka_log *log = kafka_log_of(base);
    rd_kafka_error_t *error = NULL;

    if (!log->producer.open)
        return kafka_result(&log->reason, RESULT_RECREATE, "send_offsets: no transaction is open");
    /* librdkafka takes an empty list for done, and nobody was fenced. */
    if (!count)
        return kafka_result(&log->reason, RESULT_ABORT, "send_offsets: no offsets");
    if (!log->sender)
        log->sender = kafka_sender_open();
    if (!log->sender)
        return kafka_result(&log->reason, RESULT_RETRY, "send_offsets: no thread can be started");
    if (kafka_sender_is_idle(log->sender))
        kafka_sender_call(log->sender, log->producer.handle, offset_list(log, offsets, count), generation);
    if (!kafka_sender_returned(log->sender, timeout_ms, &error))
        return kafka_result(&log->reason, RESULT_RETRY,
                            "send_offsets: the consumer group's coordinator does not answer");
    return offsets_sent(log, error);
}
