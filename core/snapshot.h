/* Building catalogue snapshots (core/catalogue.h) from the book. */
#ifndef OSBILL_CORE_SNAPSHOT_H
#define OSBILL_CORE_SNAPSHOT_H

#include "core/book.h"
#include "core/catalogue.h"

/* An immutable snapshot that shares nothing with the book; it may be read by many threads. `version`: the lane's seq
 * that the book stands at. While book->revision stays the same, catalogue_renumber makes the next one at no cost.
 * NULL: out of memory. */
const struct catalogue *catalogue_build(const struct catalogue_book *book, int64_t version, struct arena *arena);

/* Only modules, tariffs, enumerations, prices and aliases: nothing is linked and no template known. For the lane, which
 * has the rest in its book. Valid until book->offers_revision changes. NULL: out of memory. */
const struct catalogue *catalogue_build_offers(const struct catalogue_book *book, int64_t version, struct arena *arena);

/* The same snapshot under another version; shares the memory of `catalogue`. NULL: out of memory. */
const struct catalogue *catalogue_renumber(const struct catalogue *catalogue, int64_t version, struct arena *arena);

/* Some Price row of tariff and item is > 0 (rules.md 9, "positive price"). */
bool tariff_item_priced(const struct catalogue_tariff *tariff, struct text item_id);
/* The template's item in the tariff, mapped or default, has a positive price. */
bool catalogue_template_priced(const struct catalogue *catalogue, const struct catalogue_tariff *tariff,
                               struct text template_name);

/* Iteration, for views and for rules about all tariffs: numbers from 0, NULL beyond the last. */
const struct catalogue_tariff *catalogue_tariff_number(const struct catalogue *catalogue, uint32_t number);

#endif
