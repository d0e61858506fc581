#include "core/cases.h"

#include "core/case_tables.h"
#include "core/identity.h"
#include "core/notices.h"
#include "core/rule_tables.h"

#include <assert.h>

/* When a timer must look at it: the end of its grace, its period's end for an order. */
static int64_t case_due_at(const struct work *work, const struct open_case *it)
{
    int64_t due = is_order_case(it) ? it->period_end : 0;
    int64_t grace_end = it->opened_at + work->desk->settings->grace;

    if (it->state == CASE_STATE_GRACE && (due == 0 || grace_end < due))
        due = grace_end;
    return due;
}

static struct case_ref case_ref(const struct work *work, struct text vps_id, const struct open_case *it)
{
    return (struct case_ref){
        .vps_id = vps_id,
        .epoch = it->epoch,
        .case_id = it->case_id,
        .state = it->state,
        .amount_micros = it->amount_micros,
        .opened_at = it->opened_at,
        .due_at = case_due_at(work, it),
        .tried_version = it->tried_version,
    };
}

struct open_case *case_open(struct work *work, struct text vps_id, struct vps_state *vps, const struct open_case *draft)
{
    struct account_state *account = edit_account(work);
    struct open_case opened = *draft;

    if (account->cases.count >= work->desk->settings->max_cases)
        work_give_up(work, GAVE_UP_LIMIT);
    opened.epoch = ++vps->epoch;
    opened.case_id = obligation_id(work, 'k', vps_id, opened.period_start, opened.epoch);
    opened.opened_at = work->desk->now;
    opened.caused_by = work->cause;
    opened.tried_version = catalogue_version(work->desk->catalogue);
    WORK_PUSH(work, &vps->cases, opened);
    WORK_PUSH(work, &account->cases, case_ref(work, vps_id, &opened));
    return &vps->cases.items[vps->cases.count - 1];
}

static struct case_ref *find_ref(struct account_state *account, const struct open_case *it)
{
    for (uint32_t i = 0; i < account->cases.count; i++)
        if (text_equal(account->cases.items[i].case_id, it->case_id))
            return &account->cases.items[i];
    return NULL;
}

void case_file(struct work *work, struct text vps_id, const struct open_case *changed)
{
    struct case_ref *ref = find_ref(edit_account(work), changed);

    if (ref)
        *ref = case_ref(work, vps_id, changed);
}

void case_remove(struct work *work, struct text vps_id, struct vps_state *vps, const struct open_case *removed)
{
    struct account_state *account = edit_account(work);
    struct case_ref *ref = find_ref(account, removed);

    (void)vps_id;
    if (ref)
        WORK_REMOVE(&account->cases, ref - account->cases.items);
    WORK_REMOVE(&vps->cases, removed - vps->cases.items);
}

struct open_case *case_find(struct vps_state *vps, int64_t epoch)
{
    for (uint32_t i = 0; i < vps->cases.count; i++)
        if (vps->cases.items[i].epoch == epoch)
            return &vps->cases.items[i];
    return NULL;
}

const struct table_row *case_row(const struct open_case *it, uint64_t facts)
{
    return rule_table_match(TABLE_CASE, facts | (is_order_case(it) ? CASE_OF_ORDER : 0));
}

void close_order_cases(struct work *work, struct text vps_id, struct vps_state *vps)
{
    for (uint32_t i = 0; i < vps->cases.count;) {
        struct open_case *it = &vps->cases.items[i];
        if (!is_order_case(it)) {
            i++;
            continue;
        }
        struct effect *effect = work_effect(work, case_row(it, CASE_DROPPED)->rule, VERDICT_APPLIED, vps_id);
        effect->case_id = it->case_id;
        effect->amount_micros = it->amount_micros;
        case_remove(work, vps_id, vps, it);
    }
}

struct text charge(struct work *work, enum rule rule, struct text vps_id, struct vps_state *vps,
                   const struct open_case *settled, const struct charge_line_array *lines)
{
    assert(lines->count > 0);
    int64_t amount = lines_sum(work, lines);
    int64_t epoch = settled ? settled->epoch : ++vps->epoch;
    int64_t period_start = settled ? settled->period_start : lines->items[0].period_start;
    struct account_state *account = edit_account(work);
    struct charge *made = outcome_charge(work->outcome);

    account->balance_micros = work_subtract(work, account->balance_micros, amount);
    *made = (struct charge){
        .caused_by = work->cause,
        .decided_at = work->desk->now,
        .rule = rule_info(rule)->id,
        .charge_id = obligation_id(work, 'c', vps_id, period_start, epoch),
        .case_id = settled ? settled->case_id : TEXT(""),
        .account_id = work->account_id,
        .vps_id = vps_id,
        .order_id = settled ? settled->order_id : vps->order_id,
        .currency = account->currency,
        .amount_micros = amount,
        .balance_after_micros = account->balance_micros,
        .lines = *lines,
    };
    *outcome_move(work->outcome) = (struct move){MOVE_CHARGE, account->currency, amount};
    return made->charge_id;
}

void case_settle(struct work *work, struct text vps_id, struct vps_state *vps, struct open_case *settled)
{
    enum rule rule = case_row(settled, 0)->rule;
    struct text charge_id = charge(work, rule, vps_id, vps, settled, &settled->lines);
    struct effect *effect = work_effect(work, rule, VERDICT_CHARGED, vps_id);

    effect->charge_id = charge_id;
    effect->case_id = settled->case_id;
    effect->amount_micros = settled->amount_micros;
    effect->template = settled->template;
    effect->item_id = settled->lines.items[settled->lines.count - 1].item_id;
    if (settled->short_noticed) {
        work->settled_case = settled->case_id;
        work->settled_vps = vps_id;
        work->settled_notices = settled->notices;
    }
    if (is_order_case(settled))
        period_begin(work, vps, settled, 0);
    case_remove(work, vps_id, vps, settled);
}

void held_until(struct vps_state *vps, int64_t moment)
{
    for (uint32_t i = 0; i < vps->cases.count; i++) {
        struct open_case *it = &vps->cases.items[i];
        if (it->kind == CASE_KIND_OS && is_held_for_catalogue(it->state) && it->until == 0)
            it->until = moment ? moment : 1;
    }
}
