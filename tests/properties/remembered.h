/* Which inputs of a run an account must know again at a moment (rules.md 7): counted from what is published, not from
 * core's states. */
#ifndef OSBILL_TESTS_PROPERTIES_REMEMBERED_H
#define OSBILL_TESTS_PROPERTIES_REMEMBERED_H

#include "run.h"

enum memory_of_input {
    INPUT_FORGOTTEN, /* a dead letter, a duplicate or conflict of another, too long ago */
    INPUT_PARKED,
    INPUT_REMEMBERED,
};

struct remembered {
    const struct run *run;
    enum memory_of_input *inputs; /* by step */
    uint32_t *since;              /* by step: when it was remembered, counted over all */
    uint32_t counted;
    uint32_t steps; /* of the run, looked at so far */
};

void remembered_init(struct remembered *remembered, struct run *run);
/* Looks at the next step of the run. */
void remembered_advance(struct remembered *remembered);
/* The input of that step, coming again at `now`, is a duplicate for sure. */
bool remembered_surely(const struct remembered *remembered, uint32_t step, int64_t now);

#endif
