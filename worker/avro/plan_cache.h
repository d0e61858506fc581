/* Decode plans by (writer's schema id, record type), bounded; what cannot be compiled is kept as well: an id never
 * changes its meaning. Private to worker/avro. */
#ifndef OSBILL_WORKER_AVRO_PLAN_CACHE_H
#define OSBILL_WORKER_AVRO_PLAN_CACHE_H

#include "worker/avro/plan.h"

struct plan_entry {
    const struct record_type *type; /* NULL: the place is free */
    int32_t id;
    uint64_t used;            /* the cache's count when it was last looked up */
    enum codec_status status; /* CODEC_OK: the plan is there */
    struct plan plan;
    char reason[REASON_SIZE]; /* why not; empty with CODEC_OK */
};

struct plan_cache {
    uint64_t lookups;
    struct plan_entry entries[CODEC_MAX_PLANS];
};

/* NULL: not there. */
struct plan_entry *plan_cache_find(struct plan_cache *cache, const struct record_type *type, int32_t id);

/* A new entry, empty, in place of the least recently used of its set. */
struct plan_entry *plan_cache_add(struct plan_cache *cache, const struct record_type *type, int32_t id);
void plan_cache_remove(struct plan_entry *entry);

void plan_cache_clear(struct plan_cache *cache);

#endif
