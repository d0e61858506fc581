/* What a decision about a CatalogueChange says. */
#include "core/change_view.h"

static struct text this_set(struct lane_work *work, const struct change_view *view)
{
    return SAY(work, TEXT("change_set "), lane_quoted(work, view->event->change_set));
}

struct text change_refusal(struct lane_work *work, const struct change_view *view)
{
    if (view->facts & CHANGE_BROKEN)
        return view->broken;
    if (view->set->count != view->event->count)
        return SAY(work, TEXT("it has "), lane_number(work, view->set->count), TEXT(" parts, this one says "),
                   lane_number(work, view->event->count));
    return SAY(work, TEXT("part "), lane_number(work, view->event->index), TEXT(" came before with other content"));
}

struct text change_dead_message(struct lane_work *work, const struct change_view *view)
{
    struct text set = this_set(work, view);

    if (view->facts & CHANGE_SET_REFUSED)
        return SAY(work, set, TEXT(" was refused and stays so: "), view->set->reason,
                   TEXT(". Correct it under a new change_set"));
    if (view->facts & CHANGE_TOO_MANY)
        return SAY(work, TEXT("too many parts wait for the rest of their sets, or "), set,
                   TEXT(" has more than 100000: split it, complete or abandon the others"));
    if (view->facts & CHANGE_SCAN_UNKNOWN)
        return SAY(work, set,
                   TEXT(" approves a scan that its module does not know: nothing of it is applied. Send "
                        "this part again when the scan is held, or approve the one that SCAN_HELD named"));
    return SAY(work, set,
               view->facts & CHANGE_SET_APPLIED ? TEXT(" is applied already: ") : TEXT(" is refused whole: "),
               change_refusal(work, view), TEXT(". Correct it under a new change_set"));
}

struct text change_kept_reason(struct lane_work *work, const struct change_view *view, int32_t received)
{
    return SAY(work, this_set(work, view), TEXT(": part "), lane_number(work, view->event->index), TEXT(" waits, "),
               lane_number(work, received), TEXT(" of "), lane_number(work, view->event->count),
               TEXT(" parts are there"));
}

struct text change_duplicate_reason(struct lane_work *work, const struct change_view *view)
{
    return SAY(work, this_set(work, view), TEXT(": part "), lane_number(work, view->event->index),
               TEXT(" came before"));
}

/* " by alice: new prices" */
static struct text by_whom(struct lane_work *work, const struct catalogue_change *event)
{
    if (text_empty(event->actor) && text_empty(event->reason))
        return TEXT("");
    return SAY(work, text_empty(event->actor) ? TEXT("") : TEXT(" by "), event->actor,
               text_empty(event->reason) ? TEXT("") : TEXT(": "), event->reason);
}

static struct text override_reason(struct lane_work *work, const struct catalogue_change *part)
{
    const struct override *override = &part->change.as.override;

    return SAY(work, TEXT("override "), text_from_enum(&override_setting_enum, (int) override->setting), TEXT(" for "),
               lane_quoted(work, override->template),
               override->scope == OVERRIDE_SCOPE_MODULE ? TEXT(" on module ") : TEXT(" in tariff "),
               lane_quoted(work, override->scope_id), by_whom(work, part));
}

struct text change_applied_reason(struct lane_work *work, const struct change_view *view, int32_t removed)
{
    struct text templates = TEXT("");

    if (view->parts.count == 1 && (view->facts & CHANGE_ONLY_OVERRIDES))
        return override_reason(work, view->event);
    if (removed || (view->facts & CHANGE_ONLY_APPROVALS))
        templates = SAY(work, TEXT(", "), lane_number(work, removed), TEXT(" templates removed"));
    return SAY(work, this_set(work, view), TEXT(" is applied whole, "), lane_number(work, view->event->count),
               TEXT(" parts"), templates, by_whom(work, view->event));
}
