/* Amounts and times as people write them. */
#ifndef OSBILL_TESTS_RULES_VALUE_H
#define OSBILL_TESTS_RULES_VALUE_H

#include "runner_memory.h"

/* All return false for what is not of that form or does not fit. */
bool value_integer(struct text text, int64_t *ret_value);
/* Micro-units from a decimal with at most six places: 10, 10.5, -0.000001. */
bool value_money(struct text text, int64_t *ret_micros);
/* Milliseconds from 2025-03-01, 2025-03-01T12:00, 2025-03-01T12:00:00.001, each perhaps with Z or +03:00 behind;
 * `lifetime` is 0 (an end that never comes); @-1 is that number of milliseconds. */
bool value_time(struct text text, int64_t *ret_millis);

struct text value_from_money(struct arena *arena, int64_t micros);
struct text value_from_time(struct arena *arena, int64_t millis);

#endif
