/* Scans that the breaker holds, and their approval (rules.md 1: scan.held, scan.approved). */
#include "core/scans.h"

void scan_hold(struct lane_work *work, struct scan_view *view, int32_t unlinked, enum rule rule)
{
    const struct recent_scan *scan = view->scan;
    struct text module_id = work->decision.module_id;

    view->scan->held = true;
    if (!text_empty(view->state.held_scan)) /* SCAN_HELD is raised once */
        return;
    view->state.held_scan = scan->scan_id;
    view->state.held_number = view->number;
    (void)lane_notice(work, NOTIFICATION_KIND_SCAN_HELD, SEVERITY_WARNING, rule,
                      SAY(work, TEXT("scan "), lane_quoted(work, scan->scan_id), TEXT(" of module "),
                          lane_quoted(work, module_id), TEXT(" would remove "), lane_number(work, unlinked),
                          TEXT(" of "), lane_number(work, scan->linked_before),
                          TEXT(" templates: nothing is removed. Approve this scan if they are really gone; the next "
                               "complete scan that finds them ends the hold")));
}

void scan_release(struct scan_state *state)
{
    state->held_scan = TEXT("");
    state->held_number = 0;
    for (uint32_t i = 0; i < state->recent.count; i++)
        state->recent.items[i].held = false;
}

enum approval scan_approval_of(const struct lane_work *work, const struct scan_approval *approval, int64_t *ret_number)
{
    const struct scan_state *state = book_get(work->book, BOOK_SCAN, TEXT(""), approval->module_id);

    if (!state)
        return APPROVAL_UNKNOWN;
    if (text_equal(state->held_scan, approval->scan_id)) { /* it may be no more among the last 8 */
        *ret_number = state->held_number;
        return APPROVAL_HELD;
    }
    for (uint32_t i = 0; i < state->recent.count; i++) {
        const struct recent_scan *scan = &state->recent.items[i];
        if (!text_equal(scan->scan_id, approval->scan_id))
            continue;
        *ret_number = scan_number(state, i);
        return scan->held ? APPROVAL_HELD : APPROVAL_NOT_HELD;
    }
    return APPROVAL_UNKNOWN;
}

static void put_released(struct lane_work *work, struct text module_id, const struct scan_state *held)
{
    struct scan_state state = *held;

    state.recent.items = lane_alloc(work, held->recent.count, sizeof *state.recent.items);
    if (!state.recent.items)
        return;
    if (held->recent.count)
        memcpy(state.recent.items, held->recent.items, held->recent.count * sizeof *state.recent.items);
    scan_release(&state);
    book_put(work->book, BOOK_SCAN, TEXT(""), module_id, &state);
}

int32_t scan_approve(struct lane_work *work, const struct scan_approval *approval)
{
    const struct scan_state *state = book_get(work->book, BOOK_SCAN, TEXT(""), approval->module_id);
    int64_t number = 0;

    if (scan_approval_of(work, approval, &number) != APPROVAL_HELD)
        return 0;
    struct departures departures = scan_departures(work, approval->module_id, state, number, TEXT(""));
    scan_remove(work, approval->module_id, approval->scan_id, &departures);
    put_released(work, approval->module_id, state);
    return departures.unlinked;
}
