/* The digests that decisions need, supplied by the caller: core includes no library. */
#ifndef OSBILL_CORE_HASHES_H
#define OSBILL_CORE_HASHES_H

#include "records.h"

struct hashes {
    /* SHA-256 of size bytes; the first 16 bytes of it go into ids (rules.md 6, 8). */
    void (*sha256)(const void *data, size_t size, uint8_t ret_digest[32]);
    /* 128 bits of XXH3 in canonical (big-endian) order, for the memory of event ids. */
    struct hash (*hash128)(const void *data, size_t size);
};

#endif
