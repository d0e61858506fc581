#include "log_parts.h"

#include <stdlib.h>
#include <string.h>

/* librdkafka's own thread answers, not the cluster: this much is never needed unless the machine stands still. */
enum { LOCAL_CALL_MS = 500 };

struct owned {
    struct log_partition *items;
    uint32_t count;
};

static struct owned owned_partitions(const struct kafka_log *log, const rd_kafka_topic_partition_list_t *list)
{
    struct owned owned = {calloc((size_t)list->cnt + 1, sizeof(struct log_partition)), 0};

    for (int i = 0; owned.items && i < list->cnt; i++) {
        enum topic topic = kafka_topics_find(&log->topics, list->elems[i].topic);

        if (topic < TOPIC_INPUTS)
            owned.items[owned.count++] = (struct log_partition){topic, list->elems[i].partition};
    }
    return owned;
}

/* Its messages go to our private queue from the first one on. This also makes librdkafka know the partition, so that
 * it can be paused before it is assigned. */
static void forward(struct kafka_log *log, const char *topic, int32_t partition)
{
    rd_kafka_queue_t *queue = rd_kafka_queue_get_partition(log->member.handle, topic, partition);

    rd_kafka_queue_forward(queue, log->member.queue);
    rd_kafka_queue_destroy(queue);
}

static bool remember(struct kafka_log *log, const struct owned *owned)
{
    for (uint32_t i = 0; i < owned->count; i++) {
        struct kafka_partition *partition =
            kafka_partition_at(&log->partitions, owned->items[i].topic, owned->items[i].partition);

        if (!partition)
            return false;
        partition->assigned = true;
        partition->started = partition->seek_pending = partition->broken = false;
        partition->paused = true;
        partition->end = -1;
    }
    return true;
}

static void forget(struct kafka_log *log, const struct owned *owned)
{
    for (uint32_t i = 0; owned->items && i < owned->count; i++) {
        struct kafka_partition *partition =
            kafka_partition_find(&log->partitions, owned->items[i].topic, owned->items[i].partition);

        if (!partition)
            continue;
        log->member.seeks_pending -= partition->seek_pending;
        partition->assigned = partition->started = partition->seek_pending = false;
    }
}

static void refuse(struct kafka_log *log, struct result result)
{
    log->member.found = result;
    log->member.stop = true;
}

/* Nothing is fetched until `start`: each partition is paused before it is assigned. The offset given here is never
 * fetched, but it must be a number, so that librdkafka neither asks for a committed offset nor resets anything. */
static void assign(struct kafka_log *log, rd_kafka_topic_partition_list_t *list)
{
    struct owned owned = owned_partitions(log, list);

    for (int i = 0; i < list->cnt; i++) {
        forward(log, list->elems[i].topic, list->elems[i].partition);
        list->elems[i].offset = 0;
    }
    (void)rd_kafka_pause_partitions(log->member.handle, list);
    rd_kafka_resp_err_t code = rd_kafka_assign(log->member.handle, list);
    if (code)
        refuse(log, kafka_log_failure(log, code, "taking the assignment", NULL));
    else if (!owned.items || !remember(log, &owned))
        refuse(log, kafka_result(&log->reason, RESULT_STOP, "out of memory"));
    else if (log->member.handler)
        log->member.handler->assigned(log->member.handler->context, owned.items, owned.count);
    free(owned.items);
}

static void unassign(struct kafka_log *log, const rd_kafka_topic_partition_list_t *list)
{
    const struct log_handler *handler = log->member.handler;
    struct owned owned = owned_partitions(log, list);

    if (handler && owned.items) {
        /* A member that was thrown out while its partitions were being revoked is told only of that. */
        if (rd_kafka_assignment_lost(log->member.handle) || !kafka_member_is_valid(log))
            handler->lost(handler->context, owned.items, owned.count);
        else
            handler->revoked(handler->context, owned.items, owned.count);
    }
    forget(log, &owned);
    (void)rd_kafka_assign(log->member.handle, NULL);
    free(owned.items);
}

/* The assignor itself cannot be seen; but with another one than range the protocol would be cooperative, or the
 * broker would refuse the member (INCONSISTENT_GROUP_PROTOCOL). The engine checks that inputs are co-partitioned. */
static bool eager(rd_kafka_t *handle)
{
    const char *protocol = rd_kafka_rebalance_protocol(handle);

    return protocol && (!strcmp(protocol, "EAGER") || !strcmp(protocol, "NONE"));
}

void kafka_member_on_rebalance(rd_kafka_t *handle, rd_kafka_resp_err_t event, rd_kafka_topic_partition_list_t *list,
                               void *context)
{
    struct kafka_log *log = ((struct kafka_observer *)context)->owner;

    if (event != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        unassign(log, list);
    } else if (!eager(handle)) {
        refuse(log, kafka_result(&log->reason, RESULT_STOP,
                                 "the consumer group uses the rebalance protocol %s, not range with the classic "
                                 "protocol: is the group used by another program?",
                                 rd_kafka_rebalance_protocol(handle)));
        (void)rd_kafka_assign(handle, NULL);
    } else {
        assign(log, list);
    }
}

static void set_paused(struct kafka_log *log, enum topic topic, int32_t number, struct kafka_partition *partition,
                       bool paused)
{
    rd_kafka_topic_partition_list_t *list;

    /* Resuming what is not paused would throw away what was fetched. */
    if (partition->paused == paused)
        return;
    list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, log->topics.names[topic], number);
    if (paused)
        (void)rd_kafka_pause_partitions(log->member.handle, list);
    else
        (void)rd_kafka_resume_partitions(log->member.handle, list);
    partition->paused = paused;
    rd_kafka_topic_partition_list_destroy(list);
}

/* librdkafka seeks only what it fetches, and a partition whose offset was out of range is not fetched any more. With
 * the eager protocol there is one way to begin it anew: to assign all of it anew. The others go on from where they
 * stand. */
static bool reassign(struct kafka_log *log)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(0);

    for (int topic = 0; topic < TOPIC_INPUTS; topic++) {
        for (int32_t number = 0; number < log->partitions.counts[topic]; number++) {
            struct kafka_partition *partition = &log->partitions.items[topic][number];

            if (!partition->assigned)
                continue;
            rd_kafka_topic_partition_list_add(list, log->topics.names[topic], number)->offset = 0;
            partition->paused = true;
            partition->broken = false;
            log->member.seeks_pending += partition->started && !partition->seek_pending;
            partition->seek_pending = partition->started;
        }
    }
    (void)rd_kafka_pause_partitions(log->member.handle, list);
    rd_kafka_resp_err_t code = rd_kafka_assign(log->member.handle, list);
    rd_kafka_topic_partition_list_destroy(list);
    return !code;
}

/* From the call on librdkafka drops what it fetched before, whether the call succeeds or not. It fails while the
 * partition's previous fetcher is still being stopped. */
static bool seek(struct kafka_log *log, enum topic topic, int32_t number, struct kafka_partition *partition)
{
    if (rd_kafka_seek(log->member.topics[topic], number, partition->next, LOCAL_CALL_MS))
        return false;
    /* Stopping the previous fetcher took the forwarding away, and messages would wait where nobody looks. */
    forward(log, log->topics.names[topic], number);
    set_paused(log, topic, number, partition, false);
    return true;
}

struct result kafka_log_start(struct log *base, enum topic topic, int32_t number, int64_t offset)
{
    struct kafka_log *log = kafka_log_of(base);
    struct kafka_partition *partition =
        topic < TOPIC_INPUTS ? kafka_partition_find(&log->partitions, topic, number) : NULL;

    if (!partition || !partition->assigned)
        return kafka_result(&log->reason, RESULT_REFUSED, "%s [%d] is not assigned to this member",
                            log->topics.names[topic], (int)number);
    if (offset < 0)
        return kafka_result(&log->reason, RESULT_STOP, "%s [%d] cannot be read from offset %lld",
                            log->topics.names[topic], (int)number, (long long)offset);
    partition->next = offset;
    partition->end = -1;
    partition->started = true;
    log->member.seeks_pending -= partition->seek_pending;
    partition->seek_pending = false;
    if (partition->broken && !reassign(log))
        return kafka_result(&log->reason, RESULT_REFUSED, "the assignment has gone");
    if (!partition->seek_pending)
        partition->seek_pending = !seek(log, topic, number, partition);
    log->member.seeks_pending += partition->seek_pending;
    return RESULT_SUCCESS;
}

void kafka_log_halt(struct log *base, enum topic topic, int32_t number)
{
    struct kafka_log *log = kafka_log_of(base);
    struct kafka_partition *partition =
        topic < TOPIC_INPUTS ? kafka_partition_find(&log->partitions, topic, number) : NULL;

    if (!partition || !partition->started)
        return;
    log->member.seeks_pending -= partition->seek_pending;
    partition->started = partition->seek_pending = false;
    set_paused(log, topic, number, partition, true);
}

void kafka_member_seek_pending(struct kafka_log *log)
{
    for (int topic = 0; topic < TOPIC_INPUTS; topic++) {
        for (int32_t number = 0; number < log->partitions.counts[topic]; number++) {
            struct kafka_partition *partition = &log->partitions.items[topic][number];

            if (!partition->seek_pending || !seek(log, (enum topic)topic, number, partition))
                continue;
            partition->seek_pending = false;
            log->member.seeks_pending--;
        }
    }
}

void kafka_member_give_up(struct kafka_log *log, enum topic topic, int32_t number, bool broken)
{
    struct kafka_partition *partition = kafka_partition_find(&log->partitions, topic, number);

    partition->broken = broken;
    kafka_log_halt(&log->base, topic, number);
}

/* There is no call for the last stable offset: it is known when it was reached and nothing came since. */
void kafka_log_ends(struct log *base, enum topic topic, int32_t number, int64_t *ret_stable, int64_t *ret_high)
{
    const struct kafka_log *log = kafka_log_of(base);
    const struct kafka_partition *partition = kafka_partition_find(&log->partitions, topic, number);
    int64_t low, high = -1;

    *ret_stable = *ret_high = -1;
    if (topic >= TOPIC_INPUTS || !partition || !partition->started)
        return;
    if (!rd_kafka_get_watermark_offsets(log->member.handle, log->topics.names[topic], number, &low, &high))
        *ret_high = high >= 0 ? high : -1;
    if (partition->end == partition->next)
        *ret_stable = partition->end;
}
