#include "worker/cli/common/text_map.h"

#include <stdlib.h>

#include "core/hash.h"

enum { KEYS_CHUNK = 256 << 10, ROOM_FIRST = 256 };

void text_map_init(struct text_map *map)
{
    *map = (struct text_map){0};
    memory_init(&map->memory, KEYS_CHUNK, 0);
}

void text_map_release(struct text_map *map)
{
    memory_clear(&map->memory);
    free(map->keys);
    free(map->slots);
}

static uint32_t *slot_of(const struct text_map *map, struct text key)
{
    uint32_t at = (uint32_t)(text_hash(key) >> 16) & map->mask;

    while (map->slots[at] && !text_equal(map->keys[map->slots[at] - 1], key))
        at = (at + 1) & map->mask;
    return &map->slots[at];
}

static bool grow(struct text_map *map)
{
    uint32_t room = map->room ? map->room * 2 : ROOM_FIRST;
    struct text *keys = realloc(map->keys, room * sizeof *keys);

    if (keys)
        map->keys = keys;
    uint32_t *slots = keys ? calloc((size_t)room * 2, sizeof *slots) : NULL;
    if (!slots)
        return false;
    free(map->slots);
    map->slots = slots;
    map->mask = room * 2 - 1;
    map->room = room;
    for (uint32_t i = 0; i < map->count; i++)
        *slot_of(map, map->keys[i]) = i + 1;
    return true;
}

uint32_t text_map_find(const struct text_map *map, struct text key)
{
    return map->count ? *slot_of(map, key) - 1 : MAP_NONE;
}

uint32_t text_map_add(struct text_map *map, struct text key)
{
    bool failed = false;

    if (map->count == map->room && !grow(map))
        return MAP_NONE;
    uint32_t *slot = slot_of(map, key);
    if (*slot)
        return *slot - 1;
    map->keys[map->count] = key.data ? memory_text(&map->memory, key, &failed) : key;
    if (failed)
        return MAP_NONE;
    *slot = ++map->count;
    return map->count - 1;
}

/* --- lists --- */

void *item_list_add(struct item_list *list)
{
    if (list->count == list->room) {
        uint32_t room = list->room ? list->room * 2 : ROOM_FIRST;
        void *grown = realloc(list->items, room * list->item_size);
        if (!grown)
            return NULL;
        list->items = grown;
        list->room = room;
    }
    void *item = (char *)list->items + list->count++ * list->item_size;
    memset(item, 0, list->item_size);
    return item;
}
