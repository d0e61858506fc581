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

/* NULL: the table is incomplete, which a test excludes. */
static inline const struct table_row *table_match(const struct table_row *rows, uint32_t count, uint64_t facts)
{
    for (uint32_t i = 0; i < count; i++)
        if ((facts & rows[i].all) == rows[i].all && (facts & rows[i].none) == 0)
            return &rows[i];
    return 0;
}

#endif
