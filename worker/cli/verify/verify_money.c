/* Promise 2: deposits - withdrawals - charges = sum of balances, three times over: as P says, as the accounts say, as
 * the decisions and charges say. */
#include "core/text.h"
#include "worker/cli/common/decimal.h"
#include "worker/cli/verify/verify.h"

static void sum_balances(const struct unit *unit)
{
    for (uint32_t i = 0; i < unit->accounts.count; i++) {
        const struct account_entry *account = unit_account_entry(unit, i);
        if (account->has_state && account->currency != MAP_NONE)
            unit_sum(unit, account->currency)->balance += account->balance;
    }
}

static void check_accounts(const struct unit *unit)
{
    char state[DECIMAL_TEXT], running[DECIMAL_TEXT];

    for (uint32_t i = 0; i < unit->accounts.count; i++) {
        const struct account_entry *account = unit_account_entry(unit, i);
        unit->verify->counts.accounts += account->has_state;
        if (!unit->whole || account->running == account->balance)
            continue;
        violation(unit->verify, "balance", TOPIC_ACCOUNT_STATE, unit->partition, -1,
                  "account %.*s has %s, but its decisions make %s", (int)unit->accounts.keys[i].size,
                  unit->accounts.keys[i].data, decimal_from_micros(account->balance, state),
                  decimal_from_micros(account->running, running));
    }
}

static void compare(const struct unit *unit, struct text currency, const char *what, int64_t expected, __int128 got)
{
    char position[DECIMAL_TEXT], sum[DECIMAL_TEXT];

    if (got == expected)
        return;
    violation(unit->verify, "totals", TOPIC_ACCOUNT_STATE, unit->partition, unit->position_offset,
              "%s in %.*s: the position says %s, the sum is %s%s", what, (int)currency.size,
              currency.size ? currency.data : "", decimal_from_micros(expected, position),
              decimal_from_micros((int64_t)got, sum), got != (int64_t)got ? " and beyond 64 bits" : "");
}

static void check_total(struct unit *unit, const struct currency_total *total)
{
    uint32_t number = unit_currency(unit, total->currency);
    __int128 balance = (__int128)total->deposited_micros - total->withdrawn_micros - total->charged_micros;

    if (number == MAP_NONE)
        return;
    const struct currency_sum *sum = unit_sum(unit, number);
    compare(unit, total->currency, "deposits - withdrawals - charges", total->balance_micros, balance);
    compare(unit, total->currency, "the sum of balances", total->balance_micros, sum->balance);
    if (!unit->whole)
        return;
    compare(unit, total->currency, "deposits", total->deposited_micros, sum->deposited);
    compare(unit, total->currency, "withdrawals", total->withdrawn_micros, sum->withdrawn);
    compare(unit, total->currency, "charges", total->charged_micros, sum->charged);
}

/* A currency that has accounts with money, and no total. */
static void check_missing(const struct unit *unit)
{
    for (uint32_t i = 0; i < unit->currencies.count; i++) {
        bool found = false;
        for (uint32_t k = 0; unit->has_position && k < unit->position.totals.count; k++)
            found = found || text_equal(unit->position.totals.items[k].currency, unit->currencies.keys[i]);
        if (!found)
            compare(unit, unit->currencies.keys[i], "the sum of balances", 0, unit_sum(unit, i)->balance);
    }
}

void unit_check_money(struct unit *unit)
{
    if (unit->lane)
        return;
    sum_balances(unit);
    check_accounts(unit);
    for (uint32_t i = 0; unit->has_position && i < unit->position.totals.count; i++)
        check_total(unit, &unit->position.totals.items[i]);
    check_missing(unit);
}
