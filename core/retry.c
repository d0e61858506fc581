/* Trying open cases again: money came, the account was unfrozen, or the catalogue knows more (rules.md 4, 6). */
#include "core/case_tables.h"
#include "core/funds.h"
#include "core/install.h"
#include "core/notices.h"
#include "core/order.h"
#include "core/rule_tables.h"

/* A case that costs nothing after all is gone without a Charge. */
static void cover(struct work *work, struct text vps_id, struct vps_state *vps, struct open_case *it,
                  const struct table_row *row)
{
    struct effect *effect = work_effect(work, row->rule, VERDICT_COVERED, vps_id);

    effect->case_id = it->case_id;
    effect->template = it->template;
    if (is_order_case(it))
        period_begin(work, vps, it, 0);
    case_remove(work, vps_id, vps, it);
}

/* `state`: STRICT or PRICE, another than its own: when there is nothing new, nothing is written
 * (docs/decisions/003-state-records.md). `lines`: what is known of its price. */
static void hold_on(struct work *work, struct text vps_id, struct open_case *it, enum case_state state,
                    const struct charge_line_array *lines, const struct os_price *price, bool base_missing)
{
    const struct table_row *row = case_row(it, state == CASE_STATE_STRICT ? CASE_IS_STRICT : CASE_NO_PRICE);

    it->state = state;
    it->amount_micros = 0;
    it->lines = *lines;
    it->missed_noticed = false; /* it waits for something else now */
    notice_held(work, vps_id, it, row->rule, price, base_missing);
    case_file(work, vps_id, it);
    work_effect(work, row->rule, VERDICT_HELD, vps_id)->case_id = it->case_id;
}

/* It waits for permission or money; only the first time is told. */
static void wait_for(struct work *work, struct text vps_id, struct open_case *it, enum case_state state,
                     const struct table_row *row)
{
    bool told = it->state == state;

    it->state = state;
    if (row->action == CASE_OWE)
        notice_short(work, vps_id, it, row->rule);
    else if (!told)
        notice_frozen(work, vps_id, it, row->rule);
    case_file(work, vps_id, it);
    if (told)
        return;
    struct effect *effect = work_effect(work, row->rule, rule_info(row->rule)->verdict, vps_id);
    effect->case_id = it->case_id;
    effect->amount_micros = it->amount_micros;
}

/* The price is known: pay, or wait for money or permission. */
static void pay_or_wait(struct work *work, struct text vps_id, struct vps_state *vps, struct open_case *it)
{
    const struct account_state *account = read_account(work);
    uint64_t facts = 0;

    facts |= it->amount_micros == 0 ? CASE_COSTS_NOTHING : 0;
    facts |= account->status == ACCOUNT_STATUS_FROZEN ? CASE_IS_FROZEN : 0;
    facts |= funds_suffice(account, it->amount_micros) ? 0 : CASE_IS_SHORT;
    const struct table_row *row = case_row(it, facts);
    switch ((enum case_action)row->action) {
    case CASE_COVER: cover(work, vps_id, vps, it, row); break;
    case CASE_FREEZE: wait_for(work, vps_id, it, CASE_STATE_FROZEN, row); break;
    case CASE_OWE: wait_for(work, vps_id, it, CASE_STATE_SHORT, row); break;
    default: case_settle(work, vps_id, vps, it); break;
    }
}

static struct order order_of(const struct open_case *it, struct text vps_id, struct text account_id)
{
    return (struct order){
        .event_id = it->caused_by.event_id,
        .occurred_at = it->occurred_at,
        .account_id = account_id,
        .order_id = it->order_id,
        .vps_id = vps_id,
        .module_id = it->module_id,
        .tariff_id = it->tariff_id,
        .template = it->template,
        .kind = it->kind == CASE_KIND_PLACED ? ORDER_KIND_PLACED : ORDER_KIND_RENEWED,
        .period_start = it->period_start,
        .period_months = it->period_months,
    };
}

/* A grace that ended without the catalogue knowing more, or knowing better (rules.md 4, 9). */
static void reject_late(struct work *work, struct order_view *view, struct vps_state *vps, struct open_case *it,
                        enum rule rule)
{
    struct decision before = work->decision; /* a waiver keeps its own rule */

    order_see_catalogue(work, view);
    order_reject(work, view, rule);
    if (before.rule.size) {
        work->decision.rule = before.rule;
        work->decision.verdict = before.verdict;
    }
    struct effect *effect = work_effect(work, rule, VERDICT_REJECTED, view->order->vps_id);
    effect->case_id = it->case_id;
    order_forget(work, view->order);
    if (it->kind == CASE_KIND_PLACED) {
        vps->status = VPS_STATUS_CANCELLED;
        vps->cancelled_at = work->desk->now;
    }
    case_remove(work, view->order->vps_id, vps, it);
}

/* The OS line is looked up anew only if another template is installed by now than it was made for (rules.md 4). */
static bool needs_price(const struct open_case *it, const struct vps_state *vps)
{
    return is_held_for_catalogue(it->state) || !text_equal(it->template, vps->template);
}

static struct order_view view_of(struct work *work, const struct order *order, const struct vps_state *vps,
                                 const struct open_case *it)
{
    return (struct order_view){.order = order,
                               .account = read_account(work),
                               .vps = vps,
                               .period_end = it->period_end,
                               .installed = {it->module_id, vps->template, vps->source},
                               .lines = it->lines};
}

void case_reject(struct work *work, struct text vps_id, struct vps_state *vps, struct open_case *it)
{
    const struct order order = order_of(it, vps_id, work->account_id);
    struct order_view view = view_of(work, &order, vps, it);

    reject_late(work, &view, vps, it, rule_find(it->rule));
}

static void retry_order(struct work *work, struct text vps_id, struct vps_state *vps, struct open_case *it)
{
    const struct order order = order_of(it, vps_id, work->account_id);
    struct order_view view = view_of(work, &order, vps, it);

    if (!needs_price(it, vps)) {
        pay_or_wait(work, vps_id, vps, it);
        return;
    }
    order_see_catalogue(work, &view);
    if (it->state != CASE_STATE_GRACE) /* it was orderable when it was placed */
        view.facts = 0;
    if (work->desk->now >= it->opened_at + work->desk->settings->grace)
        view.facts |= ORDER_GRACE_OVER;
    if (!order_see_price(work, &view))
        return; /* nothing can be charged: it goes on waiting, and what let it be tried is decided */
    if (!view.tariff)
        view.facts |= ORDER_NO_TARIFF;
    const struct table_row *row = order_match(order.kind, view.facts);
    if (row->action == ORDER_WAIT)
        return;
    if (row->action == ORDER_REJECT) {
        reject_late(work, &view, vps, it, row->rule);
        return;
    }
    enum case_state held = row->all & ORDER_STRICT ? CASE_STATE_STRICT : CASE_STATE_PRICE;
    if (row->action == ORDER_HOLD && it->state == held)
        return; /* nothing new, whatever is installed */
    it->template = view.installed.template;
    it->source = view.installed.source;
    if (row->action == ORDER_HOLD) {
        hold_on(work, vps_id, it, held, &view.lines, &view.os, view.base.found == PRICE_NONE && it->lines.count == 0);
        return;
    }
    it->lines = view.lines;
    it->amount_micros = view.total;
    pay_or_wait(work, vps_id, vps, it);
}

/* NULL: it is gone, or of an earlier life of the VPS. */
static struct period *period_of(struct vps_state *vps, const struct open_case *it)
{
    if (!text_equal(it->order_id, vps->order_id))
        return NULL;
    for (uint32_t i = 0; i < vps->periods.count; i++)
        if (vps->periods.items[i].period_start == it->period_start)
            return &vps->periods.items[i];
    return NULL;
}

/* Of a lifetime what was paid meanwhile counts, too: nothing of it is charged twice (rules.md 3). */
static int64_t level_met(struct vps_state *vps, const struct open_case *it)
{
    const struct period *period = it->period_end == 0 ? period_of(vps, it) : NULL;

    return period && period->os_level_micros > it->level_met_micros ? period->os_level_micros : it->level_met_micros;
}

/* Without `until` the OS is still what is installed: it counts for the period from now on (rules.md 6 Held). */
static void raise_held_level(struct work *work, struct vps_state *vps, const struct open_case *it,
                             const struct os_price *price)
{
    struct period *period = period_of(vps, it);

    bool replaced = it->until && it->period_end; /* a lifetime is paid whole, however short it was installed */
    if (!period || replaced || price->price_micros <= period->os_level_micros)
        return;
    period->os_level_micros = price->price_micros;
    period->raised_at = it->charged_from;
    WORK_PUSH(work, &period->items, price->item_id);
}

static void retry_held_os(struct work *work, struct text vps_id, struct vps_state *vps, struct open_case *it)
{
    const struct catalogue_tariff *tariff = catalogue_tariff(work->desk->catalogue, it->tariff_id);
    const struct installation installed = {it->module_id, it->template, it->source};
    int64_t until = it->until && (!it->period_end || it->until < it->period_end) ? it->until : it->period_end;
    const struct span span = {it->period_start, it->period_end, it->charged_from, until};

    if (!tariff)
        return;
    struct os_price price = os_price(work->desk, tariff, &installed, it->period_months, it->occurred_at);
    if (price.kind == OS_PRICE_STRICT || price.kind == OS_PRICE_MISSING) {
        const struct charge_line_array none = {0};
        enum case_state held = price.kind == OS_PRICE_STRICT ? CASE_STATE_STRICT : CASE_STATE_PRICE;
        if (it->state != held)
            hold_on(work, vps_id, it, held, &none, &price, false);
        return;
    }
    int64_t due = 0, level = level_met(vps, it);
    if (price.kind == OS_PRICE_KNOWN && price.price_micros > level)
        due = span_share(work, price.price_micros - level, &span, tariff_terms(tariff)->rounding_micros);
    struct charge_line line = os_line(it->tariff_id, it->template, &price, &span);
    line.credited_price_micros = level;
    line.amount_micros = due;
    if (due > 0) {
        WORK_PUSH(work, &it->lines, line);
        raise_held_level(work, vps, it, &price);
    }
    it->amount_micros = due;
    pay_or_wait(work, vps_id, vps, it);
}

void case_retry(struct work *work, struct text vps_id, int64_t epoch)
{
    struct vps_state *vps = edit_vps(work, vps_id);
    struct open_case *it = case_find(vps, epoch);

    if (!it)
        return;
    if (is_order_case(it))
        retry_order(work, vps_id, vps, it);
    else if (is_held_for_catalogue(it->state))
        retry_held_os(work, vps_id, vps, it);
    else
        pay_or_wait(work, vps_id, vps, it);
}

bool any_short(const struct account_state *account)
{
    for (uint32_t i = 0; account && i < account->cases.count; i++)
        if (account->cases.items[i].state == CASE_STATE_SHORT)
            return true;
    return false;
}

void recovered(struct work *work)
{
    if (text_empty(work->settled_case) || any_short(read_account(work)))
        return;
    struct open_case last = {.case_id = work->settled_case, .notices = work->settled_notices};
    const struct table_row *row = rule_table_match(TABLE_DEBT, DEBT_GONE);
    struct notification *made = notice(work, NOTIFICATION_KIND_FUNDS_RECOVERED, row->rule, work->settled_vps, &last,
                                       TEXT("every case that was short of funds is settled"));
    made->available_micros = funds_for(read_account(work), 0).available;
    work_effect(work, row->rule, VERDICT_APPLIED, work->settled_vps)->case_id = work->settled_case;
}

void retry_cases(struct work *work)
{
    const struct account_state *account = read_account(work);

    if (!account || account->status != ACCOUNT_STATUS_ACTIVE)
        return;
    struct case_ref *refs = work_copy(work, account->cases.items, account->cases.count, 0, sizeof *refs);
    uint32_t count = account->cases.count;
    for (uint32_t i = 0; i < count; i++)
        want_vps(work, refs[i].vps_id);
    for (uint32_t i = 0; i < count; i++)
        if (!is_held_for_catalogue(refs[i].state))
            case_retry(work, refs[i].vps_id, refs[i].epoch);
}
