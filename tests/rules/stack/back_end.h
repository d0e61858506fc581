/* The back end that is the whole worker on the real stack. */
#ifndef OSBILL_TESTS_RULES_STACK_BACK_END_H
#define OSBILL_TESTS_RULES_STACK_BACK_END_H

#include "place.h"

struct back_end *stack_back_end(struct arena *arena, struct place *place);
/* The installation of the next case: its topics are there and empty. */
void stack_back_end_next(struct place *place, struct stack *stack, const char *prefix, int32_t partitions);

#endif
