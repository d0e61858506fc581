#include "worker/engine/memory.h"

#include <stdlib.h>

struct memory_chunk {
    struct memory_chunk *next;
    size_t size;
    _Alignas(16) char bytes[];
};

static void use(struct memory *memory, struct memory_chunk *chunk)
{
    memory->current = chunk;
    memory->arena.at = chunk->bytes;
    memory->arena.end = chunk->bytes + chunk->size;
}

enum { CHUNK_MAX = 1 << 20 };

/* Chunks double, so that a large use takes few of them. */
static size_t chunk_room(const struct memory *memory, size_t size)
{
    size_t room = memory_used(memory);

    if (room > CHUNK_MAX)
        room = CHUNK_MAX;
    if (room < memory->chunk_bytes)
        room = memory->chunk_bytes;
    return room > size ? room : size;
}

/* Takes the next kept chunk when it is large enough, else puts a new one before it. */
static bool grow(struct arena *arena, size_t size)
{
    struct memory *memory = arena->owner;
    struct memory_chunk **place = memory->current ? &memory->current->next : &memory->first;

    if (!*place || (*place)->size < size) {
        size_t room = chunk_room(memory, size);
        struct memory_chunk *chunk = malloc(sizeof *chunk + room);
        if (!chunk)
            return false;
        chunk->next = *place;
        chunk->size = room;
        *place = chunk;
    }
    use(memory, *place);
    return true;
}

void memory_init(struct memory *memory, size_t chunk_bytes, size_t keep_bytes)
{
    *memory = (struct memory){.chunk_bytes = chunk_bytes, .keep_bytes = keep_bytes};
    memory->arena.grow = grow;
    memory->arena.owner = memory;
}

void memory_reset(struct memory *memory)
{
    size_t kept = 0;
    struct memory_chunk **place = &memory->first;

    while (*place) {
        struct memory_chunk *chunk = *place;
        if (kept + chunk->size <= memory->keep_bytes) {
            kept += chunk->size;
            place = &chunk->next;
        } else {
            *place = chunk->next;
            free(chunk);
        }
    }
    memory->current = NULL;
    memory->arena.at = memory->arena.end = NULL;
    if (memory->first)
        use(memory, memory->first);
}

void memory_clear(struct memory *memory)
{
    while (memory->first) {
        struct memory_chunk *chunk = memory->first;
        memory->first = chunk->next;
        free(chunk);
    }
    memory->current = NULL;
    memory->arena.at = memory->arena.end = NULL;
}

size_t memory_used(const struct memory *memory)
{
    size_t used = 0;

    for (const struct memory_chunk *chunk = memory->first; chunk; chunk = chunk->next) {
        used += chunk->size;
        if (chunk == memory->current)
            return used;
    }
    return 0;
}

void *memory_zeroed(struct memory *memory, size_t count, size_t size)
{
    void *start = arena_alloc(&memory->arena, count * size, 16);

    if (start)
        memset(start, 0, count * size);
    return start;
}

struct text memory_text(struct memory *memory, struct text text, bool *failed)
{
    if (!text.data)
        return text;
    char *bytes = arena_alloc(&memory->arena, text.size ? text.size : 1, 1);
    if (!bytes) {
        *failed = true;
        return (struct text){NULL, 0};
    }
    if (text.size)
        memcpy(bytes, text.data, text.size);
    return (struct text){bytes, text.size};
}
