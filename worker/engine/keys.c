#include "worker/engine/keys.h"

#include <stdio.h>

static uint32_t murmur2(const unsigned char *data, uint32_t size)
{
    const uint32_t m = 0x5bd1e995;
    uint32_t h = 0x9747b28cU ^ size, i = 0;

    for (; i + 4 <= size; i += 4) {
        uint32_t k =
            (uint32_t)data[i] | (uint32_t)data[i + 1] << 8 | (uint32_t)data[i + 2] << 16 | (uint32_t)data[i + 3] << 24;
        k *= m;
        k ^= k >> 24;
        h = (h * m) ^ (k * m);
    }
    if (size - i >= 3)
        h ^= (uint32_t)data[i + 2] << 16;
    if (size - i >= 2)
        h ^= (uint32_t)data[i + 1] << 8;
    if (size - i >= 1)
        h = (h ^ data[i]) * m;
    h = (h ^ h >> 13) * m;
    return h ^ h >> 15;
}

int32_t key_partition(struct text key, int32_t partitions)
{
    uint32_t hash = murmur2((const unsigned char *)key.data, key.size);

    return (int32_t)(hash & 0x7fffffffU) % partitions;
}

struct text position_key(int32_t partition, char *buffer)
{
    int size = snprintf(buffer, POSITION_KEY_MAX, "p:%d", (int)partition);

    return (struct text){buffer, (uint32_t)size};
}
