/* Reminders of debts, and when a timer must look at an account again (rules.md 6, 9). */
#include "core/calendar.h"
#include "core/cases.h"
#include "core/event.h"
#include "core/funds.h"
#include "core/notices.h"
#include "core/parked.h"
#include "core/rule_tables.h"

/* The oldest case that is short of funds; NULL: none. */
static const struct case_ref *oldest_short(const struct account_state *account)
{
    for (uint32_t i = 0; i < account->cases.count; i++)
        if (account->cases.items[i].state == CASE_STATE_SHORT)
            return &account->cases.items[i];
    return NULL;
}

static __int128 short_sum(const struct account_state *account)
{
    __int128 sum = 0;

    for (uint32_t i = 0; i < account->cases.count; i++)
        if (account->cases.items[i].state == CASE_STATE_SHORT)
            sum += account->cases.items[i].amount_micros;
    return sum;
}

/* 1, 3, 7 days after the oldest opened, then weekly: the first such moment after `now`. */
static int64_t next_regular(int64_t opened_at, int64_t now)
{
    static const int64_t first_days[] = {1, 3, 7};

    for (unsigned i = 0; i < sizeof first_days / sizeof *first_days; i++)
        if (opened_at + first_days[i] * DAY_MS > now)
            return opened_at + first_days[i] * DAY_MS;
    return opened_at + ((now - opened_at) / (7 * DAY_MS) + 1) * 7 * DAY_MS;
}

void hasten_reminder(struct work *work)
{
    struct account_state *account = edit_account(work);
    int64_t earliest = account->reminded_at ? account->reminded_at + DAY_MS : 0;

    if (!oldest_short(account) || funds_for(account, short_sum(account)).deficit <= account->noticed_deficit_micros)
        return;
    if (earliest < work->desk->now)
        earliest = work->desk->now;
    if (account->reminder_at == 0 || earliest < account->reminder_at)
        account->reminder_at = earliest;
}

bool reminder_due(struct work *work)
{
    const struct account_state *account = read_account(work);

    return account->reminder_at != 0 && account->reminder_at <= work->desk->now && oldest_short(account);
}

void send_reminder(struct work *work, const void *argument)
{
    struct account_state *account = edit_account(work);
    const struct case_ref ref = *oldest_short(account);
    struct open_case *oldest = case_find(edit_vps(work, ref.vps_id), ref.epoch);
    __int128 owed = short_sum(account);
    int64_t sum = owed > INT64_MAX ? INT64_MAX : (int64_t)owed; /* rules.md 9: saturates in outputs only */
    struct funds funds = funds_for(account, owed);
    struct arena *arena = work->desk->arena;
    const struct table_row *row = rule_table_match(TABLE_DEBT, 0);

    (void)argument;
    work->cause = work->decision.caused_by = oldest->caused_by;
    work->decision.event_id = oldest->caused_by.event_id;
    work->decision.input = oldest->caused_by.topic;
    struct notification *made = notice(work, NOTIFICATION_KIND_INSUFFICIENT_FUNDS, row->rule, ref.vps_id, oldest,
                                       TEXT_JOIN(arena, TEXT("reminder: "), text_from_micros(arena, sum),
                                                 TEXT(" is owed, available "), text_from_micros(arena, funds.available),
                                                 TEXT(": deposit "), text_from_micros(arena, funds.deficit)));
    made->amount_micros = sum;
    made->available_micros = funds.available;
    made->deficit_micros = funds.deficit;
    account->reminded_at = work->desk->now;
    account->noticed_deficit_micros = funds.deficit;
    account->reminder_at = next_regular(ref.opened_at, work->desk->now);
    struct effect *effect = work_effect(work, row->rule, VERDICT_APPLIED, ref.vps_id);
    effect->case_id = ref.case_id;
    effect->amount_micros = sum;
}

static void earliest(int64_t *due, int64_t moment)
{
    if (moment != 0 && (*due == 0 || moment < *due))
        *due = moment;
}

/* When a timer must look at the account: a case's end, the oldest parked event's, the reminder. */
static int64_t next_due(const struct account_state *account, int64_t reminder_at)
{
    int64_t due = 0;

    for (uint32_t i = 0; i < account->cases.count; i++)
        earliest(&due, account->cases.items[i].due_at);
    if (account->parked.count)
        earliest(&due, account->parked.items[0].parked_at + PARKED_KEPT_MS);
    earliest(&due, reminder_at);
    return due;
}

void plan_account(struct work *work)
{
    const struct account_state *account = read_account(work);

    if (!account)
        return;
    const struct case_ref *oldest = oldest_short(account);
    int64_t reminder_at = account->reminder_at;
    if (!oldest)
        reminder_at = 0;
    else if (reminder_at == 0)
        reminder_at = next_regular(oldest->opened_at, work->desk->now);
    int64_t due = next_due(account, reminder_at);
    if (due == account->next_due && reminder_at == account->reminder_at && !work->short_noticed)
        return;
    struct account_state *planned = edit_account(work);
    planned->reminder_at = reminder_at;
    planned->next_due = due;
    if (work->short_noticed)
        planned->noticed_deficit_micros = funds_for(planned, short_sum(planned)).deficit;
    work->short_noticed = false;
    if (!oldest)
        planned->reminded_at = planned->noticed_deficit_micros = 0;
}
