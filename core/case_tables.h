/* What becomes of open cases, of parked events, of refunds, and what is told about them (rules.md 2.2, 4, 6, 7).
 * Internal to core. */
#ifndef OSBILL_CORE_CASE_TABLES_H
#define OSBILL_CORE_CASE_TABLES_H

#include "core/table.h"

#define CASE_FACTS(FACT)                                                \
    FACT(CASE_OVER, "its period has ended unpaid")                      \
    FACT(CASE_DROPPED, "its order, its account or a refund ends it")    \
    FACT(CASE_OF_ORDER, "it is of a PLACED or RENEWED order")           \
    FACT(CASE_IS_STRICT, "the OS is no item, and its module is strict") \
    FACT(CASE_NO_PRICE, "a price is missing")                           \
    FACT(CASE_COSTS_NOTHING, "nothing is due after all")                \
    FACT(CASE_IS_FROZEN, "the account is frozen")                       \
    FACT(CASE_IS_SHORT, "more is due than is available")

enum { CASE_FACTS(FACT_BIT) };
enum case_fact { CASE_FACTS(FACT_MASK) };

enum case_action { CASE_END, CASE_HOLD, CASE_COVER, CASE_FREEZE, CASE_OWE, CASE_SETTLE };

extern const struct rule_table case_table;

#define DEBT_FACTS(FACT) FACT(DEBT_GONE, "the last case that was short of funds is settled")

enum { DEBT_FACTS(FACT_BIT) };
enum debt_fact { DEBT_FACTS(FACT_MASK) };

/* Else: the reminder of an open debt. */
extern const struct rule_table debt_table;

#define PARKED_FACTS(FACT) FACT(PARKED_FULL, "64 events of the account wait already")

enum { PARKED_FACTS(FACT_BIT) };
enum parked_fact { PARKED_FACTS(FACT_MASK) };

/* Else: what it waits for did not appear in time. */
extern const struct rule_table parked_table;

#define REFUND_FACTS(FACT) FACT(REFUND_EATS_CASE, "it takes all that a case still owes")

enum { REFUND_FACTS(FACT_BIT) };
enum refund_fact { REFUND_FACTS(FACT_MASK) };

extern const struct rule_table refund_table;

#define UNMAPPED_FACTS(FACT)                                             \
    FACT(UNMAPPED_NEAR, "it nearly names an item with a positive price") \
    FACT(UNMAPPED_ODD, "it has no name, or comes from no template of the module")

enum { UNMAPPED_FACTS(FACT_BIT) };
enum unmapped_fact { UNMAPPED_FACTS(FACT_MASK) };

extern const struct rule_table unmapped_table;

#endif
