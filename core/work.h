/* One decision in the making: what the rules share while they decide one input or one timer. Internal to core.
 *
 * A rule that cannot go on (a state is not loaded, an amount overflows) gives up: work_give_up returns to the
 * work_attempt that began, which takes all changes back. Rules own nothing but arena memory, so there is nothing to
 * release on the way, and no rule needs to pass errors on. docs/decisions/002-giving-up.md */
#ifndef OSBILL_CORE_WORK_H
#define OSBILL_CORE_WORK_H

#include "core/decide.h"
#include "core/text.h"

#include <setjmp.h>

enum give_up {
    GAVE_NOT_UP,
    GAVE_UP_STATE, /* the overlay's wanted list names what to load */
    GAVE_UP_MEMORY,
    GAVE_UP_OVERFLOW, /* an amount beyond 64 bits: dead letter amount-overflow */
    GAVE_UP_LIMIT,    /* too many open cases: dead letter limit-exceeded */
};

struct work {
    const struct desk *desk;
    struct outcome *outcome;
    struct text account_id;
    struct caused_by cause;                /* of the outputs that are made now */
    struct decision decision;              /* in the making; its effects grow in arena memory */
    int32_t notices;                       /* notifications of this input that belong to no case */
    bool may_release;                      /* an account or VPS appeared: parked events may go on */
    bool retry_cases;                      /* money or permission came: open cases may be settled */
    struct text settled_case, settled_vps; /* the last settled case that was short of funds; empty: none */
    int32_t settled_notices;               /* notifications sent for it */
    bool short_noticed;                    /* an INSUFFICIENT_FUNDS was sent: the deficit that it told is remembered */
    struct state *account_entry, *vps_entry; /* the last ones looked up; NULL: none */
    struct text vps_entry_id;
    jmp_buf *escape;
    enum give_up why;
};

/* Runs rules with a savepoint; when they give up, overlay and outcome are as before. */
enum give_up work_attempt(struct work *work, void (*rules)(struct work *work, const void *argument),
                          const void *argument) WARN_UNUSED;
_Noreturn void work_give_up(struct work *work, enum give_up why);

/* Begins a work with an empty decision that `cause` made. */
void work_init(struct work *work, const struct desk *desk, struct outcome *outcome, struct text account_id,
               const struct caused_by *cause, enum origin origin);

/* Entries that need not be looked up again. */
void work_knows(struct work *work, struct wanted_states wanted, struct text vps_id);

/* Arena memory, zeroed. */
void *work_alloc(struct work *work, size_t count, size_t size);
/* A copy of `count` items with room for `more` at its end. */
void *work_copy(struct work *work, const void *items, uint32_t count, uint32_t more, size_t size);
/* Appends to a record's array. */
#define WORK_PUSH(work, array, item)                                                                   \
    do {                                                                                               \
        (array)->items = work_copy((work), (array)->items, (array)->count, 1, sizeof *(array)->items); \
        (array)->items[(array)->count++] = (item);                                                     \
    } while (0)
/* Removes item `index` of an array that may be edited in place. */
#define WORK_REMOVE(array, index)                                               \
    do {                                                                        \
        (array)->count--;                                                       \
        memmove(&(array)->items[index], &(array)->items[(index) + 1],           \
                ((array)->count - (uint32_t)(index)) * sizeof *(array)->items); \
    } while (0)

/* Rule and verdict of the decision; reason in words. */
void work_rule(struct work *work, enum rule rule, enum verdict verdict, struct text reason);
/* Adds an effect to the decision. */
struct effect *work_effect(struct work *work, enum rule rule, enum verdict verdict, struct text vps_id);
/* Publishes the decision. */
void work_decision(struct work *work);

/* Sums and shares that give up on overflow. */
int64_t work_add(struct work *work, int64_t a, int64_t b);
int64_t work_subtract(struct work *work, int64_t a, int64_t b);

/* States. `read` returns NULL when there is none; the pointer is valid until the next edit of the same state. `edit`
 * returns one that may be changed in place, items of its arrays included (not their own arrays), and makes an empty
 * one when there is none. */
const struct account_state *read_account(struct work *work);
struct account_state *edit_account(struct work *work);
const struct vps_state *read_vps(struct work *work, struct text vps_id);
/* Names a VPS that will be read: so that all of many are loaded at once, not one after the other. */
void want_vps(struct work *work, struct text vps_id);
struct vps_state *edit_vps(struct work *work, struct text vps_id);
const struct order_state *read_order(struct work *work, struct text order_id);
struct order_state *edit_order(struct work *work, struct text order_id);
const struct vps_list *read_vps_list(struct work *work, int64_t number);
struct vps_list *edit_vps_list(struct work *work, int64_t number);
const struct event_ids *read_ids(struct work *work, int64_t number);
struct event_ids *edit_ids(struct work *work, int64_t number);
const struct parked_event *read_parked(struct work *work, int64_t number);
void write_parked(struct work *work, int64_t number, const struct parked_event *parked);
void delete_state(struct work *work, enum state_kind kind, int64_t number);

#endif
