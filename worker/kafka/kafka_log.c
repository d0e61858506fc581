#include "log_parts.h"

#include <stdlib.h>
#include <string.h>

static const struct log_ops operations = {
    .poll = kafka_log_poll,
    .start = kafka_log_start,
    .halt = kafka_log_halt,
    .committed = kafka_log_committed,
    .bounds = kafka_log_bounds,
    .read = kafka_log_read,
    .generation = kafka_log_generation,
    .generation_free = kafka_log_generation_free,
    .begin = kafka_log_begin,
    .produce = kafka_log_produce,
    .flush = kafka_log_flush,
    .poisoned = kafka_log_poisoned,
    .written = kafka_log_written,
    .send_offsets = kafka_log_send_offsets,
    .commit = kafka_log_commit,
    .abort = kafka_log_abort,
    .recreate = kafka_log_recreate,
    .ends = kafka_log_ends,
    .describe = kafka_log_describe,
};

struct result kafka_log_failure(struct kafka_log *log, rd_kafka_resp_err_t code, const char *what, const char *detail)
{
    struct result result = kafka_failure(&log->reason, code, what, detail);

    if (result.kind == RESULT_STOP)
        log->stop_cause = kafka_error_cause(code);
    return result;
}

enum kafka_stop kafka_log_stop_cause(const struct log *log)
{
    return ((const struct kafka_log *)(const void *)log)->stop_cause;
}

/* The handles that need no group and no transaction. */
static struct result open_watermarks(struct kafka_log *log, const struct kafka_config *config)
{
    rd_kafka_conf_t *conf = kafka_settings(&config->connection, KAFKA_WATERMARKS, NULL, &log->observer, &log->reason);

    if (conf)
        log->watermarks = kafka_handle(KAFKA_WATERMARKS, conf, &log->reason);
    return log->watermarks ? RESULT_SUCCESS : (struct result){RESULT_STOP, log->reason.text};
}

static struct result open_readers(struct kafka_log *log, const struct kafka_config *config)
{
    /* The end of a range is mostly a marker, passed only by a fetch that finds nothing; but what is followed for hours
     * is not to be asked for a hundred times a second. */
    const struct kafka_setting following[] = {{"fetch.wait.max.ms", "250"}, {NULL, NULL}};
    rd_kafka_conf_t *conf = kafka_settings(&config->connection, KAFKA_STATES, NULL, &log->observer, &log->reason);

    if (conf)
        log->reader.handle = kafka_handle(KAFKA_STATES, conf, &log->reason);
    if (log->reader.handle)
        log->follower_settings =
            kafka_settings(&config->connection, KAFKA_STATES, following, &log->observer, &log->reason);
    return log->follower_settings ? RESULT_SUCCESS : (struct result){RESULT_STOP, log->reason.text};
}

static struct result open_parts(struct kafka_log *log, const struct kafka_config *config)
{
    log->group_id = strdup(config->group_id);
    log->transactional_id = strdup(config->transactional_id);
    if (!log->group_id || !log->transactional_id || !kafka_topics_init(&log->topics, config->topic_prefix))
        return kafka_result(&log->reason, RESULT_STOP, "out of memory");
    struct result result = kafka_producer_open(log, config);
    if (result.kind == RESULT_OK)
        result = kafka_member_open(log, config);
    if (result.kind == RESULT_OK)
        result = open_watermarks(log, config);
    if (result.kind == RESULT_OK)
        result = open_readers(log, config);
    return result;
}

struct result kafka_log_open(const struct kafka_config *config, struct log **ret)
{
    struct kafka_log *log = calloc(1, sizeof(*log));

    *ret = NULL;
    if (!log)
        return kafka_result(config->reason, RESULT_STOP, "out of memory");
    log->base.ops = &operations;
    kafka_observer_init(&log->observer, &config->connection, log);
    struct result result = open_parts(log, config);
    if (result.kind == RESULT_OK) {
        *ret = &log->base;
        return result;
    }
    result = kafka_result(config->reason, result.kind, "%s", result.reason);
    kafka_log_close(&log->base);
    return result;
}

void kafka_log_close(struct log *base)
{
    struct kafka_log *log = kafka_log_of(base);

    if (!log || !kafka_sender_close(log->sender))
        return;
    if (log->offsets)
        rd_kafka_topic_partition_list_destroy(log->offsets);
    kafka_member_close(log);
    kafka_producer_close(log);
    if (log->producer.settings)
        rd_kafka_conf_destroy(log->producer.settings);
    kafka_state_readers_close(log);
    if (log->watermarks)
        rd_kafka_destroy(log->watermarks);
    kafka_partitions_release(&log->partitions);
    kafka_topics_release(&log->topics);
    free(log->group_id);
    free(log->transactional_id);
    if (log->cluster_id)
        rd_kafka_mem_free(NULL, log->cluster_id);
    free(log);
}
