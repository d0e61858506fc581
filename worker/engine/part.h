/* A partition in the engine's care: its way to work, its P, its inputs. The lane is one, too. */
#ifndef OSBILL_ENGINE_PART_H
#define OSBILL_ENGINE_PART_H

#include "worker/engine/engine.h"
#include "worker/engine/place.h"

enum {
    WINDOW = 3,     /* store writes in flight of one partition: a read accepts that many positions, and one more */
    LANE_SLOT = -1, /* partition number of the lane inside the engine */
    REASON_BYTES = 240,
};

enum part_phase {
    PART_NONE,      /* not owned */
    PART_COMMITTED, /* asks the group's stable offsets */
    PART_CLAIM,     /* claims the store */
    PART_END,       /* asks the high watermark of account-state */
    PART_READ,      /* copies S to END into the store */
    PART_FIRST,     /* a partition that was never decided: asks where its inputs begin */
    PART_FINISH,    /* sets the store's position */
    PART_CATALOGUE, /* waits for the snapshot that it was last decided with */
    PART_ACTIVE,
    PART_REFUSED, /* only a person can help; the others go on */
};

/* A transaction that another producer has open on an input: nothing behind it can be read. */
struct stall {
    int64_t since;  /* monotonic microseconds; 0: none */
    int64_t offset; /* last stable offset: the first record that waits */
    bool said;
};

struct part_input {
    enum topic topic;
    int32_t partition;
    int64_t fetch; /* next offset to take: everything below is decided, in the batch, or a gap */
    bool start;    /* the log must be told to deliver (again) */
    bool started;  /* it delivers */
    bool halt;     /* the log must be told to stop delivering */
    bool missed;   /* the record at P's last offset did not come before later ones */
    bool compared; /* the record at P's last offset was seen, or there is none any more */
    bool unread;   /* the message at fetch waits for the schema registry */
    bool suspect;  /* cannot be fetched from where it stands: ask where the log begins and ends */
    struct stall stall;
};

struct recovery {
    int64_t from, end;
    bool full;      /* from the start into a fresh key generation */
    bool must_full; /* the last attempt found rotten bytes: no short cut */
    uint32_t chunks, outstanding;
    uint64_t records;
    uint32_t input;                 /* PART_FIRST: being asked */
    bool waiting;                   /* a store call is in flight */
    bool found;                     /* P was seen */
    bool again;                     /* a schema is not available: read that chunk again */
    int64_t committed[PART_INPUTS]; /* group offsets; LOG_NO_OFFSET: none */
    int64_t committed_seq;          /* of P, as their metadata says; 0: none, or a stranger's */
    struct place base;              /* P: what the claim found, then what the log said */
    struct memory memory;           /* of base's totals */
    int64_t began_at;
    int64_t claimed_at; /* wall clock, ms */
};

struct call;
struct part {
    int32_t partition; /* LANE_SLOT: the lane */
    enum part_phase phase;
    char reason[REASON_BYTES];
    uint64_t epoch;            /* changes with each claim and loss: what is in flight from before does not count */
    uint32_t slot;             /* in the cache */
    int64_t retry_at, backoff; /* monotonic microseconds */
    int64_t interrupted;       /* backoff of roll forwards that the store did not take, in a row */
    struct hash owner;         /* nonce of the claim */
    struct place place;        /* P as last committed */
    struct memory totals[2];   /* of place.totals, by turns */
    uint32_t totals_turn;
    struct part_input inputs[PART_INPUTS];
    uint32_t input_count;
    struct hash acked;                  /* position that the store has acknowledged */
    struct call *flights, *last_flight; /* store writes not acknowledged, oldest first: the pins */
    uint32_t flight_count;
    bool bad; /* must be repaired before it decides again */
    enum repair_cause cause;
    int64_t highest_seq; /* seen committed while this process ran: going back means that Kafka lost data */
    struct recovery recovery;
    /* timers.c: */
    int64_t due_at, held_at, advance_at; /* when to ask again, monotonic microseconds */
    bool due_asked, held_asked;          /* asked, or its accounts are in the batch */
    int64_t held_target;                 /* catalogue version of the sweep; 0: none runs */
    char held_cursor[132];
    uint32_t held_cursor_size;
    struct round_part *round; /* its part of the running round */
    uint32_t batch_slot;      /* order within the batch */
    int64_t held_last;        /* version of a sweep whose last accounts are in the batch; 0: none */
    int64_t held_done;        /* version of the last finished sweep */
    uint64_t sweep; /* counts sweeps that ended or were given up: what was asked for an earlier one says nothing */
    bool clock_said;
    uint32_t rotten; /* full rebuilds that did not help */
};

static inline bool part_is_lane(const struct part *part)
{
    return part->partition == LANE_SLOT;
}

#endif
