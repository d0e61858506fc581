#include "core/money.h"

bool money_prorata(int64_t price, int64_t part, int64_t whole, int64_t rounding, int64_t *ret_amount)
{
    /* 2^63 * 2^48 * 2 fits 128 bits, and so does 2^48 * 2^63 * 2. */
    __int128 exact = (__int128)price * part;
    __int128 unit = (__int128)whole * rounding;
    __int128 units = price < 0 ? exact / unit : (2 * exact + unit) / (2 * unit);
    __int128 amount = units * rounding;

    if (amount > INT64_MAX || amount < INT64_MIN)
        return false;
    *ret_amount = (int64_t)amount;
    return true;
}
