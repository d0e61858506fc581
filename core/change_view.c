/* The facts about a CatalogueChange (core/lane_tables.h). */
#include "core/change_view.h"
#include "core/scans.h"

static bool other_content(struct lane_work *work, const struct change_view *view)
{
    const struct catalogue_change *event = view->event;
    char hash[CHANGE_HASH_SIZE];

    if (!view->set)
        return false;
    if (view->set->count != event->count)
        return true;
    if (view->set->status != CHANGE_SET_STATUS_APPLIED)
        return view->known && !change_equal(view->known, event);
    if (view->set->part_hashes.size != (uint32_t)event->count * CHANGE_HASH_SIZE)
        return false;
    change_hash(work, event, hash);
    return memcmp(view->set->part_hashes.data + (size_t)event->index * CHANGE_HASH_SIZE, hash, CHANGE_HASH_SIZE) != 0;
}

static uint64_t facts_of_part(struct lane_work *work, const struct change_view *view)
{
    const struct change_set_state *set = view->set;
    bool applied = set && set->status == CHANGE_SET_STATUS_APPLIED;
    int32_t received = set ? set->received : 0;

    if (set && set->status == CHANGE_SET_STATUS_REFUSED)
        return CHANGE_SET_REFUSED;
    uint64_t facts = applied ? CHANGE_SET_APPLIED : 0;
    if (other_content(work, view))
        return facts | CHANGE_OTHER;
    if (applied || view->known)
        return facts | CHANGE_KNOWN;
    bool last = received + 1 == view->event->count;
    bool full = !last && book_live(work->book, BOOK_PART) >= work->lane->settings->max_parts;
    if (full || view->event->count > CHANGE_SET_PARTS_MAX)
        facts |= CHANGE_TOO_MANY;
    else if (last)
        facts |= CHANGE_COMPLETES;
    return facts;
}

/* The waiting parts and this one. False: they are not all there, whatever the set says. */
static bool collect(struct lane_work *work, struct change_view *view)
{
    uint32_t found = 1;

    view->parts.count = (uint32_t)view->event->count;
    view->parts.items = lane_alloc(work, view->parts.count, sizeof *view->parts.items);
    if (!view->parts.items)
        return false;
    view->parts.items[view->event->index] = view->event;
    for (const struct book_entry *entry = book_group_first(work->book, BOOK_PART, view->event->change_set); entry;
         entry = book_group_next(entry)) {
        const struct catalogue_change *part = entry->record;
        if (part->index < 0 || part->index >= view->event->count || view->parts.items[part->index])
            return false;
        view->parts.items[part->index] = part;
        found++;
    }
    return found == view->parts.count;
}

/* What part `index` breaks, with its index and kind. */
static struct text of_part(struct lane_work *work, const struct change_view *view, uint32_t index, struct text bad)
{
    return SAY(work, TEXT("part "), lane_number(work, (int32_t)index), TEXT(" ("),
               change_name(view->parts.items[index]), TEXT("): "), bad);
}

/* Writes all parts into the book, in order, and returns what that breaks; empty: nothing. */
static struct text try_apply(struct lane_work *work, const struct change_view *view)
{
    bool aliases = false;

    for (uint32_t i = 0; i < view->parts.count; i++) {
        struct text bad = change_apply(work, view->parts.items[i]);
        if (!text_empty(bad))
            return of_part(work, view, i, bad);
    }
    for (uint32_t i = 0; i < view->parts.count; i++) {
        struct text bad = change_check(work, view->parts.items[i]);
        if (!text_empty(bad))
            return of_part(work, view, i, bad);
        aliases |= view->parts.items[i]->change.kind == CATALOGUE_CHANGE_CHANGE_ALIAS;
    }
    return aliases ? change_check_aliases(work) : TEXT("");
}

static uint64_t facts_of_set(const struct lane_work *work, const struct change_view *view)
{
    uint64_t facts = CHANGE_ONLY_OVERRIDES | CHANGE_ONLY_APPROVALS;

    for (uint32_t i = 0; i < view->parts.count; i++) {
        const struct catalogue_change_change *change = &view->parts.items[i]->change;
        int64_t number;
        if (change->kind != CATALOGUE_CHANGE_CHANGE_OVERRIDE)
            facts &= ~(uint64_t)CHANGE_ONLY_OVERRIDES;
        if (change->kind != CATALOGUE_CHANGE_CHANGE_SCAN_APPROVAL)
            facts &= ~(uint64_t)CHANGE_ONLY_APPROVALS;
        else if (scan_approval_of(work, &change->as.scan_approval, &number) == APPROVAL_UNKNOWN)
            facts |= CHANGE_SCAN_UNKNOWN;
    }
    return facts;
}

void change_look(struct lane_work *work, const struct catalogue_change *event, struct change_view *ret_view)
{
    *ret_view = (struct change_view){.event = event};
    ret_view->set = book_get(work->book, BOOK_CHANGE_SET, TEXT(""), event->change_set);
    ret_view->known = book_get(work->book, BOOK_PART, event->change_set, lane_number(work, event->index));
    ret_view->facts = facts_of_part(work, ret_view);
    if (work->no_memory || !(ret_view->facts & CHANGE_COMPLETES))
        return;
    if (!collect(work, ret_view)) {
        ret_view->facts &= ~(uint64_t)CHANGE_COMPLETES;
        return;
    }
    ret_view->broken = try_apply(work, ret_view);
    ret_view->facts |= text_empty(ret_view->broken) ? facts_of_set(work, ret_view) : CHANGE_BROKEN;
}
