/* The port to the log over the simulated Kafka: what librdkafka makes of it. */
#include "tests/simulation/sim_log.h"

static void ends(struct log *base, enum topic topic, int32_t partition, int64_t *ret_stable, int64_t *ret_high)
{
    const struct kafka *kafka = &log_of(base)->worker->sim->kafka;

    *ret_stable = kafka_stable(kafka, log_number(topic, partition));
    *ret_high = kafka->logs[log_number(topic, partition)].count;
}

static struct result describe(struct log *base, enum topic topic, int timeout_ms, struct text *ret_cluster_id,
                              int32_t *ret_partitions)
{
    struct sim *sim = log_of(base)->worker->sim;

    (void)timeout_ms;
    if (down(sim))
        return answer(RESULT_RETRY, "broker down");
    *ret_cluster_id = TEXT("simulated");
    *ret_partitions = partitions_of(sim, topic) + (topic == TOPIC_CATALOGUE && sim->wide_catalogue);
    return RESULT_SUCCESS;
}

static const struct log_ops ops = {
    .poll = sim_poll,
    .start = sim_start,
    .halt = sim_halt,
    .committed = sim_committed,
    .bounds = sim_bounds,
    .read = sim_read,
    .generation = sim_generation,
    .generation_free = sim_generation_free,
    .begin = sim_begin,
    .produce = sim_produce,
    .flush = sim_flush,
    .poisoned = sim_poisoned,
    .written = sim_written,
    .send_offsets = sim_send_offsets,
    .commit = sim_commit,
    .abort = sim_abort_transaction,
    .recreate = sim_recreate,
    .ends = ends,
    .describe = describe,
};

void sim_log_open(struct worker *worker, struct sim_log *log)
{
    struct pending pending[PENDING];
    int count = log->pending_count; /* of the process before: still on its way */

    memcpy(pending, log->pending, sizeof pending);
    *log = (struct sim_log){.base = {&ops}, .worker = worker, .generation = -1, .library = -1};
    memcpy(log->pending, pending, sizeof pending);
    log->pending_count = count;
}
