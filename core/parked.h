/* Events that wait for their account or VPS (rules.md 7, 9). Internal to core. */
#ifndef OSBILL_CORE_PARKED_H
#define OSBILL_CORE_PARKED_H

#include "core/identity.h"
#include "core/work.h"

#define PARKED_KEPT_MS (INT64_C(30) * 86400000)

/* Parks the input that is decided, or dead-letters it when 64 wait already (parked.overflow). A released event that
 * has to wait on keeps its place. */
void park(struct work *work, const struct input *input, enum rule rule, struct text event_id, struct text vps_id,
          const struct event_identity *identity);

/* Decides what may go on now, in arrival order; each is an effect. */
void release_parked(struct work *work);

#endif
