/* Decode plans by (writer's schema id, record type), bounded, failures included. Private to worker/avro. */
#ifndef OSBILL_WORKER_AVRO_PLAN_CACHE_H
#define OSBILL_WORKER_AVRO_PLAN_CACHE_H

#include "worker/avro/plan.h"

struct plan_entry {
    const struct record_type *type; /* NULL: the place is free */
    int32_t id;
    int tries;                /* answers "no such id" so far */
    uint64_t used;            /* the cache's count when it was last looked up */
    enum codec_status status; /* CODEC_OK: the plan is there */
    int64_t expires_at;       /* a failure is asked for again from then on, ms; INT64_MAX: never */
    struct plan plan;
    char reason[REASON_SIZE]; /* why not; empty with CODEC_OK */
};

struct plan_cache {
    uint64_t lookups;
    struct plan_entry entries[CODEC_MAX_PLANS];
};

/* The entry of this pair. A new one, in place of the least recently used of its set, has status CODEC_STATUS_COUNT. */
struct plan_entry *plan_cache_entry(struct plan_cache *cache, const struct record_type *type, int32_t id);

void plan_cache_clear(struct plan_cache *cache);

#endif
