/* The bounded cache: state key -> account-state bytes, or the knowledge that there is none.
 *
 * A slot is one tenure of a partition: whoever loses or repairs it goes on with a new slot number, and the old entries
 * are never found again. Memory is taken once, at open: a ring of segments filled one after the other. When a segment
 * is reused, entries that were asked for since they came survive (up to 7/8 of it), the others go: CLOCK by segments.
 * Nothing is pinned here: states whose store write is not yet acknowledged stay with that write (flight.c). */
#ifndef OSBILL_ENGINE_CACHE_H
#define OSBILL_ENGINE_CACHE_H

#include "core/text.h"

struct cache;

enum cache_answer { CACHE_MISS, CACHE_ABSENT, CACHE_FOUND };

/* `bytes` 0: a cache that keeps nothing. NULL: no memory. */
struct cache *cache_open(size_t bytes);
void cache_close(struct cache *cache);

/* `hash` is the key's key_hash. The value is valid until the next put. */
enum cache_answer cache_find(struct cache *cache, uint32_t slot, struct text key, uint32_t hash,
                             struct text *ret_value);
/* The processor fetches what finding a key of that key_hash will read: first the bucket, a little later the entry.
 * How many keys ahead of the one that is looked for: */
enum { CACHE_SOON = 4, CACHE_LATER = 8 };
void cache_expect(const struct cache *cache, uint32_t hash);
void cache_expect_soon(const struct cache *cache, uint32_t hash);
/* value.data NULL: known to be absent. What does not fit is forgotten. */
void cache_put(struct cache *cache, uint32_t slot, struct text key, uint32_t hash, struct text value);
/* Bytes of entries, those of old slots included. */
size_t cache_used(const struct cache *cache);

#endif
