#include "worker/engine/cache.h"

#include <stdlib.h>

/* A bucket for every entry or so, since each entry looked at is a miss of the processor's cache. */
enum { SEGMENTS = 16, ALIGN = 8, BYTES_PER_BUCKET = 128, EXPECTED = 2048 /* bytes ahead of an entry */ };

struct entry {
    uint32_t size; /* whole entry, a multiple of ALIGN */
    uint32_t next; /* in its bucket: address / ALIGN + 1; 0: none */
    uint32_t hash, slot;
    uint32_t value_size;
    uint16_t key_size;
    bool absent, asked, linked;
    char bytes[]; /* key, value */
};

struct cache {
    char *bytes;
    size_t segment_bytes;
    uint32_t segment; /* being filled */
    size_t at;        /* next free byte in it */
    size_t filled[SEGMENTS];
    uint32_t *buckets, bucket_mask;
    size_t used;
};

struct cache *cache_open(size_t bytes)
{
    struct cache *cache = calloc(1, sizeof *cache);
    uint32_t buckets = 16;

    if (!cache || bytes == 0)
        return cache;
    if (bytes > (size_t)UINT32_MAX * ALIGN / 2)
        bytes = (size_t)UINT32_MAX * ALIGN / 2;
    while (buckets < bytes / BYTES_PER_BUCKET && buckets < 1U << 30)
        buckets *= 2;
    cache->segment_bytes = bytes / SEGMENTS / ALIGN * ALIGN;
    cache->bytes = malloc(cache->segment_bytes * SEGMENTS);
    cache->buckets = calloc(buckets, sizeof *cache->buckets);
    cache->bucket_mask = buckets - 1;
    if (!cache->bytes || !cache->buckets) {
        cache_close(cache);
        return NULL;
    }
    return cache;
}

void cache_close(struct cache *cache)
{
    if (!cache)
        return;
    free(cache->bytes);
    free(cache->buckets);
    free(cache);
}

static struct entry *entry_at(const struct cache *cache, uint32_t reference)
{
    return (struct entry *)(void *)(cache->bytes + (size_t)(reference - 1) * ALIGN);
}

static uint32_t reference_to(const struct cache *cache, const struct entry *entry)
{
    return (uint32_t)((size_t)((const char *)entry - cache->bytes) / ALIGN) + 1;
}

static struct entry *find(const struct cache *cache, uint32_t slot, struct text key, uint32_t hash)
{
    for (uint32_t at = cache->buckets[hash & cache->bucket_mask]; at;) {
        struct entry *entry = entry_at(cache, at);
        if (entry->hash == hash && entry->slot == slot && text_equal(key, (struct text){entry->bytes, entry->key_size}))
            return entry;
        at = entry->next;
    }
    return NULL;
}

static void link(struct cache *cache, struct entry *entry)
{
    uint32_t *bucket = &cache->buckets[entry->hash & cache->bucket_mask];

    entry->next = *bucket;
    entry->linked = true;
    *bucket = reference_to(cache, entry);
    cache->used += entry->size;
}

static void unlink(struct cache *cache, struct entry *entry)
{
    uint32_t *place = &cache->buckets[entry->hash & cache->bucket_mask];

    if (!entry->linked)
        return;
    while (*place != reference_to(cache, entry))
        place = &entry_at(cache, *place)->next;
    *place = entry->next;
    entry->linked = false;
    cache->used -= entry->size;
}

enum cache_answer cache_find(struct cache *cache, uint32_t slot, struct text key, uint32_t hash, struct text *ret_value)
{
    struct entry *entry = cache->bytes ? find(cache, slot, key, hash) : NULL;

    if (!entry)
        return CACHE_MISS;
    entry->asked = true;
    *ret_value = (struct text){entry->bytes + entry->key_size, entry->value_size};
    return entry->absent ? CACHE_ABSENT : CACHE_FOUND;
}

void cache_expect(const struct cache *cache, uint32_t hash)
{
    if (cache->bytes)
        __builtin_prefetch(&cache->buckets[hash & cache->bucket_mask]);
}

void cache_expect_soon(const struct cache *cache, uint32_t hash)
{
    uint32_t at = cache->bytes ? cache->buckets[hash & cache->bucket_mask] : 0;

    if (at)
        __builtin_prefetch(entry_at(cache, at));
}

/* Unlinking an entry reads its bucket: memory delivers those of the entries from `at` to `end`. Returns where it ended.
 */
static size_t expect_buckets(const struct cache *cache, const char *start, size_t at, size_t end)
{
    while (at < end) {
        const struct entry *entry = (const void *)(start + at);
        cache_expect(cache, entry->hash);
        at += entry->size;
    }
    return at;
}

/* Goes on in the next segment: its survivors move to its start. */
static void next_segment(struct cache *cache)
{
    cache->filled[cache->segment] = cache->at;
    cache->segment = (cache->segment + 1) % SEGMENTS;
    cache->at = 0;
    char *start = cache->bytes + cache->segment * cache->segment_bytes;
    size_t filled = cache->filled[cache->segment], ahead = 0;
    for (size_t at = 0; at < filled;) {
        struct entry *entry = (struct entry *)(void *)(start + at);
        size_t size = entry->size;
        ahead = expect_buckets(cache, start, ahead, at + EXPECTED < filled ? at + EXPECTED : filled);
        bool stays = entry->linked && entry->asked && cache->at + size <= cache->segment_bytes / 8 * 7;
        unlink(cache, entry);
        if (stays) {
            struct entry *moved = (struct entry *)(void *)(start + cache->at);
            memmove(moved, entry, size);
            moved->asked = false;
            link(cache, moved);
            cache->at += size;
        }
        at += size;
    }
    cache->filled[cache->segment] = 0;
}

static struct entry *allocate(struct cache *cache, size_t size)
{
    while (cache->at + size > cache->segment_bytes)
        next_segment(cache);
    struct entry *entry = (struct entry *)(void *)(cache->bytes + cache->segment * cache->segment_bytes + cache->at);
    cache->at += size;
    entry->size = (uint32_t)size;
    return entry;
}

static void set_value(struct entry *entry, struct text value)
{
    entry->absent = !value.data;
    entry->value_size = value.size;
    if (value.data && value.size)
        memcpy(entry->bytes + entry->key_size, value.data, value.size);
}

void cache_put(struct cache *cache, uint32_t slot, struct text key, uint32_t hash, struct text value)
{
    struct entry *entry = cache->bytes ? find(cache, slot, key, hash) : NULL;

    if (entry && sizeof *entry + key.size + value.size <= entry->size) {
        set_value(entry, value);
        return;
    }
    bool asked = entry && entry->asked;
    if (entry)
        unlink(cache, entry);
    /* An eighth of slack: a state that grows by an id or two is written in place. */
    size_t size = (sizeof *entry + key.size + value.size + value.size / 8 + ALIGN - 1) / ALIGN * ALIGN;
    if (!cache->bytes || size > cache->segment_bytes / 2)
        return;
    entry = allocate(cache, size);
    entry->hash = hash;
    entry->slot = slot;
    entry->key_size = (uint16_t)key.size;
    entry->asked = asked;
    memcpy(entry->bytes, key.data, key.size);
    set_value(entry, value);
    link(cache, entry);
}

size_t cache_used(const struct cache *cache)
{
    return cache->used;
}
