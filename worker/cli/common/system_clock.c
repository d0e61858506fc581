#include "worker/cli/common/system_clock.h"

#include <sys/random.h>
#include <time.h>

#include "worker/cli/common/moment.h"

static int64_t wall(void *context)
{
    (void)context;
    return moment_now();
}

static int64_t monotonic(void *context)
{
    struct timespec now;

    (void)context;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static struct hash nonce(void *context)
{
    struct hash random;

    (void)context;
    while (getrandom(random.bytes, sizeof random.bytes, 0) != (ssize_t)sizeof random.bytes) {
    }
    return random;
}

const struct clock system_clock = {NULL, wall, monotonic, nonce};

int64_t steady_ms(void)
{
    return monotonic(NULL) / 1000;
}
