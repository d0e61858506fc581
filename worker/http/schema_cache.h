/* Schemas by id on disk: <directory>/<hash of the registry's URL>/<id>.avsc. Private to worker/http.
 *
 * A schema id never changes its meaning in one registry, so that nothing expires. A cache that cannot be read or
 * written is not an error: the registry is asked instead. Any number of processes may share a directory. */
#ifndef OSBILL_WORKER_HTTP_SCHEMA_CACHE_H
#define OSBILL_WORKER_HTTP_SCHEMA_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "record.h"

#define SCHEMA_CACHE_PATH  1024       /* bytes of a path, the longest */
#define SCHEMA_CACHE_LIMIT (1u << 20) /* bytes of a schema, the largest kept */

struct schema_cache {
    char folder[SCHEMA_CACHE_PATH]; /* empty: no cache */
};

/* directory NULL or too long: no cache. The folders are made when the first schema is stored. */
void schema_cache_open(struct schema_cache *cache, const char *directory, const char *url);

/* The bytes stored, malloced, or NULL. */
char *schema_cache_read(const struct schema_cache *cache, int32_t id, uint32_t *ret_size);

/* Replaces the file in one step: a reader sees all of the old or all of the new. */
void schema_cache_store(const struct schema_cache *cache, int32_t id, struct text json);

/* Forgets all: the registry behind the URL is not the one that it was. */
void schema_cache_clear(const struct schema_cache *cache);

#endif
