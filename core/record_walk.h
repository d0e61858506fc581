/* Whole records by their descriptors (record.h): copies, comparison, canonical bytes. */
#ifndef OSBILL_CORE_RECORD_WALK_H
#define OSBILL_CORE_RECORD_WALK_H

#include "core/arena.h"
#include "records.h"

/* A copy that shares nothing with `record`; NULL: out of memory. */
void *record_copy(struct arena *arena, const struct record_type *type, const void *record);

bool record_equal(const struct record_type *type, const void *a, const void *b);

/* Writes bytes that are equal exactly for equal records, on every machine, and returns how many they are.
 * ret_bytes may be NULL: only counts. */
size_t record_bytes(const struct record_type *type, const void *record, uint8_t *ret_bytes);

#endif
