#include "worker/avro/utf8.h"

#include <string.h>

#define HIGH_BITS UINT64_C(0x8080808080808080)

static uint64_t load(const uint8_t *data)
{
    uint64_t word;
    memcpy(&word, data, sizeof word);
    return word;
}

/* Almost every string is ASCII: eight bytes at a time, the last eight overlapping those before. */
static bool is_ascii(const uint8_t *data, size_t size)
{
    uint64_t seen = 0;

    if (size < 8) {
        for (size_t i = 0; i < size; i++)
            seen |= data[i];
        return !(seen & 0x80);
    }
    for (size_t i = 0; i + 8 < size; i += 8)
        seen |= load(data + i);
    seen |= load(data + size - 8);
    return !(seen & HIGH_BITS);
}

static bool is_continuation(uint8_t byte)
{
    return (byte & 0xC0) == 0x80;
}

/* The length of the well-formed sequence at data, 0 when there is none. */
static size_t sequence(const uint8_t *data, size_t size)
{
    uint8_t lead = data[0];
    size_t length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;

    if (length > size)
        return 0;
    for (size_t i = 1; i < length; i++)
        if (!is_continuation(data[i]))
            return 0;
    bool overlong = (lead == 0xE0 && data[1] < 0xA0) || (lead == 0xF0 && data[1] < 0x90);
    bool surrogate = lead == 0xED && data[1] > 0x9F;
    bool beyond = lead == 0xF4 && data[1] > 0x8F;
    return overlong || surrogate || beyond ? 0 : length;
}

bool utf8_valid(const uint8_t *data, size_t size)
{
    if (is_ascii(data, size))
        return true;
    while (size) {
        size_t length = sequence(data, size);
        if (!length)
            return false;
        data += length;
        size -= length;
    }
    return true;
}
