/* Arithmetic of micro-units (rules.md 2.4): exact, in 128 bits, checked. */
#ifndef OSBILL_CORE_MONEY_H
#define OSBILL_CORE_MONEY_H

#include <stdbool.h>
#include <stdint.h>

/* price * part / whole, rounded ONCE to a multiple of `rounding` (>= 1): half up, a negative price towards zero.
 * 0 <= part <= whole, whole > 0, both in ms below 2^48. False: more than 64 bits. */
bool money_prorata(int64_t price, int64_t part, int64_t whole, int64_t rounding, int64_t *ret_amount);

/* False: more than 64 bits. */
static inline bool money_add(int64_t a, int64_t b, int64_t *ret_sum)
{
    return !__builtin_add_overflow(a, b, ret_sum);
}
static inline bool money_subtract(int64_t a, int64_t b, int64_t *ret_difference)
{
    return !__builtin_sub_overflow(a, b, ret_difference);
}

/* Sums that are shown, not booked: they stop at the edge (rules.md 9). */
static inline int64_t money_add_saturating(int64_t a, int64_t b)
{
    int64_t sum;
    if (money_add(a, b, &sum))
        return sum;
    return a < 0 ? INT64_MIN : INT64_MAX;
}
static inline int64_t money_subtract_saturating(int64_t a, int64_t b)
{
    int64_t difference;
    if (money_subtract(a, b, &difference))
        return difference;
    return a < 0 ? INT64_MIN : INT64_MAX;
}

#endif
