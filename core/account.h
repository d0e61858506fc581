/* Account events: the facts that decide (rules.md 7). Internal to core. */
#ifndef OSBILL_CORE_ACCOUNT_H
#define OSBILL_CORE_ACCOUNT_H

#include "core/table.h"

#define ACCOUNT_FACTS(FACT)                                                            \
    FACT(ACCOUNT_SEEN, "the event id was decided before, same content")                \
    FACT(ACCOUNT_SEEN_OTHERWISE, "the event id was decided before, other content")     \
    FACT(ACCOUNT_IS_TOO_OLD, "it is older than what event ids are remembered for")     \
    FACT(ACCOUNT_VALUE_BAD, "its amount, currency or case is not what its kind needs") \
    FACT(ACCOUNT_NONE, "the account is unknown")                                       \
    FACT(ACCOUNT_OTHER_CURRENCY, "the currency is not the account's")                  \
    FACT(ACCOUNT_IS_CLOSED, "the account is closed")                                   \
    FACT(ACCOUNT_NO_CASE, "the case to waive is not open")                             \
    FACT(ACCOUNT_OPENS, "it is OPENED") /* the kinds in the order of the enum */       \
    FACT(ACCOUNT_DEPOSITS, "it is a DEPOSIT")                                          \
    FACT(ACCOUNT_WITHDRAWS, "it is a WITHDRAWAL")                                      \
    FACT(ACCOUNT_LIMITS, "it is a CREDIT_LIMIT")                                       \
    FACT(ACCOUNT_FREEZES, "it is FROZEN")                                              \
    FACT(ACCOUNT_UNFREEZES, "it is UNFROZEN")                                          \
    FACT(ACCOUNT_CLOSES, "it is CLOSED")                                               \
    FACT(ACCOUNT_WAIVES, "it is CASE_WAIVED")

enum { ACCOUNT_FACTS(FACT_BIT) };
enum account_fact { ACCOUNT_FACTS(FACT_MASK) };

enum account_action {
    ACCOUNT_IGNORE,
    ACCOUNT_DISPUTE,
    ACCOUNT_DEAD,
    ACCOUNT_PARK,
    ACCOUNT_REJECT,
    ACCOUNT_OPEN,
    ACCOUNT_PAY_IN,
    ACCOUNT_PAY_OUT,
    ACCOUNT_LIMIT,
    ACCOUNT_FREEZE,
    ACCOUNT_UNFREEZE,
    ACCOUNT_CLOSE,
    ACCOUNT_WAIVE,
};

extern const struct rule_table account_table;

#endif
