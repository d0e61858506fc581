#include "shelf.h"

#include <stdlib.h>

#include "core/hash.h"
#include "core/record_walk.h"

enum { FIRST_ROOM = 512 };

bool shelf_init(struct shelf *shelf, size_t expected)
{
    size_t size = 16;

    while (size < 2 * expected)
        size *= 2;
    *shelf = (struct shelf){.slots = calloc(size, sizeof(*shelf->slots)), .mask = size - 1};
    return shelf->slots != NULL;
}

void shelf_release(struct shelf *shelf)
{
    for (size_t i = 0; shelf->slots && i <= shelf->mask; i++) {
        free((void *)(uintptr_t)shelf->slots[i].key.data);
        free(shelf->slots[i].room[0].bytes);
        free(shelf->slots[i].room[1].bytes);
    }
    free(shelf->slots);
}

/* The key's slot, or the free one where it belongs. */
static struct shelf_slot *slot_of(const struct shelf *shelf, struct text key, uint64_t hash)
{
    size_t at = (size_t)hash & shelf->mask;

    while (shelf->slots[at].key.data && !(shelf->slots[at].hash == hash && text_equal(shelf->slots[at].key, key)))
        at = (at + 1) & shelf->mask;
    return &shelf->slots[at];
}

const void *shelf_find(const struct shelf *shelf, struct text key)
{
    return slot_of(shelf, key, text_hash(key))->record;
}

static bool claim(struct shelf *shelf, struct shelf_slot *slot, struct text key, uint64_t hash)
{
    char *name = shelf->count < shelf->mask ? malloc(key.size) : NULL;

    if (!name)
        return false;
    memcpy(name, key.data, key.size);
    slot->key = (struct text){name, key.size};
    slot->hash = hash;
    shelf->count++;
    shelf->allocations++;
    return true;
}

static void *copy_into(char *bytes, size_t size, const struct state *state)
{
    if (!bytes)
        return NULL;
    struct arena arena = {.at = bytes, .end = bytes + size};
    return record_copy(&arena, state_record_type(state->kind), state->value);
}

/* False: no memory. */
static bool copy(struct shelf *shelf, struct shelf_slot *slot, const struct state *state)
{
    unsigned turn = slot->turn ^ 1;
    void *record = copy_into(slot->room[turn].bytes, slot->room[turn].size, state);

    while (!record) {
        size_t size = slot->room[turn].size ? 2 * slot->room[turn].size : FIRST_ROOM;
        char *bytes = realloc(slot->room[turn].bytes, size);
        if (!bytes)
            return false;
        slot->room[turn].bytes = bytes;
        slot->room[turn].size = size;
        shelf->allocations++;
        record = copy_into(bytes, size, state);
    }
    slot->record = record;
    slot->turn = turn;
    return true;
}

bool shelf_keep(struct shelf *shelf, const struct state *state)
{
    uint64_t hash = text_hash(state->key);
    struct shelf_slot *slot = slot_of(shelf, state->key, hash);

    if (!slot->key.data && !claim(shelf, slot, state->key, hash))
        return false;
    if (state->value)
        return copy(shelf, slot, state);
    slot->record = NULL;
    return true;
}
