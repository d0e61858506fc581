/* Runs a case on a back end and says how it differs from what the case expects. */
#ifndef OSBILL_TESTS_RULES_COMPARE_H
#define OSBILL_TESTS_RULES_COMPARE_H

#include "runner_back_end.h"

/* False when anything differs; says so on standard output. Stops at the first step that differs. */
bool compare_case(struct arena *arena, struct back_end *back_end, const struct book_case *book_case);

/* The outputs of a step, as a rule file would expect them. */
void show_outcome(struct arena *arena, const struct book_case *book_case, const struct outcome *outcome);

#endif
