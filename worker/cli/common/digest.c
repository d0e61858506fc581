#include "worker/cli/common/digest.h"

#include <nettle/sha2.h>
#include <string.h>
#include <xxhash.h>

static void sha256(const void *data, size_t size, uint8_t ret_digest[32])
{
    struct sha256_ctx state;

    sha256_init(&state);
    sha256_update(&state, size, data);
    sha256_digest(&state, SHA256_DIGEST_SIZE, ret_digest);
}

static struct hash hash128(const void *data, size_t size)
{
    XXH128_canonical_t canonical;
    struct hash hash;

    XXH128_canonicalFromHash(&canonical, XXH3_128bits(data, size));
    memcpy(hash.bytes, canonical.digest, sizeof hash.bytes);
    return hash;
}

const struct hashes library_hashes = {sha256, hash128};
