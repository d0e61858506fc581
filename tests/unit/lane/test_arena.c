#include "test_arena.h"

#include <stdlib.h>

struct test_block {
    struct test_block *next;
    _Alignas(16) char bytes[];
};

static bool grow(struct arena *arena, size_t size)
{
    struct test_arena *memory = arena->owner;

    memory->allocations++;
    if (memory->fail_at &&
        (memory->allocations == memory->fail_at || (memory->fails_on && memory->allocations > memory->fail_at)))
        return false;
    size = size < memory->chunk ? memory->chunk : size;
    struct test_block *block = malloc(sizeof *block + size + 1);
    if (!block)
        abort();
    block->next = memory->blocks;
    memory->blocks = block;
    arena->at = block->bytes + 1; /* unaligned: no room is left for a small one after this one */
    arena->end = arena->at + size;
    return true;
}

void test_arena_init(struct test_arena *memory)
{
    *memory = (struct test_arena){.arena = {.grow = grow, .owner = memory}};
}

void test_arena_reset(struct test_arena *memory)
{
    while (memory->blocks) {
        struct test_block *block = memory->blocks;
        memory->blocks = block->next;
        free(block);
    }
    memory->arena.at = memory->arena.end = NULL;
}
