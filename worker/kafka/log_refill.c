/* Before librdkafka 2.2 a fetcher that found its queue full sleeps for up to a second and is not woken when the queue
 * empties: a fast batch loop would stand still. Any request to the broker wakes it. */
#include "log_parts.h"

#include <stdlib.h>

static bool is_mended(void)
{
    return rd_kafka_version() >= 0x02020000; /* fetch.queue.backoff.ms */
}

static int64_t number_setting(const rd_kafka_t *handle, const char *name)
{
    char text[32] = "";
    size_t size = sizeof(text);

    /* The settings are the handle's; they are only read. */
    (void)rd_kafka_conf_get((rd_kafka_conf_t *)(uintptr_t)rd_kafka_conf((rd_kafka_t *)(uintptr_t)handle), name, text,
                            &size);
    return strtoll(text, NULL, 10);
}

void kafka_refill_init(struct kafka_log *log)
{
    struct kafka_refill *refill = &log->member.refill;

    refill->messages_limit = number_setting(log->member.handle, "queued.min.messages");
    refill->bytes_limit = number_setting(log->member.handle, "queued.max.messages.kbytes") * 1024;
}

/* A ListOffsets to the leader of each partition, whose answer nobody waits for. */
static void wake(rd_kafka_t *handle, rd_kafka_topic_partition_list_t *list)
{
    if (list->cnt)
        (void)rd_kafka_offsets_for_times(handle, list, 0);
    rd_kafka_topic_partition_list_destroy(list);
}

static void wake_fetchers(struct kafka_log *log)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(0);

    for (int topic = 0; topic < TOPIC_INPUTS; topic++)
        for (int32_t number = 0; number < log->partitions.counts[topic]; number++)
            if (log->partitions.items[topic][number].started)
                rd_kafka_topic_partition_list_add(list, log->topics.names[topic], number)->offset = -1;
    wake(log->member.handle, list);
}

static bool must_wake(struct kafka_log *log, uint64_t delivered, uint64_t delivered_bytes)
{
    struct kafka_refill *refill = &log->member.refill;

    /* Nothing came after a poll that left something behind: it was the end of the queue, or it was full once. */
    if (!delivered)
        return refill->was_busy;
    int64_t waiting = (int64_t)rd_kafka_queue_length(log->member.queue);
    int64_t bytes = waiting * (int64_t)(delivered_bytes / delivered);
    /* As it was before this poll: the fetcher may have looked just then. */
    if (waiting + (int64_t)delivered >= refill->messages_limit ||
        bytes + (int64_t)delivered_bytes >= refill->bytes_limit)
        refill->was_full = true;
    return refill->was_full && waiting < refill->messages_limit / 4 * 3 && bytes < refill->bytes_limit / 4 * 3;
}

void kafka_refill(struct kafka_log *log, uint64_t delivered, uint64_t delivered_bytes)
{
    struct kafka_refill *refill = &log->member.refill;

    if (is_mended())
        return;
    if (must_wake(log, delivered, delivered_bytes)) {
        refill->was_full = false;
        wake_fetchers(log);
    }
    refill->was_busy = delivered > 0 && log->member.stop;
}

void kafka_refill_reader(struct kafka_log *log, enum topic topic, int32_t number)
{
    if (is_mended())
        return;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, log->topics.names[topic], number)->offset = -1;
    wake(log->reader.handle, list);
}
