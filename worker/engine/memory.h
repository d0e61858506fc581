/* An arena over malloc'd chunks which are kept from one reset to the next: no allocation in the steady state. */
#ifndef OSBILL_ENGINE_MEMORY_H
#define OSBILL_ENGINE_MEMORY_H

#include "core/text.h"

struct memory_chunk;

struct memory {
    struct arena arena;
    struct memory_chunk *first, *current;
    size_t chunk_bytes; /* usual size of a chunk */
    size_t keep_bytes;  /* a reset keeps chunks of so many bytes */
};

/* The memory must not move while in use: its arena points back to it. */
void memory_init(struct memory *memory, size_t chunk_bytes, size_t keep_bytes);
void memory_reset(struct memory *memory);
/* Frees all chunks; the memory may be used again. */
void memory_clear(struct memory *memory);

/* Bytes of the chunks in use. */
size_t memory_used(const struct memory *memory);

/* Zeroed; NULL: out of memory. */
void *memory_zeroed(struct memory *memory, size_t count, size_t size);
/* A copy; data NULL stays NULL, empty text gets an address. `*failed` is set when out of memory. */
struct text memory_text(struct memory *memory, struct text text, bool *failed);

#endif
