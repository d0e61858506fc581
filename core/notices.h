/* Notifications and dead letters (rules.md 8; contract.md). Internal to core. */
#ifndef OSBILL_CORE_NOTICES_H
#define OSBILL_CORE_NOTICES_H

#include "core/pricing.h"
#include "core/work.h"

/* Adds a notification of an input; the caller fills in what else it says. With a case: numbered and identified by it
 * (its notices are counted up). */
struct notification *notice(struct work *work, enum notification_kind kind, enum rule rule, struct text vps_id,
                            struct open_case *about, struct text text);

/* UNMAPPED_OS as rules.md 2.2 asks for an installation or order that changes the OS: near miss CRITICAL, odd
 * WARNING; nothing otherwise. */
void notice_unmapped(struct work *work, struct text vps_id, const struct installation *installed,
                     const struct os_price *price);

/* PRICE_MISSING or UNMAPPED_OS of a held case, once per case; INSUFFICIENT_FUNDS, the first time it is short. */
void notice_held(struct work *work, struct text vps_id, struct open_case *held, enum rule rule,
                 const struct os_price *price, bool base_missing);
void notice_short(struct work *work, struct text vps_id, struct open_case *about, enum rule rule);

void notice_frozen(struct work *work, struct text vps_id, struct open_case *about, enum rule rule);

/* CONFLICT with its dead letter: the same event or order came with other content. */
void notice_conflict(struct work *work, const struct input *input, enum rule rule, struct text vps_id,
                     struct text text);

/* The input's own bytes with why. `input` may be a parked one. */
void dead_letter(struct work *work, const struct input *input, const char *code, struct text message);

#endif
