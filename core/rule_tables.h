/* Every decision table of core. Rule ids get into outputs from here only (tests/checks/architecture). */
#ifndef OSBILL_CORE_RULE_TABLES_H
#define OSBILL_CORE_RULE_TABLES_H

#include "core/table.h"

enum rule_table_id {
    TABLE_INPUT,   /* why an input cannot be decided at all */
    TABLE_ACCOUNT, /* account events (rules.md 7) */
    TABLE_PLACED,  /* orders by kind, in the order of enum order_kind (rules.md 4) */
    TABLE_RENEWED,
    TABLE_TARIFF_CHANGED,
    TABLE_CANCELLED,
    TABLE_INSTALL,  /* what becomes of an installation (rules.md 5) */
    TABLE_PERIOD,   /* what it means for one period of the VPS */
    TABLE_PAYMENT,  /* how its due lines are paid */
    TABLE_UNMAPPED, /* whether somebody has to know about the OS (rules.md 2.2) */
    TABLE_CASE,     /* an open case tried again, or ended (rules.md 6) */
    TABLE_DEBT,     /* what is told about an account's debts */
    TABLE_PARKED,
    TABLE_REFUND,
    TABLE_SIGHTING,  /* TemplateDiscovered (rules.md 1) */
    TABLE_DEPARTURE, /* a template that a complete scan lacks */
    TABLE_CHANGE,    /* CatalogueChange */
    TABLE_PART,      /* what one part of an applied set was */
    TABLE_COUNT
};

const struct rule_table *rule_table(enum rule_table_id id);

/* The first row whose facts hold. Never NULL: every table is complete, which a test shows. */
const struct table_row *rule_table_match(enum rule_table_id id, uint64_t facts);

#endif
