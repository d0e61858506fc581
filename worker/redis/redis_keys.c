#include "redis_keys.h"

#include <assert.h>
#include <stdio.h>

void partition_keys_name(struct partition_keys *keys, const char *prefix, int32_t partition)
{
    static const char *const names[KEYS] = {"position", "state:a", "due:a", "held:a", "state:b", "due:b", "held:b"};

    for (size_t i = 0; i < KEYS; i++) {
        /* The colon keeps prefix x, partition 12 apart from prefix x1, partition 2: no topic name holds one. */
        int size = snprintf(keys->text[i], sizeof(keys->text[i]), "{%s:%d}:%s", prefix, (int)partition, names[i]);
        assert(size > 0 && (size_t)size < sizeof(keys->text[i]));
        (void)size;
    }
}

const char *partition_key(const struct partition_keys *keys, int key, char side)
{
    return keys->text[side == 'b' ? key + KEYS_OF_SIDE : key];
}

void partition_keys_put(const struct partition_keys *keys, struct buffer *output)
{
    buffer_put_number(output, KEYS);
    for (size_t i = 0; i < KEYS; i++)
        buffer_put_string(output, keys->text[i]);
}
