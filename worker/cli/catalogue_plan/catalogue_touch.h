/* What a change of the catalogue touches: VPSs whose OS becomes another item or price, cases that wait for it,
 * templates that become orderable or no longer are.
 *
 * rules.md 6: a catalogue change re-prices nothing else. What a VPS has paid stays; the item and price that are shown
 * here count for what is decided later: its next renewal, reinstallation or tariff change. */
#ifndef OSBILL_CLI_CATALOGUE_TOUCH_H
#define OSBILL_CLI_CATALOGUE_TOUCH_H

#include "core/catalogue_view.h"
#include "core/pricing.h"
#include "worker/cli/catalogue/catalogue_diff.h"
#include "worker/cli/catalogue/catalogue_usage.h"
#include "worker/cli/catalogue_plan/catalogue_held.h"

/* Both catalogues, and the moments at which they are compared: now, then each one at which a changed price begins. */
struct touch {
    const struct catalogue *before, *after;
    const struct catalogue_book *book; /* of `after` */
    const int64_t *moments;
    uint32_t moment_count;
};

/* *ret_before and *ret_after as the rules price them at `from`, the first moment at which they differ. */
struct shift {
    const struct usage_period *period;
    struct os_price before, after;
    int64_t from;
};

/* Moments in arena memory. False: out of memory. */
bool touch_init(const struct catalogue *before, const struct catalogue *after, const struct catalogue_book *book,
                const struct differences *differences, int64_t now, struct arena *arena, struct touch *ret);

/* Whether the installed OS is another item or price in this period. False: it stays what it is. */
bool touch_shift(const struct touch *touch, const struct usage *usage, const struct usage_period *period,
                 struct shift *ret);
/* The first of its periods; remembered in usage->mark. */
bool touch_first_shift(const struct touch *touch, struct usage *usage, struct shift *ret);

/* How many VPSs one change is about, and of how many it makes the OS another item or price. */
struct touch_counts {
    uint64_t vps, shifted;
};
struct touch_counts touch_count(const struct touch *touch, const struct difference *difference,
                                const struct usages *usages);
/* The same for all changes together, each VPS once. */
struct touch_counts touch_total(const struct touch *touch, const struct differences *differences,
                                const struct usages *usages);

/* A template that can be ordered in other tariffs than before. */
struct orderable_change {
    struct text template;
    enum template_status before, after;
    struct text_array gained, lost; /* tariff ids, in order of bytes */
};
struct orderable_changes {
    struct orderable_change *items; /* in the order of `after` */
    uint32_t count;
};
/* False: out of memory. */
bool touch_templates(const struct template_view_list *before, const struct template_view_list *after,
                     struct arena *arena, struct orderable_changes *ret);

#endif
