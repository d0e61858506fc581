/* osbill rebuild: asks the owners of partitions to fill Redis anew (docs/decisions/006-rebuild.md). */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "worker/cli/account/account_view.h"
#include "worker/cli/cluster/group_state.h"
#include "worker/cli/common/interrupt.h"
#include "worker/cli/common/print.h"
#include "worker/cli/common/system_clock.h"
#include "worker/cli/operations/partition_list.h"
#include "worker/cli/operations/rebuild.h"

static const struct option rebuild_options[] = {
    {.name = "partition",
     .type = OPTION_TEXT,
     .preset = "",
     .maximum = 1000,
     .place = OPTION_FLAG_ONLY,
     .offset = offsetof(struct rebuild_options, partition),
     .help = "Only these: 3, or 0,3,5-7. Empty: all, one after the other."},
    {.name = "dry-run",
     .type = OPTION_BOOLEAN,
     .preset = "false",
     .place = OPTION_FLAG_ONLY,
     .offset = offsetof(struct rebuild_options, dry_run),
     .help = "Only say what would be done."},
    {.name = "timeout",
     .type = OPTION_DURATION,
     .preset = "60s",
     .minimum = 1000,
     .maximum = INT64_C(24) * 3600000,
     .place = OPTION_FLAG_ONLY,
     .offset = offsetof(struct rebuild_options, timeout),
     .help = "How long a partition may make no progress."},
};

/* --- one partition --- */

static void report(const struct rebuilding *rebuilding, int32_t partition, uint64_t states, int64_t seq,
                   const char *what)
{
    const struct bounds *bounds = &rebuilding->bounds[partition];

    if (rebuilding->context.config->json)
        put_json(json_pack("{s:i, s:s, s:I, s:I, s:I, s:I}", "partition", partition, "result", what, "states",
                           (json_int_t)states, "seq", (json_int_t)seq, "first", (json_int_t)bounds->first, "end",
                           (json_int_t)bounds->end));
    else
        put("partition %d: %s, %" PRIu64 " states in Redis, as of seq %" PRId64 "; account-state %" PRId64
            " to %" PRId64 "\n",
            partition, what, states, seq, bounds->first, bounds->end);
    (void)fflush(stdout);
}

static enum exit_code rebuild_one(struct rebuilding *rebuilding, int32_t partition)
{
    struct redis_dump_fill before, fill;
    struct position position;
    int64_t began = steady_ms();
    char what[64];
    enum exit_code code = rebuild_look(rebuilding, partition, &before, &position);

    if (code == EXIT_DONE)
        code = rebuild_check(rebuilding, partition, &position);
    if (code == EXIT_DONE && rebuilding->options->dry_run)
        report(rebuilding, partition, before.states, position.seq, "would be rebuilt");
    if (code != EXIT_DONE || rebuilding->options->dry_run)
        return code;
    struct result result = redis_dump_forget(rebuilding->redis, partition);
    if (result.kind != RESULT_OK)
        return context_failed("Redis", result);
    if (!rebuilding->workers) {
        report(rebuilding, partition, before.states, position.seq, "waits for a worker");
        return EXIT_DONE;
    }
    code = rebuild_watch(rebuilding, partition, &before, &fill);
    int64_t took = steady_ms() - began;
    if (code == EXIT_DONE)
        code = rebuild_look(rebuilding, partition, &fill, &position);
    if (code == EXIT_DONE) {
        (void)snprintf(what, sizeof what, "rebuilt in %" PRId64 " ms, %" PRIu64 "/s", took,
                       fill.states * 1000 / (uint64_t)(took > 0 ? took : 1));
        report(rebuilding, partition, fill.states, position.seq, rebuilding->context.config->json ? "rebuilt" : what);
    }
    return code;
}

/* --- the command --- */

static void note_bounds(void *context, const struct kafka_group_lag *lag)
{
    const struct rebuilding *rebuilding = context;

    if (lag->partition < rebuilding->partitions)
        rebuilding->bounds[lag->partition] = (struct bounds){lag->first, lag->end};
}

static enum exit_code read_kafka(struct rebuilding *rebuilding)
{
    struct context *context = &rebuilding->context;
    char name[TOPIC_NAME], state[GROUP_STATE];
    const char *const topics[] = {context_topic(context, TOPIC_ACCOUNT_STATE, name)};

    struct result result = kafka_admin_lag(rebuilding->admin, context->config->group, topics, 1, CONTEXT_TIMEOUT_MS,
                                           note_bounds, rebuilding);
    if (result.kind == RESULT_OK)
        result = kafka_admin_cluster(rebuilding->admin, CONTEXT_TIMEOUT_MS, &rebuilding->cluster);
    enum exit_code code = result.kind == RESULT_OK ? EXIT_DONE : context_failed("Kafka", result);
    if (code == EXIT_DONE)
        code = group_state(context, rebuilding->admin, state);
    rebuilding->workers = code == EXIT_DONE && group_has_members(state);
    if (code == EXIT_DONE)
        code = positions_read(context, TOPIC_ACCOUNT_STATE, -1, rebuilding->positions, rebuilding->partitions);
    return code;
}

static enum exit_code prepare(struct rebuilding *rebuilding)
{
    struct context *context = &rebuilding->context;
    enum exit_code code;

    rebuilding->partitions = context_partitions(context, &code);
    if (code != EXIT_DONE)
        return code;
    rebuilding->wanted = memory_zeroed(&context->memory, (size_t)rebuilding->partitions, sizeof(bool));
    rebuilding->bounds = memory_zeroed(&context->memory, (size_t)rebuilding->partitions, sizeof(struct bounds));
    rebuilding->positions = positions_new(rebuilding->partitions);
    if (!rebuilding->wanted || !rebuilding->bounds || !rebuilding->positions)
        return EXIT_BROKEN;
    if (!partition_list_read(rebuilding->options->partition, rebuilding->partitions, rebuilding->wanted))
        return EXIT_USAGE;
    code = redis_open(context->config, &rebuilding->redis);
    if (code != EXIT_DONE)
        return code;
    struct result result = kafka_admin_open(&context->kafka, &context->reason, &rebuilding->admin);
    return result.kind == RESULT_OK ? read_kafka(rebuilding) : context_failed("Kafka", result);
}

static enum exit_code rebuild(struct rebuilding *rebuilding)
{
    enum exit_code code = prepare(rebuilding);

    if (code == EXIT_DONE && !rebuilding->workers)
        say("no worker is in group %s: a partition is rebuilt when a worker takes it",
            rebuilding->context.config->group);
    for (int32_t i = 0; i < rebuilding->partitions && code == EXIT_DONE; i++)
        if (rebuilding->wanted[i])
            code = rebuild_one(rebuilding, i);
    return code;
}

static enum exit_code run_rebuild(const struct call *call)
{
    struct rebuilding rebuilding = {.options = call->options};
    enum exit_code code = EXIT_BROKEN;

    interrupt_catch();
    if (context_open(&rebuilding.context, call->config))
        code = rebuild(&rebuilding);
    positions_free(rebuilding.positions, rebuilding.partitions);
    kafka_admin_close(rebuilding.admin);
    redis_dump_close(rebuilding.redis);
    context_release(&rebuilding.context);
    return code;
}

const struct command rebuild_command = {
    .name = "rebuild",
    .usage = "",
    .summary = "Has Redis filled anew from account-state, partition by partition.",
    .details =
        "For a Redis that is not trusted; workers notice by themselves what Redis lost. The worker that owns a\n"
        "partition fills it, and decides nothing of it meanwhile; the others go on. Nothing that was decided changes.\n"
        "It may be interrupted at any moment: what was begun is finished by the worker. Without a worker a partition\n"
        "is filled when one takes it. It refuses when Kafka holds less than Redis.\n"
        "\n"
        "  osbill rebuild --dry-run\n"
        "  osbill rebuild --partition 3,5-7",
    .codes = "0: rebuilt, or waits for a worker; 4: not finished in time, or interrupted; 5: refused: Redis may be the "
             "last copy",
    .groups = OPTION_OF_KAFKA | OPTION_OF_REGISTRY | OPTION_OF_REDIS,
    .options = rebuild_options,
    .option_count = sizeof rebuild_options / sizeof rebuild_options[0],
    .options_size = sizeof(struct rebuild_options),
    .run = run_rebuild,
};
