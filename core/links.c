#include "core/links.h"

#include "core/text.h"

enum override_setting override_of(const struct catalogue_book *book, enum book_kind kind, struct text scope_id,
                                  struct text template_name)
{
    const struct override_state *override =
        book_live(book, kind) ? book_get(book, kind, scope_id, template_name) : NULL;

    return override ? override->setting : OVERRIDE_SETTING_AUTO;
}

bool link_counts(const struct link_state *link, enum override_setting setting)
{
    return setting == OVERRIDE_SETTING_ON || (setting == OVERRIDE_SETTING_AUTO && link->present);
}

int32_t links_count(const struct catalogue_book *book, struct text module_id)
{
    int32_t count = 0;

    for (const struct book_entry *entry = book_group_first(book, BOOK_LINK, module_id); entry;
         entry = book_group_next(entry))
        count += link_counts(entry->record, override_of(book, BOOK_MODULE_OVERRIDE, module_id, entry->name));
    return count;
}

void link_mark_seen(struct link_state *link, int64_t scan)
{
    uint64_t bits = (uint64_t)link->seen_bits;

    if (scan > link->seen_scan) {
        int64_t newer = scan - link->seen_scan;
        bits = newer < SCAN_WINDOW ? bits << newer : 0;
        link->seen_scan = scan;
    }
    if (link->seen_scan - scan < SCAN_WINDOW)
        bits |= UINT64_C(1) << (link->seen_scan - scan);
    link->seen_bits = (int64_t)bits;
}

bool link_lacked_by(const struct link_state *link, int64_t scan)
{
    if (scan > link->seen_scan)
        return true;
    int64_t age = link->seen_scan - scan;
    return age < SCAN_WINDOW && !((uint64_t)link->seen_bits >> age & 1);
}

int32_t link_missed(const struct link_state *link, const struct scan_state *scans)
{
    int32_t missed = 0;

    for (int age = 0; age < SCAN_WINDOW; age++) {
        int64_t scan = scans->latest - age;
        if (scan < link->linked_from) /* numbers begin at 1 */
            break;
        if (!((uint64_t)scans->complete_bits >> age & 1))
            continue;
        if (!link_lacked_by(link, scan))
            break;
        missed++;
    }
    return missed;
}
