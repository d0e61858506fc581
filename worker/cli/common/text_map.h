/* What grows while records are counted: names with numbers, and lists. */
#ifndef OSBILL_CLI_TEXT_MAP_H
#define OSBILL_CLI_TEXT_MAP_H

#include "worker/engine/memory.h"

#define MAP_NONE UINT32_MAX

/* Texts to numbers from 0, in order of addition. */
struct text_map {
    struct memory memory; /* of the keys */
    struct text *keys;
    uint32_t *slots; /* number + 1; 0: free */
    uint32_t mask, count, room;
};
void text_map_init(struct text_map *map);
void text_map_release(struct text_map *map);
uint32_t text_map_find(const struct text_map *map, struct text key);
/* MAP_NONE: no memory. The caller sees that a key is new by the number being the old count. */
uint32_t text_map_add(struct text_map *map, struct text key);

/* A growing array of fixed-size items. */
struct item_list {
    void *items;
    size_t item_size;
    uint32_t count, room;
};
/* A zeroed item at the end; NULL: no memory. */
void *item_list_add(struct item_list *list);

#endif
