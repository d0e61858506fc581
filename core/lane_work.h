/* One input of the lane in the making: what its rules share. Internal to core.
 *
 * Lack of memory is a sticky flag: rules go on with harmless values, and lane_decide takes everything back. */
#ifndef OSBILL_CORE_LANE_WORK_H
#define OSBILL_CORE_LANE_WORK_H

#include "core/lane.h"
#include "core/snapshot.h"
#include "core/text.h"

/* A Decision lists at most this many effects; its reason always says how many there were. */
#define LANE_EFFECTS_MAX 1000

struct lane_work {
    struct lane *lane;
    struct catalogue_book *book; /* the lane's */
    struct arena *arena;         /* the outcome's */
    const struct input *input;
    struct outcome *outcome;
    struct decision decision;
    uint32_t effect_room;
    int32_t notices; /* notifications so far: n of notification_id */
    bool no_memory;
    bool take_back; /* a dead letter: edits of the book are undone */
};

/* --- memory and words --- */

/* Zeroed; NULL sets no_memory. */
void *lane_alloc(struct lane_work *work, size_t count, size_t size);
/* Passes on what was joined; empty sets no_memory. */
struct text lane_said(struct lane_work *work, struct text joined);
#define SAY(work, ...) lane_said((work), TEXT_JOIN((work)->arena, __VA_ARGS__))
struct text lane_number(struct lane_work *work, int64_t number);
/* In double quotes. */
struct text lane_quoted(struct lane_work *work, struct text name);

/* --- outputs --- */

void lane_begin(struct lane_work *work, struct lane *lane, const struct input *input, struct text event_id,
                struct outcome *outcome);
/* Rule, its usual verdict, and the reason. */
void lane_rule(struct lane_work *work, enum rule rule, struct text reason);
/* A dead letter with the input's own bytes; all edits will be taken back. */
void lane_dead(struct lane_work *work, enum rule rule, struct text message);
void lane_effect(struct lane_work *work, enum rule rule, struct text template_name);
struct notification *lane_notice(struct lane_work *work, enum notification_kind kind, enum severity severity,
                                 enum rule rule, struct text text);

/* What is sold, as the book stands; NULL sets no_memory. */
const struct catalogue *lane_offers(struct lane_work *work);

/* --- values (lane_valid.c): the message of a value that breaks the contract, empty when all is well --- */

struct text lane_bad_time(struct lane_work *work, int64_t occurred_at);
struct text lane_bad_sighting(struct lane_work *work, const struct template_discovered *event);
struct text lane_bad_change(struct lane_work *work, const struct catalogue_change *event);
bool lane_is_id(struct text id);
bool lane_is_template(struct text name);

/* --- rules --- */

void decide_sighting(struct lane_work *work, const struct template_discovered *event); /* sightings.c */
void decide_change(struct lane_work *work, const struct catalogue_change *event);      /* change_sets.c */

#endif
