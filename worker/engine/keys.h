/* What keys say: the partition of a message key, the key of a position. */
#ifndef OSBILL_ENGINE_KEYS_H
#define OSBILL_ENGINE_KEYS_H

#include "core/text.h"

/* murmur2 as Kafka's Java client computes it, the sign bit cleared, mod `partitions` (contract.md, Rules). */
int32_t key_partition(struct text key, int32_t partitions);

/* "p:<partition>"; `buffer` has POSITION_KEY_MAX bytes. */
#define POSITION_KEY_MAX 16
struct text position_key(int32_t partition, char *buffer);

static inline bool hash_equal(const struct hash *a, const struct hash *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

static inline bool hash_empty(const struct hash *hash)
{
    static const struct hash none;
    return hash_equal(hash, &none);
}

#endif
