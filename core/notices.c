#include "core/notices.h"

#include "core/case_tables.h"
#include "core/cases.h"
#include "core/funds.h"
#include "core/identity.h"
#include "core/rule_tables.h"

static enum severity severity_of(enum notification_kind kind)
{
    switch (kind) {
    case NOTIFICATION_KIND_PRICE_MISSING:
    case NOTIFICATION_KIND_CONFLICT: return SEVERITY_CRITICAL;
    case NOTIFICATION_KIND_FUNDS_RECOVERED: return SEVERITY_INFO;
    default: return SEVERITY_WARNING;
    }
}

struct notification *notice(struct work *work, enum notification_kind kind, enum rule rule, struct text vps_id,
                            struct open_case *about, struct text text)
{
    struct notification *made = outcome_notification(work->outcome);
    const struct account_state *account = read_account(work);
    int32_t number = about ? ++about->notices : ++work->notices;

    made->caused_by = work->cause;
    made->decided_at = work->desk->now;
    made->rule = rule_info(rule)->id;
    made->case_id = about ? about->case_id : TEXT("");
    made->notification_id = notification_id(work, made->case_id, kind, number);
    made->kind = kind;
    made->severity = severity_of(kind);
    made->account_id = work->account_id;
    made->vps_id = vps_id;
    made->text = text;
    made->currency = account ? account->currency : TEXT("");
    return made;
}

void notice_unmapped(struct work *work, struct text vps_id, const struct installation *installed,
                     const struct os_price *price)
{
    struct arena *arena = work->desk->arena;
    uint64_t facts = (text_empty(price->near_miss) ? 0 : UNMAPPED_NEAR) | (price->odd ? UNMAPPED_ODD : 0);
    const struct table_row *row = rule_table_match(TABLE_UNMAPPED, facts);
    struct text text;

    if (row->rule == RULE_NONE)
        return;
    if (row->all & UNMAPPED_NEAR)
        text = TEXT_JOIN(arena, TEXT("OS \""), installed->template,
                         TEXT("\" is no item of the tariff, but nearly names the priced item \""), price->near_miss,
                         TEXT("\": add an alias or correct the item's internal name"));
    else if (text_empty(installed->template))
        text = TEXT("the installed OS is not named: it is billed as the tariff's default item");
    else
        text = TEXT_JOIN(arena, TEXT("OS \""), installed->template,
                         TEXT("\" comes from no template of the module: it is billed as the default item"));
    struct notification *made = notice(work, NOTIFICATION_KIND_UNMAPPED_OS, row->rule, vps_id, NULL, text);
    if (row->all & UNMAPPED_NEAR)
        made->severity = SEVERITY_CRITICAL;
    made->module_id = installed->module_id;
    made->template = installed->template;
}

static struct text price_missing_text(struct work *work, const struct open_case *held, struct text item_id)
{
    struct arena *arena = work->desk->arena;

    return TEXT_JOIN(arena, TEXT("no price in tariff \""), held->tariff_id, TEXT("\" for "),
                     text_empty(item_id) ? TEXT("the base price")
                                         : TEXT_JOIN(arena, TEXT("item \""), item_id, TEXT("\"")),
                     TEXT(", "), text_from_int(arena, held->period_months), TEXT(" months, at "),
                     text_from_millis(arena, held->occurred_at), TEXT(": add the price and it is decided"));
}

void notice_held(struct work *work, struct text vps_id, struct open_case *held, enum rule rule,
                 const struct os_price *price, bool base_missing)
{
    bool strict = held->state == CASE_STATE_STRICT;
    struct notification *made;

    if (held->missed_noticed)
        return;
    held->missed_noticed = true;
    if (strict)
        made = notice(work, NOTIFICATION_KIND_UNMAPPED_OS, rule, vps_id, held,
                      TEXT_JOIN(work->desk->arena, TEXT("OS \""), held->template,
                                TEXT("\" is no item of the tariff and its module is strict: held until it is mapped")));
    else
        made = notice(work, NOTIFICATION_KIND_PRICE_MISSING, rule, vps_id, held,
                      price_missing_text(work, held, base_missing ? TEXT("") : price->item_id));
    if (!text_empty(price->near_miss))
        made->severity = SEVERITY_CRITICAL;
    made->module_id = held->module_id;
    made->template = held->template;
}

void notice_short(struct work *work, struct text vps_id, struct open_case *about, enum rule rule)
{
    struct arena *arena = work->desk->arena;

    if (about->short_noticed)
        return;
    about->short_noticed = work->short_noticed = true;
    struct funds funds = funds_for(read_account(work), about->amount_micros);
    struct notification *made =
        notice(work, NOTIFICATION_KIND_INSUFFICIENT_FUNDS, rule, vps_id, about,
               TEXT_JOIN(arena, TEXT("needed "), text_from_micros(arena, about->amount_micros), TEXT(", available "),
                         text_from_micros(arena, funds.available), TEXT(": deposit "),
                         text_from_micros(arena, funds.deficit), TEXT(" to settle case "), about->case_id));
    made->module_id = about->module_id;
    made->template = about->template;
    made->amount_micros = about->amount_micros;
    made->available_micros = funds.available;
    made->deficit_micros = funds.deficit;
}

void notice_frozen(struct work *work, struct text vps_id, struct open_case *about, enum rule rule)
{
    struct arena *arena = work->desk->arena;
    struct notification *made = notice(work, NOTIFICATION_KIND_ACCOUNT_FROZEN, rule, vps_id, about,
                                       TEXT_JOIN(arena, text_from_micros(arena, about->amount_micros),
                                                 TEXT(" is due, but the account is frozen: case "), about->case_id,
                                                 TEXT(" waits until it is unfrozen")));

    made->module_id = about->module_id;
    made->template = about->template;
    made->amount_micros = about->amount_micros;
}

void notice_conflict(struct work *work, const struct input *input, enum rule rule, struct text vps_id, struct text text)
{
    work_rule(work, rule, VERDICT_CONFLICT, text);
    (void)notice(work, NOTIFICATION_KIND_CONFLICT, rule, vps_id, NULL, text);
    dead_letter(work, input, rule_info(rule)->id.data, text);
}

void dead_letter(struct work *work, const struct input *input, const char *code, struct text message)
{
    *outcome_dead_letter(work->outcome) = (struct dead_letter){
        input->topic, input->partition, input->offset, input->key, input->value, code, message,
    };
}
