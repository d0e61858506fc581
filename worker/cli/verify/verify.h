/* osbill verify: proves promises 1 to 3 from the topics alone, and that Redis holds what account-state says. Internal
 * to verify*.c.
 *
 * One unit after the other: a partition of the account topics, or the catalogue lane. Of each, in this order:
 *   state      account-state to its end: the last value of each key, the chain of positions P, the last P
 *   charges    what each charge took, by charge_id
 *   decisions  up to P.seq: which input offsets were decided, in order, once; each account's balance as it ran
 *   inputs     each record below P's offsets was decided, and nothing else was
 *   money      P's totals = sum of decisions = sum of balances, by currency
 *   redis      the same keys, the same bytes
 * What running workers add meanwhile lies behind P and is left out. A transaction's marker reaches its partitions one
 * after the other, so a unit in which something is wrong is looked at once more before it is said; so is one with
 * decisions behind P, which must have caught up with them then. */
#ifndef OSBILL_CLI_VERIFY_H
#define OSBILL_CLI_VERIFY_H

#include "worker/cli/cluster/context.h"
#include "worker/cli/common/progress.h"
#include "worker/cli/common/text_map.h"
#include "worker/kafka/kafka_admin.h"

/* Offsets, a bit each, from the first one that was added on. */
struct offset_set {
    uint64_t *words;
    size_t room;
    int64_t base; /* of the first bit */
    int64_t last; /* greatest added; -1: none */
    uint64_t count;
};
void offset_set_release(struct offset_set *set);
/* False: no memory. Offsets before the first one added, or 2^33 behind it, are not
 * kept. */
bool offset_set_add(struct offset_set *set, int64_t offset);
bool offset_set_has(const struct offset_set *set, int64_t offset);

struct verify_counts {
    uint64_t units, state_records, state_keys, positions, decision_records, decisions, input_decisions, inputs, charges,
        accounts, redis_keys, redis_changed, later;
};

/* What was looked at, and up to where. */
struct verified {
    int32_t partition; /* -1: the lane */
    bool has_position; /* false: it was never decided */
    int64_t seq, now;  /* of P */
};

struct verify {
    struct context context;
    struct redis_dump *redis; /* NULL: not compared */
    struct memory scratch;    /* of one record */
    struct kafka_admin *admin;
    struct verify_counts counts;
    bool silent; /* a first pass: violations are counted in `hidden` alone */
    uint64_t hidden;
    int64_t seen_seq;           /* of the unit's decisions, in the pass before; -1: there was none */
    uint64_t violations, limit; /* limit: of those that are printed */
    enum exit_code code;        /* EXIT_DONE while it goes on */
    uint32_t units;             /* that there are */
    struct verified last;       /* the unit that was looked at last */
    struct item_list verified;  /* struct verified */
    struct progress progress;
};

struct state_entry {
    struct hash value; /* of the last value's bytes */
    int64_t offset;    /* of the last record */
    bool live;         /* not deleted */
    bool in_redis;
};

struct account_entry {
    uint32_t currency; /* number in unit->currencies; MAP_NONE: not known */
    int64_t balance;   /* as account-state says */
    bool has_state;
    int64_t running; /* as the decisions say */
    uint64_t wrong;  /* its chain broke: said once */
};

struct charge_entry {
    uint32_t account;
    int64_t amount, balance_after, offset;
    uint64_t named_by; /* number of the decision that names it; 0: none did */
    bool later;        /* a decision behind P names it */
};

/* Sums in 128 bits: they cannot overflow. */
struct currency_sum {
    __int128 deposited, withdrawn, charged, balance;
};

enum { UNIT_INPUTS = 3 };

struct unit {
    struct verify *verify;
    bool lane;
    int32_t partition;
    enum topic inputs[UNIT_INPUTS];
    uint32_t input_count;

    bool has_position;
    struct position position; /* the last P; memory below */
    struct memory memory;
    int64_t position_offset;    /* of the record */
    struct item_list positions; /* struct position_entry, as they came */

    struct text_map keys;    /* of account-state or catalogue-state */
    struct item_list states; /* struct state_entry by number */
    struct text_map accounts;
    struct item_list account_entries;
    struct text_map currencies;
    struct item_list sums; /* struct currency_sum */
    struct text_map charge_ids;
    struct item_list charges;
    struct offset_set decided[UNIT_INPUTS];
    struct offset_set seen[UNIT_INPUTS];
    int64_t last_seq;
    bool whole;   /* the decision log begins at 0: sums can be compared */
    bool batches; /* it holds some of this unit */
};

struct position_entry {
    int64_t offset, seq;
    struct hash nonce;
};

/* verify_report.c. offset -1: of no record. */
void violation(struct verify *verify, const char *check, enum topic topic, int32_t partition, int64_t offset,
               const char *format, ...) __attribute__((format(printf, 6, 7)));
bool no_memory(struct verify *verify);
enum exit_code verify_conclude(struct verify *verify);

/* verify_read.c: all records of one partition; false from the callback ends it. */
bool verify_read(struct verify *verify, enum topic topic, int32_t partition,
                 bool (*take)(void *context, const struct kafka_record *record), void *context);
/* Where a partition begins (not 0: retention cut it) and ends, committed records only. False: verify->code. */
bool verify_bounds(struct verify *verify, enum topic topic, int32_t partition, int64_t *ret_first, int64_t *ret_end);
/* Decodes into scratch memory; false: a violation was reported, *ret_record is not set. */
bool verify_decode(struct verify *verify, enum topic topic, const struct kafka_record *record,
                   const struct record_type *type, void *ret_record);

/* The steps; false: it cannot go on (verify->code). */
bool unit_init(struct unit *unit, struct verify *verify, int32_t partition, bool lane);
void unit_release(struct unit *unit);
bool unit_read_state(struct unit *unit);
bool unit_read_charges(struct unit *unit);
bool unit_read_decisions(struct unit *unit);
bool unit_read_inputs(struct unit *unit);
void unit_check_money(struct unit *unit);
bool unit_compare_redis(struct unit *unit);

/* Numbers of things, made when they are new; MAP_NONE: no memory. */
uint32_t unit_account(struct unit *unit, struct text account_id);
uint32_t unit_currency(struct unit *unit, struct text currency);
struct account_entry *unit_account_entry(const struct unit *unit, uint32_t number);
struct currency_sum *unit_sum(const struct unit *unit, uint32_t number);
struct charge_entry *unit_charge(const struct unit *unit, uint32_t number);
struct state_entry *unit_state(const struct unit *unit, uint32_t number);

#endif
