/* What time or a new catalogue brings: each a Decision of its own (rules.md 6, 8, 9). */
#include "core/calendar.h"
#include "core/case_tables.h"
#include "core/cases.h"
#include "core/event.h"
#include "core/funds.h"
#include "core/notices.h"
#include "core/parked.h"
#include "core/rule_tables.h"

/* A case as the due rules see it. */
struct due_case {
    struct case_ref ref;
    bool over; /* its period is: else it is tried again */
};

static void expire(struct work *work, struct vps_state *vps, const struct case_ref *ref, struct open_case *it)
{
    struct effect *effect = work_effect(work, case_row(it, CASE_OVER)->rule, VERDICT_APPLIED, ref->vps_id);

    effect->case_id = it->case_id;
    effect->amount_micros = it->amount_micros;
    effect->template = it->template;
    if (it->kind == CASE_KIND_PLACED) {
        vps->status = VPS_STATUS_CANCELLED;
        vps->cancelled_at = it->period_end; /* whenever the timer comes */
    }
    case_remove(work, ref->vps_id, vps, it);
}

static void decide_due_case(struct work *work, const void *argument)
{
    const struct due_case *due = argument;
    struct vps_state *vps = edit_vps(work, due->ref.vps_id);
    struct open_case *it = case_find(vps, due->ref.epoch);

    if (!it)
        return;
    work->cause = work->decision.caused_by = it->caused_by;
    work->decision.event_id = it->caused_by.event_id;
    work->decision.input = it->caused_by.topic;
    work->decision.template = it->template;
    work->decision.module_id = it->module_id;
    if (due->over)
        expire(work, vps, &due->ref, it);
    else
        case_retry(work, due->ref.vps_id, due->ref.epoch);
    recovered(work);
}

/* The first effect is what was decided; nothing at all: still held, no Decision. */
static void promote_first_effect(struct work *work)
{
    struct effect_array *effects = &work->decision.effects;

    if (effects->count == 0)
        return;
    const struct effect *first = &effects->items[0];
    work->decision.rule = first->rule;
    work->decision.verdict = first->verdict;
    work->decision.vps_id = first->vps_id;
    work->decision.item_id = first->item_id;
    work->decision.amount_micros = first->amount_micros;
    work->decision.charge_id = first->charge_id;
    work->decision.case_id = first->case_id;
    WORK_REMOVE(effects, 0);
    work_decision(work);
}

/* Runs one due thing apart: when it cannot be done now, it is left for later and disturbs nothing. */
static void decide_apart(struct work *work, enum origin origin, void (*rules)(struct work *, const void *),
                         const void *argument)
{
    struct work inner;

    work_init(&inner, work->desk, work->outcome, work->account_id, &work->cause, origin);
    enum give_up why = work_attempt(&inner, rules, argument);
    if (why == GAVE_UP_STATE || why == GAVE_UP_MEMORY)
        work_give_up(work, why);
    if (why != GAVE_NOT_UP)
        return;
    inner.escape = work->escape;
    work->short_noticed = work->short_noticed || inner.short_noticed;
    promote_first_effect(&inner);
}

static bool expired(const struct work *work, const struct open_case *it)
{
    return is_order_case(it) && !ends_after(it->period_end, work->desk->now);
}

static const struct open_case *case_of(struct work *work, const struct case_ref *ref)
{
    const struct vps_state *vps = read_vps(work, ref->vps_id);

    for (uint32_t i = 0; vps && i < vps->cases.count; i++)
        if (vps->cases.items[i].epoch == ref->epoch)
            return &vps->cases.items[i];
    return NULL;
}

/* Something may have changed for it: a newer catalogue, or its time came. */
static bool due_now(const struct work *work, const struct case_ref *ref)
{
    return (ref->due_at != 0 && ref->due_at <= work->desk->now) ||
           (is_held_for_catalogue(ref->state) && ref->tried_version < catalogue_version(work->desk->catalogue));
}

static void decide_due_cases(struct work *work, bool expiry)
{
    const struct account_state *account = read_account(work);
    uint32_t count = account->cases.count;
    struct case_ref *refs = work_copy(work, account->cases.items, count, 0, sizeof *refs);

    for (uint32_t i = 0; i < count; i++) {
        const struct open_case *it = due_now(work, &refs[i]) ? case_of(work, &refs[i]) : NULL;
        if (!it || expired(work, it) != expiry) /* what is due and not over waits for the catalogue */
            continue;
        struct due_case due = {refs[i], expiry};
        bool newer = refs[i].tried_version < catalogue_version(work->desk->catalogue);
        decide_apart(work, expiry || !newer ? ORIGIN_TIMER : ORIGIN_CATALOGUE, decide_due_case, &due);
    }
}

static void expire_parked(struct work *work, const void *argument)
{
    const struct parked_ref *ref = argument;
    const struct parked_event *parked = read_parked(work, ref->number);
    struct account_state *account = edit_account(work);

    WORK_REMOVE(&account->parked, 0);
    delete_state(work, STATE_PARKED, ref->number);
    if (!parked)
        return;
    struct input input = {.topic = topic_find(parked->topic),
                          .partition = parked->partition,
                          .offset = parked->offset,
                          .key = parked->key,
                          .value = parked->value};
    work->cause = work->decision.caused_by =
        (struct caused_by){parked->event_id, parked->topic, parked->partition, parked->offset};
    work->decision.event_id = parked->event_id;
    work->decision.input = parked->topic;
    enum rule rule = rule_table_match(TABLE_PARKED, 0)->rule;
    dead_letter(work, &input, rule_info(rule)->id.data, TEXT("what it waits for did not appear within 30 days"));
    work_effect(work, rule, VERDICT_DEAD_LETTER, ref->vps_id);
}

static void decide_due_parked(struct work *work)
{
    for (;;) {
        const struct account_state *account = read_account(work);
        uint32_t before = account->parked.count;
        if (before == 0 || account->parked.items[0].parked_at + PARKED_KEPT_MS > work->desk->now)
            return;
        struct parked_ref oldest = account->parked.items[0];
        decide_apart(work, ORIGIN_TIMER, expire_parked, &oldest);
        if (read_account(work)->parked.count == before)
            return;
    }
}

void decide_all_due(struct work *work)
{
    if (!read_account(work))
        return;
    decide_due_cases(work, true);
    decide_due_cases(work, false);
    decide_due_parked(work);
    if (reminder_due(work))
        decide_apart(work, ORIGIN_TIMER, send_reminder, NULL);
    plan_account(work);
}
