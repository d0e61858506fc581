/* The decision table of account events: the first row that matches wins (rules.md 7, 9). */
#include "core/account.h"

#define ROW(rule, all, none, action)                 \
    {                                                \
        RULE_##rule, (all), (none), ACCOUNT_##action \
    }
static const struct table_row rows[] = {
    ROW(ACCOUNT_DUPLICATE, ACCOUNT_SEEN, 0, IGNORE),
    ROW(ACCOUNT_CONFLICT, ACCOUNT_SEEN_OTHERWISE, 0, DISPUTE),
    ROW(TOO_OLD, ACCOUNT_IS_TOO_OLD, 0, DEAD),
    ROW(ACCOUNT_BAD_VALUE, ACCOUNT_VALUE_BAD, 0, DEAD),
    ROW(ACCOUNT_UNKNOWN, ACCOUNT_NONE, ACCOUNT_OPENS, PARK),
    ROW(ACCOUNT_CONFLICT, ACCOUNT_OTHER_CURRENCY | ACCOUNT_OPENS, 0, DISPUTE),
    ROW(ACCOUNT_CURRENCY_MISMATCH, ACCOUNT_OTHER_CURRENCY, 0, DEAD),
    ROW(ACCOUNT_OPENED, ACCOUNT_OPENS, 0, OPEN),
    ROW(ACCOUNT_DEPOSIT, ACCOUNT_DEPOSITS, 0, PAY_IN),
    ROW(ACCOUNT_WITHDRAWAL, ACCOUNT_WITHDRAWS, 0, PAY_OUT),
    ROW(ACCOUNT_REJECTED, ACCOUNT_IS_CLOSED, 0, REJECT),
    ROW(ACCOUNT_CREDIT_LIMIT, ACCOUNT_LIMITS, 0, LIMIT),
    ROW(ACCOUNT_FROZEN, ACCOUNT_FREEZES, 0, FREEZE),
    ROW(ACCOUNT_UNFROZEN, ACCOUNT_UNFREEZES, 0, UNFREEZE),
    ROW(ACCOUNT_CLOSED, ACCOUNT_CLOSES, 0, CLOSE),
    ROW(ACCOUNT_REJECTED, ACCOUNT_NO_CASE, 0, REJECT),
    ROW(CASE_WAIVED, 0, 0, WAIVE),
};
static const char *const facts[] = {ACCOUNT_FACTS(FACT_WORDS)};
const struct rule_table account_table = RULE_TABLE("account", rows, facts);
