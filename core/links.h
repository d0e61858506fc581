/* Whether a template is linked to a module, and what scans remember of it (rules.md 1, 9). Internal to core.
 *
 * Scans of a module are numbered; each link remembers which of the last 64 named its template, the module remembers
 * which were complete. So a scan's end need not write to the links it found, and every question about an earlier scan
 * ("what did both lack?") has an exact answer. */
#ifndef OSBILL_CORE_LINKS_H
#define OSBILL_CORE_LINKS_H

#include "core/book.h"

#define SCAN_WINDOW 64

/* The override of template x module or template x tariff; AUTO when there is none. `kind`: BOOK_MODULE_OVERRIDE or
 * BOOK_TARIFF_OVERRIDE. */
enum override_setting override_of(const struct catalogue_book *book, enum book_kind kind, struct text scope_id,
                                  struct text template_name);

/* template.override: OFF unlinks though scans have it, ON links though scans lack it (it must have been seen there
 * once), else scans decide. */
bool link_counts(const struct link_state *link, enum override_setting setting);

/* Templates of the module that are linked now. */
int32_t links_count(const struct catalogue_book *book, struct text module_id);

/* The scan named the template. */
void link_mark_seen(struct link_state *link, int64_t scan);
/* The scan, not newer than the newest one, did not name the template. A scan too old to tell: false. */
bool link_lacked_by(const struct link_state *link, int64_t scan);
/* How many complete scans in a row, the newest first, lack the template since it was linked. */
int32_t link_missed(const struct link_state *link, const struct scan_state *scans);

#endif
