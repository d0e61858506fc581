/* The properties, and what a check is given. */
#ifndef OSBILL_TESTS_PROPERTIES_PROPERTY_H
#define OSBILL_TESTS_PROPERTIES_PROPERTY_H

#include "chance.h"
#include "run.h"

/* One history and its run, to be checked; chance for those checks that vary them. */
struct trial {
    uint64_t seed;
    struct history *history;
    struct run *run;
    struct chance chance;
    uint64_t decided; /* steps that checks decided beside the run */

    char failure[512];      /* what a check found */
    struct text account_id; /* whose events explain it; empty: all */
    uint32_t step;          /* the last step that matters */
};

/* Says what is wrong, at a step of the run, with one account; is false. */
bool fail(struct trial *trial, uint32_t step, struct text account_id, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

struct property {
    const char *name;
    const char *says;                   /* in words */
    bool (*holds)(struct trial *trial); /* false: fail() was called */
};

/* Ends with a NULL name. */
extern const struct property properties[];

bool check_money(struct trial *trial);
bool check_levels(struct trial *trial);
bool check_price(struct trial *trial);
bool check_duplicates(struct trial *trial);
bool check_ids(struct trial *trial);
bool check_verdicts(struct trial *trial);
bool check_flapping(struct trial *trial);
bool check_splitting(struct trial *trial);
bool check_accounts(struct trial *trial);
bool check_cache(struct trial *trial);

#endif
