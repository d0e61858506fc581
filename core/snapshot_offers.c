/* The part of a snapshot that change sets make: modules, enumerations, tariffs with prices, aliases. */
#include "core/record_walk.h"
#include "core/snapshot_internal.h"

static bool build_modules(struct catalogue *catalogue, const struct catalogue_book *book, struct arena *arena)
{
    uint32_t count = book_live(book, BOOK_MODULE);

    catalogue->strict = snapshot_alloc(arena, count, sizeof *catalogue->strict);
    if (!catalogue->strict || !name_index_init(&catalogue->modules, arena, count))
        return false;
    for (const struct book_entry *entry = book_first(book, BOOK_MODULE); entry; entry = book_next(entry)) {
        const struct module *module = entry->record;
        struct text name = text_copy(arena, entry->name);
        if (name.size != entry->name.size)
            return false;
        catalogue->strict[name_add(&catalogue->modules, name)] = module->strict;
    }
    return true;
}

static bool build_enumerations(struct catalogue *catalogue, const struct catalogue_book *book, struct arena *arena)
{
    uint32_t count = book_live(book, BOOK_ENUMERATION);

    catalogue->enumerations = snapshot_alloc(arena, count, sizeof *catalogue->enumerations);
    if (!catalogue->enumerations || !name_index_init(&catalogue->enumeration_ids, arena, count))
        return false;
    for (const struct book_entry *entry = book_first(book, BOOK_ENUMERATION); entry; entry = book_next(entry)) {
        struct text name = text_copy(arena, entry->name);
        if (name.size != entry->name.size)
            return false;
        uint32_t number = name_add(&catalogue->enumeration_ids, name);
        if (!item_table_build(&catalogue->enumerations[number], entry->record, arena))
            return false;
    }
    return true;
}

static bool build_aliases(struct catalogue *catalogue, const struct catalogue_book *book, struct arena *arena)
{
    uint32_t count = book_live(book, BOOK_ALIAS);

    catalogue->alias_targets = snapshot_alloc(arena, count, sizeof *catalogue->alias_targets);
    if (!catalogue->alias_targets || !name_index_init(&catalogue->aliases, arena, count))
        return false;
    for (const struct book_entry *entry = book_first(book, BOOK_ALIAS); entry; entry = book_next(entry)) {
        const struct alias *alias = record_copy(arena, &alias_record, entry->record);
        if (!alias)
            return false;
        catalogue->alias_targets[name_add(&catalogue->aliases, alias->template)] =
            (struct alias_entry){text_hash(alias->same_as), alias->same_as};
    }
    return true;
}

/* --- tariffs --- */

static uint32_t count_prices(const struct catalogue_book *book, struct text tariff_id)
{
    uint32_t count = 0;

    for (const struct book_entry *entry = book_group_first(book, BOOK_PRICE, tariff_id); entry;
         entry = book_group_next(entry))
        count++;
    return count;
}

static bool add_price(struct catalogue_tariff *tariff, const struct book_entry *entry, struct arena *arena)
{
    const struct price_state *state = record_copy(arena, &price_state_record, entry->record);
    struct text item_id = text_copy(arena, entry->name);

    if (!state || item_id.size != entry->name.size)
        return false;
    struct price_table *table = &tariff->prices[name_add(&tariff->priced, item_id)];
    *table = (struct price_table){.rows = state->rows.items, .count = state->rows.count};
    for (uint32_t i = 0; i < state->rows.count; i++)
        table->positive |= state->rows.items[i].amount_micros > 0;
    return true;
}

static bool build_prices(struct catalogue_tariff *tariff, const struct catalogue_book *book, struct arena *arena)
{
    uint32_t count = count_prices(book, tariff->record.tariff_id);

    tariff->prices = snapshot_alloc(arena, count, sizeof *tariff->prices);
    if (!tariff->prices || !name_index_init(&tariff->priced, arena, count))
        return false;
    for (const struct book_entry *entry = book_group_first(book, BOOK_PRICE, tariff->record.tariff_id); entry;
         entry = book_group_next(entry))
        if (!add_price(tariff, entry, arena))
            return false;
    return true;
}

static void set_modules(struct catalogue_tariff *tariff)
{
    for (uint32_t i = 0; i < tariff->record.module_ids.count; i++) {
        uint32_t module = name_find(&tariff->catalogue->modules, tariff->record.module_ids.items[i]);
        if (module != NAME_NONE)
            bit_set(tariff->modules, module, true);
    }
}

static bool build_tariff(struct catalogue *catalogue, struct catalogue_tariff *tariff, const struct tariff *record,
                         const struct catalogue_book *book, struct arena *arena)
{
    uint32_t enumeration = name_find(&catalogue->enumeration_ids, record->enumeration_id);

    tariff->record = *record;
    tariff->catalogue = catalogue;
    tariff->items = enumeration == NAME_NONE ? NULL : &catalogue->enumerations[enumeration];
    tariff->modules = snapshot_alloc(arena, bit_words(catalogue->modules.count), sizeof *tariff->modules);
    if (!tariff->modules)
        return false;
    set_modules(tariff);
    return build_prices(tariff, book, arena);
}

static bool build_tariffs(struct catalogue *catalogue, const struct catalogue_book *book, struct arena *arena)
{
    uint32_t count = book_live(book, BOOK_TARIFF);

    catalogue->tariffs = snapshot_alloc(arena, count, sizeof *catalogue->tariffs);
    if (!catalogue->tariffs || !name_index_init(&catalogue->tariff_ids, arena, count))
        return false;
    for (const struct book_entry *entry = book_first(book, BOOK_TARIFF); entry; entry = book_next(entry)) {
        const struct tariff *record = record_copy(arena, &tariff_record, entry->record);
        if (!record)
            return false;
        uint32_t number = name_add(&catalogue->tariff_ids, record->tariff_id);
        if (!build_tariff(catalogue, &catalogue->tariffs[number], record, book, arena))
            return false;
    }
    return true;
}

bool offers_build(struct catalogue *catalogue, const struct catalogue_book *book, struct arena *arena)
{
    return build_modules(catalogue, book, arena) && build_enumerations(catalogue, book, arena) &&
           build_aliases(catalogue, book, arena) && build_tariffs(catalogue, book, arena);
}
