/* PLACED and RENEWED: a period is bought, now or when its case is settled (rules.md 4). */
#include "core/notices.h"
#include "core/order.h"

struct open_case order_case(const struct order_view *view, enum case_state state)
{
    const struct order *order = view->order;

    return (struct open_case){
        .kind = order->kind == ORDER_KIND_PLACED ? CASE_KIND_PLACED : CASE_KIND_RENEWED,
        .state = state,
        .order_id = order->order_id,
        .module_id = view->installed.module_id,
        .tariff_id = order->tariff_id,
        .template = view->installed.template,
        .source = view->installed.source,
        .period_months = order->period_months,
        .period_start = order->period_start,
        .period_end = view->period_end,
        .occurred_at = order->occurred_at,
        .charged_from = order->period_start,
        .anchor_day = view->anchor_day,
        .amount_micros = view->total,
        .lines = view->lines,
    };
}

/* The account's list of its VPSs grows once per VPS, whatever becomes of it. */
static void list_vps(struct work *work, struct text vps_id)
{
    enum { CHUNK = 64 };
    struct account_state *account = edit_account(work);
    struct vps_list *list = edit_vps_list(work, account->vps_count / CHUNK);

    WORK_PUSH(work, &list->vps_ids, vps_id);
    account->vps_count++;
}

/* A new life: what the old one knew of OS and tariff does not count; open debts stay (rules.md 4). */
static void begin_life(struct work *work, const struct order_view *view, struct vps_state *vps)
{
    if (vps->status == VPS_STATUS_NONE)
        list_vps(work, view->order->vps_id);
    vps->status = VPS_STATUS_PENDING;
    vps->order_id = view->order->order_id;
    vps->module_id = view->order->module_id;
    vps->tariff_id = view->order->tariff_id;
    vps->anchor_day = view->anchor_day;
    vps->template = view->order->template;
    vps->source = INSTALL_SOURCE_ORDER;
    vps->newest_known = -1;
    vps->tariff_changed_at = -1;
    vps->periods = (struct period_array){0};
    work->may_release = true;
}

static void hold(struct work *work, const struct order_view *view, struct vps_state *vps, const struct table_row *row)
{
    struct open_case draft = order_case(view, row->all & ORDER_STRICT ? CASE_STATE_STRICT : CASE_STATE_PRICE);

    draft.rule = rule_info(row->rule)->id;
    struct open_case *it = case_open(work, view->order->vps_id, vps, &draft);
    notice_held(work, view->order->vps_id, it, row->rule, &view->os, view->base.found == PRICE_NONE);
    work->decision.case_id = it->case_id;
}

/* Opens the case of an order that cannot begin now. */
static struct open_case *owe(struct work *work, const struct order_view *view, struct vps_state *vps,
                             enum case_state state, enum rule rule)
{
    struct open_case draft = order_case(view, state);

    draft.rule = rule_info(rule)->id;
    struct open_case *it = case_open(work, view->order->vps_id, vps, &draft);
    work->decision.case_id = it->case_id;
    work->decision.amount_micros = it->amount_micros;
    return it;
}

static void pay(struct work *work, const struct order_view *view, struct vps_state *vps, enum rule rule)
{
    struct open_case paid = order_case(view, CASE_STATE_SHORT);

    work->decision.charge_id = charge(work, rule, view->order->vps_id, vps, NULL, &view->lines);
    work->decision.amount_micros = view->total;
    period_begin(work, vps, &paid, 0);
}

static struct text wait_reason(struct work *work)
{
    struct arena *arena = work->desk->arena;

    return TEXT_JOIN(arena, TEXT("the catalogue does not know it yet; held until "),
                     text_from_millis(arena, work->desk->now + work->desk->settings->grace));
}

static void begin(struct work *work, struct vps_state *vps, const struct order_view *view)
{
    struct open_case free_of_charge = order_case(view, CASE_STATE_SHORT);

    period_begin(work, vps, &free_of_charge, 0);
}

void order_placed(struct work *work, struct order_view *view, const struct table_row *row)
{
    struct text vps_id = view->order->vps_id;
    struct vps_state *vps = edit_vps(work, vps_id);

    if (view->order->kind == ORDER_KIND_PLACED)
        begin_life(work, view, vps);
    if (view->order->kind == ORDER_KIND_PLACED && row->action != ORDER_WAIT && view->os.kind != OS_PRICE_STRICT)
        notice_unmapped(work, vps_id, &view->installed, &view->os);
    work->decision.item_id = view->os.item_id;
    work_rule(work, row->rule, rule_info(row->rule)->verdict, TEXT(""));
    switch ((enum order_action)row->action) {
    case ORDER_WAIT:
        (void)owe(work, view, vps, CASE_STATE_GRACE, row->rule);
        work_rule(work, row->rule, VERDICT_HELD, wait_reason(work));
        break;
    case ORDER_HOLD: hold(work, view, vps, row); break;
    case ORDER_BEGIN: begin(work, vps, view); break;
    case ORDER_FREEZE:
        notice_frozen(work, vps_id, owe(work, view, vps, CASE_STATE_FROZEN, row->rule), row->rule);
        break;
    case ORDER_OWE: notice_short(work, vps_id, owe(work, view, vps, CASE_STATE_SHORT, row->rule), row->rule); break;
    default: pay(work, view, vps, row->rule); break;
    }
}
