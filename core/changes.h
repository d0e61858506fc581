/* The parts of change sets: what a change is called, writes, and must not break (rules.md 1, 9). Internal to core. */
#ifndef OSBILL_CORE_CHANGES_H
#define OSBILL_CORE_CHANGES_H

#include "core/lane_work.h"

/* All parts of a set, by index. */
struct change_parts {
    const struct catalogue_change **items;
    uint32_t count;
};

/* "tariff", "price", for messages. */
struct text change_name(const struct catalogue_change *part);
/* Same content: the change itself. Actor, reason, event_id and time of a part sent again may differ. */
bool change_equal(const struct catalogue_change *a, const struct catalogue_change *b);
/* The first 8 bytes of the content's hash, written to ret_bytes. */
void change_hash(struct lane_work *work, const struct catalogue_change *part, char ret_bytes[8]);

/* Writes the part into the book. Returns why that cannot be done, empty when it was. */
struct text change_apply(struct lane_work *work, const struct catalogue_change *part);

/* With all parts of a set in the book: what is wrong with this one's place in the resulting catalogue, and what to do;
 * empty: nothing. */
struct text change_check(struct lane_work *work, const struct catalogue_change *part);
/* The same for what all aliases together must keep. */
struct text change_check_aliases(struct lane_work *work);

/* Decides the pairs of tariffs that gained modules by the set (rules.md 1). */
void change_switches(struct lane_work *work, const struct change_parts *parts);

#endif
