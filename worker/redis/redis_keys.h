/* The keys of a partition in Redis (redis_store.h). */
#ifndef OSBILL_REDIS_KEYS_H
#define OSBILL_REDIS_KEYS_H

#include "redis_address.h"
#include "redis_buffer.h"

/* In the order of KEYS in lua/guard.lua. */
enum { KEY_POSITION, KEY_STATE, KEY_DUE, KEY_HELD, KEYS_OF_SIDE = 3, KEYS = 1 + 2 * KEYS_OF_SIDE };

struct partition_keys {
    char text[KEYS][PREFIX_CAPACITY + 32];
};

void partition_keys_name(struct partition_keys *keys, const char *prefix, int32_t partition);
static inline char other_side(char side)
{
    return side == 'b' ? 'a' : 'b';
}
/* Side a or b of KEY_STATE, KEY_DUE or KEY_HELD. */
const char *partition_key(const struct partition_keys *keys, int key, char side);
/* The number of keys, and all of them: what a script takes. */
void partition_keys_put(const struct partition_keys *keys, struct buffer *output);

#endif
