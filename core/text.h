/* Slices of bytes that somebody else owns. */
#ifndef OSBILL_CORE_TEXT_H
#define OSBILL_CORE_TEXT_H

#include "core/arena.h"
#include "records.h"

#include <string.h>

#define TEXT(literal) ((struct text){(literal), sizeof(literal) - 1})

static inline bool text_equal(struct text a, struct text b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline bool text_empty(struct text a)
{
    return a.size == 0;
}

/* Order of bytes; a prefix comes first. */
int text_compare(struct text a, struct text b);

/* Concatenates `count` parts into arena memory. Empty on lack of memory. */
struct text text_join(struct arena *arena, const struct text *parts, uint32_t count);
#define TEXT_JOIN(arena, ...)                              \
    text_join((arena), (const struct text[]){__VA_ARGS__}, \
              (uint32_t)(sizeof((const struct text[]){__VA_ARGS__}) / sizeof(struct text)))

struct text text_copy(struct arena *arena, struct text text);
/* The symbol of an enum's value. */
struct text text_from_enum(const struct enum_type *type, int value);
/* Decimal. */
struct text text_from_int(struct arena *arena, int64_t value);
/* Micro-units as a decimal with at least two and at most six places, e.g. 1.50, -0.000001. */
struct text text_from_micros(struct arena *arena, int64_t micros);
/* 2025-03-01T00:00:00.000Z; what lies outside 1970 to 9999 is shown as the nearer end. */
struct text text_from_millis(struct arena *arena, int64_t millis);

#endif
