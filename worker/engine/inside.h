/* What the files of the engine share. Not for others.
 *
 * Map: engine.c steps the phases; assignment.c and rollforward.c make a partition active; batch.c fills, input.c reads
 * and judges messages, round.c picks what one transaction decides, load.c gets states, deciding.c asks core, publish.c
 * writes the transaction, commit.c ends it; timers.c finds what is due; calls.c speaks with the store; notice.c with
 * people; lane.c is the catalogue lane. */
#ifndef OSBILL_ENGINE_INSIDE_H
#define OSBILL_ENGINE_INSIDE_H

#include "worker/engine/cache.h"
#include "worker/engine/engine.h"
#include "worker/engine/keys.h"
#include "worker/engine/memory.h"
#include "worker/engine/place.h"

enum {
    WINDOW = 3,       /* store writes in flight of one partition: a read accepts that many positions, and one more */
    LANE_SLOT = -1,   /* partition number of the lane inside the engine */
    REASON_BYTES = 240,
};

/* --- partitions --- */

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
    PART_REFUSED,   /* only a person can help; the others go on */
};

struct part_input {
    enum topic topic;
    int32_t partition;
    int64_t fetch;  /* next offset to take: everything below is decided, in the batch, or a gap */
    bool start;     /* the log must be told to deliver (again) */
    bool started;   /* it delivers */
    bool halt;      /* the log must be told to stop delivering */
    bool missed;    /* the record at P's last offset did not come before later ones */
    bool compared;  /* the record at P's last offset was seen, or there is none any more */
    bool suspect;   /* cannot be fetched from where it stands: ask where the log begins and ends */
};

struct recovery {
    int64_t from, end;
    bool full;      /* from the start into a fresh key generation */
    bool must_full; /* the last attempt found rotten bytes: no short cut */
    uint32_t chunks, outstanding;
    uint64_t records;
    uint32_t input; /* PART_FIRST: being asked */
    bool waiting;   /* a store call is in flight */
    bool found;     /* P was seen */
    bool again;     /* a schema is not available: read that chunk again */
    bool asked_catalogue; /* said that it waits */
    int64_t committed[PART_INPUTS]; /* group offsets; LOG_NO_OFFSET: none */
    int64_t committed_seq;          /* of P, as their metadata says; 0: none, or a stranger's */
    struct place base; /* P: what the claim found, then what the log said */
    struct memory memory; /* of base's totals */
    int64_t began_at;
};

struct call;
struct part {
    int32_t partition; /* LANE_SLOT: the lane */
    enum part_phase phase;
    char reason[REASON_BYTES];
    uint64_t epoch; /* changes with each claim and loss: what is in flight from before does not count */
    uint32_t slot;  /* in the cache */
    int64_t retry_at, backoff; /* monotonic microseconds */
    struct hash owner;         /* nonce of the claim */
    struct place place;        /* P as last committed */
    struct memory totals[2];   /* of place.totals, by turns */
    uint32_t totals_turn;
    struct part_input inputs[PART_INPUTS];
    uint32_t input_count;
    struct hash acked; /* position that the store has acknowledged */
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
    bool clock_said;
    uint32_t rotten;          /* full rebuilds that did not help */
};

static inline bool part_is_lane(const struct part *part)
{
    return part->partition == LANE_SLOT;
}

/* --- store calls --- */

struct call {
    struct store_request request;
    struct memory memory; /* what the request points to */
    struct part *part;    /* NULL: the engine's own */
    uint64_t epoch;       /* of part */
    uint64_t round;       /* READ: serial of the round that waits for it */
    struct state **states; /* READ: records[i] is of states[i] */
    int64_t seq;          /* WRITE */
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
    bool skipped;  /* a timer that cannot be decided */
    enum rule dead; /* RULE_NONE: to be decided; else why it is a dead letter */
    const char *code;
    struct text message;
    struct part *part;
    struct text account_id; /* JOB_TIMER */
    struct input in;        /* JOB_INPUT */
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

struct round_part {
    struct part *part;
    struct overlay overlay;
    struct outcome outcome;
    struct desk desk;
    struct place to;
    bool writes;
    uint32_t state_first, state_count; /* in round.records */
};

struct round {
    struct memory memory;
    uint64_t serial;
    uint32_t first, end; /* in batch.jobs */
    uint32_t decided;    /* next job to decide */
    uint32_t wanted;     /* next job whose wants are asked */
    uint32_t pass;       /* of asking for wants */
    uint32_t reads;      /* store calls outstanding */
    struct round_part *parts;
    uint32_t part_count, outputs;
    const struct catalogue *catalogue;
    struct log_record *records;
    uint32_t record_count, record_room, sent;
    struct log_offset *offsets;
    uint32_t offset_count;
    bool lost;     /* the group refused our generation */
    bool poisoned; /* the abort was the records' own fault */
    bool too_large;
    bool unavailable; /* a parked event's schema is */
    char cause[REASON_BYTES];
    int64_t begun_at;
};

/* --- the engine --- */

enum engine_phase {
    PHASE_RECREATE,
    PHASE_FILL,
    PHASE_JUDGE,   /* decode and validate */
    PHASE_LOAD,
    PHASE_DECIDE,
    PHASE_PREPARE, /* encode */
    PHASE_BEGIN,
    PHASE_PUBLISH,
    PHASE_FLUSH,
    PHASE_OFFSETS,
    PHASE_COMMIT,
    PHASE_ABORT,
    PHASE_STOPPED,
};

enum outage_kind { OUTAGE_LOG, OUTAGE_STORE, OUTAGE_REGISTRY, OUTAGE_CATALOGUE, OUTAGE_CLOCK, OUTAGES };

struct outage {
    int64_t since; /* monotonic microseconds; 0: none */
    bool said;
};

enum batch_kind { BATCH_ACCOUNTS, BATCH_LANE, BATCHES };

struct engine {
    struct engine_config config;
    char *prefix;
    struct log *log;
    struct store *store;
    const struct clock *clock;
    const struct record_codec *codec;
    const struct hashes *hashes;
    const struct catalogue_source *catalogue;
    struct reader reader;
    struct log_handler handler;

    enum engine_phase phase;
    bool stopping;
    int64_t stop_at; /* gives up waiting for the store then */
    uint64_t assignment;
    uint32_t next_slot;
    uint64_t next_epoch;

    struct part **parts; /* by partition; NULL: never owned */
    int32_t part_room;
    struct part *lane_part;
    uint32_t turn, recover_turn;
    uint32_t halts; /* inputs to be halted */

    char *cluster_id;
    struct installation here;
    uint64_t described; /* assignment that the topics were described for */
    int32_t describe_topic;

    struct batch batches[BATCHES];
    struct batch *batch; /* being processed */
    struct round round;
    uint64_t rounds;
    int64_t pause_until; /* after an abort without a culprit */
    int64_t abort_backoff;
    int64_t polled_at;  /* monotonic: membership */
    uint32_t delivered; /* messages of the running poll */
    struct part *reading; /* whose log.read runs */
    struct call *chunk;   /* being filled by it */

    struct cache *cache;
    struct call *free_calls, *sent_calls, *last_call;
    uint32_t calls_in_flight;
    int64_t timers_at, time_at;
    bool time_asked, time_known, clock_off;
    bool blocked;    /* waits for the store */
    bool recovering; /* some partition made a step lately */
    char clock_reason[REASON_BYTES];
    struct outage outages[OUTAGES];
    struct result failure; /* RESULT_STOP from a callback */
    char failure_text[REASON_BYTES];
    struct engine_statistics statistics;
    struct lane_office *lane;
};

static inline int64_t wall_now(const struct engine *engine)
{
    return engine->clock->wall(engine->clock->context);
}

static inline int64_t steady_now(const struct engine *engine)
{
    return engine->clock->monotonic(engine->clock->context);
}

/* notice.c */
__attribute__((format(printf, 5, 6))) void say(struct engine *engine, enum notice_level level, const char *event,
                                               const struct part *part, const char *format, ...);
void outage_begin(struct engine *engine, enum outage_kind kind, const char *reason);
void outage_end(struct engine *engine, enum outage_kind kind);
/* The process must stop: engine_step returns it. */
__attribute__((format(printf, 2, 3))) void fail(struct engine *engine, const char *format, ...);

/* calls.c */
struct call *call_take(struct engine *engine, enum store_request_kind kind, struct part *part);
void call_drop(struct engine *engine, struct call *call); /* not submitted */
void call_submit(struct engine *engine, struct call *call);
/* Handles what the store has answered, waiting at most so long for the first answer. */
void calls_serve(struct engine *engine, int timeout_ms);
void calls_close(struct engine *engine);

/* flight.c: store writes not yet acknowledged. */
bool flight_build(struct engine *engine, struct round_part *rp, int64_t written);
void flight_answered(struct engine *engine, struct call *call);
void flights_forget(struct part *part);
/* The newest state in flight under this key. */
bool flight_find(const struct part *part, struct text key, struct text *ret_value);

/* A state that was made and deleted within the batch leaves nothing. */
static inline bool state_changed(const struct state *state)
{
    return state->dirty && (state->value || state->loaded);
}

/* assignment.c */
const enum topic *part_topics(const struct part *part, uint32_t *ret_count);
void parts_assigned(void *context, const struct log_partition *partitions, uint32_t count);
void parts_revoked(void *context, const struct log_partition *partitions, uint32_t count);
void parts_lost(void *context, const struct log_partition *partitions, uint32_t count);
void parts_lose_all(struct engine *engine);
/* Begins the way to PART_ACTIVE anew. */
void part_recover(struct engine *engine, struct part *part);
/* The one repair path: forget what is cached, roll forward. */
void part_repair(struct engine *engine, struct part *part, enum repair_cause cause);
void parts_repair_all(struct engine *engine, enum repair_cause cause);
__attribute__((format(printf, 3, 4))) void part_refuse(struct engine *engine, struct part *part,
                                                       const char *format, ...);
void part_wait(struct engine *engine, struct part *part);
void part_activate(struct engine *engine, struct part *part);
/* One step of whichever partition can go on; false: none can. */
bool recover_step(struct engine *engine);
void claim_answered(struct engine *engine, struct call *call);
struct part *part_next(const struct engine *engine, uint32_t *cursor); /* owned or refused ones; NULL: end */

/* inputs.c: what the log delivers of a partition's inputs. */
void inputs_halt(struct engine *engine, struct part *part);
void inputs_rewind(struct part *part);
bool inputs_step(struct engine *engine, struct part *part);
void input_ended(void *context, enum topic topic, int32_t partition, int64_t offset);
void input_failed(void *context, enum topic topic, int32_t partition, const char *reason);
struct part *part_of_input(const struct engine *engine, enum topic topic, int32_t partition, uint32_t *ret_input);
struct hash record_hash(const struct engine *engine, struct text key, struct text value);

/* rollforward.c */
bool rollforward_step(struct engine *engine, struct part *part);
void fill_answered(struct engine *engine, struct call *call);
void finish_answered(struct engine *engine, struct call *call);

/* batch.c */
bool batch_message(void *context, const struct log_message *message);
bool batch_add_timer(struct engine *engine, struct part *part, struct text account_id);
bool batch_add_advance(struct engine *engine, struct part *part);
bool batch_due(const struct engine *engine, const struct batch *batch);
void batch_close(struct engine *engine, struct batch *batch);
/* Forgets the messages; they are fetched again from P. */
void batches_drop(struct engine *engine);
void batch_finished(struct engine *engine);
struct result batch_poll(struct engine *engine);
/* While a batch waits for something outside: serves the group now and then, takes no messages. */
struct result batch_wait(struct engine *engine);

/* judge.c: decodes and validates the batch's messages. */
void judge_step(struct engine *engine);
bool judge_parked(void *context, enum topic topic, struct text value, struct arena *arena, struct input *ret_input);

/* round.c */
void round_begin(struct engine *engine);
void round_end(struct engine *engine);
void round_narrow(struct engine *engine);

/* load.c */
void load_step(struct engine *engine);
void read_answered(struct engine *engine, struct call *call);

/* deciding.c */
void decide_step(struct engine *engine);

/* prepare.c, commit.c */
void prepare_step(struct engine *engine);
bool prepare_state(struct engine *engine, struct text key, const struct catalogue_state *state);
struct result publish_step(struct engine *engine);
struct result begin_step(struct engine *engine);
struct result flush_step(struct engine *engine);
struct result offsets_step(struct engine *engine);
struct result commit_step(struct engine *engine);
struct result abort_step(struct engine *engine);
struct result recreate_step(struct engine *engine);

/* lane.c: the catalogue lane's book and its decisions */
void lane_forget(struct engine *engine);
void lane_close(struct engine *engine);
/* A record of catalogue-state during the roll forward. False: refused, or the engine failed. */
enum place_status lane_take(struct engine *engine, struct text key, struct text value);
void lane_decide_step(struct engine *engine);
bool lane_prepare(struct engine *engine, struct round_part *rp);
void lane_committed(struct engine *engine);
void lane_aborted(struct engine *engine);

/* timers.c */
void timers_step(struct engine *engine);
void due_answered(struct engine *engine, struct call *call);
void held_answered(struct engine *engine, struct call *call);
void time_answered(struct engine *engine, struct call *call);
/* Asks the store's clock now and then. */
void timers_ask_time(struct engine *engine);
/* The clock fits the store's and the time at which the partition was last decided. */
bool clock_agrees(struct engine *engine, struct part *part, int64_t decided_at);

#endif
