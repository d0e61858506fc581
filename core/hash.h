/* Hashing of names for tables in memory: fast, never stored, never sent. */
#ifndef OSBILL_CORE_HASH_H
#define OSBILL_CORE_HASH_H

#include "core/text.h"

static inline uint64_t hash_mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ (hash >> 32);
}

/* ASCII capitals of eight bytes at once made small; all other bytes stay. */
static inline uint64_t word_lower(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t low = word & (0x7f * ones);
    uint64_t above_z = low + (0x7f - 'Z') * ones;
    uint64_t from_a = low + (0x80 - 'A') * ones;
    uint64_t capital = ~word & (from_a ^ above_z) & (0x80 * ones);

    return word | (capital >> 2);
}

static inline uint64_t hash_bytes(struct text text, bool lower)
{
    uint64_t hash = text.size, word = 0;
    uint32_t at = 0;

    for (; at + 8 <= text.size; at += 8) {
        memcpy(&word, text.data + at, 8);
        hash = hash_mix(hash, lower ? word_lower(word) : word);
    }
    if (at == text.size)
        return hash_mix(hash, 0);
    if (at) { /* the last eight bytes again: quicker than the rest byte by byte */
        memcpy(&word, text.data + text.size - 8, 8);
    } else {
        for (word = 0; at < text.size; at++)
            word = word << 8 | (unsigned char)text.data[at];
    }
    return hash_mix(hash, lower ? word_lower(word) : word);
}

static inline uint64_t text_hash(struct text text)
{
    return hash_bytes(text, false);
}

/* The hash that the text has after ASCII lower-casing. */
static inline uint64_t text_hash_lower(struct text text)
{
    return hash_bytes(text, true);
}

#endif
