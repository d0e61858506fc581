/* Deciding a TemplateDiscovered (rules.md 1, 9). */
#include "core/lane_tables.h"
#include "core/links.h"
#include "core/rule_tables.h"
#include "core/scans.h"
#include "core/switches.h"

/* What the decision is made from: the message against the catalogue before it. */
struct sighting {
    const struct template_discovered *event;
    struct text template;          /* internal name */
    const struct link_state *link; /* NULL: the module never showed it */
    struct scan_view scans;        /* with the message's scan begun */
    struct departures departures;  /* if it completes the scan */
    uint64_t facts;
};

/* --- facts --- */

static bool running(const struct sighting *sighting)
{
    return sighting->scans.scan->status == SCAN_STATUS_RUNNING;
}

static bool counted_before(const struct sighting *sighting)
{
    return sighting->link && !link_lacked_by(sighting->link, sighting->scans.number);
}

static bool completes(const struct sighting *sighting)
{
    const struct recent_scan *scan = sighting->scans.scan;

    return running(sighting) && scan->scan_size == sighting->event->scan_size && !counted_before(sighting) &&
           scan->seen + 1 == scan->scan_size;
}

static bool over_limit(struct lane_work *work, struct sighting *sighting)
{
    struct scan_state complete = scan_if_complete(&sighting->scans.state);

    sighting->departures =
        scan_departures(work, sighting->event->module_id, &complete, sighting->scans.number, sighting->template);
    return breaker_trips(work->lane->settings, sighting->departures.unlinked, sighting->scans.scan->linked_before);
}

static uint64_t facts_of_scan(struct lane_work *work, struct sighting *sighting)
{
    const struct recent_scan *scan = sighting->scans.scan;
    uint64_t facts = 0;

    if (!sighting->link)
        facts |= SIGHTING_FIRST_HERE;
    if (running(sighting))
        facts |= SIGHTING_RUNNING;
    if (scan->scan_size != sighting->event->scan_size)
        facts |= SIGHTING_OTHER_SIZE;
    if (scan->status == SCAN_STATUS_COMPLETE && !counted_before(sighting))
        facts |= SIGHTING_BEYOND;
    if (completes(sighting))
        facts |= SIGHTING_COMPLETES;
    if ((facts & SIGHTING_COMPLETES) && over_limit(work, sighting))
        facts |= SIGHTING_OVER_LIMIT;
    return facts;
}

static uint64_t facts_of(struct lane_work *work, struct sighting *sighting)
{
    const struct template_discovered *event = sighting->event;

    if (event->scan_size <= 0)
        return SIGHTING_SIZE_BAD;
    if (!book_get(work->book, BOOK_MODULE, TEXT(""), event->module_id))
        return SIGHTING_MODULE_UNKNOWN;
    sighting->link = book_get(work->book, BOOK_LINK, event->module_id, sighting->template);
    return scan_enter(work, event, &sighting->scans) ? facts_of_scan(work, sighting) : 0;
}

/* --- actions --- */

/* template.seen: attributes refreshed, nothing re-enabled. */
static void refresh_template(struct lane_work *work, const struct sighting *sighting)
{
    const struct template_discovered *event = sighting->event;
    const struct template_state *known = book_get(work->book, BOOK_TEMPLATE, TEXT(""), sighting->template);
    struct template_state state = {
        .repository = event->repository,
        .name = event->name,
        .tags = event->tags,
        .os_group = event->os_group,
        .min_disk_mib = event->min_disk_mib,
        .min_ram_mib = event->min_ram_mib,
        .first_seen_at = known ? known->first_seen_at : work->lane->now,
    };

    book_put(work->book, BOOK_TEMPLATE, TEXT(""), sighting->template, &state);
}

/* Linked, again perhaps; a message of a finished or abandoned scan links too. */
static void link_template(struct lane_work *work, struct sighting *sighting, bool counts)
{
    struct link_state link = {0};
    bool counted = counted_before(sighting);

    if (sighting->link)
        link = *sighting->link;
    if (!link.present)
        link.linked_from = scan_next_to_end(&sighting->scans.state);
    link.present = true;
    if (counts && running(sighting) && !counted) {
        link_mark_seen(&link, sighting->scans.number);
        sighting->scans.scan->seen++;
    }
    if (sighting->facts & SIGHTING_BEYOND) /* the scan does not lack it, if it is approved later */
        link_mark_seen(&link, sighting->scans.number);
    book_put(work->book, BOOK_LINK, sighting->event->module_id, sighting->template, &link);
}

static void complete_scan(struct lane_work *work, struct sighting *sighting, const struct table_row *row)
{
    struct scan_view *scans = &sighting->scans;

    scans->state = scan_if_complete(&scans->state);
    scans->scan->status = SCAN_STATUS_COMPLETE;
    if (row->action == SIGHTING_HOLD) {
        scan_hold(work, scans, sighting->departures.unlinked, row->rule);
        return;
    }
    scan_release(&scans->state);
    scan_remove(work, sighting->event->module_id, sighting->event->scan_id, &sighting->departures);
}

static struct switch_counts act(struct lane_work *work, struct sighting *sighting, const struct table_row *row)
{
    struct switch_counts switched = {0, 0};

    refresh_template(work, sighting);
    link_template(work, sighting, row->action == SIGHTING_COUNT || row->action == SIGHTING_HOLD);
    if (!sighting->link)
        switched = switches_for_template(work, sighting->event->module_id, sighting->template);
    if (row->action == SIGHTING_INVALIDATE)
        sighting->scans.scan->status = SCAN_STATUS_INVALID;
    if (sighting->facts & SIGHTING_COMPLETES)
        complete_scan(work, sighting, row);
    book_put(work->book, BOOK_SCAN, TEXT(""), sighting->event->module_id, &sighting->scans.state);
    return switched;
}

/* --- reasons --- */

static struct text of_module(struct lane_work *work, const struct sighting *sighting)
{
    return SAY(work, TEXT(" of module "), lane_quoted(work, sighting->event->module_id));
}

static struct text dead_reason(struct lane_work *work, const struct sighting *sighting)
{
    const struct template_discovered *event = sighting->event;

    if (sighting->facts & SIGHTING_SIZE_BAD)
        return SAY(work, TEXT("scan_size must be 1 or more, it is "), lane_number(work, event->scan_size));
    return SAY(work, TEXT("module "), lane_quoted(work, event->module_id),
               TEXT(" is not in the catalogue: add it with a CatalogueChange, then replay this"));
}

static struct text invalid_reason(struct lane_work *work, const struct sighting *sighting)
{
    const struct recent_scan *scan = sighting->scans.scan;
    struct text which = SAY(work, TEXT("scan "), lane_quoted(work, scan->scan_id), of_module(work, sighting));

    if (sighting->facts & SIGHTING_OTHER_SIZE)
        return SAY(work, which, TEXT(" began with scan_size "), lane_number(work, scan->scan_size),
                   TEXT(", this message says "), lane_number(work, sighting->event->scan_size),
                   TEXT(": the template is linked, the scan removes nothing more"));
    return SAY(work, which, TEXT(" was complete with its "), lane_number(work, scan->scan_size),
               TEXT(" templates before "), lane_quoted(work, sighting->template),
               TEXT(": it is linked, but scan_size was wrong"));
}

static struct text held_reason(struct lane_work *work, const struct sighting *sighting)
{
    const struct recent_scan *scan = sighting->scans.scan;
    const struct lane_settings *settings = work->lane->settings;

    return SAY(work, TEXT("scan "), lane_quoted(work, scan->scan_id), of_module(work, sighting), TEXT(" lacks "),
               lane_number(work, sighting->departures.unlinked), TEXT(" of "), lane_number(work, scan->linked_before),
               TEXT(" linked templates, more than "), lane_number(work, settings->breaker_count),
               TEXT(" and more than "), lane_number(work, settings->breaker_percent),
               TEXT(" %: nothing is removed until it is approved or a complete scan lacks fewer"));
}

static struct text linked_reason(struct lane_work *work, const struct sighting *sighting, struct switch_counts switched)
{
    struct text on_module = SAY(work, TEXT(" on module "), lane_quoted(work, sighting->event->module_id));

    if (!sighting->link)
        return SAY(work, lane_quoted(work, sighting->template), TEXT(" is new"), on_module,
                   TEXT(": linked, switched on for "), lane_number(work, switched.on), TEXT(" tariffs and off for "),
                   lane_number(work, switched.off));
    return SAY(work, lane_quoted(work, sighting->template),
               sighting->link->present ? TEXT(" is known") : TEXT(" is back"), on_module,
               sighting->link->present ? TEXT(": attributes refreshed")
                                       : TEXT(": linked again, switches and overrides are as they were"));
}

/* Scans that end say so in the decision of their last message. */
static struct text with_end(struct lane_work *work, const struct sighting *sighting, struct text reason)
{
    if (!(sighting->facts & SIGHTING_COMPLETES))
        return reason;
    return SAY(work, reason, TEXT("; scan "), lane_quoted(work, sighting->event->scan_id), TEXT(" is complete, "),
               lane_number(work, sighting->departures.unlinked), TEXT(" templates removed"));
}

static struct text reason_of(struct lane_work *work, const struct sighting *sighting, enum sighting_action action,
                             struct switch_counts switched)
{
    switch (action) {
    case SIGHTING_LINK:
    case SIGHTING_INVALIDATE: return invalid_reason(work, sighting);
    case SIGHTING_HOLD: return held_reason(work, sighting);
    default: return with_end(work, sighting, linked_reason(work, sighting, switched));
    }
}

/* --- deciding --- */

void decide_sighting(struct lane_work *work, const struct template_discovered *event)
{
    struct sighting sighting = {.event = event};

    sighting.template = SAY(work, event->repository, TEXT("__"), event->name);
    sighting.facts = facts_of(work, &sighting);
    if (work->no_memory)
        return;
    const struct table_row *row = rule_table_match(TABLE_SIGHTING, sighting.facts);
    work->decision.module_id = event->module_id;
    work->decision.template = sighting.template;
    if (row->action == SIGHTING_DEAD || !sighting.scans.scan) {
        lane_dead(work, row->rule, dead_reason(work, &sighting));
        return;
    }
    const struct table_row *first_here = rule_table_match(TABLE_SIGHTING, SIGHTING_FIRST_HERE);
    if (!sighting.link && row != first_here)
        lane_effect(work, first_here->rule, sighting.template);
    struct switch_counts switched = act(work, &sighting, row);
    lane_rule(work, row->rule, reason_of(work, &sighting, (enum sighting_action)row->action, switched));
}
