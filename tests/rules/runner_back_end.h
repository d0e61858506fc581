/* Who carries out the steps of a case: core alone (runner_core.c), or later the whole worker. */
#ifndef OSBILL_TESTS_RULES_BACK_END_H
#define OSBILL_TESTS_RULES_BACK_END_H

#include "runner_case.h"

/* An open case as accounts list them. */
struct case_view {
    struct case_ref ref;
    struct open_case details;
};

struct account_view {
    int64_t balance_micros;
    struct case_view *cases; /* in order of opening */
    uint32_t case_count;
};

/* Functions that can fail return what went wrong, NULL when nothing did. What they hand out lives until the next
 * step. */
struct back_end {
    void *context;
    bool exact; /* outputs name partitions, offsets and moments as the book has them, not those of a real log */
    /* A new, empty world. */
    const char *(*start)(void *context, const struct book_case *book_case);
    /* Carries out one step; its outputs are in the order in which they were made. */
    const char *(*perform)(void *context, const struct step *step, struct outcome *ret_outcome);
    const char *(*account)(void *context, struct text account_id, struct account_view *ret_view);
    bool (*linked)(void *context, struct text module_id, struct text template_name);
    bool (*orderable)(void *context, struct text tariff_id, struct text module_id, struct text template_name);
    /* The end of the case; `good`: all steps were as expected, so that what holds at the end of a case may be checked.
     */
    const char *(*finish)(void *context, bool good);
};

/* Core with its state in memory. Starving: it decides everything without memory first, and must change nothing. */
struct back_end *core_back_end(struct arena *arena, bool starving);

#endif
