#include "core/case_tables.h"

#define ROW(rule, all, action)               \
    {                                        \
        RULE_##rule, (all), 0, CASE_##action \
    }
/* Rows that only name a rule. */
#define NAME(rule, all)          \
    {                            \
        RULE_##rule, (all), 0, 0 \
    }

static const struct table_row case_rows[] = {
    ROW(CASE_EXPIRED, CASE_OVER, END),
    ROW(CASE_CLOSED, CASE_DROPPED, END),
    ROW(ORDER_UNMAPPED_HELD, CASE_IS_STRICT | CASE_OF_ORDER, HOLD),
    ROW(OS_UNMAPPED_HELD, CASE_IS_STRICT, HOLD),
    ROW(ORDER_PRICE_MISSING, CASE_NO_PRICE | CASE_OF_ORDER, HOLD),
    ROW(OS_PRICE_MISSING, CASE_NO_PRICE, HOLD),
    ROW(CASE_COVERED, CASE_COSTS_NOTHING, COVER),
    ROW(ORDER_ACCOUNT_FROZEN, CASE_IS_FROZEN | CASE_OF_ORDER, FREEZE),
    ROW(OS_ACCOUNT_FROZEN, CASE_IS_FROZEN, FREEZE),
    ROW(ORDER_INSUFFICIENT_FUNDS, CASE_IS_SHORT | CASE_OF_ORDER, OWE),
    ROW(OS_INSUFFICIENT_FUNDS, CASE_IS_SHORT, OWE),
    ROW(CASE_SETTLED, 0, SETTLE),
};
static const char *const case_facts[] = {CASE_FACTS(FACT_WORDS)};
const struct rule_table case_table = RULE_TABLE("case", case_rows, case_facts);

static const struct table_row debt_rows[] = {
    NAME(CASE_RECOVERED, DEBT_GONE),
    NAME(CASE_REMINDER, 0),
};
static const char *const debt_facts[] = {DEBT_FACTS(FACT_WORDS)};
const struct rule_table debt_table = RULE_TABLE("debt", debt_rows, debt_facts);

static const struct table_row parked_rows[] = {
    NAME(PARKED_OVERFLOW, PARKED_FULL),
    NAME(PARKED_EXPIRED, 0),
};
static const char *const parked_facts[] = {PARKED_FACTS(FACT_WORDS)};
const struct rule_table parked_table = RULE_TABLE("parked", parked_rows, parked_facts);

static const struct table_row refund_rows[] = {
    NAME(CASE_CLOSED, REFUND_EATS_CASE),
    NAME(ORDER_REFUNDED, 0),
};
static const char *const refund_facts[] = {REFUND_FACTS(FACT_WORDS)};
const struct rule_table refund_table = RULE_TABLE("refund", refund_rows, refund_facts);

static const struct table_row unmapped_rows[] = {
    NAME(OS_NEAR_MISS, UNMAPPED_NEAR), NAME(OS_DEFAULT, UNMAPPED_ODD), NAME(NONE, 0), /* nobody needs to know */
};
static const char *const unmapped_facts[] = {UNMAPPED_FACTS(FACT_WORDS)};
const struct rule_table unmapped_table = RULE_TABLE("unmapped", unmapped_rows, unmapped_facts);
