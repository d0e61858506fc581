/* Core in memory: the states and the catalogue that a history leads to, and what each step brings. */
#ifndef OSBILL_TESTS_PROPERTIES_WORLD_H
#define OSBILL_TESTS_PROPERTIES_WORLD_H

#include "history.h"
#include "plants.h"

#include "core/decide.h"
#include "core/lane.h"

/* How a world works; none of this may change what comes out. */
struct world_options {
    bool coded;       /* states are kept as the bytes that the codec writes, and read again for every batch */
    uint32_t batch;   /* so many steps share an overlay, unless the catalogue changes; 0 and 1: each has its own */
    enum plant plant; /* a defect on purpose: this may */
};

/* A record of account-state, as a store would hold it. */
struct stored {
    struct text key;
    enum state_kind kind;
    uint64_t hash;
    const void *record; /* NULL: absent, or kept as bytes */
    struct text bytes;  /* when coded; data NULL: absent */
    struct stored *next_in_bucket, *next;
};

enum { WORLD_BUCKETS = 256 };

/* Must not move while in use. Outcomes and states live as long as it does. */
struct world {
    struct memory memory;
    struct world_options options;
    struct codec *codec; /* borrowed */
    struct stored *buckets[WORLD_BUCKETS];
    struct stored *first, **end; /* in order of first use */
    struct currency_total_array totals;
    struct catalogue_book book;
    uint64_t shown_revision;           /* of the book, that the catalogue shows */
    int64_t version;                   /* grows with each lane input that changed the catalogue */
    const struct catalogue *catalogue; /* the newest */
    struct overlay overlay;            /* of the open batch */
    struct outcome moves;              /* of the open batch: what the totals are made of */
    uint32_t batched;                  /* steps in it */
    uint64_t decided;                  /* steps in all */
    uint32_t numbers;                  /* for planted defects */
};

void world_init(struct world *world, struct codec *codec, const struct world_options *options);
/* A world that goes on from here by itself; `from` must outlive it and be between batches. Its catalogue is fixed. */
void world_fork(const struct world *from, struct world *ret_world);
void world_clear(struct world *world);

/* Decides one step. Returns NULL, or what is wrong: money is not conserved, core gave up. */
const char *world_step(struct world *world, const struct step *step, struct outcome *ret_outcome) WARN_UNUSED;
/* Ends the open batch, so that the states can be looked at. NULL, or what is wrong. */
const char *world_finish(struct world *world) WARN_UNUSED;

/* NULL: absent. Lives as long as the world. */
const void *world_state(struct world *world, const struct state_key *key);
const struct account_state *world_account(struct world *world, struct text account_id);
const struct vps_state *world_vps(struct world *world, struct text account_id, struct text vps_id);
const void *stored_record(struct world *world, const struct stored *stored);

#endif
