/* Names to numbers, counted from 0 in order of addition: the key of every table in a catalogue snapshot. */
#ifndef OSBILL_CORE_NAME_INDEX_H
#define OSBILL_CORE_NAME_INDEX_H

#include "core/hash.h"

#define NAME_NONE UINT32_MAX

struct name_slot {
    uint32_t hash;
    uint32_t number; /* + 1; 0: free */
};

struct name_index {
    struct name_slot *slots;
    uint32_t mask; /* slots - 1, a power of two, at most half of them used */
    uint32_t count, room;
    struct text *names;
};

/* Room for `room` names. False: out of memory. */
bool name_index_init(struct name_index *index, struct arena *arena, uint32_t room);
/* The number of a name, added when it is new; the text must outlive the index. There must be room. */
uint32_t name_add(struct name_index *index, struct text name);

static inline uint32_t name_find_hashed(const struct name_index *index, uint64_t hash, struct text name)
{
    for (uint32_t at = (uint32_t)hash & index->mask;; at = (at + 1) & index->mask) {
        const struct name_slot *slot = &index->slots[at];
        if (!slot->number)
            return NAME_NONE;
        if (slot->hash == (uint32_t)hash && text_equal(index->names[slot->number - 1], name))
            return slot->number - 1;
    }
}

/* NAME_NONE: not there. */
static inline uint32_t name_find(const struct name_index *index, struct text name)
{
    return name_find_hashed(index, text_hash(name), name);
}

#endif
