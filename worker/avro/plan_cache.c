#include "worker/avro/plan_cache.h"

#define WAYS 8 /* places that a pair may be in */

static struct plan_entry *first_place(struct plan_cache *cache, const struct record_type *type, int32_t id)
{
    uint64_t key = (uint64_t)(uint32_t)id << 32 ^ (uintptr_t)type;
    uint64_t hash = key * UINT64_C(0x9E3779B97F4A7C15);

    return &cache->entries[(hash >> 40) % (CODEC_MAX_PLANS / WAYS) * WAYS];
}

struct plan_entry *plan_cache_find(struct plan_cache *cache, const struct record_type *type, int32_t id)
{
    struct plan_entry *entry = first_place(cache, type, id);

    cache->lookups++;
    for (int i = 0; i < WAYS; i++, entry++) {
        if (entry->id == id && entry->type == type) {
            entry->used = cache->lookups;
            return entry;
        }
    }
    return NULL;
}

struct plan_entry *plan_cache_add(struct plan_cache *cache, const struct record_type *type, int32_t id)
{
    struct plan_entry *first = first_place(cache, type, id), *oldest = first;

    for (struct plan_entry *entry = first; entry < first + WAYS; entry++)
        if (entry->used < oldest->used)
            oldest = entry;
    plan_free(&oldest->plan);
    oldest->type = type;
    oldest->id = id;
    oldest->used = cache->lookups;
    oldest->reason[0] = '\0';
    return oldest;
}

void plan_cache_remove(struct plan_entry *entry)
{
    plan_free(&entry->plan);
    entry->type = NULL;
    entry->used = 0;
}

void plan_cache_clear(struct plan_cache *cache)
{
    for (int i = 0; i < CODEC_MAX_PLANS; i++)
        plan_free(&cache->entries[i].plan);
}
