/* osbill dlq list */
#include <jansson.h>
#include <stdlib.h>

#include "core/text.h"
#include "worker/cli/common/interrupt.h"
#include "worker/cli/common/print.h"
#include "worker/cli/common/table.h"
#include "worker/cli/dlq/dlq.h"

struct list_options {
    struct dlq_filter_options filter;
    int64_t limit;
    bool summary, replays;
};

#define FIELD(name) offsetof(struct list_options, name)
static const struct option list_options[] = {
    DLQ_FILTER_OPTIONS,
    {.name = "limit",
     .type = OPTION_NUMBER,
     .preset = "100",
     .maximum = INT64_MAX,
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(limit),
     .help = "Only the newest ones. 0: all."},
    {.name = "summary",
     .type = OPTION_BOOLEAN,
     .preset = "false",
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(summary),
     .help = "How many of each code, of all, and what helps."},
    {.name = "replays",
     .type = OPTION_BOOLEAN,
     .preset = "true",
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(replays),
     .help = "Say which were replayed. For that the inputs are read since the oldest one; --no-replays does not."},
};
#undef FIELD

/* --- rows --- */

static void add_replay(struct table *table, const struct dlq_letter *letter)
{
    char text[RECORD_PLACE_TEXT];

    if (letter->replays > 1)
        table_format(table, "%s, %u times", record_place_text(&letter->replay, text), letter->replays);
    else if (letter->replays)
        table_format(table, "%s", record_place_text(&letter->replay, text));
    else if (letter->replay_of.topic != TOPIC_COUNT)
        table_format(table, "from %s", record_place_text(&letter->replay_of, text));
    else
        table_cell(table, TEXT(""));
}

static void add_row(struct table *table, const struct dlq_letter *letter)
{
    char input[RECORD_PLACE_TEXT], own[RECORD_PLACE_TEXT];

    table_time(table, letter->at);
    table_cell(table, letter->code);
    table_format(table, "%s", record_place_text(&letter->input, input));
    table_format(table, "%s", record_place_text(&letter->own, own));
    table_cell(table, letter->has_key ? letter->key : TEXT("(none)"));
    add_replay(table, letter);
    table_cell(table, letter->message);
}

static void print_rows(const struct dlq *dlq, bool json)
{
    static const struct table_column columns[] = {{"at", false},          {"code", false}, {"input", false},
                                                  {"dead letter", false}, {"key", false},  {"replayed", false},
                                                  {"message", false}};
    struct table table = {.columns = columns, .column_count = 7};

    for (uint32_t i = 0; i < dlq->count && !print_failed(); i++)
        if (json)
            put_json(dlq_letter_json(dlq->letters[i]));
        else
            add_row(&table, dlq->letters[i]);
    if (table.cell_count)
        table_flush(&table);
    table_free(&table);
}

/* --- summary --- */

static int by_code(const void *a, const void *b)
{
    const struct dlq_letter *one = *(const struct dlq_letter *const *)a, *other = *(const struct dlq_letter *const *)b;
    int order = text_compare(one->code, other->code);

    return order ? order : one->at < other->at ? -1 : one->at > other->at;
}

static void add_group(struct table *table, struct dlq_letter *const *group, uint32_t count, bool json)
{
    const struct dlq_letter *oldest = group[0], *newest = group[count - 1];
    const char *remedy = dlq_remedy_name(dlq_advice(newest->code)->remedy);
    uint32_t replayed = 0;

    for (uint32_t i = 0; i < count; i++)
        replayed += group[i]->replays > 0;
    if (json) {
        put_json(json_pack("{s:o, s:I, s:I, s:I, s:I, s:s}", "code", json_foreign(newest->code, newest->code.data),
                           "count", (json_int_t)count, "replayed", (json_int_t)replayed, "oldest",
                           (json_int_t)oldest->at, "newest", (json_int_t)newest->at, "remedy", remedy));
        return;
    }
    table_cell(table, newest->code);
    table_format(table, "%u", count);
    table_format(table, "%u", replayed);
    table_time(table, oldest->at);
    table_time(table, newest->at);
    table_format(table, "%s", remedy);
    table_cell(table, newest->message);
}

static void print_summary(const struct dlq *dlq, bool json)
{
    static const struct table_column columns[] = {{"code", false},
                                                  {"count", true},
                                                  {"replayed", true},
                                                  {"oldest", false},
                                                  {"newest", false},
                                                  {"what helps", false},
                                                  {"the newest one says", false}};
    struct table table = {.columns = columns, .column_count = 7};
    uint32_t next;

    qsort(dlq->letters, dlq->count, sizeof(struct dlq_letter *), by_code);
    for (uint32_t at = 0; at < dlq->count; at = next) {
        for (next = at + 1; next < dlq->count && text_equal(dlq->letters[next]->code, dlq->letters[at]->code);)
            next++;
        add_group(&table, dlq->letters + at, next - at, json);
    }
    if (table.cell_count)
        table_flush(&table);
    table_free(&table);
}

static enum exit_code list(struct dlq *dlq, const struct call *call)
{
    const struct list_options *options = call->options;
    struct dlq_filter filter;
    enum exit_code code = dlq_filter_read(&options->filter, call->config->topic_prefix, &filter);

    if (code == EXIT_DONE)
        code = dlq_read(dlq, &filter);
    if (code != EXIT_DONE)
        return code;
    uint32_t all = dlq->count;
    if (!options->summary && options->limit && options->limit < all) {
        dlq->letters += all - (uint32_t)options->limit;
        dlq->count = (uint32_t)options->limit;
    }
    if (options->replays)
        code = dlq_find_replays(dlq);
    if (code != EXIT_DONE)
        return code;
    if (options->summary)
        print_summary(dlq, call->config->json);
    else
        print_rows(dlq, call->config->json);
    if (!all && !call->config->json)
        put("no dead letters\n");
    if (dlq->count < all)
        say("the newest %u of %u; --limit 0 shows all, --summary counts them", dlq->count, all);
    return code;
}

static enum exit_code run_list(const struct call *call)
{
    struct dlq dlq;
    enum exit_code code = EXIT_BROKEN;

    interrupt_catch();
    if (dlq_open(&dlq, call->config))
        code = list(&dlq, call);
    dlq_release(&dlq);
    return code;
}

const struct command dlq_list_command = {
    .name = "dlq list",
    .usage = "",
    .summary = "Lists dead letters: inputs that could not be decided, and why.",
    .details =
        "input is the place of the event in its topic, dead letter its own; show, replay and force take either.\n"
        "replayed says where it was sent again to, or `from` which one it came when it failed again. Oldest first.\n"
        "\n"
        "  osbill dlq list --summary\n"
        "  osbill dlq list --code account.currency-mismatch --from 2025-03-01",
    .codes = "0: listed, if only that there are none; 4: something did not answer",
    .groups = OPTION_OF_KAFKA | OPTION_OF_REGISTRY,
    .options = list_options,
    .option_count = sizeof list_options / sizeof list_options[0],
    .options_size = sizeof(struct list_options),
    .run = run_list,
};
