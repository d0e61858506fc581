/* Account events: facts, table, and what each kind does (rules.md 7). */
#include "core/account.h"

#include "core/case_tables.h"
#include "core/cases.h"
#include "core/event.h"
#include "core/funds.h"
#include "core/identity.h"
#include "core/notices.h"
#include "core/parked.h"
#include "core/rule_tables.h"

#define KIND_FACT(kind) ((uint64_t)ACCOUNT_OPENS << (kind))
_Static_assert(ACCOUNT_WAIVES == ACCOUNT_OPENS << ACCOUNT_KIND_CASE_WAIVED, "facts in the order of the kinds");

static bool is_money(enum account_kind kind)
{
    return kind == ACCOUNT_KIND_DEPOSIT || kind == ACCOUNT_KIND_WITHDRAWAL || kind == ACCOUNT_KIND_CREDIT_LIMIT;
}

static bool is_currency(struct text code)
{
    for (uint32_t i = 0; i < code.size; i++)
        if (code.data[i] < 'A' || code.data[i] > 'Z')
            return false;
    return code.size == 3;
}

static bool bad_value(const struct account_event *event)
{
    switch (event->kind) {
    case ACCOUNT_KIND_OPENED: return !is_currency(event->currency);
    case ACCOUNT_KIND_DEPOSIT:
    case ACCOUNT_KIND_WITHDRAWAL: return event->amount_micros <= 0;
    case ACCOUNT_KIND_CREDIT_LIMIT: return event->amount_micros < 0;
    case ACCOUNT_KIND_CASE_WAIVED: return text_empty(event->case_id);
    default: return false;
    }
}

static const struct case_ref *ref_of(const struct account_state *account, struct text case_id)
{
    for (uint32_t i = 0; i < account->cases.count; i++)
        if (text_equal(account->cases.items[i].case_id, case_id))
            return &account->cases.items[i];
    return NULL;
}

static uint64_t account_facts(struct work *work, const struct account_event *event,
                              const struct event_identity *identity)
{
    const struct account_state *account = read_account(work);
    bool exists = account && account->status != ACCOUNT_STATUS_UNKNOWN;
    enum seen seen = seen_parked(account, topic_name(TOPIC_ACCOUNT), identity);
    uint64_t facts = KIND_FACT(event->kind);

    if (seen == SEEN_NEVER && account)
        seen = seen_account_event(work, account, identity);
    facts |= seen == SEEN_SAME ? ACCOUNT_SEEN : 0;
    facts |= seen == SEEN_OTHER_CONTENT ? ACCOUNT_SEEN_OTHERWISE : 0;
    facts |= account && event->occurred_at <= account->id_floor ? ACCOUNT_IS_TOO_OLD : 0;
    facts |= bad_value(event) ? ACCOUNT_VALUE_BAD : 0;
    if (!exists)
        return facts | ACCOUNT_NONE;
    bool other = !text_equal(event->currency, account->currency);
    if (!is_money(event->kind) && event->kind != ACCOUNT_KIND_OPENED)
        other = other && !text_empty(event->currency);
    facts |= other ? ACCOUNT_OTHER_CURRENCY : 0;
    facts |= account->status == ACCOUNT_STATUS_CLOSED ? ACCOUNT_IS_CLOSED : 0;
    const struct case_ref *ref = ref_of(account, event->case_id);
    facts |= !ref ? ACCOUNT_NO_CASE : 0;
    return facts;
}

static void open_account(struct work *work, struct account_state *account, const struct account_event *event)
{
    if (account->status == ACCOUNT_STATUS_ACTIVE || account->status == ACCOUNT_STATUS_FROZEN)
        return; /* again with the same currency: nothing */
    work->may_release = account->status == ACCOUNT_STATUS_UNKNOWN;
    account->status = ACCOUNT_STATUS_ACTIVE;
    account->currency = event->currency;
}

static void pay_in(struct work *work, struct account_state *account, int64_t amount)
{
    account->balance_micros = work_add(work, account->balance_micros, amount);
    *outcome_move(work->outcome) = (struct move){MOVE_DEPOSIT, account->currency, amount};
    work->retry_cases = true;
}

static void pay_out(struct work *work, struct account_state *account, int64_t amount)
{
    account->balance_micros = work_subtract(work, account->balance_micros, amount);
    *outcome_move(work->outcome) = (struct move){MOVE_WITHDRAWAL, account->currency, amount};
    hasten_reminder(work);
}

static void set_limit(struct work *work, struct account_state *account, int64_t limit)
{
    bool lower = limit < account->credit_limit_micros;

    work->retry_cases = limit > account->credit_limit_micros;
    account->credit_limit_micros = limit;
    if (lower)
        hasten_reminder(work);
}

/* In order of opening. */
static void close_cases(struct work *work, struct account_state *account)
{
    for (uint32_t i = 0; i < account->cases.count; i++) {
        const struct case_ref *ref = &account->cases.items[i];
        const struct table_row *row = rule_table_match(TABLE_CASE, CASE_DROPPED);
        struct effect *effect = work_effect(work, row->rule, VERDICT_APPLIED, ref->vps_id);
        effect->case_id = ref->case_id;
        effect->amount_micros = ref->amount_micros;
    }
    account->cases = (struct case_ref_array){0};
}

static void close_vps(struct work *work, struct text vps_id, int64_t moment)
{
    struct vps_state *vps = edit_vps(work, vps_id);

    vps->cases = (struct open_case_array){0};
    if (vps->status == VPS_STATUS_PENDING || vps->status == VPS_STATUS_ACTIVE) {
        vps->status = VPS_STATUS_CANCELLED;
        vps->cancelled_at = moment;
    }
}

/* Cases closed, VPSs cancelled without refund, the balance stays (rules.md 7). */
static void close_account(struct work *work, struct account_state *account, const struct account_event *event)
{
    int32_t left = account->vps_count;

    account->status = ACCOUNT_STATUS_CLOSED;
    close_cases(work, account);
    for (int64_t chunk = 0; left > 0; chunk++) {
        const struct vps_list *list = read_vps_list(work, chunk);
        if (!list || list->vps_ids.count == 0)
            return;
        for (uint32_t i = 0; i < list->vps_ids.count; i++)
            want_vps(work, list->vps_ids.items[i]);
        for (uint32_t i = 0; i < list->vps_ids.count; i++, left--)
            close_vps(work, list->vps_ids.items[i], event->occurred_at);
    }
}

/* What a period remembers as waived: the full-period price above what was paid before, as its lines owe it together. */
static void remember_waived(struct work *work, struct vps_state *vps, const struct open_case *waived)
{
    bool earlier = !text_equal(waived->order_id, vps->order_id); /* another life's periods are not these */

    for (uint32_t k = 0; !earlier && k < vps->periods.count; k++) {
        struct period *period = &vps->periods.items[k];
        int64_t sum = period->waived_micros;
        for (uint32_t i = 0; i < waived->lines.count; i++) {
            const struct charge_line *line = &waived->lines.items[i];
            if (period->period_start == line->period_start && line->amount_micros != 0)
                sum = work_add(work, sum, line->price_micros - line->credited_price_micros);
        }
        period->waived_micros = sum > 0 ? sum : 0;
    }
}

/* As if paid: what is installed is not charged later. Its price is what is known of it, else 0. */
static void add_os_line(struct work *work, const struct vps_state *vps, struct open_case *held)
{
    const struct catalogue_tariff *tariff = catalogue_tariff(work->desk->catalogue, held->tariff_id);
    const struct installation installed = {held->module_id, vps->template, vps->source};
    const struct span span = {held->period_start, held->period_end, held->period_start, held->period_end};

    struct os_price price = os_price(work->desk, tariff, &installed, held->period_months, held->occurred_at);
    if (price.kind == OS_PRICE_NO_ADDON || price.kind == OS_PRICE_STRICT)
        return; /* it is no item */
    WORK_PUSH(work, &held->lines, os_line(held->tariff_id, vps->template, &price, &span));
}

static void waive(struct work *work, const struct account_event *event)
{
    const struct case_ref *ref = ref_of(read_account(work), event->case_id);
    struct text vps_id = ref->vps_id;
    struct vps_state *vps = edit_vps(work, vps_id);
    struct open_case *waived = case_find(vps, ref->epoch);

    work->decision.vps_id = vps_id;
    work->decision.case_id = waived->case_id;
    work->decision.amount_micros = waived->amount_micros;
    work->decision.template = waived->template;
    if (waived->state == CASE_STATE_GRACE) { /* what was not accepted yet is rejected now */
        case_reject(work, vps_id, vps, waived);
        return;
    }
    if (waived->state == CASE_STATE_PRICE && is_order_case(waived))
        add_os_line(work, vps, waived);
    if (is_order_case(waived))
        period_begin(work, vps, waived, lines_sum(work, &waived->lines));
    else
        remember_waived(work, vps, waived);
    case_remove(work, vps_id, vps, waived);
}

static void apply(struct work *work, const struct account_event *event, enum account_action action)
{
    struct account_state *account = edit_account(work);

    switch (action) {
    case ACCOUNT_OPEN: open_account(work, account, event); break;
    case ACCOUNT_PAY_IN: pay_in(work, account, event->amount_micros); break;
    case ACCOUNT_PAY_OUT: pay_out(work, account, event->amount_micros); break;
    case ACCOUNT_LIMIT: set_limit(work, account, event->amount_micros); break;
    case ACCOUNT_FREEZE: account->status = ACCOUNT_STATUS_FROZEN; break;
    case ACCOUNT_UNFREEZE:
        account->status = ACCOUNT_STATUS_ACTIVE;
        work->retry_cases = true;
        break;
    case ACCOUNT_CLOSE: close_account(work, account, event); break;
    case ACCOUNT_WAIVE: waive(work, event); break;
    default: break;
    }
}

static struct text why_dead(enum rule rule)
{
    switch (rule) {
    case RULE_TOO_OLD: return TEXT("older than what event ids are remembered for, and unknown: it may be a duplicate");
    case RULE_ACCOUNT_CURRENCY_MISMATCH: return TEXT("currency is not the account's");
    default:
        return TEXT("amount_micros must be above 0 (CREDIT_LIMIT: 0 or more), currency of OPENED three capital "
                    "letters, case_id of CASE_WAIVED not empty");
    }
}

void decide_account_event(struct work *work, const struct account_event *event, const struct input *input)
{
    struct event_identity identity = account_event_identity(work, event);
    const struct table_row *row = rule_table_match(TABLE_ACCOUNT, account_facts(work, event, &identity));

    switch ((enum account_action)row->action) {
    case ACCOUNT_IGNORE: work_rule(work, row->rule, VERDICT_DUPLICATE, TEXT("decided before")); return;
    case ACCOUNT_DISPUTE:
        notice_conflict(work, input, row->rule, TEXT(""),
                        row->all & ACCOUNT_OTHER_CURRENCY
                            ? TEXT("the account was opened before in another currency")
                            : TEXT("this event id was decided before with other content"));
        return;
    case ACCOUNT_DEAD: reject_as_dead(work, input, row->rule, why_dead(row->rule)); return;
    case ACCOUNT_PARK: park(work, input, row->rule, event->event_id, TEXT(""), &identity); return;
    case ACCOUNT_REJECT:
        work_rule(work, row->rule, VERDICT_REJECTED,
                  row->all == ACCOUNT_IS_CLOSED ? TEXT("the account is closed") : TEXT("no such case is open"));
        break;
    default:
        work_rule(work, row->rule, rule_info(row->rule)->verdict, TEXT(""));
        if (is_money(event->kind))
            work->decision.amount_micros = event->amount_micros;
        apply(work, event, (enum account_action)row->action);
        break;
    }
    remember_account_event(work, edit_account(work), &identity, event->occurred_at);
}
