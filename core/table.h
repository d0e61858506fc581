/* Decision tables: data over one set of facts. The first row that matches wins (rules.md 4 and 5). */
#ifndef OSBILL_CORE_TABLE_H
#define OSBILL_CORE_TABLE_H

#include "core/rules.h"

struct table_row {
    enum rule rule;
    uint64_t all;  /* facts that must hold */
    uint64_t none; /* facts that must not hold */
    int action;    /* what to do, of the table's own enum */
};

struct rule_table {
    const char *name; /* for people and tests: "placed" */
    const struct table_row *rows;
    uint32_t count;
    const char *const *facts; /* each fact in words, by its bit */
    uint32_t fact_count;
};

/* Facts are listed once, FACT(NAME, "in words"), and become constants of one bit each and a list of words. */
#define FACT_BIT(name, words)   name##_BIT,
#define FACT_MASK(name, words)  name = 1 << name##_BIT,
#define FACT_WORDS(name, words) words,

#define RULE_TABLE(name, rows, facts)                                                     \
    {                                                                                     \
        name, rows, sizeof(rows) / sizeof *(rows), facts, sizeof(facts) / sizeof *(facts) \
    }

#endif
