/* The digests that core asks for, from nettle (SHA-256) and xxHash (XXH3, 128 bits). Any thread. */
#ifndef OSBILL_CLI_DIGEST_H
#define OSBILL_CLI_DIGEST_H

#include "core/hashes.h"

extern const struct hashes library_hashes;

#endif
