/* One immutable snapshot of the catalogue: what rules about accounts may ask of it.
 *
 * Built by catalogue_build (core/snapshot.h) from the records of catalogue-state. All text that it returns lives
 * as long as the snapshot. Rules: rules.md 1, 2. */
#ifndef OSBILL_CORE_CATALOGUE_H
#define OSBILL_CORE_CATALOGUE_H

#include "records.h"

struct catalogue;        /* opaque */
struct catalogue_tariff; /* opaque, of one snapshot */

/* The lane's sequence number of the last change in it; 0: empty. */
int64_t catalogue_version(const struct catalogue *catalogue);

/* NULL: unknown. The record holds title, currency, refund, rounding_micros, disk_mib, ram_mib, enabled. */
const struct catalogue_tariff *catalogue_tariff(const struct catalogue *catalogue, struct text tariff_id);
const struct tariff *tariff_terms(const struct catalogue_tariff *tariff);
bool tariff_has_module(const struct catalogue_tariff *tariff, struct text module_id);

/* Module.strict; an unknown module is not strict (rules.md 2.2). */
bool catalogue_module_known(const struct catalogue *catalogue, struct text module_id);
bool catalogue_module_strict(const struct catalogue *catalogue, struct text module_id);

/* Seen on any module, ever (rules.md 9). */
bool catalogue_template_known(const struct catalogue *catalogue, struct text template_name);
bool catalogue_linked(const struct catalogue *catalogue, struct text module_id, struct text template_name);
/* Linked to the module AND on for the tariff AND module in Tariff.module_ids (rules.md 1). */
bool catalogue_orderable(const struct catalogue *catalogue, const struct catalogue_tariff *tariff,
                         struct text module_id, struct text template_name);
/* min_disk_mib and min_ram_mib fit the tariff (0: unlimited); true for an unknown template. */
bool catalogue_fits(const struct catalogue *catalogue, const struct catalogue_tariff *tariff,
                    struct text template_name);
/* The nearest orderable template: longest common prefix ignoring ASCII case; ties: sort, then bytes. Empty: none. */
struct text catalogue_nearest(const struct catalogue *catalogue, const struct catalogue_tariff *tariff,
                              struct text module_id, struct text template_name);

enum item_match {
    ITEM_NO_ADDON, /* the tariff has no enumeration: the OS is free (price.no-addon) */
    ITEM_MAPPED,   /* the template or one of its aliases equals an item's internal_name */
    ITEM_DEFAULT,  /* unmapped: the tariff's default item */
};

struct item {
    enum item_match match;
    struct text item_id;   /* empty for ITEM_NO_ADDON */
    struct text near_miss; /* item_id of a priced item that it nearly equals (os.near-miss), only for ITEM_DEFAULT;
                            * empty: none */
};

/* rules.md 2.1 and 2.2. Does not look at strictness or source: the caller does. An empty template is ITEM_DEFAULT. */
struct item catalogue_item(const struct catalogue *catalogue, const struct catalogue_tariff *tariff,
                           struct text template_name);

enum price_found {
    PRICE_FOUND,
    PRICE_FREE_DEFAULT, /* a default item without any Price in the tariff: 0 (rules.md 2.3) */
    PRICE_NONE,         /* missing is not zero */
};

struct price_at {
    enum price_found found;
    int64_t amount_micros;
    int64_t effective_from; /* 0 for PRICE_FREE_DEFAULT */
};

/* rules.md 2.3: the latest effective_from <= moment. item_id empty: the tariff's base price. A base price is never
 * PRICE_FREE_DEFAULT. */
struct price_at catalogue_price(const struct catalogue_tariff *tariff, struct text item_id, int32_t period_months,
                                int64_t moment);

#endif
