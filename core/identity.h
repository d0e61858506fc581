/* Ids that follow from what they name, and the memory of event ids (rules.md 6, 7, 8, 9). Internal to core. */
#ifndef OSBILL_CORE_IDENTITY_H
#define OSBILL_CORE_IDENTITY_H

#include "core/work.h"

/* rules.md 6: letter, '-', 32 hex digits of the SHA-256 over account_id, vps_id, period_start of the first line and
 * epoch, joined by NUL. Letter c: charge_id, k: case_id. */
struct text obligation_id(struct work *work, char letter, struct text vps_id, int64_t period_start, int64_t epoch);

/* rules.md 8: `owner` is a case_id, or empty: the input's topic/partition/offset. */
struct text notification_id(struct work *work, struct text owner, enum notification_kind kind, int32_t number);

/* 128-bit hash of parts joined by NUL. */
struct hash parts_hash(struct work *work, const struct text *parts, uint32_t count);
bool hash_equal(struct hash a, struct hash b);

struct event_identity {
    struct hash id;      /* of event_id */
    struct hash content; /* of the fields that make it the same event (rules.md 9) */
};
struct event_identity order_identity(struct work *work, const struct order *order);
struct event_identity install_identity(struct work *work, const struct os_installed *install);
struct event_identity account_event_identity(struct work *work, const struct account_event *event);

enum seen { SEEN_NEVER, SEEN_SAME, SEEN_OTHER_CONTENT };
enum seen seen_among(const struct seen_event_array *events, const struct event_identity *identity);
/* Among the account's parked events of the topic. */
enum seen seen_parked(const struct account_state *account, struct text topic, const struct event_identity *identity);
/* Remembers the newest; at most 4, the oldest goes (rules.md 7). */
void remember_recent(struct work *work, struct seen_event_array *events, const struct event_identity *identity);

/* Account events: 30 days, at most 4,096 (rules.md 7, 9). */
enum seen seen_account_event(struct work *work, const struct account_state *account,
                             const struct event_identity *identity);
void remember_account_event(struct work *work, struct account_state *account, const struct event_identity *identity,
                            int64_t occurred_at);

#endif
