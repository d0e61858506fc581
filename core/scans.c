#include "core/scans.h"

#include "core/lane_tables.h"
#include "core/links.h"
#include "core/rule_tables.h"
#include "core/sort.h"

/* --- begin --- */

static uint32_t find_recent(const struct scan_state *state, struct text scan_id)
{
    uint32_t at = 0;

    while (at < state->recent.count && !text_equal(state->recent.items[at].scan_id, scan_id))
        at++;
    return at;
}

static struct recent_scan *newest(const struct scan_state *state)
{
    return state->recent.count ? &state->recent.items[state->recent.count - 1] : NULL;
}

/* The first message of a scan_id begins a scan and abandons an unfinished one. There is room for one more. */
static void begin_scan(struct lane_work *work, struct scan_state *state, const struct template_discovered *event)
{
    struct recent_scan *before = newest(state);

    if (before && before->status == SCAN_STATUS_RUNNING)
        before->status = SCAN_STATUS_ABANDONED;
    if (state->recent.count == SCANS_KEPT) {
        state->recent.items++;
        state->recent.count--;
    }
    state->recent.items[state->recent.count++] = (struct recent_scan){
        .scan_id = event->scan_id,
        .status = SCAN_STATUS_RUNNING,
        .scan_size = event->scan_size,
        .linked_before = links_count(work->book, event->module_id),
    };
    state->latest++;
    state->complete_bits = (int64_t)((uint64_t)state->complete_bits << 1);
}

bool scan_enter(struct lane_work *work, const struct template_discovered *event, struct scan_view *ret_view)
{
    const struct scan_state *known = book_get(work->book, BOOK_SCAN, TEXT(""), event->module_id);
    struct recent_scan *items = lane_alloc(work, SCANS_KEPT + 1, sizeof *items);

    *ret_view = (struct scan_view){0};
    if (!items)
        return false;
    if (known) {
        uint32_t kept = known->recent.count < SCANS_KEPT ? known->recent.count : SCANS_KEPT;
        ret_view->state = *known;
        ret_view->state.recent.count = kept;
        if (kept)
            memcpy(items, known->recent.items + (known->recent.count - kept), kept * sizeof *items);
    }
    ret_view->state.recent.items = items;
    if (find_recent(&ret_view->state, event->scan_id) == ret_view->state.recent.count)
        begin_scan(work, &ret_view->state, event);
    uint32_t at = find_recent(&ret_view->state, event->scan_id);
    ret_view->scan = &ret_view->state.recent.items[at];
    ret_view->number = scan_number(&ret_view->state, at);
    return true;
}

int64_t scan_next_to_end(const struct scan_state *state)
{
    const struct recent_scan *last = newest(state);

    return last && last->status == SCAN_STATUS_RUNNING ? state->latest : state->latest + 1;
}

/* --- end --- */

struct scan_state scan_if_complete(const struct scan_state *state)
{
    struct scan_state complete = *state;

    complete.complete_bits |= 1;
    return complete;
}

static bool departure_before(const void *a, const void *b)
{
    return text_compare(((const struct departure *)a)->template, ((const struct departure *)b)->template) < 0;
}

static bool departs(const struct lane_work *work, const struct link_state *link, const struct scan_state *state,
                    int64_t number)
{
    return link->present && link_lacked_by(link, number) &&
           link_missed(link, state) >= work->lane->settings->remove_after;
}

static uint32_t count_departing(struct lane_work *work, struct text module_id, const struct scan_state *state,
                                int64_t number)
{
    uint32_t count = 0;

    for (const struct book_entry *entry = book_group_first(work->book, BOOK_LINK, module_id); entry;
         entry = book_group_next(entry))
        count += departs(work, entry->record, state, number);
    return count;
}

struct departures scan_departures(struct lane_work *work, struct text module_id, const struct scan_state *state,
                                  int64_t number, struct text except)
{
    struct departures found = {0};
    uint32_t room = count_departing(work, module_id, state, number);

    found.items = lane_alloc(work, room, sizeof *found.items);
    if (!found.items)
        return found;
    for (const struct book_entry *entry = book_group_first(work->book, BOOK_LINK, module_id); entry;
         entry = book_group_next(entry)) {
        const struct link_state *link = entry->record;
        if (!departs(work, link, state, number) || text_equal(entry->name, except))
            continue;
        enum override_setting setting = override_of(work->book, BOOK_MODULE_OVERRIDE, module_id, entry->name);
        found.items[found.count++] = (struct departure){entry->name, *link, setting};
        found.unlinked += setting == OVERRIDE_SETTING_AUTO;
    }
    if (!sort_items(work->arena, found.items, found.count, sizeof *found.items, departure_before))
        work->no_memory = true;
    return found;
}

bool breaker_trips(const struct lane_settings *settings, int32_t unlinked, int32_t linked_before)
{
    return unlinked > settings->breaker_count &&
           (int64_t)unlinked * 100 > (int64_t)settings->breaker_percent * linked_before;
}

/* --- removal --- */

/* TEMPLATE_REMOVED is a WARNING for a priced one: its item costs something in a tariff of the module. */
static bool priced_on_module(struct lane_work *work, struct text module_id, struct text template_name)
{
    const struct catalogue *offers = lane_offers(work);
    const struct catalogue_tariff *tariff;

    for (uint32_t i = 0; offers && (tariff = catalogue_tariff_number(offers, i)); i++)
        if (tariff_has_module(tariff, module_id) && catalogue_template_priced(offers, tariff, template_name))
            return true;
    return false;
}

static void remove_one(struct lane_work *work, struct text module_id, struct text scan_id,
                       const struct departure *departure)
{
    struct link_state link = departure->link;
    bool kept = departure->setting == OVERRIDE_SETTING_ON;
    enum rule rule = rule_table_match(TABLE_DEPARTURE, kept ? DEPARTURE_KEPT : 0)->rule;

    link.present = false;
    book_put(work->book, BOOK_LINK, module_id, departure->template, &link);
    if (departure->setting == OVERRIDE_SETTING_OFF) /* it was unlinked before: nothing changes for anybody */
        return;
    bool warn = kept || priced_on_module(work, module_id, departure->template);
    struct text text =
        SAY(work, TEXT("template "), lane_quoted(work, departure->template), TEXT(" is gone from module "),
            lane_quoted(work, module_id), TEXT(" since scan "), lane_quoted(work, scan_id),
            kept ? TEXT(": it stays orderable, because the override ON keeps it linked; set it to AUTO to let it go")
                 : TEXT(": it cannot be ordered there any more"));
    struct notification *notice =
        lane_notice(work, NOTIFICATION_KIND_TEMPLATE_REMOVED, warn ? SEVERITY_WARNING : SEVERITY_INFO, rule, text);
    notice->module_id = module_id;
    notice->template = departure->template;
    lane_effect(work, rule, departure->template);
}

void scan_remove(struct lane_work *work, struct text module_id, struct text scan_id,
                 const struct departures *departures)
{
    for (uint32_t i = 0; i < departures->count; i++)
        remove_one(work, module_id, scan_id, &departures->items[i]);
}
