/* Memory for core in tests: each allocation is a block of its own, so that sanitizers see its bounds, and the Nth one
 * can be made to fail. */
#ifndef OSBILL_TESTS_LANE_ARENA_H
#define OSBILL_TESTS_LANE_ARENA_H

#include "core/arena.h"

struct test_arena {
    struct arena arena;
    struct test_block *blocks;
    uint64_t allocations;
    uint64_t fail_at; /* number of the allocation that fails, from 1; 0: none */
    bool fails_on;    /* all after that one fail too */
    size_t chunk;     /* for measuring: at least so many bytes at once */
};

void test_arena_init(struct test_arena *memory);
/* Frees all; the arena is empty and may be used again. */
void test_arena_reset(struct test_arena *memory);

#endif
