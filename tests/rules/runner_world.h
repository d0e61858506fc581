/* The world of one case when core runs alone: states and catalogue in memory. */
#ifndef OSBILL_TESTS_RULES_WORLD_H
#define OSBILL_TESTS_RULES_WORLD_H

#include "runner_back_end.h"

#include "core/decide.h"
#include "core/lane.h"
#include "core/snapshot.h"

/* A record of account-state, as the engine would find it in the store. */
struct stored {
    struct text key;
    enum state_kind kind;
    const void *record; /* NULL: deleted */
    const void *again;  /* the same once more, which core never sees */
};

struct world {
    struct memory memory; /* lives as long as the case */
    struct memory step;   /* what core makes in one step; given back before the next, so that nobody keeps it */
    const struct book_case *book_case;
    bool starving; /* decisions are also made without memory */
    uint32_t decided;
    struct stored *states;
    uint32_t state_count;
    struct currency_total_array totals;
    struct catalogue_book book;
    int64_t version;                   /* of the book */
    const struct catalogue *catalogue; /* NULL: the book is newer than the last snapshot */
};

/* Functions that can fail return what went wrong, NULL when nothing did. */

/* NULL: absent. */
const void *world_state(const struct world *world, const struct state_key *key);

/* Decides an input of account, order or os-installed and keeps the states that it changed. */
const char *world_decide(struct world *world, const struct input *input, int64_t now, struct outcome *outcome);
/* Decides what is due for an account. */
const char *world_decide_due(struct world *world, struct text account_id, int64_t now, struct outcome *outcome);

/* Decides an input of template-discovered or catalogue. */
const char *world_change(struct world *world, const struct input *input, int64_t now, struct outcome *outcome);
/* The newest snapshot; NULL: out of memory. */
const struct catalogue *world_catalogue(struct world *world);

#endif
