/* Scans of a module: begin, abandon, complete, what they remove, the breaker (rules.md 1, 9). Internal to core. */
#ifndef OSBILL_CORE_SCANS_H
#define OSBILL_CORE_SCANS_H

#include "core/lane_work.h"

/* Scan ids of a module that are remembered. */
#define SCANS_KEPT 8

/* A module's scans, as a copy that may be changed, and one of them. */
struct scan_view {
    struct scan_state state;
    struct recent_scan *scan; /* of the message, in state */
    int64_t number;           /* of scan */
};

/* The number of a recent scan: they are numbered one after the other. */
static inline int64_t scan_number(const struct scan_state *state, uint32_t recent)
{
    return state->latest - (int64_t)(state->recent.count - 1 - recent);
}

/* Finds the scan of a message, or begins it: an unfinished one is abandoned then. False: out of memory. */
bool scan_enter(struct lane_work *work, const struct template_discovered *event, struct scan_view *ret_view);
/* The number of the first scan whose end would miss a template that is linked now. */
int64_t scan_next_to_end(const struct scan_state *state);

/* A linked template that complete scans lack. */
struct departure {
    struct text template;
    struct link_state link;
    enum override_setting setting; /* of the module: ON keeps it linked, OFF had unlinked it already */
};

/* In order of bytes. */
struct departures {
    struct departure *items;
    uint32_t count;
    int32_t unlinked; /* without an override */
};

/* What goes when all scans end as `state` says: linked templates that scan `number` lacks, and the last remove_after
 * complete ones, save the template `except`, which is being seen. */
struct departures scan_departures(struct lane_work *work, struct text module_id, const struct scan_state *state,
                                  int64_t number, struct text except);
/* `state` with its newest scan complete. */
struct scan_state scan_if_complete(const struct scan_state *state);

/* scan.held: more than 3 templates and more than 25 % of those linked before it. */
bool breaker_trips(const struct lane_settings *settings, int32_t unlinked, int32_t linked_before);

/* template.removed: unlinks, notifies, lists effects. */
void scan_remove(struct lane_work *work, struct text module_id, struct text scan_id,
                 const struct departures *departures);
/* scan.held: begins a hold and says so, unless one goes on. */
void scan_hold(struct lane_work *work, struct scan_view *view, int32_t unlinked, enum rule rule);
/* Nothing is held any more. */
void scan_release(struct scan_state *state);

enum approval {
    APPROVAL_UNKNOWN,  /* nobody knows the scan: dead letter scan.unknown */
    APPROVAL_NOT_HELD, /* known, but there is nothing to approve (any more) */
    APPROVAL_HELD,
};
enum approval scan_approval_of(const struct lane_work *work, const struct scan_approval *approval, int64_t *ret_number);
/* scan.approved: unlinks what that and the latest complete scan both lack. Returns how many templates. */
int32_t scan_approve(struct lane_work *work, const struct scan_approval *approval);

#endif
