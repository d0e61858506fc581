/* The board as Prometheus reads it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "worker/admin/board.h"

#define COUNTER(name, field, help)                                               \
    {                                                                            \
        "osbill_" name "_total", help, offsetof(struct engine_statistics, field) \
    }

static const struct {
    const char *name, *help;
    size_t offset; /* of a uint64_t */
} counters[] = {
    COUNTER("events", messages, "Input events taken"),
    COUNTER("decisions", decisions, "Decisions committed"),
    COUNTER("charges", charges, "Charges committed"),
    COUNTER("notifications", notifications, "Notifications committed"),
    COUNTER("dead_letters", dead_letters, "Inputs that could not be decided"),
    COUNTER("states", states, "State records committed"),
    COUNTER("batches", batches, "Batches closed"),
    COUNTER("commits", commits, "Transactions committed"),
    COUNTER("aborts", aborts, "Transactions aborted"),
    COUNTER("producer_recreations", recreations, "Producers opened anew"),
    COUNTER("batch_drops", drops, "Batches dropped because partitions went away"),
    COUNTER("recoveries", recoveries, "Partitions made active"),
    COUNTER("rebuilds", rebuilds, "Partitions rebuilt in Redis from nothing"),
    COUNTER("rolled_forward", rolled_forward, "State records copied from Kafka to Redis"),
    COUNTER("cache_hits", cache_hits, "State reads answered from memory"),
    COUNTER("cache_misses", cache_misses, "State reads that went to Redis"),
    COUNTER("store_reads", store_reads, "Read calls to Redis"),
    COUNTER("store_writes", store_writes, "Write calls to Redis"),
    COUNTER("timers", timers, "Accounts looked at because something was due"),
    COUNTER("commit_microseconds", commit_micros, "Time between begin and commit"),
    COUNTER("batch_microseconds", batch_micros, "Time between first event and commit"),
};

static uint64_t field_of(const struct engine_statistics *statistics, size_t offset)
{
    return *(const uint64_t *)(const void *)((const char *)statistics + offset);
}

static void write_counters(const struct board *board, FILE *to)
{
    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++) {
        (void)fprintf(to, "# HELP %s %s\n# TYPE %s counter\n", counters[i].name, counters[i].help, counters[i].name);
        for (uint32_t k = 0; k < board->thread_count; k++)
            (void)fprintf(to, "%s{thread=\"%u\"} %" PRIu64 "\n", counters[i].name, k,
                          field_of(&board->threads[k].statistics, counters[i].offset));
    }
    (void)fputs("# HELP osbill_repairs_total Partitions rolled forward again, by cause\n"
                "# TYPE osbill_repairs_total counter\n",
                to);
    for (uint32_t k = 0; k < board->thread_count; k++)
        for (int cause = 0; cause < REPAIR_CAUSES; cause++)
            (void)fprintf(to, "osbill_repairs_total{thread=\"%u\",cause=\"%s\"} %" PRIu64 "\n", k,
                          repair_cause_name((enum repair_cause)cause), board->threads[k].statistics.repairs[cause]);
}

static void write_gauge(const struct board *board, const char *name, const char *help,
                        int64_t (*value)(const struct engine_statistics *), FILE *to)
{
    (void)fprintf(to, "# HELP osbill_%s %s\n# TYPE osbill_%s gauge\n", name, help, name);
    for (uint32_t k = 0; k < board->thread_count; k++)
        (void)fprintf(to, "osbill_%s{thread=\"%u\"} %" PRId64 "\n", name, k, value(&board->threads[k].statistics));
}

#define GAUGE(name, field)                                          \
    static int64_t name(const struct engine_statistics *statistics) \
    {                                                               \
        return (int64_t)statistics->field;                          \
    }
GAUGE(cache_bytes, cache_bytes)
GAUGE(assigned, assigned)
GAUGE(active, active)
GAUGE(refused, refused)
GAUGE(paused, paused)
GAUGE(lag, lag)
GAUGE(stall, stall)
GAUGE(lane, lane)

static void write_gauges(const struct board *board, FILE *to)
{
    write_gauge(board, "cache_bytes", "State kept in memory", cache_bytes, to);
    write_gauge(board, "partitions_assigned", "Partitions owned", assigned, to);
    write_gauge(board, "partitions_active", "Partitions being decided", active, to);
    write_gauge(board, "partitions_refused", "Partitions that need a person", refused, to);
    write_gauge(board, "paused", "1 during an outage of Kafka, Redis or the registry", paused, to);
    write_gauge(board, "lag_events", "Input events not yet decided", lag, to);
    write_gauge(board, "stalled_events", "Input events behind somebody else's open transaction", stall, to);
    write_gauge(board, "catalogue_lane", "1 in the thread that owns the catalogue lane", lane, to);
    (void)fprintf(to,
                  "# HELP osbill_catalogue_version Version of the newest catalogue snapshot, -1: none yet\n"
                  "# TYPE osbill_catalogue_version gauge\nosbill_catalogue_version %" PRId64 "\n"
                  "# HELP osbill_start_time_seconds When this worker started\n"
                  "# TYPE osbill_start_time_seconds gauge\nosbill_start_time_seconds %" PRId64 "\n",
                  board->catalogue_version, board->started_at / 1000);
}

char *board_metrics(struct board *board)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);

    if (!to)
        return NULL;
    pthread_mutex_lock(&board->lock);
    write_counters(board, to);
    write_gauges(board, to);
    pthread_mutex_unlock(&board->lock);
    if (fclose(to) == 0)
        return text;
    free(text);
    return NULL;
}
