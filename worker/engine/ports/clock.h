/* Port to time and chance: everything in the engine that would make a replay differ. */
#ifndef OSBILL_ENGINE_PORTS_CLOCK_H
#define OSBILL_ENGINE_PORTS_CLOCK_H

#include "records.h"

struct clock {
    void *context;
    int64_t (*wall)(void *context);      /* ms since 1970-01-01 UTC; may jump */
    int64_t (*monotonic)(void *context); /* microseconds; never goes back */
    struct hash (*nonce)(void *context); /* 128 random bits, never twice */
};

#endif
