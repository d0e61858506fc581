#include "redis_records.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ACCOUNT_PREFIX 2 /* the size of a: before the account id */

void request_scratch_release(struct request_scratch *scratch)
{
    free(scratch->slots);
    free(scratch->skip);
    *scratch = (struct request_scratch){0};
}

static struct text account_of(const struct store_record *record)
{
    assert(record->key.size > ACCOUNT_PREFIX && memcmp(record->key.data, "a:", ACCOUNT_PREFIX) == 0);
    return (struct text){record->key.data + ACCOUNT_PREFIX, record->key.size - ACCOUNT_PREFIX};
}

static uint32_t key_hash(struct text key)
{
    uint32_t hash = 2166136261U; /* FNV-1a */

    for (uint32_t i = 0; i < key.size; i++)
        hash = (hash ^ (uint8_t)key.data[i]) * 16777619U;
    return hash;
}

static bool scratch_reserve(struct request_scratch *scratch, uint32_t count)
{
    uint32_t slot_count = 1024;

    while (slot_count < 2 * count)
        slot_count *= 2;
    if (scratch->slot_count < slot_count) {
        free(scratch->slots);
        scratch->slots = malloc(slot_count * sizeof(*scratch->slots));
        scratch->slot_count = scratch->slots ? slot_count : 0;
    }
    if (scratch->skip_count < count) {
        free(scratch->skip);
        scratch->skip = malloc(count * sizeof(*scratch->skip));
        scratch->skip_count = scratch->skip ? count : 0;
    }
    return scratch->slots && (scratch->skip || count == 0);
}

bool records_mark_replaced(const struct store_request *request, struct request_scratch *scratch)
{
    const struct store_record *records = request->records;

    if (!scratch_reserve(scratch, request->record_count))
        return false;
    memset(scratch->slots, 0, scratch->slot_count * sizeof(*scratch->slots));
    for (uint32_t left = request->record_count; left-- > 0;) {
        struct text key = records[left].key;
        uint32_t slot = key_hash(key) & (scratch->slot_count - 1);
        bool found = false;
        while (scratch->slots[slot] && !found) {
            struct text other = records[scratch->slots[slot] - 1].key;
            found = other.size == key.size && memcmp(other.data, key.data, key.size) == 0;
            slot = (slot + 1) & (scratch->slot_count - 1);
        }
        scratch->skip[left] = found;
        if (!found)
            scratch->slots[slot] = left + 1;
    }
    return true;
}

/* What a record is to one of the commands. */
enum list { LIST_SETS, LIST_DELETES, LIST_DUES, LIST_UNDUES, LIST_HELDS, LIST_UNHELDS, LISTS };

static const struct {
    const char *command;
    int key;
    bool in_pairs;
} commands[LISTS] = {
    [LIST_SETS] = {"HSET", KEY_STATE, true}, [LIST_DELETES] = {"HDEL", KEY_STATE, false},
    [LIST_DUES] = {"ZADD", KEY_DUE, true},   [LIST_UNDUES] = {"ZREM", KEY_DUE, false},
    [LIST_HELDS] = {"ZADD", KEY_HELD, true}, [LIST_UNHELDS] = {"ZREM", KEY_HELD, false},
};

static bool is_in(const struct store_record *record, enum list list)
{
    bool is_there = record->value.data != NULL;

    switch (list) {
    case LIST_SETS: return is_there;
    case LIST_DELETES: return !is_there;
    case LIST_DUES: return record->has_due && is_there && record->due_at != 0;
    case LIST_UNDUES: return record->has_due && !(is_there && record->due_at != 0);
    case LIST_HELDS: return record->has_due && is_there && record->held;
    case LIST_UNHELDS: return record->has_due && !(is_there && record->held);
    case LISTS: break;
    }
    return false;
}

static void put_record(struct buffer *output, const struct store_record *record, enum list list)
{
    switch (list) {
    case LIST_SETS:
        buffer_put_text(output, record->key);
        buffer_put_text(output, record->value);
        return;
    case LIST_DELETES: buffer_put_text(output, record->key); return;
    case LIST_DUES: buffer_put_number(output, record->due_at); break;
    case LIST_HELDS: buffer_put_number(output, 0); break;
    case LIST_UNDUES:
    case LIST_UNHELDS:
    case LISTS: break;
    }
    buffer_put_text(output, account_of(record));
}

uint32_t records_put(struct buffer *output, const struct store_request *request, const bool *skip,
                     const struct partition_keys *keys, char side)
{
    uint32_t counts[LISTS] = {0}, put = 0;

    for (uint32_t i = 0; i < request->record_count; i++)
        for (enum list list = 0; list < LISTS && !(skip && skip[i]); list++)
            counts[list] += is_in(&request->records[i], list);
    for (enum list list = 0; list < LISTS; list++) {
        if (!counts[list])
            continue;
        put++;
        buffer_put_command(output, 2 + (size_t)counts[list] * (commands[list].in_pairs ? 2 : 1));
        buffer_put_string(output, commands[list].command);
        buffer_put_string(output, partition_key(keys, commands[list].key, side));
        for (uint32_t i = 0; i < request->record_count; i++)
            if (!(skip && skip[i]) && is_in(&request->records[i], list))
                put_record(output, &request->records[i], list);
    }
    return put;
}
