/* osbill verify */
#include <stdlib.h>
#include <time.h>

#include "worker/cli/account/account_view.h"
#include "worker/cli/common/interrupt.h"
#include "worker/cli/common/print.h"
#include "worker/cli/verify/verify.h"

enum { SETTLE_SECONDS = 1 };

struct verify_options {
    const char *partition;
    int64_t limit;
    bool redis;
};

static const struct option verify_options[] = {
    {.name = "partition",
     .type = OPTION_TEXT,
     .preset = "",
     .maximum = 10,
     .place = OPTION_FLAG_ONLY,
     .offset = offsetof(struct verify_options, partition),
     .help = "Only this partition of the account topics. Empty: all, and the catalogue lane."},
    {.name = "redis",
     .type = OPTION_BOOLEAN,
     .preset = "true",
     .place = OPTION_FLAG_ONLY,
     .offset = offsetof(struct verify_options, redis),
     .help = "Compare Redis with account-state; --no-redis leaves it out."},
    {.name = "limit",
     .type = OPTION_NUMBER,
     .preset = "100",
     .maximum = INT64_MAX,
     .place = OPTION_FLAG_ONLY,
     .offset = offsetof(struct verify_options, limit),
     .help = "At most so many violations are printed; all are counted."},
};

/* The seq of the newest decision that it has, -1: none; *ret_behind: the position is behind it. */
static int64_t look_at_unit(struct verify *verify, int32_t partition, bool lane, bool *ret_behind)
{
    struct unit unit;

    if (unit_init(&unit, verify, partition, lane) && unit_read_state(&unit) && unit_compare_redis(&unit) &&
        unit_read_charges(&unit) && unit_read_decisions(&unit) && unit_read_inputs(&unit))
        unit_check_money(&unit);
    verify->counts.units++;
    verify->last = (struct verified){lane ? -1 : partition, unit.has_position, unit.position.seq, unit.position.now};
    *ret_behind = unit.has_position && unit.last_seq > unit.position.seq;
    unit_release(&unit);
    return unit.last_seq;
}

/* Once in silence; once more, to say what is wrong, unless it was a transaction whose markers had not all come. */
static void look_twice(struct verify *verify, int32_t partition, bool lane)
{
    const struct timespec settle = {.tv_sec = SETTLE_SECONDS};
    struct verify_counts before = verify->counts;

    bool behind;

    verify->silent = true;
    verify->hidden = 0;
    verify->seen_seq = -1;
    verify->seen_seq = look_at_unit(verify, partition, lane, &behind);
    verify->silent = false;
    if ((!verify->hidden && !behind) || verify->code != EXIT_DONE)
        return;
    (void)nanosleep(&settle, NULL);
    verify->counts = before;
    (void)look_at_unit(verify, partition, lane, &behind);
}

static void check_unit(struct verify *verify, int32_t partition, bool lane)
{
    look_twice(verify, partition, lane);
    if (verify->code != EXIT_DONE)
        return;
    struct verified *verified = item_list_add(&verify->verified);
    if (verified)
        *verified = verify->last;
    else
        (void)no_memory(verify);
}

static void check_all(struct verify *verify, int32_t only)
{
    int32_t partitions = context_partitions(&verify->context, &verify->code);

    if (only >= partitions && partitions > 0) {
        say("--partition: there are %d, from 0", partitions);
        verify->code = EXIT_USAGE;
    }
    verify->units = only < 0 ? (uint32_t)partitions + 1 : 1;
    for (int32_t i = 0; i < partitions && verify->code == EXIT_DONE; i++)
        if (only < 0 || only == i)
            check_unit(verify, i, false);
    if (only < 0 && verify->code == EXIT_DONE)
        check_unit(verify, 0, true);
}

static enum exit_code open_admin(struct verify *verify)
{
    struct result result = kafka_admin_open(&verify->context.kafka, &verify->context.reason, &verify->admin);

    return result.kind == RESULT_OK ? EXIT_DONE : context_failed("Kafka", result);
}

/* Asked even if there is nothing to compare: a proof without Redis must be asked for. */
static enum exit_code open_redis(struct verify *verify, const struct config *config)
{
    struct text position;
    enum exit_code code = redis_open(config, &verify->redis);

    if (code != EXIT_DONE)
        return code;
    struct result result = redis_dump_read(verify->redis, 0, NULL, 0, &position);
    return result.kind == RESULT_OK ? EXIT_DONE : context_failed("Redis", result);
}

static enum exit_code run_verify(const struct call *call)
{
    const struct verify_options *options = call->options;
    struct verify verify = {.limit = (uint64_t)options->limit, .code = EXIT_BROKEN};

    verify.verified.item_size = sizeof(struct verified);
    int32_t only;

    if (!context_partition_option(options->partition, &only))
        return EXIT_USAGE;
    interrupt_catch();
    memory_init(&verify.scratch, 256 << 10, 4 << 20);
    if (context_open(&verify.context, call->config))
        verify.code = options->redis ? open_redis(&verify, call->config) : EXIT_DONE;
    if (verify.code == EXIT_DONE)
        verify.code = open_admin(&verify);
    if (verify.code == EXIT_DONE)
        check_all(&verify, only);
    enum exit_code code = verify_conclude(&verify);
    free(verify.verified.items);
    redis_dump_close(verify.redis);
    kafka_admin_close(verify.admin);
    memory_clear(&verify.scratch);
    context_release(&verify.context);
    return code;
}

const struct command verify_command = {
    .name = "verify",
    .usage = "",
    .summary = "Proves that each input was decided once and money is conserved.",
    .details =
        "Promise 1: exactly one INPUT decision for each record of each input below the position, in order.\n"
        "Promise 2: deposits - withdrawals - charges = sum of balances, by partition and currency, from the position\n"
        "and recomputed from decisions and charges; each account's balance, step by step.\n"
        "Promise 3: each charge is there, once, and named by one decision.\n"
        "Redis: the same keys as account-state, byte by byte. Each violation names topic, partition and offset.\n"
        "It only reads, so it is safe beside running workers and may be interrupted; what they add meanwhile is left\n"
        "out. What was proved is said with the position, seq, of each partition that it holds for.",
    .codes = "0: proved; 1: violations; 4: something did not answer, or it was interrupted: nothing is proved",
    .groups = OPTION_OF_KAFKA | OPTION_OF_REGISTRY | OPTION_OF_REDIS,
    .options = verify_options,
    .option_count = 3,
    .options_size = sizeof(struct verify_options),
    .run = run_verify,
};
