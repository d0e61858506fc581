/* What the files of the engine share. Not for others.
 *
 * Map: engine.c steps the phases. assignment.c, recover.c, rollforward.c and activate.c lead a partition to work,
 * inputs.c starts and halts its inputs. fetch.c takes messages into batch.c, judge.c decodes and judges them, round.c
 * picks what one transaction decides, load.c gets states, deciding.c asks core, prepare.c and outputs.c make the
 * records, commit.c is the transaction. timers.c finds what is due without a message; calls.c and flight.c speak with
 * the store, notice.c and stall.c with people; lane.c is the catalogue lane. */
#ifndef OSBILL_ENGINE_INSIDE_H
#define OSBILL_ENGINE_INSIDE_H

#include "worker/engine/batch.h"
#include "worker/engine/cache.h"
#include "worker/engine/keys.h"

enum engine_phase {
    PHASE_RECREATE,
    PHASE_FILL,
    PHASE_JUDGE, /* decode and validate */
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
    bool poll_failed; /* the last poll said that the log is away */
    int64_t stop_at;  /* asked for then */
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
    int64_t polled_at;    /* monotonic: membership */
    uint32_t delivered;   /* messages of the running poll */
    bool stopped_poll;    /* a batch was full */
    struct part *reading; /* whose log.read runs */
    struct call *chunk;   /* being filled by it */

    struct cache *cache;
    struct call *free_calls, *sent_calls, *last_call;
    uint32_t calls_in_flight;
    int demanded; /* of the store, in vain: enum demand */
    int64_t timers_at, time_at;
    bool time_asked, time_known, clock_off;
    bool blocked;       /* waits for the store */
    bool recovering;    /* some partition made a step lately */
    int64_t clock_base; /* wall - steady when the clocks were last compared, ms */
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
__attribute__((format(printf, 5, 6))) void engine_say(struct engine *engine, enum notice_level level, const char *event,
                                                      const struct part *part, const char *format, ...);
void outage_begin(struct engine *engine, enum outage_kind kind, const char *reason);
/* It lasts since then: monotonic microseconds. */
void outage_since(struct engine *engine, enum outage_kind kind, const char *reason, int64_t since);
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
/* The newest state in flight under this key; hash: its key_hash. */
bool flight_find(const struct part *part, struct text key, uint32_t hash, struct text *ret_value);

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
/* The store did not take the roll forward. */
void part_interrupted(struct engine *engine, struct part *part, const struct result *result);
void parts_repair_all(struct engine *engine, enum repair_cause cause);
__attribute__((format(printf, 3, 4))) void part_refuse(struct engine *engine, struct part *part, const char *format,
                                                       ...);
/* P is of a format that this program does not know: it must stop. */
void part_is_newer(struct engine *engine, const struct part *part);
void part_wait(struct engine *engine, struct part *part);
void part_activate(struct engine *engine, struct part *part);
/* describe.c: one topic a step, until engine.described is the assignment. */
void describe_step(struct engine *engine);
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

/* rollforward.c, activate.c */
bool rollforward_step(struct engine *engine, struct part *part);
void part_ask_first(struct engine *engine, struct part *part);
void part_finish(struct engine *engine, struct part *part);
void fill_answered(struct engine *engine, struct call *call);
void finish_answered(struct engine *engine, struct call *call);

/* batch.c, fetch.c */
struct batch *batch_of(struct engine *engine, const struct part *part);
struct job *batch_add(struct engine *engine, struct batch *batch, struct part *part, enum job_kind kind);
bool batch_full(const struct engine *engine, const struct batch *batch);
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
enum { ASK_AGAIN_MICROS = 100 * 1000 }; /* what the registry did not answer */
/* All that was read now had its schema: ends the outage unless something else still waits. */
void registry_answered(struct engine *engine);
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

/* prepare.c, outputs.c, commit.c */
void prepare_step(struct engine *engine);
void put_transaction(struct engine *engine, struct round_part *rp);
/* Encodes the states that were edited since it was called last: early, while the processor has them near.
 * Between events only: an edit may be taken back. */
void encode_edited(struct engine *engine, struct round_part *rp);
bool going_well(const struct engine *engine);
/* The outputs are at fault, not the circumstances: the same ones would fail again. */
__attribute__((format(printf, 3, 4))) void poison(struct engine *engine, bool too_large, const char *format, ...);
/* For lane.c: one record of catalogue-state; NULL: a tombstone. */
bool prepare_state(struct engine *engine, struct text key, const struct catalogue_state *state);
struct result publish_step(struct engine *engine);
struct result begin_step(struct engine *engine);
struct result flush_step(struct engine *engine);
struct result offsets_step(struct engine *engine);
struct result commit_step(struct engine *engine);
struct result abort_step(struct engine *engine);
struct result recreate_step(struct engine *engine);

/* stall.c: inputs that another producer's open transaction holds up; once a second. */
void stalls_watch(struct engine *engine, struct part *part);

/* lane.c: the catalogue lane's book and its decisions */
void lane_forget(struct engine *engine);
void lane_close(struct engine *engine);
/* A record of catalogue-state during the roll forward. */
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
