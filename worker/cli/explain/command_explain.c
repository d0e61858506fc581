/* osbill explain */
#include <jansson.h>
#include <string.h>

#include "core/text.h"
#include "worker/cli/cluster/range.h"
#include "worker/cli/common/interrupt.h"
#include "worker/cli/common/moment.h"
#include "worker/cli/common/print.h"
#include "worker/cli/explain/explain_find.h"
#include "worker/engine/keys.h"

struct explain_options {
    const char *account, *vps, *from;
};

#define FIELD(name) offsetof(struct explain_options, name)
static const struct option explain_options[] = {
    {.name = "account",
     .type = OPTION_TEXT,
     .preset = "",
     .maximum = 128,
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(account),
     .help = "It is about this account: one partition is read instead of all."},
    {.name = "vps",
     .type = OPTION_TEXT,
     .preset = "",
     .maximum = 128,
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(vps),
     .help = "It is about this VPS, where several have an event of this id."},
    {.name = "from",
     .type = OPTION_TEXT,
     .preset = "",
     .maximum = 40,
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(from),
     .help = "Decisions from then on are searched: as `osbill watch` takes it. Empty: from the beginning."},
};
#undef FIELD

static struct text of(const char *text)
{
    return (struct text){text, (uint32_t)strlen(text)};
}

/* What was searched, so that "unknown" is worth something. */
static enum exit_code not_found(const struct explaining *explaining, const struct explain_options *options)
{
    const char *id = explaining->all.id.data;
    char where[160] = "";

    if (explaining->partition >= 0)
        (void)snprintf(where, sizeof where, " of partition %d, where account %s is", explaining->partition,
                       options->account);
    say("no decision names %s, or not yet; searched: decision%s%s from %s, and dead-letter", id,
        explaining->all.kind == ID_NOTIFICATION ? " and notification" : "", where,
        *options->from ? options->from : "the beginning");
    if (explaining->context.config->json)
        put_json(explain_json(&explaining->all));
    return EXIT_FOUND;
}

static enum exit_code tell(const struct explaining *explaining)
{
    const struct explanation *all = &explaining->all;
    uint32_t differences = count_differences(all);

    if (explaining->context.config->json)
        put_json(explain_json(all));
    else
        explain_put_text(all);
    if (!differences)
        return EXIT_DONE;
    say("%u sums do not come out: see \"%s\" above", differences, explaining->context.config->json ? "differs" : "***");
    return EXIT_FOUND;
}

/* What was found is told even if something did not answer then. */
static enum exit_code explain(struct explaining *explaining, const struct explain_options *options)
{
    explaining->partitions = context_partitions(&explaining->context, &explaining->code);
    if (explaining->partitions <= 0)
        return explaining->code;
    if (*options->account)
        explaining->partition = key_partition(explaining->account_id, explaining->partitions);
    explain_search(explaining);
    if (explaining->code == EXIT_DONE)
        explain_gather(explaining);
    enum exit_code failed = explaining->code;
    if (explaining->all.decisions.count || explaining->all.dead_letters.count) {
        enum exit_code told = tell(explaining);
        return failed == EXIT_DONE ? told : failed;
    }
    return failed == EXIT_DONE ? not_found(explaining, options) : failed;
}

static enum exit_code run_explain(const struct call *call)
{
    const struct explain_options *options = call->options;
    struct explaining explaining = {
        .all = {.id = of(call->arguments[0])},
        .account_id = of(options->account),
        .vps_id = of(options->vps),
        .partition = -1,
        .code = EXIT_BROKEN,
    };

    explaining.all.kind = id_kind_of(explaining.all.id);
    if (!range_start_option(options->from, "beginning", &explaining.from))
        return EXIT_USAGE;
    interrupt_catch();
    memory_init(&explaining.scratch, 256 << 10, 4 << 20);
    if (context_open(&explaining.context, call->config))
        explaining.code = explain(&explaining, options);
    memory_clear(&explaining.scratch);
    context_release(&explaining.context);
    return explaining.code;
}

const struct command explain_command = {
    .name = "explain",
    .usage = "ID",
    .summary = "Says why: all that is known of a charge, a case, a notification or an event.",
    .details =
        "ID is a charge's (c-...), a case's (k-...), a notification's (n-...) or an event's. The answer names the\n"
        "event itself, each decision about it with its rule, each line of each charge as a sum that can be done\n"
        "again with a calculator, the balance before and after, who was told, and what became of its cases.\n"
        "Everything comes from the topics; whether a case is still open from Redis.\n"
        "\n"
        "  osbill explain c-5a0c1f3b9d7e4c2a8f6b1d3e5c7a9b0d --account a1\n"
        "  osbill explain evt-17 --from 2025-03-01 --json",
    .codes = "0: explained; 1: nothing names the id, or a sum does not come out; 4: something did not answer: what\n"
             "was found until then is shown",
    .groups = OPTION_OF_KAFKA | OPTION_OF_REGISTRY | OPTION_OF_REDIS,
    .options = explain_options,
    .option_count = sizeof explain_options / sizeof explain_options[0],
    .options_size = sizeof(struct explain_options),
    .argument_minimum = 1,
    .argument_maximum = 1,
    .run = run_explain,
};
