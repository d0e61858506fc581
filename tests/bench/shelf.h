/* State records by their keys, decoded, in memory: a table of copies, each in room of its own that is used again. */
#ifndef OSBILL_BENCH_SHELF_H
#define OSBILL_BENCH_SHELF_H

#include "core/overlay.h"

struct shelf_slot {
    struct text key;
    uint64_t hash;
    const void *record; /* NULL: absent */
    struct {
        char *bytes;
        size_t size;
    } room[2]; /* in turn: a changed record may point into the one before it */
    unsigned turn;
};

struct shelf {
    struct shelf_slot *slots;
    size_t mask, count;
    uint64_t allocations; /* of room, all together */
};

/* Room for `expected` keys. False: no memory. */
bool shelf_init(struct shelf *shelf, size_t expected);
void shelf_release(struct shelf *shelf);

/* NULL: absent. */
const void *shelf_find(const struct shelf *shelf, struct text key);
/* Copies the state's record; without a value the key is absent. False: no memory, or more keys than there are slots. */
bool shelf_keep(struct shelf *shelf, const struct state *state);

#endif
