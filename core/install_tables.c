/* The decision tables of installations: the first row that matches wins (rules.md 5). */
#include "core/install.h"

#define ROW(rule, all, none, action)                 \
    {                                                \
        RULE_##rule, (all), (none), INSTALL_##action \
    }

static const struct table_row install_rows[] = {
    ROW(OS_DUPLICATE, INSTALL_SEEN, 0, REPEAT),
    ROW(OS_CONFLICT, INSTALL_SEEN_OTHERWISE, 0, DISPUTE),
    ROW(OS_ACCOUNT_CLOSED, INSTALL_CLOSED_ACCOUNT, 0, IGNORE),
    ROW(OS_ACCOUNT_UNKNOWN, INSTALL_NO_ACCOUNT, 0, PARK),
    ROW(OS_VPS_UNKNOWN, INSTALL_NO_VPS, 0, PARK),
    ROW(OS_VPS_CANCELLED, INSTALL_CANCELLED, 0, TELL),
    ROW(OS_STALE, INSTALL_OLD_LIFE, 0, TELL),
    ROW(OS_STALE, INSTALL_NOT_NEWER, INSTALL_SAME, TELL),
    ROW(OS_SAME, INSTALL_SAME, 0, CONFIRM),
    ROW(OS_VPS_PENDING, INSTALL_PENDING, 0, NOTE),
    ROW(OS_VPS_LAPSED, INSTALL_LAPSED, 0, NOTE),
    ROW(NONE, 0, 0, BILL), /* the periods' rules decide */
};

static const struct table_row period_rows[] = {
    ROW(PRICE_NO_ADDON, INSTALL_NO_ADDON, 0, PASS),
    ROW(OS_UNMAPPED_HELD, INSTALL_STRICT, 0, HOLD),
    ROW(OS_COVERED, INSTALL_IN_ITEMS, 0, PASS),
    ROW(OS_PRICE_MISSING, INSTALL_NO_PRICE, 0, HOLD),
    ROW(OS_DEFAULT, INSTALL_PRICE_ZERO | INSTALL_DEFAULT, 0, PASS),
    ROW(OS_FREE, INSTALL_PRICE_ZERO, 0, PASS),
    ROW(OS_COVERED, INSTALL_BELOW_LEVEL, 0, PASS),
    ROW(OS_CHARGED, 0, 0, DUE),
};

static const struct table_row payment_rows[] = {
    ROW(OS_ACCOUNT_FROZEN, INSTALL_FROZEN, 0, HOLD),
    ROW(OS_INSUFFICIENT_FUNDS, INSTALL_SHORT, 0, HOLD),
    ROW(OS_CHARGED, 0, 0, DUE),
};

static const char *const facts[] = {INSTALL_FACTS(FACT_WORDS)};
const struct rule_table install_table = RULE_TABLE("install", install_rows, facts);
const struct rule_table period_table = RULE_TABLE("period", period_rows, facts);
const struct rule_table payment_table = RULE_TABLE("payment", payment_rows, facts);
