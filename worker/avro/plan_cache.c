#include "worker/avro/plan_cache.h"

#define WAYS 8 /* places that a pair may be in */

static struct plan_entry *first_place(struct plan_cache *cache, const struct record_type *type, int32_t id)
{
    uint64_t key = (uint64_t)(uint32_t)id << 32 ^ (uintptr_t)type;
    uint64_t hash = key * UINT64_C(0x9E3779B97F4A7C15);

    return &cache->entries[(hash >> 40) % (CODEC_MAX_PLANS / WAYS) * WAYS];
}

static void start(struct plan_entry *entry, const struct record_type *type, int32_t id)
{
    plan_free(&entry->plan);
    entry->type = type;
    entry->id = id;
    entry->tries = 0;
    entry->status = CODEC_STATUS_COUNT;
    entry->expires_at = INT64_MIN;
    entry->reason[0] = '\0';
}

struct plan_entry *plan_cache_entry(struct plan_cache *cache, const struct record_type *type, int32_t id)
{
    struct plan_entry *entry = first_place(cache, type, id);
    struct plan_entry *oldest = entry;

    cache->lookups++;
    for (int i = 0; i < WAYS; i++, entry++) {
        if (entry->id == id && entry->type == type) {
            entry->used = cache->lookups;
            return entry;
        }
        if (entry->used < oldest->used)
            oldest = entry;
    }
    start(oldest, type, id);
    oldest->used = cache->lookups;
    return oldest;
}

void plan_cache_clear(struct plan_cache *cache)
{
    for (int i = 0; i < CODEC_MAX_PLANS; i++)
        plan_free(&cache->entries[i].plan);
}
