#include "runner_digest.h"

#include "runner_value.h"

#include <inttypes.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

static void digest_sha256(const void *data, size_t size, uint8_t ret_digest[32])
{
    struct sha256_ctx context;

    sha256_init(&context);
    sha256_update(&context, size, data);
    sha256_digest(&context, 32, ret_digest);
}

static struct hash digest_xxh3(const void *data, size_t size)
{
    struct hash hash;
    XXH128_canonical_t canonical;

    XXH128_canonicalFromHash(&canonical, XXH3_128bits(data, size));
    _Static_assert(sizeof hash.bytes == sizeof canonical.digest, "a hash holds 128 bits");
    memcpy(hash.bytes, canonical.digest, sizeof hash.bytes);
    return hash;
}

const struct hashes digest_hashes = {digest_sha256, digest_xxh3};

/* Cuts at slashes; false unless there are three or four parts. */
static bool cut(struct text name, struct text ret_parts[4])
{
    uint32_t count = 0;
    uint32_t start = 0;

    ret_parts[count++] = (struct text){"a1", 2};
    for (uint32_t i = 0; i <= name.size; i++) {
        if (i < name.size && name.data[i] != '/')
            continue;
        if (count == 5)
            return false;
        struct text part = {name.data + start, i - start};
        if (count == 4) { /* four parts: the first is the account */
            memmove(ret_parts, ret_parts + 1, 3 * sizeof *ret_parts);
            ret_parts[3] = part;
            count = 5;
        } else {
            ret_parts[count++] = part;
        }
        start = i + 1;
    }
    return count >= 4;
}

struct text digest_obligation(struct arena *arena, const struct line *line, const char *prefix, struct text name)
{
    struct text parts[4];
    int64_t start;
    uint8_t digest[32];
    char key[512];
    char hex[33];

    if (!cut(name, parts) || !value_time(parts[2], &start))
        line_fail(line, "%.*s names no obligation: VPS/START/EPOCH is wanted", TEXT_ARGUMENTS(name));
    int size = snprintf(key, sizeof key, "%.*s%c%.*s%c%" PRId64 "%c%.*s", TEXT_ARGUMENTS(parts[0]), 0,
                        TEXT_ARGUMENTS(parts[1]), 0, start, 0, TEXT_ARGUMENTS(parts[3]));
    digest_sha256(key, (size_t)size, digest);
    for (int i = 0; i < 16; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return memory_format(arena, "%s%s", prefix, hex);
}
