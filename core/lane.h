/* The catalogue lane: deciding about templates that scans found and about catalogue changes, one total order
 * (rules.md 1, 2, 9).
 *
 * Pure: the same book, settings, now and input give the same outcome, byte for byte (promise 6). */
#ifndef OSBILL_CORE_LANE_H
#define OSBILL_CORE_LANE_H

#include "core/book.h"
#include "core/catalogue.h"
#include "core/hashes.h"
#include "core/input.h"
#include "core/outcome.h"
#include "core/result.h"

/* What configuration may change. */
struct lane_settings {
    int32_t remove_after;     /* scan.remove_after: complete scans in a row that must lack a template; 1 to 32 */
    int32_t breaker_count;    /* scan.held: more templates than this ... */
    int32_t breaker_percent;  /* ... and more than this share of those linked before the scan */
    int64_t future_tolerance; /* ms: occurred_at later than now + this is time-in-future */
    uint32_t max_parts;       /* of unfinished change sets, all together: beyond, limit-exceeded */
};
struct lane_settings lane_defaults(void); /* 1, 3, 25, 1 h, 200,000 */

/* More parts than this cannot be remembered in one record: limit-exceeded. */
#define CHANGE_SET_PARTS_MAX 100000

/* Made anew for each batch; the members after `version` start as zero and are the lane's own. */
struct lane {
    struct catalogue_book *book; /* of the lane's owner */
    const struct hashes *hashes;
    const struct lane_settings *settings;
    int64_t now;     /* of the batch, ms */
    int64_t version; /* catalogue version that the batch's transaction makes: Decision.catalogue_version */

    const struct catalogue *offers; /* what is sold, in the batch's arena; built when it is needed */
    uint64_t offers_revision;       /* of the book, that offers shows */
};

/* Decides one input of template-discovered or catalogue: appends exactly one Decision with origin INPUT, its
 * notifications and dead letter to `outcome`, and edits the book, one event of it. On DECIDE_NO_MEMORY neither book
 * nor outcome changed (book->out_of_memory says whose arena it was). Never DECIDE_NEEDS_STATE. */
enum decide_status lane_decide(struct lane *lane, const struct input *input, struct outcome *outcome) WARN_UNUSED;

/* Makes a dead letter of an input that cannot be decided (unreadable, wrong-partition, too-large, undecidable), with
 * its Decision. `event_id` may be empty; `code`: NULL, or the decoder's instead of the rule's id. */
enum decide_status lane_dead_letter(struct lane *lane, const struct input *input, struct text event_id,
                                    enum input_fault fault, const char *code, struct text message,
                                    struct outcome *outcome) WARN_UNUSED;

#endif
