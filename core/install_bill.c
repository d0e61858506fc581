/* Billing an accepted installation: each unexpired period, oldest first (rules.md 5). */
#include "core/cases.h"
#include "core/funds.h"
#include "core/install.h"
#include "core/notices.h"

#include <assert.h>

/* The periods that are met: the last ended one, the running one and 12 ahead. */
enum { MET_MAX = 16 };

struct bill {
    const struct os_installed *install;
    struct installation installed;
    struct install_period met[MET_MAX];
    uint32_t count;
    struct charge_line_array due;
    int64_t total;
};

static struct charge_line due_line(const struct bill *bill, const struct vps_state *vps,
                                   const struct install_period *met)
{
    const struct period *period = &vps->periods.items[met->index];
    struct charge_line line = os_line(period->tariff_id, bill->installed.template, &met->price, &met->span);

    line.credited_price_micros = period->os_level_micros;
    line.amount_micros = met->due;
    return line;
}

/* A due > 0 raises the level and joins the items, whenever it is paid (rules.md 3). */
static void raise_level(struct work *work, struct period *period, const struct install_period *met)
{
    period->os_level_micros = met->price.price_micros;
    period_raised(period, met->span.from);
    WORK_PUSH(work, &period->items, met->price.item_id);
}

static void meet_periods(struct work *work, struct vps_state *vps, struct bill *bill)
{
    bool told = false;

    for (uint32_t i = 0; i < vps->periods.count && bill->count < MET_MAX; i++) {
        if (!period_met(vps, i, bill->install->installed_at, work->desk->now))
            continue;
        struct install_period met = install_meet(work, vps, i, &bill->installed, bill->install->installed_at);
        if (!told && met.price.kind != OS_PRICE_NO_ADDON && met.price.kind != OS_PRICE_STRICT) {
            notice_unmapped(work, bill->install->vps_id, &bill->installed, &met.price);
            told = met.price.odd || !text_empty(met.price.near_miss);
        }
        if (met.row->action == INSTALL_DUE) {
            WORK_PUSH(work, &bill->due, due_line(bill, vps, &met));
            raise_level(work, &vps->periods.items[i], &met);
        }
        bill->met[bill->count++] = met;
    }
    bill->total = lines_sum(work, &bill->due);
}

static struct open_case os_case(const struct bill *bill, enum case_state state, enum rule rule,
                                const struct vps_state *vps, const struct install_period *met)
{
    const struct period *period = &vps->periods.items[met->index];

    return (struct open_case){
        .kind = CASE_KIND_OS,
        .state = state,
        .rule = rule_info(rule)->id,
        .order_id = vps->order_id,
        .module_id = bill->installed.module_id,
        .tariff_id = period->tariff_id,
        .template = bill->installed.template,
        .source = bill->installed.source,
        .period_months = period->period_months,
        .period_start = period->period_start,
        .period_end = period->period_end,
        .occurred_at = met->span.from, /* the moment that counts for its price is t */
        .charged_from = met->span.from,
        .level_met_micros = period->os_level_micros,
    };
}

static const struct install_period *first_due(const struct bill *bill)
{
    for (uint32_t i = 0; i < bill->count; i++)
        if (bill->met[i].row->action == INSTALL_DUE)
            return &bill->met[i];
    return NULL;
}

/* The due lines make one Charge or one case. Returns its rule, RULE_NONE when nothing is due. */
static enum rule pay_due(struct work *work, struct vps_state *vps, struct bill *bill)
{
    const struct account_state *account = read_account(work);
    const struct install_period *met = first_due(bill);
    uint64_t facts = 0;

    if (!met)
        return RULE_NONE;
    facts |= account->status == ACCOUNT_STATUS_FROZEN ? INSTALL_FROZEN : 0;
    facts |= funds_suffice(account, bill->total) ? 0 : INSTALL_SHORT;
    const struct table_row *row = rule_table_match(TABLE_PAYMENT, facts);
    work->decision.amount_micros = bill->total;
    if (row->action == INSTALL_DUE) {
        work->decision.charge_id = charge(work, row->rule, bill->install->vps_id, vps, NULL, &bill->due);
        return row->rule;
    }
    bool frozen = row->all & INSTALL_FROZEN;
    struct open_case draft = os_case(bill, frozen ? CASE_STATE_FROZEN : CASE_STATE_SHORT, row->rule, vps, met);
    draft.lines = bill->due;
    draft.amount_micros = bill->total;
    struct open_case *it = case_open(work, bill->install->vps_id, vps, &draft);
    work->decision.case_id = it->case_id;
    if (frozen)
        notice_frozen(work, bill->install->vps_id, it, row->rule);
    else
        notice_short(work, bill->install->vps_id, it, row->rule);
    return row->rule;
}

/* Each held period opens a held case of its own. Returns the oldest one's rule. */
static enum rule hold_periods(struct work *work, struct vps_state *vps, struct bill *bill)
{
    enum rule first = RULE_NONE;

    for (uint32_t i = 0; i < bill->count; i++) {
        const struct install_period *met = &bill->met[i];
        if (met->row->action != INSTALL_HOLD)
            continue;
        struct open_case draft = os_case(bill, met->row->all & INSTALL_STRICT ? CASE_STATE_STRICT : CASE_STATE_PRICE,
                                         met->row->rule, vps, met);
        struct open_case *it = case_open(work, bill->install->vps_id, vps, &draft);
        notice_held(work, bill->install->vps_id, it, met->row->rule, &met->price, false);
        if (first == RULE_NONE) {
            first = met->row->rule;
            if (text_empty(work->decision.case_id))
                work->decision.case_id = it->case_id;
        }
    }
    return first;
}

static struct text bill_reason(struct work *work, const struct bill *bill)
{
    struct arena *arena = work->desk->arena;
    const struct install_period *met = first_due(bill);

    if (!met)
        return TEXT("");
    const struct charge_line *line = &bill->due.items[0];
    assert(bill->due.count > 0);
    return TEXT_JOIN(arena, TEXT("item \""), line->item_id, TEXT("\" costs "),
                     text_from_micros(arena, line->price_micros), TEXT(", paid so far "),
                     text_from_micros(arena, line->credited_price_micros), TEXT(", from "),
                     text_from_millis(arena, line->charged_from), TEXT(" on: "), text_from_micros(arena, bill->total));
}

void bill_install(struct work *work, struct vps_state *vps, const struct os_installed *install)
{
    struct bill bill = {.install = install, .installed = {install->module_id, install->template, install->source}};

    meet_periods(work, vps, &bill);
    assert(bill.count > 0); /* else it had lapsed */
    enum rule paid = pay_due(work, vps, &bill);
    enum rule held = hold_periods(work, vps, &bill);
    /* rules.md 5: the oldest held period's, else the Charge's or case's, else the oldest period's */
    enum rule rule = held ? held : paid ? paid : bill.met[0].row->rule;
    work_rule(work, rule, rule_info(rule)->verdict, bill_reason(work, &bill));
    work->decision.item_id = (first_due(&bill) ? first_due(&bill) : &bill.met[0])->price.item_id;
}
