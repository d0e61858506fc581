/* Names that are likely mistyped: of templates, of items, of aliases. */
#include "core/name_index.h"
#include "core/snapshot.h"
#include "core/snapshot_internal.h"
#include "core/text.h"
#include "worker/cli/catalogue_file/catalogue_file.h"
#include "worker/cli/catalogue_plan/catalogue_warnings.h"

#define SHOW(text) (int)(text).size, (text).size ? (text).data : ""

/* rules.md 2.2, near miss: likely a typing error that gives a paid OS away. */
static void check_template(struct warning_search *search, struct text name)
{
    for (uint32_t i = 0;; i++) {
        const struct catalogue_tariff *tariff = catalogue_tariff_number(search->catalogue, i);
        if (!tariff)
            return;
        struct item item = catalogue_item(search->catalogue, tariff, name);
        if (item.near_miss.size)
            add_warning(search,
                        "template %.*s counts as the default item in tariff %.*s, but is nearly item %.*s: an alias?",
                        SHOW(name), SHOW(tariff_terms(tariff)->tariff_id), SHOW(item.near_miss));
    }
}

/* Templates that scans showed, and those that settings, overrides and aliases name. */
static bool check_templates(struct warning_search *search)
{
    static const enum book_kind naming[] = {BOOK_TEMPLATE, BOOK_SETTINGS, BOOK_ALIAS, BOOK_TARIFF_OVERRIDE,
                                            BOOK_MODULE_OVERRIDE};
    const struct catalogue_book *book = search->sources->book;
    struct name_index names;
    uint32_t room = 0;

    for (size_t i = 0; i < sizeof naming / sizeof naming[0]; i++)
        room += book_live(book, naming[i]);
    if (!name_index_init(&names, search->arena, room))
        return false;
    for (size_t i = 0; i < sizeof naming / sizeof naming[0]; i++) {
        uint32_t count;
        const struct book_entry **entries = book_sorted(book, naming[i], NULL, search->arena, &count);
        for (uint32_t k = 0; entries && k < count; k++)
            if (name_add(&names, entries[k]->name) + 1 == names.count)
                check_template(search, entries[k]->name);
    }
    return true;
}

/* --- what is shown, and what it counts as --- */

static void reach(const struct catalogue_book *book, struct text name, struct name_index *reached)
{
    for (int hops = 0; hops <= ALIAS_CHAIN_MAX && name.size; hops++) {
        const struct alias *alias = book_get(book, BOOK_ALIAS, TEXT(""), name);
        name_add(reached, name);
        name = alias ? alias->same_as : TEXT("");
    }
}

/* Names of templates that scans showed, and all that those count as. */
static bool find_reached(const struct warning_search *search, struct name_index *ret)
{
    const struct catalogue_book *book = search->sources->book;

    if (!name_index_init(ret, search->arena, book_live(book, BOOK_TEMPLATE) + book_live(book, BOOK_ALIAS)))
        return false;
    for (const struct book_entry *at = book_first(book, BOOK_TEMPLATE); at; at = book_next(at))
        reach(book, at->name, ret);
    return true;
}

/* A default item stands for whatever no item names: no template needs to be called as it is. */
static bool is_default(const struct catalogue_book *book, struct text enumeration_id, struct text item_id)
{
    for (const struct book_entry *at = book_first(book, BOOK_TARIFF); at; at = book_next(at)) {
        const struct tariff *tariff = at->record;
        if (text_equal(tariff->enumeration_id, enumeration_id) && text_equal(tariff->default_item, item_id))
            return true;
    }
    return false;
}

static void check_items(struct warning_search *search, const struct enumeration *enumeration,
                        const struct name_index *reached)
{
    for (uint32_t i = 0; i < enumeration->items.count; i++) {
        const struct enumeration_item *item = &enumeration->items.items[i];
        if (item->internal_name.size && name_find(reached, item->internal_name) == NAME_NONE &&
            !is_default(search->sources->book, enumeration->enumeration_id, item->item_id))
            add_warning(search, "item %.*s of enumeration %.*s: no module ever showed the template %.*s",
                        SHOW(item->item_id), SHOW(enumeration->enumeration_id), SHOW(item->internal_name));
    }
}

static bool names_item(const struct catalogue_book *book, struct text name)
{
    for (const struct book_entry *at = book_first(book, BOOK_ENUMERATION); at; at = book_next(at)) {
        const struct enumeration *enumeration = at->record;
        for (uint32_t i = 0; i < enumeration->items.count; i++)
            if (text_equal(enumeration->items.items[i].internal_name, name))
                return true;
    }
    return false;
}

/* Whether some alias on the way is an item's: 8 hops at most, no circle (rules.md 1). */
static bool leads_to_item(const struct catalogue_book *book, const struct alias *alias)
{
    for (int hops = 0; alias && hops <= ALIAS_CHAIN_MAX; hops++) {
        if (names_item(book, alias->same_as))
            return true;
        alias = book_get(book, BOOK_ALIAS, TEXT(""), alias->same_as);
    }
    return false;
}

static void check_alias(struct warning_search *search, const struct book_entry *entry)
{
    const struct catalogue_book *book = search->sources->book;
    const struct alias *alias = entry->record;

    if (!leads_to_item(book, alias))
        add_warning(search, "alias %.*s: %.*s is no item's internal name: it changes nothing", SHOW(entry->name),
                    SHOW(alias->same_as));
    if (book_live(book, BOOK_TEMPLATE) && !book_get(book, BOOK_TEMPLATE, TEXT(""), entry->name))
        add_warning(search, "alias %.*s: no module ever showed such a template", SHOW(entry->name));
}

bool warn_of_names(struct warning_search *search)
{
    const struct catalogue_book *book = search->sources->book;
    struct name_index reached;
    uint32_t count;

    if (!check_templates(search) || !find_reached(search, &reached))
        return false;
    const struct book_entry **entries = book_sorted(book, BOOK_ENUMERATION, NULL, search->arena, &count);
    for (uint32_t i = 0; entries && i < count && book_live(book, BOOK_TEMPLATE); i++)
        check_items(search, entries[i]->record, &reached);
    if (!entries)
        return false;
    entries = book_sorted(book, BOOK_ALIAS, NULL, search->arena, &count);
    for (uint32_t i = 0; entries && i < count && book_live(book, BOOK_ENUMERATION); i++)
        check_alias(search, entries[i]);
    return entries != NULL;
}
