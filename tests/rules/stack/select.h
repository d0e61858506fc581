/* Which cases of the book are run. */
#ifndef OSBILL_TESTS_RULES_STACK_SELECT_H
#define OSBILL_TESTS_RULES_STACK_SELECT_H

#include "tests/rules/runner_case.h"

struct selection {
    const char *name; /* only cases of this name; NULL: any */
    uint32_t every;   /* 0: all; else each such case, and one of each rule */
    uint32_t seed;    /* where those begin */
};

struct case_list {
    const struct book_case **items;
    uint32_t count;
};

struct case_list select_cases(struct arena *arena, const struct book *book, const struct selection *selection);

#endif
