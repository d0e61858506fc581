/* Deciding an installation: look, match, act (rules.md 5). */
#include "core/install.h"

#include "core/cases.h"
#include "core/event.h"
#include "core/funds.h"
#include "core/notices.h"
#include "core/parked.h"

static bool has_item(const struct period *period, struct text item_id)
{
    for (uint32_t i = 0; i < period->items.count; i++)
        if (text_equal(period->items.items[i], item_id))
            return true;
    return false;
}

static uint64_t period_facts(const struct install_period *met, const struct period *period)
{
    const struct os_price *price = &met->price;
    uint64_t facts = 0;

    if (price->kind == OS_PRICE_NO_ADDON)
        return INSTALL_NO_ADDON;
    facts |= price->kind == OS_PRICE_STRICT ? INSTALL_STRICT : 0;
    facts |= price->kind == OS_PRICE_MISSING ? INSTALL_NO_PRICE : 0;
    facts |= has_item(period, price->item_id) ? INSTALL_IN_ITEMS : 0;
    facts |= price->unmapped ? INSTALL_DEFAULT : 0;
    if (price->kind == OS_PRICE_KNOWN) {
        facts |= price->price_micros == 0 ? INSTALL_PRICE_ZERO : 0;
        facts |= met->due == 0 ? INSTALL_BELOW_LEVEL : 0;
    }
    return facts;
}

struct install_period install_meet(struct work *work, const struct vps_state *vps, uint32_t index,
                                   const struct installation *installed, int64_t installed_at)
{
    const struct period *period = &vps->periods.items[index];
    int64_t from = installed_at > period->period_start ? installed_at : period->period_start;
    struct install_period met = {
        .index = index,
        .span = {period->period_start, period->period_end, from, period->period_end},
        .tariff = catalogue_tariff(work->desk->catalogue, period->tariff_id),
        .price = {.kind = OS_PRICE_MISSING},
    };

    if (met.tariff)
        met.price = os_price(work->desk, met.tariff, installed, period->period_months, from);
    if (met.price.price_micros > period->os_level_micros) /* 0 while it is not known */
        met.due = span_share(work, met.price.price_micros - period->os_level_micros, &met.span,
                             tariff_terms(met.tariff)->rounding_micros);
    met.row = rule_table_match(TABLE_PERIOD, period_facts(&met, period));
    return met;
}

/* What an installation that came too late would have cost: for the reason, and for drift (rules.md 5). */
static struct text not_charged(struct work *work, const struct vps_state *vps, const struct os_installed *install)
{
    const struct installation installed = {install->module_id, install->template, install->source};
    int64_t sum = 0;

    for (uint32_t i = 0; i < vps->periods.count; i++)
        if (period_met(vps, i, install->installed_at, work->desk->now))
            sum = money_add_saturating(sum, install_meet(work, vps, i, &installed, install->installed_at).due);
    return TEXT_JOIN(work->desk->arena, TEXT("not charged: "), text_from_micros(work->desk->arena, sum));
}

static void tell(struct work *work, const struct vps_state *vps, const struct os_installed *install,
                 const struct table_row *row)
{
    bool before = !(row->all & INSTALL_CANCELLED) || install->installed_at < vps->cancelled_at;

    work_rule(work, row->rule, before ? VERDICT_STALE : VERDICT_RECORDED,
              before ? not_charged(work, vps, install) : TEXT("the VPS is cancelled"));
}

/* From now on this is what is installed. */
static void accept(struct vps_state *vps, const struct os_installed *install)
{
    vps->template = install->template;
    vps->source = install->source;
    vps->newest_known = install->installed_at;
    held_until(vps, install->installed_at);
}

/* Pending and lapsed: nothing is billed now, but a doubtful OS is told at once (rules.md 9). */
static void note(struct work *work, struct vps_state *vps, const struct os_installed *install, enum rule rule)
{
    const struct installation installed = {install->module_id, install->template, install->source};
    const struct catalogue_tariff *tariff = catalogue_tariff(work->desk->catalogue, vps->tariff_id);

    accept(vps, install);
    if (tariff) {
        struct os_price price = os_price(work->desk, tariff, &installed, 0, install->installed_at);
        notice_unmapped(work, install->vps_id, &installed, &price);
    }
    work_rule(work, rule, VERDICT_RECORDED, TEXT("it counts when the period is paid"));
}

static uint64_t install_facts(struct work *work, const struct os_installed *install,
                              const struct event_identity *identity)
{
    const struct account_state *account = read_account(work);
    const struct vps_state *vps = read_vps(work, install->vps_id);
    enum seen seen = seen_parked(account, topic_name(TOPIC_OS_INSTALLED), identity);
    uint64_t facts = 0;

    if (seen == SEEN_NEVER && vps)
        seen = seen_among(&vps->recent_installs, identity);
    facts |= seen == SEEN_SAME ? INSTALL_SEEN : 0;
    facts |= seen == SEEN_OTHER_CONTENT ? INSTALL_SEEN_OTHERWISE : 0;
    if (!account || account->status == ACCOUNT_STATUS_UNKNOWN)
        return facts | INSTALL_NO_ACCOUNT;
    facts |= account->status == ACCOUNT_STATUS_CLOSED ? INSTALL_CLOSED_ACCOUNT : 0;
    if (!vps || vps->status == VPS_STATUS_NONE)
        return facts | INSTALL_NO_VPS;
    const struct period *last = period_last(vps);
    facts |= vps->status == VPS_STATUS_CANCELLED ? INSTALL_CANCELLED : 0;
    facts |= vps->status == VPS_STATUS_PENDING ? INSTALL_PENDING : 0;
    facts |= install->installed_at <= vps->cancelled_at ? INSTALL_OLD_LIFE : 0;
    facts |= install->installed_at <= vps->newest_known ? INSTALL_NOT_NEWER : 0;
    facts |= text_equal(install->template, vps->template) ? INSTALL_SAME : 0;
    facts |= !last || !ends_after(last->period_end, install->installed_at) ? INSTALL_LAPSED : 0;
    return facts;
}

void decide_install(struct work *work, const struct os_installed *install, const struct input *input)
{
    struct event_identity identity = install_identity(work, install);
    const struct table_row *row = rule_table_match(TABLE_INSTALL, install_facts(work, install, &identity));
    struct vps_state *vps;

    work->decision.vps_id = install->vps_id;
    work->decision.module_id = install->module_id;
    work->decision.template = install->template;
    switch ((enum install_action)row->action) {
    case INSTALL_DISPUTE:
        notice_conflict(work, input, row->rule, install->vps_id,
                        TEXT("this event id was decided before with other content"));
        return;
    case INSTALL_PARK: park(work, input, row->rule, install->event_id, install->vps_id, &identity); return;
    case INSTALL_REPEAT: work_rule(work, row->rule, VERDICT_DUPLICATE, TEXT("decided before")); return;
    case INSTALL_IGNORE:
        work_rule(work, row->rule, VERDICT_RECORDED, TEXT("the account is closed"));
        vps = edit_vps(work, install->vps_id);
        break;
    case INSTALL_TELL:
        vps = edit_vps(work, install->vps_id);
        tell(work, vps, install, row);
        break;
    case INSTALL_CONFIRM:
        vps = edit_vps(work, install->vps_id);
        if (vps->newest_known < install->installed_at)
            vps->newest_known = install->installed_at;
        work_rule(work, row->rule, VERDICT_RECORDED, TEXT("this OS is installed already"));
        break;
    case INSTALL_NOTE:
        vps = edit_vps(work, install->vps_id);
        note(work, vps, install, row->rule);
        break;
    default:
        vps = edit_vps(work, install->vps_id);
        accept(vps, install);
        bill_install(work, vps, install);
        break;
    }
    remember_recent(work, &vps->recent_installs, &identity);
}
