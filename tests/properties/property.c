#include "property.h"

#include <stdarg.h>
#include <stdio.h>

const struct property properties[] = {
    {"money",
     "deposits - withdrawals - charges = balance, balance_after is an unbroken chain, a charge is the sum of its lines",
     check_money},
    {"levels", "no part of a period is charged or owed twice up to the same level; a line credits the level before it",
     check_levels},
    {"price", "the OS lines of a period, paid and owed, are together no more than the dearest item that it met",
     check_price},
    {"duplicates", "redeliveries change neither outputs nor states", check_duplicates},
    {"ids", "charge, case and notification ids are unique, and the same when it is all decided again", check_ids},
    {"verdicts", "an input that comes again is a DUPLICATE without effect", check_verdicts},
    {"flapping", "A, B, A and B again charge nothing after the first A and B", check_flapping},
    {"splitting", "a cheaper installation on the way changes the sum by one rounding unit per line at most",
     check_splitting},
    {"accounts", "the order of unrelated accounts, and what shares a batch, change nothing", check_accounts},
    {"cache", "states that are written and read again between all steps change nothing", check_cache},
    {NULL, NULL, NULL},
};

bool fail(struct trial *trial, uint32_t step, struct text account_id, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(trial->failure, sizeof trial->failure, format, arguments);
    va_end(arguments);
    trial->step = step;
    trial->account_id = account_id;
    return false;
}
