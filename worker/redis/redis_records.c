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

/* An account that belongs to no index, or is gone. */
static bool is_idle(const struct store_record *record)
{
    return record->has_due && (!record->value.data || (record->due_at == 0 && !record->held));
}

static bool is_timed(const struct store_record *record)
{
    return record->has_due && !is_idle(record);
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

struct record_lists records_count(const struct store_request *request, const bool *skip)
{
    struct record_lists lists = {0};

    for (uint32_t i = 0; i < request->record_count; i++) {
        const struct store_record *record = &request->records[i];
        if (skip && skip[i])
            continue;
        lists.sets += record->value.data != NULL;
        lists.idle_sets += record->value.data != NULL && is_idle(record);
        lists.deletes += record->value.data == NULL;
        lists.idle_deletes += record->value.data == NULL && is_idle(record);
        if (!is_timed(record))
            continue;
        lists.dues += record->due_at != 0;
        lists.undues += record->due_at == 0;
        lists.helds += record->held;
        lists.unhelds += !record->held;
    }
    return lists;
}

size_t records_arguments(const struct record_lists *lists)
{
    return 8 + (size_t)2 * (lists->sets + lists->dues + lists->helds) + lists->deletes + lists->undues + lists->unhelds;
}

/* Sets or deletes, those of idle accounts or the others. */
static void put_records(struct buffer *output, const struct store_request *request, const bool *skip, bool set,
                        bool idle)
{
    for (uint32_t i = 0; i < request->record_count; i++) {
        const struct store_record *record = &request->records[i];
        if ((skip && skip[i]) || (record->value.data != NULL) != set || is_idle(record) != idle)
            continue;
        buffer_put_text(output, record->key);
        if (set)
            buffer_put_text(output, record->value);
    }
}

/* One list of an index: the accounts that are in it, with their score, or those that are not. */
static void put_index(struct buffer *output, const struct store_request *request, const bool *skip, bool due_index,
                      bool member)
{
    for (uint32_t i = 0; i < request->record_count; i++) {
        const struct store_record *record = &request->records[i];
        bool is_member = due_index ? record->due_at != 0 : record->held;
        if ((skip && skip[i]) || !is_timed(record) || is_member != member)
            continue;
        if (member)
            buffer_put_number(output, due_index ? record->due_at : 0);
        buffer_put_text(output, account_of(record));
    }
}

void records_put(struct buffer *output, const struct store_request *request, const bool *skip,
                 const struct record_lists *lists)
{
    const uint32_t counts[] = {lists->sets, lists->idle_sets, lists->deletes, lists->idle_deletes,
                               lists->dues, lists->undues,    lists->helds,   lists->unhelds};

    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        buffer_put_number(output, counts[i]);
    put_records(output, request, skip, true, false);
    put_records(output, request, skip, true, true);
    put_records(output, request, skip, false, false);
    put_records(output, request, skip, false, true);
    if (lists->dues + lists->undues == 0)
        return;
    put_index(output, request, skip, true, true);
    put_index(output, request, skip, true, false);
    put_index(output, request, skip, false, true);
    put_index(output, request, skip, false, false);
}
