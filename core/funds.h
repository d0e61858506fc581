/* What an account can pay (rules.md 4: available = balance + credit limit; exactly enough is enough). */
#ifndef OSBILL_CORE_FUNDS_H
#define OSBILL_CORE_FUNDS_H

#include "core/money.h"
#include "core/work.h"

struct funds {
    int64_t available; /* micros; saturating, for outputs */
    int64_t deficit;   /* 0: it fits */
};

static inline struct funds funds_for(const struct account_state *account, __int128 amount)
{
    __int128 available = (__int128)account->balance_micros + account->credit_limit_micros;
    __int128 deficit = amount - available;
    return (struct funds){
        .available = available > INT64_MAX   ? INT64_MAX
                     : available < INT64_MIN ? INT64_MIN
                                             : (int64_t)available,
        .deficit = deficit > INT64_MAX ? INT64_MAX
                   : deficit < 0       ? 0
                                       : (int64_t)deficit,
    };
}

static inline bool funds_suffice(const struct account_state *account, int64_t amount)
{
    return (__int128)account->balance_micros + account->credit_limit_micros >= amount;
}

#endif
