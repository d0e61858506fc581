/* CANCELLED: what becomes of money, cases and periods (rules.md 4). */
#include "core/order.h"

/* The tariffs of a VPS's periods may differ: each refunds by its own rule. */
static const struct tariff *tariff_of(struct work *work, struct text tariff_id)
{
    const struct catalogue_tariff *tariff = catalogue_tariff(work->desk->catalogue, tariff_id);

    return tariff ? tariff_terms(tariff) : NULL;
}

static bool refunds(struct work *work, struct text tariff_id)
{
    const struct tariff *tariff = tariff_of(work, tariff_id);

    return tariff && tariff->refund == REFUND_PRORATA;
}

static void refund_line(struct work *work, struct period *period, int64_t moment, struct charge_line_array *lines)
{
    int64_t from = moment > period->period_start ? moment : period->period_start;
    int64_t credited = work_add(work, period->base_level_micros, period->os_level_micros);

    if (period->raised_at > from)
        from = period->raised_at; /* rules.md 9 */
    credited -= period->waived_micros < credited ? period->waived_micros : credited;
    period->waived_micros = 0;
    const struct span span = {period->period_start, period->period_end, from, period->period_end};
    struct charge_line line = {
        .kind = LINE_KIND_BASE,
        .tariff_id = period->tariff_id,
        .credited_price_micros = credited,
        .period_start = period->period_start,
        .period_end = period->period_end,
        .charged_from = from,
        .charged_until = period->period_end,
        .amount_micros = span_share(work, -credited, &span, tariff_of(work, period->tariff_id)->rounding_micros),
    };
    WORK_PUSH(work, lines, line);
}

/* Held cases are decided later for the time until T, or until the end where nothing is refunded. */
static void end_held(struct work *work, struct vps_state *vps, int64_t moment)
{
    for (uint32_t i = 0; i < vps->cases.count; i++) {
        struct open_case *it = &vps->cases.items[i];
        if (it->kind == CASE_KIND_OS && is_held_for_catalogue(it->state) && it->until == 0)
            it->until = refunds(work, it->tariff_id) || it->period_end == 0 ? moment : it->period_end;
    }
}

void order_cancelled(struct work *work, struct order_view *view, const struct table_row *row)
{
    const struct order *order = view->order;
    struct vps_state *vps = edit_vps(work, order->vps_id);
    struct charge_line_array lines = {0};
    int64_t amount = 0;

    vps->status = VPS_STATUS_CANCELLED;
    vps->cancelled_at = order->occurred_at;
    end_held(work, vps, order->occurred_at);
    close_order_cases(work, order->vps_id, vps);
    for (uint32_t i = 0; i < vps->periods.count; i++) {
        struct period *period = &vps->periods.items[i];
        bool lifetime = period->period_end == 0; /* never refunded (rules.md 2.5) */
        if (!lifetime && period_met(vps, i, order->occurred_at, work->desk->now) && refunds(work, period->tariff_id))
            refund_line(work, period, order->occurred_at, &lines);
    }
    work->decision.template = vps->template;
    work->decision.charge_id = refund(work, order->vps_id, vps, &lines, &amount);
    work->decision.amount_micros = amount;
    work_rule(work, row->rule, amount < 0 ? VERDICT_REFUNDED : VERDICT_APPLIED, TEXT(""));
}
