#include "runner_digest.h"

#include "runner_value.h"
#include "worker/cli/common/digest.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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
    library_hashes.sha256(key, (size_t)size, digest);
    for (int i = 0; i < 16; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return memory_format(arena, "%s%s", prefix, hex);
}
