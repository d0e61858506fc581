/* A bump allocator over memory that the caller owns.
 *
 * Core never allocates from the heap. It takes what it needs for one batch from an arena; the owner (the engine,
 * a test) supplies the memory through `grow`, and gets all of it back at once with its own reset. */
#ifndef OSBILL_CORE_ARENA_H
#define OSBILL_CORE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena {
    char *at;  /* first free byte */
    char *end; /* one past the last byte */
    /* Makes at least `size` contiguous bytes available between at and end. False: no memory, the allocation
     * fails. NULL: the arena is of fixed size. */
    bool (*grow)(struct arena *arena, size_t size);
    void *owner; /* for grow */
    bool failed; /* an allocation failed since whoever asks cleared this: what was made lacks something */
};

/* Returns `size` bytes aligned to `align` (a power of two, at most 16), or NULL when memory ran out. The bytes are
 * not cleared. They live until the owner resets the arena. */
static inline void *arena_alloc(struct arena *arena, size_t size, size_t align)
{
    size_t pad = (size_t)(-(uintptr_t)arena->at) & (align - 1);

    if ((size_t)(arena->end - arena->at) < size + pad) {
        if (!arena->grow || !arena->grow(arena, size + align))
            return arena->failed = true, NULL;
        pad = (size_t)(-(uintptr_t)arena->at) & (align - 1);
    }
    void *start = arena->at + pad;
    arena->at += pad + size;
    return start;
}

#endif
