/* Redis with the guarded scripts of worker/redis, as plain data: a snapshot is a copy. */
#include "tests/simulation/sim.h"

#include <stdlib.h>

static struct stored *find(const struct keyspace *keys, struct text key)
{
    for (uint32_t i = 0; i < keys->count; i++)
        if (text_equal(keys->items[i].key, key))
            return &keys->items[i];
    return NULL;
}

static void put(struct sim *sim, struct keyspace *keys, const struct store_record *record)
{
    struct stored *stored = find(keys, record->key);

    if (!record->value.data) {
        if (stored)
            *stored = keys->items[--keys->count];
        return;
    }
    if (!stored) {
        if (keys->count == keys->room) {
            keys->room = keys->room ? keys->room * 2 : 16;
            struct stored *grown = memory_zeroed(&sim->memory, keys->room, sizeof *grown);
            if (keys->count)
                memcpy(grown, keys->items, keys->count * sizeof *grown);
            keys->items = grown;
        }
        stored = &keys->items[keys->count++];
    }
    *stored = (struct stored){record->key, record->value, record->held, record->due_at};
}

static void copy_keys(struct sim *sim, const struct keyspace *from, struct keyspace *to)
{
    to->count = to->room = from->count;
    to->items = memory_zeroed(&sim->memory, from->count + 1U, sizeof *to->items);
    if (from->count)
        memcpy(to->items, from->items, from->count * sizeof *to->items);
}

void redis_copy(struct sim *sim, const struct redis *from, struct redis *to)
{
    *to = *from;
    for (int n = 0; n < MAX_PARTS; n++) {
        copy_keys(sim, &from->parts[n].keys, &to->parts[n].keys);
        copy_keys(sim, &from->parts[n].fresh, &to->parts[n].fresh);
    }
}

bool redis_forget(struct redis_part *part)
{
    bool had = part->has;

    part->has = false;
    return had;
}

static bool position_fits(const struct redis_part *part, const struct store_request *request)
{
    for (uint32_t i = 0; i < request->nonce_count; i++)
        if (part->has && hash_equal(&part->nonce, &request->nonces[i]))
            return true;
    return false;
}

static bool owned(const struct redis_part *part, const struct store_request *request)
{
    return hash_equal(&part->owner, &request->owner);
}

static bool refuse(struct store_request *request)
{
    request->result = (struct result){RESULT_REFUSED, "owner or position differs"};
    return false;
}

static void claim(struct redis_part *part, struct store_request *request)
{
    part->owner = request->owner;
    part->chunks = 0;
    request->to = part->nonce;
    request->position = part->has ? part->position : (struct text){NULL, 0};
}

static bool read(struct sim *sim, const struct redis_part *part, struct store_request *request)
{
    if ((!owned(part, request) || !position_fits(part, request)) && sim->options.planted != PLANT_READ_GUARD)
        return refuse(request);
    for (uint32_t i = 0; i < request->record_count; i++) {
        const struct stored *stored = find(&part->keys, request->records[i].key);
        request->records[i].value = stored ? stored->value : (struct text){NULL, 0};
    }
    return true;
}

static bool write(struct sim *sim, struct redis_part *part, struct store_request *request)
{
    static const struct hash none;
    bool fits = owned(part, request) && position_fits(part, request);

    if (sim->options.planted == PLANT_ABSENT && !part->has && hash_equal(&part->owner, &none))
        fits = true;
    if (!fits && sim->options.planted != PLANT_WRITE_GUARD)
        return refuse(request);
    uint32_t lost = sim->options.planted == PLANT_LOST_WRITE && !sim->quiet && draw(sim, 20) == 0 ? 1 : 0;
    for (uint32_t i = lost; i < request->record_count; i++)
        put(sim, &part->keys, &request->records[i]);
    part->has = true;
    part->owner = request->owner;
    part->nonce = request->to;
    part->position = request->position;
    return true;
}

static bool fill(struct sim *sim, struct redis_part *part, struct store_request *request)
{
    bool counted = part->chunks == request->chunk || sim->options.planted == PLANT_CHUNKS;

    if (!owned(part, request) || !counted)
        return refuse(request);
    if (request->fresh && request->chunk == 0)
        part->fresh.count = 0;
    for (uint32_t i = 0; i < request->record_count; i++)
        put(sim, request->fresh ? &part->fresh : &part->keys, &request->records[i]);
    part->chunks++;
    return true;
}

static bool finish(struct sim *sim, struct redis_part *part, struct store_request *request)
{
    bool counted = part->chunks == request->chunk || sim->options.planted == PLANT_CHUNKS;

    if (!owned(part, request) || !counted)
        return refuse(request);
    if (request->fresh) {
        if (request->chunk == 0)
            part->fresh.count = 0;
        copy_keys(sim, &part->fresh, &part->keys);
        part->fresh.count = 0;
    }
    part->has = true;
    part->nonce = request->to;
    part->position = request->position;
    return true;
}

static struct text account_of(struct text key)
{
    return (struct text){key.data + 2, key.size - 2};
}

static bool by_due(const struct stored *a, const struct stored *b)
{
    return a->due_at < b->due_at || (a->due_at == b->due_at && text_compare(a->key, b->key) < 0);
}

static bool by_key(const struct stored *a, const struct stored *b)
{
    return text_compare(a->key, b->key) < 0;
}

/* The accounts that match, in order, at most `limit`. */
static bool list(const struct redis_part *part, struct store_request *request)
{
    bool due = request->kind == STORE_DUE;
    const struct stored *last = NULL;

    if (!owned(part, request) || !position_fits(part, request))
        return refuse(request);
    request->record_count = 0;
    while (request->record_count < request->limit) {
        const struct stored *best = NULL;
        for (uint32_t i = 0; i < part->keys.count; i++) {
            const struct stored *item = &part->keys.items[i];
            bool fits = due ? item->due_at && item->due_at <= request->now
                            : item->held && text_compare(account_of(item->key), request->cursor) > 0;
            bool (*before)(const struct stored *, const struct stored *) = due ? by_due : by_key;
            if (fits && (!last || before(last, item)) && (!best || before(item, best)))
                best = item;
        }
        if (!best)
            break;
        request->records[request->record_count++].key = account_of(best->key);
        last = best;
    }
    return true;
}

/* A replica takes no writes; a full Redis none that grow (worker/redis/embed.cmake: allow-oom). */
static bool redis_refuses(const struct sim *sim, enum store_request_kind kind)
{
    bool grows = kind == STORE_WRITE || kind == STORE_FILL;

    return (sim->redis_full && grows) || (sim->redis_replica && (grows || kind == STORE_CLAIM || kind == STORE_FINISH));
}

/* Runs a request atomically, as the scripts do. False: refused. */
bool redis_execute(struct sim *sim, struct store_request *request)
{
    struct redis_part *part = &sim->redis.parts[request->kind == STORE_TIME ? 0 : request->partition];

    if (redis_refuses(sim, request->kind)) {
        request->result = (struct result){RESULT_RETRY, sim->redis_full ? "full" : "a replica answered"};
        return false;
    }
    request->result = RESULT_SUCCESS;
    switch (request->kind) {
    case STORE_CLAIM: claim(part, request); return true;
    case STORE_READ: return read(sim, part, request);
    case STORE_WRITE: return write(sim, part, request);
    case STORE_FILL: return fill(sim, part, request);
    case STORE_FINISH: return finish(sim, part, request);
    case STORE_DUE:
    case STORE_HELD: return list(part, request);
    case STORE_TIME:
        request->now = sim->wall;
        if (sim->evicts)
            request->result = (struct result){RESULT_STOP, "maxmemory-policy must be noeviction"};
        return true;
    }
    return false;
}
