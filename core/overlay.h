/* The states that one batch reads and changes: decoded, in memory, with undo for a single event.
 *
 * The engine puts in what it loaded; core reads and edits; the engine takes the changed ones out when all events
 * of the batch are decided. A key that core needs and that nobody put in yet is remembered as wanted: the decision
 * gives up with DECIDE_NEEDS_STATE, is rolled back, and runs again when the engine has loaded it. So what core
 * reads and what the engine prefetches can never disagree. */
#ifndef OSBILL_CORE_OVERLAY_H
#define OSBILL_CORE_OVERLAY_H

#include "core/arena.h"
#include "records.h"

enum state_kind {
    STATE_ACCOUNT,  /* a:<account_id>            struct account_state */
    STATE_VPS,      /* v:<account_id>/<vps_id>   struct vps_state */
    STATE_ORDER,    /* o:<account_id>/<order_id> struct order_state */
    STATE_VPS_LIST, /* l:<account_id>/<n>        struct vps_list */
    STATE_IDS,      /* e:<account_id>/<n>        struct event_ids */
    STATE_PARKED,   /* q:<account_id>/<n>        struct parked_event */
    STATE_KINDS
};

/* Longest key: letter, colon, an id of 128 bytes, each escaped, slash, another id. */
#define STATE_KEY_MAX 520

struct state_key {
    enum state_kind kind;
    struct text account_id;
    struct text part; /* vps_id or order_id */
    int64_t number;   /* of a VPS_LIST, IDS or PARKED */
};

struct state {
    struct text key; /* as in account-state */
    enum state_kind kind;
    uint32_t hash;
    bool known;         /* put in: value may be used */
    bool dirty;         /* differs from what was loaded */
    uint64_t serial;    /* savepoint in which value was made */
    const void *value;  /* the current record; NULL: absent (or deleted) */
    const void *loaded; /* as put in by the engine */
    struct text bytes;  /* the engine's: value encoded; {NULL, 0}: not yet, or it was edited since */
    struct state *in_bucket, *next_wanted, *next;
};

struct overlay_undo {
    struct state *state;
    const void *value; /* before */
    bool dirty;
    struct overlay_undo *below;
};

struct overlay {
    struct arena *arena;
    struct state **buckets;
    uint32_t bucket_count;      /* a power of two */
    uint32_t count;             /* of states */
    struct state *first, *last; /* all, in order of first use: the order of output */
    struct state *wanted;       /* needed, not known yet; the engine clears it when it has put them in */
    struct overlay_undo *undo;  /* every edit, the last one first */
    uint64_t serial;
    bool out_of_memory;
};

/* Prepares an empty overlay for about `expected` states. False: out of memory. */
bool overlay_init(struct overlay *overlay, struct arena *arena, uint32_t expected);

/* Writes the key as in account-state to `buffer` (STATE_KEY_MAX bytes) and returns it. Ids may hold a slash: in front
 * of the one that parts them, '/' is written %2F and '%' %25, so that no two pairs of ids share a key. */
struct text state_key_format(const struct state_key *key, char *buffer);
/* The kind that a key in its account-state form names; STATE_KINDS: none (p:<N>, or unknown). */
enum state_kind state_key_kind(struct text key);
/* Of a key in its account-state form, for hash tables of this process: `hash` of its state. */
uint32_t key_hash(struct text key);
/* The record type of a kind, for the codec. */
const struct record_type *state_record_type(enum state_kind kind);

/* The entry of a key, made when there is none; NULL: out of memory. An entry that is not known gets wanted. */
struct state *overlay_state(struct overlay *overlay, const struct state_key *key);

/* Engine: supplies the loaded record of an entry; NULL: the store has no such key. The record must outlive the
 * batch and is never written to. */
void overlay_put(struct state *state, const void *record);

/* Core, within an event; savepoints nest. */
struct overlay_mark {
    struct overlay_undo *undo;
};
struct overlay_mark overlay_begin(struct overlay *overlay);
void overlay_rollback(struct overlay *overlay, struct overlay_mark mark); /* undoes all edits since the mark */
/* Replaces the record of a known state by `record` (arena memory; NULL deletes). */
void overlay_set(struct overlay *overlay, struct state *state, const void *record);
/* The value was made since the last savepoint: it may be edited in place. */
static inline bool overlay_editable(const struct overlay *overlay, const struct state *state)
{
    return state->serial == overlay->serial && state->value;
}

#endif
