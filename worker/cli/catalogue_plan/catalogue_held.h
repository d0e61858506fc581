/* What a new catalogue would do to the cases that wait for one: core's own rules decide them, nothing is published. */
#ifndef OSBILL_CLI_CATALOGUE_HELD_H
#define OSBILL_CLI_CATALOGUE_HELD_H

#include "core/catalogue.h"
#include "core/overlay.h"
#include "worker/cli/cluster/context.h"

/* One open case that waits for a price, a mapping or a lagging catalogue (rules.md 6 Held). */
struct held_case {
    struct text account_id, currency;
    const struct case_ref *ref;
    const struct open_case *open; /* NULL: its VPS is not to be found */
    bool decided;                 /* it would not wait for the catalogue any more */
    enum verdict verdict;         /* of what decides it */
    struct text rule;
    int64_t amount_micros;
};

/* Calls `found` for each, all partitions; what it gets is valid during the call. `after` must be of a version that no
 * case was tried with (INT64_MAX). */
enum exit_code held_cases_try(struct context *context, struct redis_dump *redis, int32_t partitions,
                              const struct catalogue *after, int64_t now,
                              void (*found)(void *context, const struct held_case *held), void *found_context);

/* The same for one account whose states are in memory: what the overlay lacks is asked of `load`, which puts it in or
 * says why it cannot. */
struct held_source {
    enum exit_code (*load)(void *context, struct text account_id, struct overlay *overlay, struct arena *arena);
    void *context;
};
enum exit_code held_cases_of(struct text account_id, const struct held_source *source, const struct catalogue *after,
                             int64_t now, struct arena *arena,
                             void (*found)(void *context, const struct held_case *held), void *found_context);

#endif
