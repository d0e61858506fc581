/* Which dead letters are sent again, and why the others are not. */
#include <jansson.h>

#include "core/text.h"
#include "worker/cli/common/print.h"
#include "worker/cli/common/table.h"
#include "worker/cli/dlq/dlq.h"

/* NULL: it can be replayed. */
static const char *obstacle(const struct dlq_letter *letter)
{
    switch (letter->obstacle) {
    case DLQ_CLEAR: return NULL;
    case DLQ_NO_KEY: return "refused: it has no key; `osbill dlq force ... --key ACCOUNT_ID` gives it one";
    case DLQ_WRONG_KEY:
        return "refused: its key is not its account_id; `osbill dlq force ... --key ACCOUNT_ID` says which is right";
    case DLQ_FOREIGN: return "refused: its headers do not say which input it was; no worker wrote it";
    }
    return NULL;
}

/* What failed again needs another remedy: a replay of all leaves it out, unless somebody names it. */
static bool was_replayed(const struct dlq_plan *plan, const struct dlq_letter *letter)
{
    return !plan->again && (letter->replays || (plan->all && letter->replay_of.topic != TOPIC_COUNT));
}

void dlq_choose(struct dlq *dlq, struct dlq_plan *plan)
{
    for (uint32_t i = 0; i < dlq->count; i++) {
        struct dlq_letter *letter = dlq->letters[i];
        if (obstacle(letter))
            plan->refused++;
        else if (was_replayed(plan, letter))
            plan->skipped++;
        else
            letter->chosen = true;
        plan->chosen += letter->chosen;
    }
}

static void explain(const struct dlq_plan *plan, const struct dlq_letter *letter, char *text, size_t size)
{
    char place[RECORD_PLACE_TEXT];
    const char *refusal = obstacle(letter);

    if (refusal)
        (void)snprintf(text, size, "%s", refusal);
    else if (!letter->chosen && letter->replays)
        (void)snprintf(text, size, "skipped: replayed already as %s (--again)",
                       record_place_text(&letter->replay, place));
    else if (!letter->chosen)
        (void)snprintf(text, size, "skipped: it is a replay of %s itself (--again)",
                       record_place_text(&letter->replay_of, place));
    else if (dlq_advice(letter->code)->remedy == DLQ_REPLAY)
        (void)snprintf(text, size, "%s", plan->yes ? "is replayed" : "would be replayed");
    else
        (void)snprintf(text, size, "%s, but that alone hardly helps: see `osbill dlq show`",
                       plan->yes ? "is replayed" : "would be replayed");
}

void dlq_plan_print(const struct dlq *dlq, const struct dlq_plan *plan)
{
    static const struct table_column columns[] = {{"input", false}, {"code", false}, {"key", false}, {"", false}};
    struct table table = {.columns = columns, .column_count = 4};
    char text[200], place[RECORD_PLACE_TEXT];

    for (uint32_t i = 0; i < dlq->count; i++) {
        const struct dlq_letter *letter = dlq->letters[i];
        explain(plan, letter, text, sizeof text);
        if (dlq->context.config->json) {
            json_t *json = dlq_letter_json(letter);
            json_object_set_new(json, "plan", json_string(text));
            put_json(json);
            continue;
        }
        table_format(&table, "%s", record_place_text(&letter->input, place));
        table_cell(&table, letter->code);
        table_cell(&table, letter->has_key ? letter->key : TEXT("(none)"));
        table_format(&table, "%s", text);
    }
    if (table.cell_count)
        table_flush(&table);
    table_free(&table);
}
