/* Random histories, realistic and nasty: they are made while core decides them, so that money can just suffice, a
 * timer can be met to the millisecond and a case that is open can be waived. */
#ifndef OSBILL_TESTS_PROPERTIES_GENERATE_H
#define OSBILL_TESTS_PROPERTIES_GENERATE_H

#include "run.h"

/* Makes a history of `events` steps from the seed (0: of a length that the seed says), and its run. Both are
 * initialised here; the run's problem says whether core failed. */
void generate(uint64_t seed, uint32_t events, struct codec *codec, const struct world_options *options,
              struct history *ret_history, struct run *ret_run);

#endif
