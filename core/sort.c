#include "core/sort.h"

#include <string.h>

/* Heapsort: the item at `top` sinks to its place in the heap of `count` items. */
static void sink(const void **items, uint32_t top, uint32_t count, bool (*before)(const void *, const void *))
{
    const void *item = items[top];

    for (uint32_t child; (child = 2 * top + 1) < count; top = child) {
        if (child + 1 < count && before(items[child], items[child + 1]))
            child++;
        if (!before(item, items[child]))
            break;
        items[top] = items[child];
    }
    items[top] = item;
}

static void sort_pointers(const void **items, uint32_t count, bool (*before)(const void *, const void *))
{
    for (uint32_t top = count / 2; top-- > 0;)
        sink(items, top, count, before);
    for (uint32_t last = count; last-- > 1;) {
        const void *greatest = items[0];
        items[0] = items[last];
        items[last] = greatest;
        sink(items, 0, last, before);
    }
}

bool sort_items(struct arena *arena, void *items, uint32_t count, size_t size,
                bool (*before)(const void *a, const void *b))
{
    if (count < 2)
        return true;
    const void **order = arena_alloc(arena, count * sizeof *order, _Alignof(void *));
    char *copy = arena_alloc(arena, count * size, 16);
    if (!order || !copy)
        return false;
    memcpy(copy, items, count * size);
    for (uint32_t i = 0; i < count; i++)
        order[i] = copy + i * size;
    sort_pointers(order, count, before);
    for (uint32_t i = 0; i < count; i++)
        memcpy((char *)items + i * size, order[i], size);
    return true;
}
