/* TARIFF_CHANGED: every unexpired period moves to the new tariff at T (rules.md 4). */
#include "core/funds.h"
#include "core/notices.h"
#include "core/order.h"

#include <assert.h>

void order_see_change(struct work *work, struct order_view *view)
{
    const struct order *order = view->order;

    view->steps = work_alloc(work, view->vps->periods.count, sizeof *view->steps);
    for (uint32_t i = 0; i < view->vps->periods.count; i++) {
        const struct period *period = &view->vps->periods.items[i];
        if (!period_met(view->vps, i, order->occurred_at, work->desk->now))
            continue;
        struct tariff_step *step = &view->steps[view->step_count++];
        step->period = i;
        step->base = catalogue_price(view->tariff, TEXT(""), period->period_months, order->occurred_at);
        step->os = os_price(work->desk, view->tariff, &view->installed, period->period_months, order->occurred_at);
        view->os = step->os;
        if (step->os.kind == OS_PRICE_STRICT)
            view->facts |= ORDER_STRICT;
        if (step->base.found == PRICE_NONE || step->os.kind == OS_PRICE_MISSING)
            view->facts |= ORDER_NO_PRICE;
    }
}

/* T counts as no earlier than the last t at which a due > 0 raised a level of the period (rules.md 9). */
static struct span change_span(const struct period *period, int64_t moment)
{
    int64_t from = moment > period->period_start ? moment : period->period_start;

    if (period->raised_at > from)
        from = period->raised_at;
    return (struct span){period->period_start, period->period_end, from, period->period_end};
}

struct change {
    const struct order_view *view;
    enum rule rule;
    bool refunding; /* waived parts are taken off what is credited (rules.md 6 CASE_WAIVED) */
    struct charge_line_array lines;
};

static struct charge_line signed_line(struct work *work, const struct change *change, struct charge_line line,
                                      const struct span *span, int64_t credited)
{
    line.credited_price_micros = credited;
    line.amount_micros = span_share(work, work_subtract(work, line.price_micros, credited), span,
                                    tariff_terms(change->view->tariff)->rounding_micros);
    return line;
}

static void step_lines(struct work *work, struct change *change, struct tariff_step *step)
{
    const struct order_view *view = change->view;
    const struct period *period = &view->vps->periods.items[step->period];
    const struct span span = change_span(period, view->order->occurred_at);
    int64_t base = period->base_level_micros, os = period->os_level_micros;
    bool lifetime = period->period_end == 0;

    if (change->refunding && !lifetime) {
        int64_t off = period->waived_micros < base ? period->waived_micros : base;
        base -= off;
        os = period->waived_micros - off < os ? os - (period->waived_micros - off) : 0;
    }
    struct charge_line of_base = base_line(view->order->tariff_id, &step->base, &span);
    struct charge_line of_os = os_line(view->order->tariff_id, view->installed.template, &step->os, &span);
    of_base = signed_line(work, change, of_base, &span, base);
    of_os = signed_line(work, change, of_os, &span, os);
    /* Lifetime: the difference is charged, never refunded; what was paid stays credited. */
    step->kept = lifetime && work_add(work, of_base.amount_micros, of_os.amount_micros) < 0;
    if (step->kept)
        of_base.amount_micros = of_os.amount_micros = 0;
    WORK_PUSH(work, &change->lines, of_base);
    if (step->os.kind == OS_PRICE_KNOWN || os != 0) /* without an addon: only where something is credited */
        WORK_PUSH(work, &change->lines, of_os);
}

static int64_t all_lines(struct work *work, struct change *change)
{
    change->lines = (struct charge_line_array){0};
    for (uint32_t i = 0; i < change->view->step_count; i++)
        step_lines(work, change, &change->view->steps[i]);
    return lines_sum(work, &change->lines);
}

/* Levels after the change; `kept`: the old tariff refunds nothing, so what was paid stays credited. */
static void move_period(struct work *work, struct vps_state *vps, const struct order_view *view,
                        const struct tariff_step *step, bool refunds_nothing, bool refunding)
{
    struct period *period = &vps->periods.items[step->period];
    int64_t new_os = step->os.kind == OS_PRICE_KNOWN ? step->os.price_micros : 0;
    bool kept = step->kept || refunds_nothing;
    bool raised = !kept && (step->base.amount_micros > period->base_level_micros || new_os > period->os_level_micros);

    if (kept) {
        int64_t total = work_add(work, period->base_level_micros, period->os_level_micros);
        period->base_level_micros = total < step->base.amount_micros ? total : step->base.amount_micros;
        period->os_level_micros = total - period->base_level_micros;
    } else {
        period->base_level_micros = step->base.amount_micros;
        period->os_level_micros = new_os;
    }
    if (refunding && period->period_end != 0)
        period->waived_micros = 0;
    period->tariff_id = view->order->tariff_id;
    period->items = (struct text_array){0};
    if (step->os.kind == OS_PRICE_KNOWN)
        WORK_PUSH(work, &period->items, step->os.item_id);
    if (raised)
        period->raised_at = change_span(period, view->order->occurred_at).from;
}

/* Charge, or case without funds; the tariff applies at once either way. */
static void charge_change(struct work *work, struct order_view *view, struct vps_state *vps, struct change *change,
                          int64_t sum)
{
    struct text vps_id = view->order->vps_id;

    work->decision.amount_micros = sum;
    view->total = sum;
    if (funds_suffice(view->account, sum)) {
        work->decision.charge_id = charge(work, change->rule, vps_id, vps, NULL, &change->lines);
        work_rule(work, change->rule, VERDICT_CHARGED, TEXT("the new tariff costs more"));
        return;
    }
    assert(change->lines.count > 0);
    struct open_case draft = order_case(view, CASE_STATE_SHORT);
    draft.kind = CASE_KIND_TARIFF;
    draft.rule = rule_info(change->rule)->id;
    draft.period_start = change->lines.items[0].period_start;
    draft.lines = change->lines;
    draft.amount_micros = sum;
    struct open_case *it = case_open(work, vps_id, vps, &draft);
    work->decision.case_id = it->case_id;
    notice_short(work, vps_id, it, change->rule);
    work_rule(work, change->rule, VERDICT_INSUFFICIENT_FUNDS, TEXT("applied; the difference is owed"));
}

static void refund_change(struct work *work, const struct order_view *view, struct vps_state *vps,
                          struct change *change)
{
    int64_t amount = 0;

    if (lines_sum(work, &change->lines) < 0)
        work->decision.charge_id = refund(work, view->order->vps_id, vps, &change->lines, &amount);
    work->decision.amount_micros = amount;
    work_rule(work, change->rule, amount < 0 ? VERDICT_REFUNDED : VERDICT_APPLIED,
              TEXT("the new tariff costs less; the old one refunds pro rata"));
}

void order_tariff_changed(struct work *work, struct order_view *view, const struct table_row *row)
{
    const struct catalogue_tariff *old = catalogue_tariff(work->desk->catalogue, view->running->tariff_id);
    bool prorata = old && tariff_terms(old)->refund == REFUND_PRORATA;
    struct change change = {.view = view, .rule = row->rule};
    int64_t sum = all_lines(work, &change);
    struct vps_state *vps = edit_vps(work, view->order->vps_id);

    if (sum < 0 && prorata) {
        change.refunding = true;
        (void)all_lines(work, &change);
    }
    view->vps = vps;
    for (uint32_t i = 0; i < view->step_count; i++)
        move_period(work, vps, view, &view->steps[i], sum < 0 && !prorata, change.refunding);
    vps->tariff_id = view->order->tariff_id;
    vps->tariff_changed_at = view->order->occurred_at;
    held_until(vps, view->order->occurred_at);
    work->decision.item_id = view->os.item_id;
    if (sum > 0)
        charge_change(work, view, vps, &change, sum);
    else if (change.refunding)
        refund_change(work, view, vps, &change);
    else
        work_rule(work, row->rule, VERDICT_APPLIED, TEXT("nothing to pay, nothing to refund"));
}
