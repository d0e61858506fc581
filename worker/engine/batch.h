/* A batch: messages and timers; a round: those that one transaction decides; a call: one request to the store. */
#ifndef OSBILL_ENGINE_BATCH_H
#define OSBILL_ENGINE_BATCH_H

#include "worker/engine/part.h"

/* --- store calls --- */

struct call {
    struct store_request request;
    struct memory memory;        /* what the request points to */
    struct part *part;           /* NULL: the engine's own */
    uint64_t epoch;              /* of part */
    uint64_t round;              /* READ: serial of the round that waits for it */
    struct state **states;       /* READ: records[i] is of states[i] */
    uint64_t sweep;              /* HELD: of part */
    size_t bytes;                /* FILL: of keys and values so far */
    uint32_t *index, index_mask; /* WRITE: records by key hash, number + 1; 0: free */
    int64_t submitted_at;
    struct call *next, *next_flight;
};

/* --- a batch: messages; a round: those that one transaction decides --- */

enum job_kind { JOB_INPUT, JOB_TIMER, JOB_ADVANCE };

struct job {
    enum job_kind kind;
    uint8_t input; /* number of the part's input */
    bool judged;
    bool skipped;          /* a timer that cannot be decided */
    enum input_fault dead; /* INPUT_SOUND: to be decided; else why it is a dead letter */
    const char *code;
    struct text message;
    struct part *part;
    struct text account_id;      /* JOB_TIMER */
    struct input in;             /* JOB_INPUT */
    struct wanted_states wanted; /* JOB_INPUT: in the running round */
};

/* After a poisoned abort the same messages are decided in ever smaller transactions (design.md, "Aborts"). */
enum narrowness { NARROW_NOT, NARROW_PARTITION, NARROW_EVENT };

struct batch {
    struct memory memory;
    struct job **jobs;
    uint32_t count, room;
    uint32_t done; /* jobs committed */
    uint32_t judged;
    uint32_t slots;
    size_t bytes;
    int64_t opened_at;
    bool closed;
    bool drained; /* nothing more waited when last polled */
    uint64_t assignment;
    struct log_generation *generation;
    enum narrowness narrow;
    uint32_t failures; /* at this narrowness */
    struct part *suspect;
};

struct changed_state {
    const struct state *state;
    uint32_t hash; /* of state: near when the cache is told what comes, since the state is not */
};

struct round_part {
    struct part *part;
    struct overlay overlay;
    struct outcome outcome;
    struct desk desk;
    struct place to;
    bool writes;
    uint32_t state_first, state_count;  /* in round.records */
    const struct overlay_undo *encoded; /* edits up to here are encoded */
    struct changed_state *changed;      /* records[state_first + i] is that of changed[i] */
};

struct round {
    struct memory memory;
    uint64_t serial;
    uint32_t first, end; /* in batch.jobs */
    uint32_t decided;    /* next job to decide */
    uint32_t pass;       /* of asking for wants */
    uint32_t reads;      /* store calls outstanding */
    struct round_part *parts;
    uint32_t part_count, outputs;
    const struct catalogue *catalogue;
    struct log_record *records;
    uint32_t record_count, record_room;
    uint32_t sent; /* of the records, gone through twice: commit.c */
    struct log_offset *offsets;
    uint32_t offset_count;
    bool lost;     /* the group refused our generation */
    bool poisoned; /* the abort was the records' own fault */
    bool too_large;
    bool unavailable; /* a parked event's schema is */
    char cause[REASON_BYTES];
    int64_t begun_at;
};

#endif
