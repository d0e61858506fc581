/* The explanation for people: each Decision in the order in which they were made, then what became of the cases. */
#include "worker/cli/explain/explain_text.h"

#include "core/text.h"
#include "worker/cli/common/decimal.h"
#include "worker/cli/common/moment.h"
#include "worker/cli/common/print.h"

static const char *const verdict_words[VERDICT_COUNT] = {
    [VERDICT_CHARGED] = "money was taken",
    [VERDICT_REFUNDED] = "money was given back",
    [VERDICT_FREE] = "it costs nothing",
    [VERDICT_COVERED] = "paid for already: nothing more to pay",
    [VERDICT_RECORDED] = "noted, nothing to pay",
    [VERDICT_INSUFFICIENT_FUNDS] = "the money does not suffice: a case waits for it",
    [VERDICT_HELD] = "held until it can be decided",
    [VERDICT_PARKED] = "waits for an account or a VPS that is not known yet",
    [VERDICT_REJECTED] = "refused",
    [VERDICT_STALE] = "older than what is known: history only",
    [VERDICT_DUPLICATE] = "decided before, so nothing happened again",
    [VERDICT_CONFLICT] = "contradicts what was decided before, so nothing happened",
    [VERDICT_APPLIED] = "done",
    [VERDICT_DEAD_LETTER] = "could not be decided: a dead letter",
};

const char *verdict_meaning(enum verdict verdict)
{
    return verdict < VERDICT_COUNT ? verdict_words[verdict] : "";
}

/* "rules.md 5"; other pages name themselves: "design: traps". */
static void put_clause(struct text rule_id)
{
    const char *clause = rule_info(rule_find(rule_id))->clause;

    if (*clause)
        put(" (%s%s)", clause[0] >= '0' && clause[0] <= '9' ? "rules.md " : "", clause);
}

/* "8 of placed: the tariff is unknown, and not: the grace time is over" */
static void put_rows(const struct explanation *all, const struct found_decision *found, const struct deed *deed)
{
    struct matched_row rows[ROWS_MAX];
    uint32_t count = explain_rows(all, found, deed, rows);
    char words[ROW_WORDS];

    for (uint32_t i = 0; i < count; i++)
        put("  %-10s  %u of %s: %s\n",
            i == 0         ? "row"
            : rows[i].also ? "and row"
                           : "or row",
            rows[i].number, rule_table(rows[i].table)->name, row_words(&rows[i], words));
}

static void put_effects(const struct explanation *all, const struct found_decision *found)
{
    const struct decision *decision = &found->decision;
    char amount[DECIMAL_TEXT];
    uint32_t hidden = 0;
    struct deed deed;

    for (uint32_t i = 1; deed_of(decision, i, &deed); i++) {
        if (!deed_matters(all, &deed) && !text_equal(decision->event_id, all->id)) {
            hidden++;
            continue;
        }
        put("  effect      %s by %.*s", verdict_names[deed.verdict], TEXT_OF(deed.rule));
        put_clause(deed.rule);
        if (deed.event_id.size)
            put(", event %.*s", TEXT_OF(deed.event_id));
        if (deed.amount_micros)
            put(", %s", decimal_from_micros(deed.amount_micros, amount));
        if (deed.vps_id.size)
            put(", VPS %.*s", TEXT_OF(deed.vps_id));
        if (deed.case_id.size)
            put(", case %.*s", TEXT_OF(deed.case_id));
        put("\n");
        if (deed.event_id.size)
            put_rows(all, found, &deed);
    }
    if (hidden)
        put("  effect      and %u on other cases or events\n", hidden);
}

static void put_dead_letters(const struct explanation *all, const struct record_place *input)
{
    for (uint32_t i = 0; i < all->dead_letters.count; i++)
        if (!input || record_place_equal(&all->dead_letters.items[i].input, input))
            explain_put_dead_letter(&all->dead_letters.items[i]);
}

static void put_decision(const struct explanation *all, const struct found_decision *found)
{
    static const char *const origins[ORIGIN_COUNT] = {
        [ORIGIN_INPUT] = "its arrival", [ORIGIN_TIMER] = "a timer", [ORIGIN_CATALOGUE] = "a newer catalogue"};
    const struct decision *decision = &found->decision;
    const struct record_place input = place_of(&decision->caused_by);
    char moment[MOMENT_TEXT];
    struct deed own;

    put("\n%s  %s: %s\n", moment_text(found->decided_at, moment), verdict_names[decision->verdict],
        verdict_meaning(decision->verdict));
    explain_put_input(all, found);
    put("  rule        %.*s", TEXT_OF(decision->rule));
    put_clause(decision->rule);
    put(", decided on %s with catalogue version %lld\n", origins[decision->origin],
        (long long)decision->catalogue_version);
    (void)deed_of(decision, 0, &own);
    put_rows(all, found, &own);
    if (decision->reason.size)
        put("  reason      %.*s\n", TEXT_OF(decision->reason));
    put_effects(all, found);
    explain_put_charges(all, decision);
    explain_put_cover(all, found);
    explain_put_notifications(all, found);
    if (input.topic != TOPIC_COUNT && decision->verdict != VERDICT_PARKED)
        put_dead_letters(all, &input);
    put("  kept in     ");
    explain_put_place(&found->place);
    put(", seq %lld\n", (long long)found->seq);
}

/* --- cases --- */

static void put_step(void *context, const struct found_decision *found, const struct deed *deed, enum case_step step)
{
    char moment[MOMENT_TEXT], amount[DECIMAL_TEXT];

    (void)context;
    put("  %s  %s, %.*s", moment_text(found->decided_at, moment), case_step_words[step], TEXT_OF(deed->rule));
    put_clause(deed->rule);
    if (deed->amount_micros)
        put(", %s", decimal_from_micros(deed->amount_micros, amount));
    put(found->decision.origin == ORIGIN_INPUT ? ", event %.*s" : ", of event %.*s", TEXT_OF(found->decision.event_id));
    if (deed->charge_id.size)
        put(", charge %.*s", TEXT_OF(deed->charge_id));
    put("\n");
}

static void put_open_case(const struct explanation *all, struct text case_id)
{
    char amount[DECIMAL_TEXT];
    struct text vps_id = {NULL, 0};
    const struct open_case *open = case_state_of(all, case_id, &vps_id);

    if (!open) {
        put("  its Decisions leave it open%s\n",
            all->account ? ", but the account's state does not hold it any more" : "");
        return;
    }
    put("  still open, waits for %s: %s for VPS %.*s, OS %.*s\n", case_waits_for(open->state),
        decimal_from_micros(open->amount_micros, amount), TEXT_OF(vps_id), TEXT_OF(open->template));
    put("  ");
    position_print(all->account->partition, &all->account->position);
    for (uint32_t i = 0; i < open->lines.count; i++)
        explain_put_line(all, &open->lines.items[i], open->opened_at);
}

static void put_case(const struct explanation *all, struct text case_id)
{
    put("\ncase %.*s\n", TEXT_OF(case_id));
    if (case_walk(all, case_id, put_step, NULL))
        put_open_case(all, case_id);
}

/* --- all of it --- */

static void put_charge_headline(const struct charge *charge)
{
    char amount[DECIMAL_TEXT];

    put("%s %.*s of account %.*s for VPS %.*s\n", decimal_from_micros(charge->amount_micros, amount),
        TEXT_OF(charge->currency), TEXT_OF(charge->account_id), TEXT_OF(charge->vps_id));
}

static void note_step(void *context, const struct found_decision *found, const struct deed *deed, enum case_step step)
{
    enum case_step *last = context;

    (void)found;
    (void)deed;
    if (step != STEP_TOLD)
        *last = step;
}

static void put_case_headline(const struct explanation *all)
{
    enum case_step last = STEP_OPENED;
    bool open = case_walk(all, all->id, note_step, &last);

    put("%s\n", open ? "open" : case_step_words[last]);
}

/* "PARKED, then CHARGED" */
static void put_event_headline(const struct explanation *all)
{
    const char *between = "";
    struct deed deed;

    for (uint32_t i = 0; i < all->decisions.count; i++)
        for (uint32_t k = 0; deed_of(&all->decisions.items[i].decision, k, &deed); k++)
            if (text_equal(deed.event_id, all->id)) {
                put("%s%s", between, verdict_names[deed.verdict]);
                between = ", then ";
            }
    put("%s\n", all->decisions.count ? "" : "only a dead letter holds it");
}

static void put_notification_headline(const struct explanation *all)
{
    for (uint32_t i = 0; i < all->notifications.count; i++) {
        const struct notification *told = &all->notifications.items[i].notification;
        if (text_equal(told->notification_id, all->id))
            put("%s %s", severity_names[told->severity], notification_kind_names[told->kind]);
    }
    put("\n");
}

static void put_headline(const struct explanation *all)
{
    const struct found_charge *found = find_charge(all, all->id);

    put("%s %.*s: ", id_kind_names[all->kind], TEXT_OF(all->id));
    if (found)
        put_charge_headline(&found->charge);
    else if (all->kind == ID_CASE)
        put_case_headline(all);
    else if (all->kind == ID_NOTIFICATION)
        put_notification_headline(all);
    else
        put_event_headline(all);
}

void explain_put_text(const struct explanation *all)
{
    put_headline(all);
    for (uint32_t i = 0; i < all->decisions.count; i++)
        put_decision(all, &all->decisions.items[i]);
    if (all->left_out)
        put("\nand %llu more decisions that name it\n", (unsigned long long)all->left_out);
    if (!all->decisions.count)
        put_dead_letters(all, NULL);
    for (uint32_t i = 0; i < all->cases.count; i++)
        put_case(all, all->cases.items[i]);
}
