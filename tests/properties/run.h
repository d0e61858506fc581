/* A history decided from its beginning to its end. */
#ifndef OSBILL_TESTS_PROPERTIES_RUN_H
#define OSBILL_TESTS_PROPERTIES_RUN_H

#include "world.h"

/* Must not move while in use. */
struct run {
    struct history *history; /* borrowed */
    struct world world;
    struct outcome *outcomes; /* of each step decided; in the world's memory */
    uint32_t count, room;
    const char *problem; /* NULL, or what went wrong with the last step decided */
};

void run_init(struct run *run, struct history *history, const struct world_options *options);
void run_clear(struct run *run);

/* Decides the next step. False: there is a problem. */
bool run_step(struct run *run);
/* All steps to the end. False: there is a problem. */
bool run_all(struct run *run);

/* What differs between two outcomes of the same step, NULL: nothing. */
const char *outcome_difference(const struct outcome *a, const struct outcome *b);
/* What differs between the states of two worlds, NULL: nothing. `*ret_key`: the state's key. */
const char *states_difference(struct world *a, struct world *b, struct text *ret_key);

#endif
