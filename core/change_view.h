/* A part of a change set, seen against its set and the catalogue: the facts of the decision, and its words. Internal to
 * core. */
#ifndef OSBILL_CORE_CHANGE_VIEW_H
#define OSBILL_CORE_CHANGE_VIEW_H

#include "core/changes.h"
#include "core/lane_tables.h"

/* Of each part, kept when the set is applied. */
#define CHANGE_HASH_SIZE 8

/* What the decision is made from. */
struct change_view {
    const struct catalogue_change *event;
    const struct change_set_state *set;   /* NULL: this part is the first */
    const struct catalogue_change *known; /* the part of this index that waits; NULL: none */
    struct change_parts parts;            /* if they are all there */
    struct text broken;                   /* what the set would break */
    uint64_t facts;
};

/* Gathers the facts. When the part completes its set, all parts are written into the book for that: the caller takes
 * them back unless the set is applied. */
void change_look(struct lane_work *work, const struct catalogue_change *event, struct change_view *ret_view);

/* Why it is refused: for the dead letter, and for the set's memory. */
struct text change_dead_message(struct lane_work *work, const struct change_view *view);
struct text change_refusal(struct lane_work *work, const struct change_view *view);
/* Why it waits, changes nothing, or what it changed. */
struct text change_kept_reason(struct lane_work *work, const struct change_view *view, int32_t received);
struct text change_duplicate_reason(struct lane_work *work, const struct change_view *view);
struct text change_applied_reason(struct lane_work *work, const struct change_view *view, int32_t removed);

#endif
