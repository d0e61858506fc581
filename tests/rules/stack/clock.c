#include "place.h"

#include "worker/cli/common/system_clock.h"

enum { SLOW = 100, LEAP_MICROS = 1100 * 1000 };

static int64_t wall(void *context)
{
    return ((struct book_clock *)context)->wall;
}

static int64_t monotonic(void *context)
{
    const struct book_clock *clock = context;
    int64_t passed = stack_now() - clock->since;

    return clock->base + (clock->slow ? passed / SLOW : passed);
}

void book_clock_open(struct book_clock *clock)
{
    *clock = (struct book_clock){.port = {clock, wall, monotonic, system_clock.nonce}, .since = stack_now()};
}

void book_clock_set_slow(struct book_clock *clock, bool slow)
{
    clock->base = monotonic(clock);
    clock->since = stack_now();
    clock->slow = slow;
}

void book_clock_leap(struct book_clock *clock)
{
    clock->base += LEAP_MICROS;
}
