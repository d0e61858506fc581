/* Memory of the runner: an arena that grows on the heap and is given back at once. */
#ifndef OSBILL_TESTS_RULES_MEMORY_H
#define OSBILL_TESTS_RULES_MEMORY_H

#include "core/arena.h"
#include "records.h"

struct memory {
    struct arena arena;
    struct memory_chunk *chunks;
    uint64_t allocations; /* of chunks */
    uint64_t fail_at;     /* the one that fails; 0: none, and chunks are large */
};

void memory_open(struct memory *memory);
/* Memory in which allocation `fail_at`, counted from 1, fails. */
void memory_open_scarce(struct memory *memory, uint64_t fail_at);
/* Frees everything; the memory may be used again after memory_open. */
void memory_release(struct memory *memory);

/* Zeroed bytes; ends the program when there are none. */
void *memory_take(struct arena *arena, size_t size);
/* An array of `count` items with room for one more: moved to twice the room whenever count is a power of two. */
void *memory_grow(struct arena *arena, void *items, uint32_t count, size_t item_size);
/* Appends a zeroed item to an array and is its address. */
#define LIST_ADD(arena, items, count) \
    ((items) = memory_grow((arena), (items), (count), sizeof *(items)), &(items)[(count)++])

/* A copy, with a NUL behind its end. */
struct text memory_copy(struct arena *arena, const char *data, size_t size);
struct text memory_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
