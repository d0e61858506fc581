/* osbill upgrade: state formats (design.md, "Upgrade"; docs/decisions/007-upgrade.md). */
#include <jansson.h>

#include "core/text.h"
#include "worker/cli/cluster/group_state.h"
#include "worker/cli/cluster/position_read.h"
#include "worker/cli/common/interrupt.h"
#include "worker/cli/common/print.h"
#include "worker/cli/common/table.h"
#include "worker/engine/engine.h"

struct upgrade_options {
    bool finalize;
};

static const struct option upgrade_options[] = {
    {.name = "finalize",
     .type = OPTION_BOOLEAN,
     .preset = "false",
     .place = OPTION_FLAG_ONLY,
     .offset = offsetof(struct upgrade_options, finalize),
     .help = "Ends an upgrade to a newer format. There is one format so far, so it changes nothing yet."},
};

struct upgrading {
    struct context context;
    struct kafka_admin *admin;
    int32_t partitions;
    struct last_position *positions; /* by partition, the lane's last */
    char group[GROUP_STATE];
    uint32_t newer, older;
};

static enum exit_code read_all(struct upgrading *upgrading)
{
    struct context *context = &upgrading->context;
    enum exit_code code;

    upgrading->partitions = context_partitions(context, &code);
    if (code != EXIT_DONE)
        return code;
    upgrading->positions = positions_new(upgrading->partitions + 1);
    if (!upgrading->positions)
        return EXIT_BROKEN;
    struct result result = kafka_admin_open(&context->kafka, &context->reason, &upgrading->admin);
    code = result.kind == RESULT_OK ? group_state(context, upgrading->admin, upgrading->group)
                                    : context_failed("Kafka", result);
    if (code == EXIT_DONE)
        code = positions_read(context, TOPIC_ACCOUNT_STATE, -1, upgrading->positions, upgrading->partitions);
    if (code == EXIT_DONE)
        code = positions_read(context, TOPIC_CATALOGUE_STATE, -1, &upgrading->positions[upgrading->partitions], 1);
    return code;
}

static void count(struct upgrading *upgrading)
{
    for (int32_t i = 0; i <= upgrading->partitions; i++) {
        const struct last_position *last = &upgrading->positions[i];
        upgrading->newer += last->found && last->position.format > ENGINE_FORMAT;
        upgrading->older += last->found && last->position.format < ENGINE_FORMAT;
    }
}

static void print_rows(const struct upgrading *upgrading)
{
    static const struct table_column columns[] = {
        {"partition", true}, {"format", true}, {"seq", true}, {"decided", false}};
    struct table table = {.columns = columns, .column_count = 4};

    for (int32_t i = 0; i <= upgrading->partitions; i++) {
        const struct last_position *last = &upgrading->positions[i];
        if (i == upgrading->partitions)
            table_cell(&table, TEXT("lane"));
        else
            table_format(&table, "%d", i);
        if (last->found)
            table_format(&table, "%d", last->position.format);
        else
            table_cell(&table, TEXT("-"));
        table_format(&table, "%lld", (long long)(last->found ? last->position.seq : 0));
        table_time(&table, last->found ? last->position.now : 0);
    }
    table_flush(&table);
    table_free(&table);
    put("this osbill (%s) reads state formats up to %d; consumer group: %s\n", OSBILL_VERSION, ENGINE_FORMAT,
        upgrading->group);
}

static void print_json(const struct upgrading *upgrading)
{
    for (int32_t i = 0; i <= upgrading->partitions; i++) {
        const struct last_position *last = &upgrading->positions[i];
        bool lane = i == upgrading->partitions;
        put_json(json_pack("{s:o, s:o, s:I, s:I}", "partition", lane ? json_string("lane") : json_integer(i), "format",
                           last->found ? json_integer(last->position.format) : json_null(), "seq",
                           (json_int_t)(last->found ? last->position.seq : 0), "decided_at",
                           (json_int_t)(last->found ? last->position.now : 0)));
    }
    put_json(json_pack("{s:s, s:i, s:s, s:b}", "version", OSBILL_VERSION, "newest_format", ENGINE_FORMAT, "group",
                       upgrading->group, "finalized", !upgrading->newer && !upgrading->older));
}

static enum exit_code conclude(const struct upgrading *upgrading, bool finalize)
{
    if (upgrading->newer) {
        say("%u partitions are of a newer format than this osbill knows: a newer version was finalized, and this one "
            "cannot decide them; install the newer one",
            upgrading->newer);
        return EXIT_REFUSED;
    }
    if (upgrading->older) {
        say("%u partitions are of an older format than %d, and this version has no way to raise it: they stay as they "
            "are, and are decided all the same",
            upgrading->older, ENGINE_FORMAT);
        return EXIT_FOUND;
    }
    say("%s: every partition is of format %d, or was never decided", finalize ? "nothing to finalize" : "up to date",
        ENGINE_FORMAT);
    return EXIT_DONE;
}

static enum exit_code run_upgrade(const struct call *call)
{
    struct upgrading upgrading = {.partitions = 0};
    enum exit_code code = EXIT_BROKEN;

    interrupt_catch();
    if (context_open(&upgrading.context, call->config))
        code = read_all(&upgrading);
    if (code == EXIT_DONE) {
        count(&upgrading);
        if (call->config->json)
            print_json(&upgrading);
        else
            print_rows(&upgrading);
        code = conclude(&upgrading, ((const struct upgrade_options *)call->options)->finalize);
    }
    positions_free(upgrading.positions, upgrading.partitions + 1);
    kafka_admin_close(upgrading.admin);
    context_release(&upgrading.context);
    return code;
}

const struct command upgrade_command = {
    .name = "upgrade",
    .usage = "",
    .summary = "Shows the state format of each partition; --finalize ends an upgrade.",
    .details =
        "A new version may know a newer format of its state. It reads the older one and keeps writing it, so that\n"
        "old and new workers run side by side and the new version can be taken back. There is one format so far:\n"
        "--finalize finds nothing to do. A version that brings a newer one will let its workers write it then; an\n"
        "older worker that is given such a partition stops with exit code 5. Kafka does not know which version a\n"
        "worker is: `osbill version` where it runs says so.",
    .codes = "0: all are of the newest format; 1: some are not; 5: some are newer than this version",
    .groups = OPTION_OF_KAFKA | OPTION_OF_REGISTRY,
    .options = upgrade_options,
    .option_count = 1,
    .options_size = sizeof(struct upgrade_options),
    .run = run_upgrade,
};
