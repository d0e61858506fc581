/* Puts items in order. Core has no qsort: it may allocate from the heap. */
#ifndef OSBILL_CORE_SORT_H
#define OSBILL_CORE_SORT_H

#include "core/arena.h"

/* Sorts `count` items of `size` bytes. `before`: whether a comes before b; a total order makes the result unique.
 * n log n. False: out of memory, nothing changed. */
bool sort_items(struct arena *arena, void *items, uint32_t count, size_t size,
                bool (*before)(const void *a, const void *b));

#endif
