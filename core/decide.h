/* Deciding about accounts: orders, installations, account events, cases and timers (rules.md 2 to 9).
 *
 * Pure: the same overlay, catalogue, now and input give the same outcome, byte for byte (promise 6). */
#ifndef OSBILL_CORE_DECIDE_H
#define OSBILL_CORE_DECIDE_H

#include "core/catalogue.h"
#include "core/hashes.h"
#include "core/input.h"
#include "core/outcome.h"
#include "core/overlay.h"
#include "core/result.h"

/* Limits and times that configuration may change; decide_defaults gives those of rules.md. All in ms. */
struct decide_settings {
    int64_t future_tolerance; /* T or occurred_at later than now + this: time-in-future; 1 h */
    int64_t grace;            /* an order with an unknown tariff, module or template is held for this; 5 min */
    uint32_t max_cases;       /* open cases per account: beyond, an input that opens one is limit-exceeded; 1,000 */
};
struct decide_settings decide_defaults(void);

/* Reads a parked input again. Supplied by the engine, which has the codec. False: out of memory or no longer readable
 * (the released event becomes a dead letter). */
struct reader {
    void *context;
    bool (*read)(void *context, enum topic topic, struct text value, struct arena *arena, struct input *ret_input);
};

struct desk {
    struct arena *arena; /* of the batch */
    struct overlay *overlay;
    const struct catalogue *catalogue;
    const struct hashes *hashes;
    const struct reader *reader;
    const struct decide_settings *settings;
    int64_t now;       /* of the batch, ms */
    int32_t partition; /* of the account topics: the account's */
};

/* Fields of an input of account, order or os-installed. */
struct text input_event_id(const struct input *input);
struct text input_account_id(const struct input *input);
struct text input_vps_id(const struct input *input); /* empty: the input is about no VPS */

/* The overlay's entries of an input's account and VPS; NULL: none, or not looked up. */
struct wanted_states {
    struct state *account, *vps;
};

/* The state keys that deciding this input will surely or likely read: marks them wanted. No account: the input is a
 * dead letter, which reads nothing, or out of memory. */
struct wanted_states decide_wants(const struct desk *desk, const struct input *input);
/* When the account is loaded: what it names besides ("an account names its cases"). */
void decide_wants_named(const struct desk *desk, const struct input *input, const struct state *account);

/* Has the memory fetched that the next decision, and the one after it, touch first. Changes nothing. */
void decide_expect(struct wanted_states next, struct wanted_states after);

/* Decides one input of account, order or os-installed, with what is due for its account before it (rules.md 9):
 * outputs are appended to `outcome`. On DECIDE_NEEDS_STATE and DECIDE_NO_MEMORY neither overlay nor outcome changed.
 * `wanted` is what decide_wants found in this overlay, or {0}: the same decision, with more to look up. */
enum decide_status decide_input(const struct desk *desk, const struct input *input, struct wanted_states wanted,
                                struct outcome *outcome) WARN_UNUSED;

/* Decides what is due for an account: timers, and held cases if the snapshot is newer than the one they were last
 * decided with. Each outcome is a Decision of its own with origin TIMER or CATALOGUE; nothing due: none. */
enum decide_status decide_due(const struct desk *desk, struct text account_id, struct outcome *outcome) WARN_UNUSED;

/* Makes a dead letter of an input that cannot be decided, with its Decision. `event_id` may be empty. Always
 * possible (DECIDE_NO_MEMORY apart). `code`: NULL, or the decoder's instead of the rule's id. */
enum decide_status decide_dead_letter(const struct desk *desk, const struct input *input, struct text event_id,
                                      enum input_fault fault, const char *code, struct text message,
                                      struct outcome *outcome) WARN_UNUSED;

/* Adds what a partition's batch moved to P's totals (arena memory, replaced). Deposited, withdrawn and charged come
 * from the outcome's moves, balances from the overlay's accounts before and after: the two must agree (promise 2). */
enum totals_status {
    TOTALS_OK,
    TOTALS_UNBALANCED, /* a defect: nothing of this batch may be committed */
    TOTALS_NO_MEMORY,
};
enum totals_status decide_totals(const struct overlay *overlay, const struct outcome *outcome, struct arena *arena,
                                 struct currency_total_array *totals) WARN_UNUSED;

/* How the engine files an account's record in the store. */
struct account_filing {
    int64_t due_at; /* 0: none */
    bool held;      /* has a case that waits for the catalogue */
};
struct account_filing account_filing(const struct account_state *account);

#endif
