/* The world of one case on the stack: an installation of its own, a worker in this process, what it published.
 *
 * Functions that can fail return what went wrong, NULL when nothing did. */
#ifndef OSBILL_TESTS_RULES_STACK_PLACE_H
#define OSBILL_TESTS_RULES_STACK_PLACE_H

#include "cluster.h"
#include "tests/rules/runner_back_end.h"
#include "worker/engine/follower.h"
#include "worker/kafka/kafka_log.h"
#include "worker/kafka/kafka_reader.h"
#include "worker/redis/redis_dump.h"

enum { PREFIX_SIZE = 64, MOST_PARTITIONS = 8 };

/* --- the clock of the worker: clock.c --- */

/* `wall` is the book's. The steady clock runs SLOW times slower than the machine's once the worker is at work, so that
 * it looks for timers and held cases (once a second, by that clock) only when clock_leap says so. */
struct book_clock {
    struct clock port;
    int64_t wall;
    int64_t base, since; /* microseconds: the steady clock was at base when the machine's was at since */
    bool slow;
};
void book_clock_open(struct book_clock *clock);
void book_clock_set_slow(struct book_clock *clock, bool slow);
/* The worker's next look at timers and held cases is due. */
void book_clock_leap(struct book_clock *clock);

/* --- the store with a view of what is asked: watched_store.c --- */

struct watched_store {
    struct store base;
    struct store *real;
    uint32_t in_flight;
    uint32_t dues; /* answered questions of what is due */
};
void watched_store_open(struct watched_store *watched, struct store *real);

/* --- what the worker published: read_back.c, mirror.c --- */

struct kept {
    struct text key, value; /* data NULL: deleted */
    /* Of an account: */
    int64_t due_at, balance_micros;
    struct text currency;
    /* Of a position: */
    int64_t seq;
    struct currency_total_array totals;
};

struct seen {
    struct outcome outcome;   /* everything, in order */
    struct outcome_mark told; /* before: the outcomes of steps that were fed together earlier */
    uint32_t inputs;          /* decisions with origin INPUT */
    uint32_t states;          /* records of account-state and catalogue-state but P */
    struct kept *kept;        /* account-state as it stands, positions too */
    uint32_t kept_count;
    int64_t lane_version; /* of catalogue-state's P */
    const char *problem;
};

/* --- the whole --- */

/* An input as it was sent: by step. */
struct fed {
    struct text key, value;
};

/* Which steps are to be told of what was not told yet; decisions: the next one. */
struct told {
    uint32_t decisions;
    uint32_t *charges, *notifications, *dead_letters;
    uint32_t charge_count, notification_count, dead_letter_count;
};

struct place {
    struct stack *stack;
    const struct book_case *book_case;
    struct memory memory; /* lives as long as the case */
    struct memory step;
    char prefix[PREFIX_SIZE];
    int32_t partitions;
    size_t cache_bytes;
    bool together; /* inputs of one moment and topic are fed together */
    struct book_clock clock;
    /* The worker; engine NULL: there is none. */
    struct log *log, *follower_log;
    struct watched_store store;
    struct engine *engine;
    struct follower *follower;
    struct engine_statistics before; /* of workers that ended */
    char said[512];                  /* its last complaint, the first one that is bad */
    bool bad;
    struct kafka_reader *reader;
    struct redis_dump *redis;
    struct seen seen;
    struct fed *fed; /* by step */
    struct sent *sent;
    bool *parked; /* inputs that waited or wait */
    struct told told;
    uint32_t fed_from, fed_until, fed_count; /* steps from here were fed last, together, to there; all inputs so far */
};

/* worker.c */
const char *worker_begin(struct place *place);
const char *worker_end(struct place *place);
/* Goes on until all that the worker committed was read back and it has nothing to do; once more if `wanted` says that
 * something is missing. */
const char *worker_settle(struct place *place, bool (*wanted)(const struct place *place, const void *context),
                          const void *context);
/* It looks once at what is due and at held cases. */
const char *worker_look(struct place *place);
/* All that was committed since the case began. */
struct engine_statistics worker_statistics(const struct place *place);

/* read_back.c */
const char *read_back_open(struct place *place);
/* Takes what is there, waiting at most so long. */
const char *read_back(struct place *place, int timeout_ms);

/* told.c: what of all that was read back is the outcome of a step. Steps that were fed together are asked for in turn.
 */
void tell(struct place *place, uint32_t step, struct outcome *ret_outcome);

/* mirror.c: account-state as it stands */
const char *mirror_take(struct place *place, const struct kafka_record *record);
/* NULL: there is none. */
const struct kept *mirror_find(const struct place *place, struct text key);
/* Of the last P that was read back; 0: none was. */
int64_t mirror_seq(const struct place *place, int32_t partition);
/* When the first account is due; 0: none is. */
int64_t mirror_first_due(const struct place *place);
/* P's totals agree with themselves and with the balances (promise 2). */
const char *mirror_check_money(const struct place *place);

/* views.c: what Redis holds. Nothing may be in flight. */
const char *view_account(struct place *place, struct text account_id, struct account_view *ret_view);
/* Redis holds account-state, byte for byte. */
const char *compare_redis(struct place *place);

/* feed.c: sends the inputs of the steps from first to last. */
const char *feed(struct place *place, uint32_t first, uint32_t last);

#endif
