/* Finding the facts of an order. */
#include "core/calendar.h"
#include "core/funds.h"
#include "core/order.h"

enum { AHEAD_MAX = 12 };

static void set(struct order_view *view, enum order_fact fact, bool holds)
{
    if (holds)
        view->facts |= (uint64_t)fact;
}

void order_view_init(struct work *work, struct order_view *view, const struct order *order, const struct input *input)
{
    *view = (struct order_view){.order = order, .input = input};
    view->account = read_account(work);
    view->vps = read_vps(work, order->vps_id);
    view->anchor_day = civil_from_millis(order->period_start).day;
    view->period_end = order_period_end(order, view->anchor_day);
    view->installed = (struct installation){order->module_id, order->template, INSTALL_SOURCE_ORDER};
}

/* Event ids first, then the business key (rules.md 4). */
static enum seen order_seen(struct work *work, const struct order_view *view)
{
    const struct order *order = view->order;
    const struct order_state *known = read_order(work, order->order_id);
    int64_t moment = order->kind == ORDER_KIND_TARIFF_CHANGED ? order->occurred_at : order->period_start;
    enum seen seen = seen_parked(view->account, topic_name(TOPIC_ORDER), &view->identity);

    if (seen == SEEN_NEVER && view->vps)
        seen = seen_among(&view->vps->recent_orders, &view->identity);
    for (uint32_t i = 0; seen == SEEN_NEVER && known && i < known->keys.count; i++) {
        const struct business_key *key = &known->keys.items[i];
        if (key->kind == order->kind && key->moment == moment)
            seen = hash_equal(key->content_hash, view->identity.content) ? SEEN_SAME : SEEN_OTHER_CONTENT;
    }
    return seen;
}

static bool lived(struct work *work, const struct order *order)
{
    const struct order_state *known = read_order(work, order->order_id);

    for (uint32_t i = 0; known && i < known->lives.count; i++)
        if (text_equal(known->lives.items[i], order->vps_id))
            return true;
    return false;
}

/* Paid periods and open RENEWED cases count alike (rules.md 9). */
static void see_periods(struct work *work, struct order_view *view)
{
    const struct vps_state *vps = view->vps;
    const struct order *order = view->order;
    const struct period *last = period_last(vps);
    int64_t last_end = last ? last->period_end : order->period_start;
    int32_t anchor_day = vps->anchor_day;
    bool lifetime = last && last->period_end == 0;
    int ahead = order->period_start > work->desk->now;

    for (uint32_t i = 0; i < vps->periods.count; i++)
        ahead += vps->periods.items[i].period_start > work->desk->now;
    for (uint32_t i = 0; i < vps->cases.count; i++) {
        const struct open_case *it = &vps->cases.items[i];
        if (it->kind != CASE_KIND_RENEWED)
            continue;
        ahead += it->period_start > work->desk->now;
        lifetime = lifetime || it->period_end == 0;
        if (it->period_end > last_end) {
            last_end = it->period_end;
            anchor_day = it->anchor_day;
        }
    }
    if (order->period_start == last_end && !lifetime) {
        view->anchor_day = anchor_day; /* rules.md 2.5 */
        view->period_end = order_period_end(order, view->anchor_day);
    }
    set(view, ORDER_OVERLAPS, lifetime || order->period_start < last_end);
    set(view, ORDER_FAR_AHEAD, ahead > AHEAD_MAX);
}

/* The period that runs at T. */
static void see_running(const struct work *work, struct order_view *view)
{
    const struct order *order = view->order;

    for (uint32_t i = 0; i < view->vps->periods.count; i++) {
        const struct period *it = &view->vps->periods.items[i];
        if (it->period_start <= order->occurred_at && period_met(view->vps, i, order->occurred_at, work->desk->now))
            view->running = it;
    }
    set(view, ORDER_OTHER_PERIOD,
        !view->running || view->running->period_start != order->period_start ||
            view->running->period_months != order->period_months);
    set(view, ORDER_OUTDATED, order->occurred_at <= view->vps->tariff_changed_at);
}

void order_see_history(struct work *work, struct order_view *view)
{
    const struct order *order = view->order;

    view->identity = order_identity(work, order);
    enum seen seen = order_seen(work, view);
    set(view, ORDER_SEEN, seen == SEEN_SAME);
    set(view, ORDER_SEEN_OTHERWISE, seen == SEEN_OTHER_CONTENT);
    set(view, ORDER_NO_ACCOUNT, !view->account || view->account->status == ACCOUNT_STATUS_UNKNOWN);
    set(view, ORDER_CLOSED_ACCOUNT, view->account && view->account->status == ACCOUNT_STATUS_CLOSED);
    set(view, ORDER_FROZEN, view->account && view->account->status == ACCOUNT_STATUS_FROZEN);
    set(view, ORDER_PERIOD_PAST, !ends_after(view->period_end, order->occurred_at));
    if (!view->vps || view->vps->status == VPS_STATUS_NONE) {
        set(view, ORDER_NO_VPS, true);
        return;
    }
    set(view, ORDER_OF_OTHER, !text_equal(view->vps->order_id, order->order_id));
    set(view, ORDER_VPS_PENDING, view->vps->status == VPS_STATUS_PENDING);
    set(view, ORDER_VPS_CANCELLED, view->vps->status == VPS_STATUS_CANCELLED);
    set(view, ORDER_VPS_LIVES, !(view->facts & ORDER_VPS_CANCELLED));
    set(view, ORDER_LIVED, lived(work, order));
    if (order->kind != ORDER_KIND_PLACED)
        view->installed = (struct installation){view->vps->module_id, view->vps->template, view->vps->source};
    if (order->kind == ORDER_KIND_RENEWED)
        see_periods(work, view);
    if (order->kind == ORDER_KIND_TARIFF_CHANGED)
        see_running(work, view);
}

void order_see_catalogue(struct work *work, struct order_view *view)
{
    const struct catalogue *catalogue = work->desk->catalogue;
    const struct order *order = view->order;

    view->tariff = catalogue_tariff(catalogue, order->tariff_id);
    set(view, ORDER_NO_TARIFF, !view->tariff);
    set(view, ORDER_NO_MODULE, !catalogue_module_known(catalogue, order->module_id));
    if (!view->tariff || !view->account)
        return;
    const struct tariff *record = tariff_terms(view->tariff);
    set(view, ORDER_TARIFF_OFF, !record->enabled);
    set(view, ORDER_MODULE_FOREIGN, !tariff_has_module(view->tariff, order->module_id));
    set(view, ORDER_OTHER_CURRENCY, !text_equal(record->currency, view->account->currency));
    if (order->kind != ORDER_KIND_PLACED)
        return;
    set(view, ORDER_NO_TEMPLATE, !text_empty(order->template) && !catalogue_template_known(catalogue, order->template));
    set(view, ORDER_NOT_ORDERABLE, !catalogue_orderable(catalogue, view->tariff, order->module_id, order->template));
    set(view, ORDER_TOO_SMALL, !catalogue_fits(catalogue, view->tariff, order->template));
}

static void see_funds(struct order_view *view)
{
    set(view, ORDER_COSTS_NOTHING, view->total == 0);
    set(view, ORDER_SHORT, !funds_suffice(view->account, view->total));
}

bool order_see_price(struct work *work, struct order_view *view)
{
    const struct order *order = view->order;
    const struct span span = {order->period_start, view->period_end, order->period_start, view->period_end};

    if (!view->tariff)
        return true;
    bool kept = view->lines.count > 0; /* rules.md 4 Unpaid: a retry keeps the BASE line */
    if (!kept)
        view->base = catalogue_price(view->tariff, TEXT(""), order->period_months, order->occurred_at);
    view->os = os_price(work->desk, view->tariff, &view->installed, order->period_months, order->occurred_at);
    set(view, ORDER_STRICT, view->os.kind == OS_PRICE_STRICT);
    bool base_missing = !kept && view->base.found == PRICE_NONE;
    set(view, ORDER_NO_PRICE, view->os.kind == OS_PRICE_MISSING || base_missing);
    struct charge_line base = kept ? view->lines.items[0] : base_line(order->tariff_id, &view->base, &span);
    view->lines = (struct charge_line_array){0};
    if (!base_missing)
        WORK_PUSH(work, &view->lines, base); /* known even if it is held for its OS */
    if (view->facts & (ORDER_STRICT | ORDER_NO_PRICE))
        return true;
    if (view->os.kind == OS_PRICE_KNOWN)
        WORK_PUSH(work, &view->lines, os_line(order->tariff_id, view->installed.template, &view->os, &span));
    if (!lines_total(&view->lines, &view->total))
        return false;
    see_funds(view);
    return true;
}
