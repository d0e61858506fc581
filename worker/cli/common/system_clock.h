/* The engine's clock port on this machine's clocks and random numbers. Any thread. */
#ifndef OSBILL_CLI_SYSTEM_CLOCK_H
#define OSBILL_CLI_SYSTEM_CLOCK_H

#include "worker/engine/ports/clock.h"

extern const struct clock system_clock;

int64_t steady_ms(void);

#endif
