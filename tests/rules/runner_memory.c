#include "runner_memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE ((size_t)64 * 1024)

struct memory_chunk {
    struct memory_chunk *next;
    char bytes[];
};

static bool memory_more(struct arena *arena, size_t size)
{
    struct memory *memory = arena->owner;
    size_t room = size + 16 > CHUNK_SIZE || memory->fail_at ? size + 32 : CHUNK_SIZE;

    if (++memory->allocations == memory->fail_at)
        return false;
    struct memory_chunk *chunk = malloc(sizeof *chunk + room);
    if (!chunk)
        return false;
    chunk->next = memory->chunks;
    memory->chunks = chunk;
    arena->at = chunk->bytes;
    arena->end = chunk->bytes + room;
    if (memory->fail_at) { /* unaligned by one byte: no room is left for a small one after this one */
        arena->at += 1 + (16 - (uintptr_t)arena->at % 16) % 16;
        arena->end = arena->at + size;
    }
    return true;
}

void memory_open(struct memory *memory)
{
    *memory = (struct memory){.arena = {.grow = memory_more, .owner = memory}};
}

void memory_open_scarce(struct memory *memory, uint64_t fail_at)
{
    memory_open(memory);
    memory->fail_at = fail_at;
}

void memory_release(struct memory *memory)
{
    while (memory->chunks) {
        struct memory_chunk *chunk = memory->chunks;
        memory->chunks = chunk->next;
        free(chunk);
    }
    memory->arena.at = memory->arena.end = NULL;
}

void *memory_take(struct arena *arena, size_t size)
{
    void *bytes = arena_alloc(arena, size ? size : 1, 16);

    if (!bytes) {
        fputs("rulebook: out of memory\n", stderr);
        exit(2);
    }
    return memset(bytes, 0, size);
}

void *memory_grow(struct arena *arena, void *items, uint32_t count, size_t item_size)
{
    if (count & (count - 1))
        return items;
    void *larger = memory_take(arena, (count ? 2 * (size_t)count : 1) * item_size);
    if (count)
        memcpy(larger, items, count * item_size);
    return larger;
}

struct text memory_copy(struct arena *arena, const char *data, size_t size)
{
    char *copy = memory_take(arena, size + 1);

    if (size)
        memcpy(copy, data, size);
    return (struct text){copy, (uint32_t)size};
}

struct text memory_format(struct arena *arena, const char *format, ...)
{
    char buffer[1024];
    va_list arguments;

    va_start(arguments, format);
    int size = vsnprintf(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    return memory_copy(arena, buffer, size < (int)sizeof buffer ? (size_t)size : sizeof buffer - 1);
}
