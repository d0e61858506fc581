/* Numbers by chance: the same seed gives the same ones on every machine. */
#ifndef OSBILL_TESTS_PROPERTIES_CHANCE_H
#define OSBILL_TESTS_PROPERTIES_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

struct chance {
    uint64_t state;
};

/* SplitMix64. */
static inline uint64_t chance_next(struct chance *chance)
{
    uint64_t mixed = chance->state += UINT64_C(0x9E3779B97F4A7C15);

    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ (mixed >> 31);
}

/* 0 to bound - 1. */
static inline uint32_t chance_below(struct chance *chance, uint32_t bound)
{
    return (uint32_t)(((chance_next(chance) >> 32) * bound) >> 32);
}

/* True so many times in a thousand. */
static inline bool chance_in_thousand(struct chance *chance, uint32_t times)
{
    return chance_below(chance, 1000) < times;
}

static inline int64_t chance_between(struct chance *chance, int64_t first, int64_t last)
{
    return first + (int64_t)(chance_next(chance) % (uint64_t)(last - first + 1));
}

#endif
