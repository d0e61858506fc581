/* An arena over a fixed piece of memory, for tests. */
#ifndef OSBILL_TESTS_UNIT_CORE_MEMORY_H
#define OSBILL_TESTS_UNIT_CORE_MEMORY_H

#include "core/arena.h"

#include <stdalign.h>

struct memory {
    alignas(16) char bytes[1 << 16];
    struct arena arena;
};

static inline struct arena *memory_arena(struct memory *memory)
{
    memory->arena = (struct arena){.at = memory->bytes, .end = memory->bytes + sizeof memory->bytes};
    return &memory->arena;
}

#endif
