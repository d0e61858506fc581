/* The digests that the engine supplies, for tests. */
#ifndef OSBILL_TESTS_LANE_DIGESTS_H
#define OSBILL_TESTS_LANE_DIGESTS_H

#include "core/hashes.h"

extern const struct hashes test_hashes;

#endif
