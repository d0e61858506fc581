/* One process that runs cases on the stack, one after the other. */
#ifndef OSBILL_TESTS_RULES_STACK_JOB_H
#define OSBILL_TESTS_RULES_STACK_JOB_H

#include "select.h"

struct tally {
    uint32_t run, good;
};

/* Runs the cases first, first + stride, ... of the list. */
struct tally job_run(struct arena *arena, const struct case_list *list, uint32_t first, uint32_t stride);

#endif
