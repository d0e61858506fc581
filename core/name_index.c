#include "core/name_index.h"

bool name_index_init(struct name_index *index, struct arena *arena, uint32_t room)
{
    uint32_t slots = 4;

    while (slots / 2 < room)
        slots *= 2;
    *index = (struct name_index){.mask = slots - 1, .room = room};
    index->slots = arena_alloc(arena, slots * sizeof *index->slots, _Alignof(struct name_slot));
    index->names = arena_alloc(arena, room * sizeof *index->names, _Alignof(struct text));
    if (!index->slots || !index->names)
        return false;
    memset(index->slots, 0, slots * sizeof *index->slots);
    return true;
}

uint32_t name_add(struct name_index *index, struct text name)
{
    uint64_t hash = text_hash(name);
    uint32_t known = name_find_hashed(index, hash, name);
    uint32_t at = (uint32_t)hash & index->mask;

    if (known != NAME_NONE)
        return known;
    while (index->slots[at].number)
        at = (at + 1) & index->mask;
    index->names[index->count++] = name;
    index->slots[at] = (struct name_slot){(uint32_t)hash, index->count};
    return index->count - 1;
}
