/* Deciding an order: look, match, act (rules.md 4). */
#include "core/order.h"

#include "core/calendar.h"
#include "core/event.h"
#include "core/notices.h"
#include "core/parked.h"

static struct text quoted(struct work *work, struct text name)
{
    return TEXT_JOIN(work->desk->arena, TEXT("\""), name, TEXT("\""));
}

/* The nearest orderable template helps whoever reads the rejection (rules.md 4 PLACED). */
static struct text template_cause(struct work *work, const struct order_view *view)
{
    struct arena *arena = work->desk->arena;
    const struct order *order = view->order;
    struct text nearest = catalogue_nearest(work->desk->catalogue, view->tariff, order->module_id, order->template);

    if (text_empty(nearest))
        return TEXT_JOIN(arena, TEXT("template "), quoted(work, order->template),
                         TEXT(" is not orderable, and no other is for this tariff and module"));
    return TEXT_JOIN(arena, TEXT("template "), quoted(work, order->template),
                     TEXT(" is not orderable for this tariff and module; the nearest that is: "),
                     quoted(work, nearest));
}

static struct text reject_text(struct work *work, const struct order_view *view, enum rule rule)
{
    struct arena *arena = work->desk->arena;
    const struct order *order = view->order;

    switch (rule) {
    case RULE_ORDER_ACCOUNT_CLOSED: return TEXT("the account is closed");
    case RULE_ORDER_OTHER_ORDER:
        return TEXT_JOIN(arena, TEXT("the VPS belongs to order "), quoted(work, view->vps->order_id));
    case RULE_ORDER_VPS_NOT_ACTIVE: return TEXT("the VPS is not active");
    case RULE_ORDER_VPS_EXISTS:
        return TEXT("the VPS exists already, or this order id had a life of it: use a new order id");
    case RULE_ORDER_PERIOD_OVER:
        return TEXT_JOIN(arena, TEXT("the period ended at "), text_from_millis(arena, view->period_end),
                         TEXT(", before the order"));
    case RULE_ORDER_TARIFF_UNKNOWN:
        return TEXT_JOIN(arena, TEXT("tariff "), quoted(work, order->tariff_id), TEXT(" is not in the catalogue"));
    case RULE_ORDER_TARIFF_DISABLED:
        return TEXT_JOIN(arena, TEXT("tariff "), quoted(work, order->tariff_id), TEXT(" is disabled"));
    case RULE_ORDER_MODULE_NOT_IN_TARIFF:
        return TEXT_JOIN(arena, TEXT("module "), quoted(work, order->module_id), TEXT(" is not one of tariff "),
                         quoted(work, order->tariff_id));
    case RULE_ORDER_CURRENCY_MISMATCH:
        return TEXT_JOIN(arena, TEXT("tariff "), quoted(work, order->tariff_id), TEXT(" is in "),
                         tariff_terms(view->tariff)->currency, TEXT(", the account in "), view->account->currency);
    case RULE_ORDER_TEMPLATE_UNAVAILABLE: return template_cause(work, view);
    case RULE_ORDER_RESOURCES_TOO_SMALL:
        return TEXT_JOIN(arena, TEXT("template "), quoted(work, order->template),
                         TEXT(" needs more disk or RAM than the tariff has"));
    case RULE_ORDER_PERIOD_OVERLAP: return TEXT("the period begins before the last one ends");
    case RULE_ORDER_TOO_FAR_AHEAD: return TEXT("more than 12 periods ahead");
    case RULE_ORDER_PERIOD_MISMATCH: return TEXT("period_start or period_months are not those of the period that runs");
    case RULE_ORDER_ACCOUNT_FROZEN: return TEXT("the account is frozen");
    case RULE_ORDER_STALE: return TEXT("a later tariff change was applied already");
    default: return rule_info(rule)->id;
    }
}

void order_reject(struct work *work, const struct order_view *view, enum rule rule)
{
    struct text text = reject_text(work, view, rule);
    struct notification *made = notice(
        work, NOTIFICATION_KIND_ORDER_REJECTED, rule, view->order->vps_id, NULL,
        TEXT_JOIN(work->desk->arena, TEXT("order "), quoted(work, view->order->order_id), TEXT(" rejected: "), text));

    made->module_id = view->order->module_id;
    made->template = view->order->template;
    work_rule(work, rule, VERDICT_REJECTED, text);
}

/* A tariff change without a price is not applied; somebody has to know (rules.md 4 TARIFF_CHANGED). */
static void refuse_change(struct work *work, const struct order_view *view, const struct table_row *row)
{
    bool strict = row->all & ORDER_STRICT;
    struct text text =
        TEXT_JOIN(work->desk->arena, TEXT("tariff change not applied: "),
                  strict ? TEXT("the installed OS is no item of the new tariff, and the module is strict")
                         : TEXT("a price is missing"),
                  TEXT(": tariff "), quoted(work, view->order->tariff_id), TEXT(", "),
                  text_empty(view->os.item_id) ? TEXT("base price") : TEXT("item "), view->os.item_id, TEXT(", "),
                  text_from_int(work->desk->arena, view->order->period_months), TEXT(" months, at "),
                  text_from_millis(work->desk->arena, view->order->occurred_at));
    struct notification *made = notice(work, strict ? NOTIFICATION_KIND_UNMAPPED_OS : NOTIFICATION_KIND_PRICE_MISSING,
                                       row->rule, view->order->vps_id, NULL, text);

    made->template = view->installed.template;
    made->module_id = view->installed.module_id;
    work_rule(work, row->rule, VERDICT_REJECTED, text);
}

void order_remember(struct work *work, const struct order_view *view)
{
    const struct order *order = view->order;
    struct order_state *known = edit_order(work, order->order_id);
    struct business_key key = {
        .kind = order->kind,
        .moment = order->kind == ORDER_KIND_TARIFF_CHANGED ? order->occurred_at : order->period_start,
        .content_hash = view->identity.content,
    };

    WORK_PUSH(work, &known->keys, key);
    if (order->kind == ORDER_KIND_PLACED)
        WORK_PUSH(work, &known->lives, order->vps_id);
}

void order_forget(struct work *work, const struct order *order)
{
    struct order_state *known = edit_order(work, order->order_id);

    for (uint32_t i = 0; i < known->keys.count; i++)
        if (known->keys.items[i].kind == order->kind && known->keys.items[i].moment == order->period_start) {
            WORK_REMOVE(&known->keys, i);
            break;
        }
    for (uint32_t i = 0; order->kind == ORDER_KIND_PLACED && i < known->lives.count; i++)
        if (text_equal(known->lives.items[i], order->vps_id)) {
            WORK_REMOVE(&known->lives, i);
            break;
        }
}

static void act(struct work *work, struct order_view *view, const struct table_row *row)
{
    switch ((enum order_action)row->action) {
    case ORDER_IGNORE: work_rule(work, row->rule, VERDICT_DUPLICATE, TEXT("decided before")); return;
    case ORDER_DISPUTE:
        notice_conflict(work, view->input, row->rule, view->order->vps_id,
                        TEXT("this event id or order was decided before with other content"));
        return;
    case ORDER_PARK:
        park(work, view->input, row->rule, view->order->event_id, view->order->vps_id, &view->identity);
        return;
    case ORDER_REJECT: order_reject(work, view, row->rule); break;
    case ORDER_REFUSE: refuse_change(work, view, row); break;
    case ORDER_CHANGE: order_tariff_changed(work, view, row); break;
    case ORDER_CANCEL: order_cancelled(work, view, row); break;
    default: order_placed(work, view, row); break;
    }
    if (row->action != ORDER_REJECT && row->action != ORDER_REFUSE)
        order_remember(work, view);
    remember_recent(work, &edit_vps(work, view->order->vps_id)->recent_orders, &view->identity);
}

/* Amounts may exceed 64 bits: they are not looked at for what is decided without them. */
static bool needs_amounts(const struct table_row *row)
{
    switch ((enum order_action)row->action) {
    case ORDER_HOLD:
    case ORDER_REFUSE:
    case ORDER_BEGIN:
    case ORDER_FREEZE:
    case ORDER_OWE:
    case ORDER_PAY:
    case ORDER_CHANGE: return true;
    default: return false;
    }
}

void decide_order(struct work *work, const struct order *order, const struct input *input)
{
    struct order_view view;

    work->decision.vps_id = order->vps_id;
    work->decision.module_id = order->module_id;
    work->decision.template = order->template;
    order_view_init(work, &view, order, input);
    order_see_history(work, &view);
    if (order->kind != ORDER_KIND_CANCELLED)
        order_see_catalogue(work, &view);
    const struct table_row *row = order_match(order->kind, view.facts);
    if (needs_amounts(row)) {
        if (order->kind == ORDER_KIND_TARIFF_CHANGED)
            order_see_change(work, &view);
        else if (!order_see_price(work, &view))
            work_give_up(work, GAVE_UP_OVERFLOW);
        row = order_match(order->kind, view.facts);
    }
    act(work, &view, row);
}
