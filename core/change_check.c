/* What a change set must not break (rules.md 1, last bullet; 9): each message says what is wrong and what to do. */
#include "core/changes.h"
#include "core/name_index.h"
#include "core/snapshot_internal.h"

#define WELL TEXT("")

static struct text unknown(struct lane_work *work, struct text what, struct text id)
{
    return SAY(work, what, TEXT(" "), lane_quoted(work, id),
               TEXT(" is not in the catalogue: add it first or in the same set"));
}

static bool known(const struct lane_work *work, enum book_kind kind, struct text id)
{
    return book_get(work->book, kind, TEXT(""), id) != NULL;
}

static bool has_item(const struct enumeration *enumeration, struct text item_id)
{
    for (uint32_t i = 0; i < enumeration->items.count; i++)
        if (text_equal(enumeration->items.items[i].item_id, item_id))
            return true;
    return false;
}

/* --- tariffs --- */

static struct text check_default_item(struct lane_work *work, const struct tariff *tariff)
{
    const struct enumeration *enumeration = book_get(work->book, BOOK_ENUMERATION, TEXT(""), tariff->enumeration_id);
    bool free = text_empty(tariff->enumeration_id) && text_empty(tariff->default_item);

    if (free || (enumeration && has_item(enumeration, tariff->default_item)))
        return WELL;
    return SAY(work, TEXT("default_item "), lane_quoted(work, tariff->default_item), TEXT(" of tariff "),
               lane_quoted(work, tariff->tariff_id), TEXT(" is not in its enumeration "),
               lane_quoted(work, tariff->enumeration_id), TEXT(": name one of its items"));
}

static struct text not_a_multiple(struct lane_work *work, const struct tariff *tariff, struct text item_id,
                                  int64_t amount_micros)
{
    return SAY(work, TEXT("the price "), lane_said(work, text_from_micros(work->arena, amount_micros)),
               TEXT(" of item "), lane_quoted(work, item_id), TEXT(" in tariff "), lane_quoted(work, tariff->tariff_id),
               TEXT(" is no multiple of its rounding_micros "), lane_number(work, tariff->rounding_micros),
               TEXT(": round it, or change rounding_micros"));
}

/* Another rounding_micros must suit all prices that the tariff has. */
static struct text check_rounding(struct lane_work *work, const struct tariff *tariff)
{
    for (const struct book_entry *entry = book_group_first(work->book, BOOK_PRICE, tariff->tariff_id); entry;
         entry = book_group_next(entry)) {
        const struct price_state *state = entry->record;
        for (uint32_t i = 0; i < state->rows.count; i++)
            if (state->rows.items[i].amount_micros % tariff->rounding_micros != 0)
                return not_a_multiple(work, tariff, entry->name, state->rows.items[i].amount_micros);
    }
    return WELL;
}

static struct text check_tariff(struct lane_work *work, struct text tariff_id)
{
    const struct tariff *tariff = book_get(work->book, BOOK_TARIFF, TEXT(""), tariff_id);

    if (!tariff)
        return WELL; /* only without memory */
    for (uint32_t i = 0; i < tariff->module_ids.count; i++)
        if (!known(work, BOOK_MODULE, tariff->module_ids.items[i]))
            return unknown(work, TEXT("module"), tariff->module_ids.items[i]);
    if (!text_empty(tariff->enumeration_id) && !known(work, BOOK_ENUMERATION, tariff->enumeration_id))
        return unknown(work, TEXT("enumeration"), tariff->enumeration_id);
    if (tariff->rounding_micros < 1)
        return SAY(work, TEXT("rounding_micros of tariff "), lane_quoted(work, tariff_id),
                   TEXT(" must be 1 or more, it is "), lane_number(work, tariff->rounding_micros));
    struct text bad = check_default_item(work, tariff);
    return text_empty(bad) ? check_rounding(work, tariff) : bad;
}

/* --- enumerations --- */

static struct text twice(struct lane_work *work, const struct enumeration *enumeration, struct text what,
                         struct text name)
{
    return SAY(work, TEXT("two items of enumeration "), lane_quoted(work, enumeration->enumeration_id),
               TEXT(" have the "), what, TEXT(" "), lane_quoted(work, name), TEXT(": keep one"));
}

static struct text check_items(struct lane_work *work, const struct enumeration *enumeration)
{
    struct name_index ids, names;
    uint32_t count = enumeration->items.count;

    if (!name_index_init(&ids, work->arena, count) || !name_index_init(&names, work->arena, count)) {
        work->no_memory = true;
        return WELL;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct enumeration_item *item = &enumeration->items.items[i];
        if (name_add(&ids, item->item_id) < i)
            return twice(work, enumeration, TEXT("item_id"), item->item_id);
        uint32_t before = names.count;
        if (!text_empty(item->internal_name) && name_add(&names, item->internal_name) < before)
            return twice(work, enumeration, TEXT("internal_name"), item->internal_name);
    }
    return WELL;
}

static struct text check_enumeration(struct lane_work *work, struct text enumeration_id)
{
    const struct enumeration *enumeration = book_get(work->book, BOOK_ENUMERATION, TEXT(""), enumeration_id);
    struct text bad = enumeration ? check_items(work, enumeration) : WELL;

    for (const struct book_entry *entry = book_first(work->book, BOOK_TARIFF); entry && text_empty(bad);
         entry = book_next(entry)) {
        const struct tariff *tariff = entry->record;
        if (text_equal(tariff->enumeration_id, enumeration_id))
            bad = check_default_item(work, tariff);
    }
    return bad;
}

/* --- prices --- */

static struct text check_price(struct lane_work *work, const struct price *price)
{
    const struct tariff *tariff = book_get(work->book, BOOK_TARIFF, TEXT(""), price->tariff_id);

    if (!tariff)
        return unknown(work, TEXT("tariff"), price->tariff_id);
    const struct enumeration *enumeration = book_get(work->book, BOOK_ENUMERATION, TEXT(""), tariff->enumeration_id);
    if (!text_empty(price->item_id) && (!enumeration || !has_item(enumeration, price->item_id)))
        return SAY(work, TEXT("item "), lane_quoted(work, price->item_id), TEXT(" is not in enumeration "),
                   lane_quoted(work, tariff->enumeration_id), TEXT(" of tariff "), lane_quoted(work, price->tariff_id),
                   TEXT(": add it first or in the same set"));
    if (!text_equal(price->currency, tariff->currency))
        return SAY(work, TEXT("the price is in "), price->currency, TEXT(", tariff "),
                   lane_quoted(work, price->tariff_id), TEXT(" in "), tariff->currency, TEXT(": convert it"));
    if (price->amount_micros < 0)
        return SAY(work, TEXT("the price "), lane_said(work, text_from_micros(work->arena, price->amount_micros)),
                   TEXT(" is negative: prices are 0 or more"));
    if (tariff->rounding_micros >= 1 && price->amount_micros % tariff->rounding_micros != 0)
        return not_a_multiple(work, tariff, price->item_id, price->amount_micros);
    return WELL;
}

/* --- overrides, approvals, aliases --- */

static struct text check_scope(struct lane_work *work, const struct override *override)
{
    bool module = override->scope == OVERRIDE_SCOPE_MODULE;

    if (known(work, module ? BOOK_MODULE : BOOK_TARIFF, override->scope_id))
        return WELL;
    return unknown(work, module ? TEXT("module") : TEXT("tariff"), override->scope_id);
}

/* Overrides, aliases and settings may name templates that were not seen yet. */
struct text change_check(struct lane_work *work, const struct catalogue_change *part)
{
    switch (part->change.kind) {
    case CATALOGUE_CHANGE_CHANGE_TARIFF: return check_tariff(work, part->change.as.tariff.tariff_id);
    case CATALOGUE_CHANGE_CHANGE_ENUMERATION:
        return check_enumeration(work, part->change.as.enumeration.enumeration_id);
    case CATALOGUE_CHANGE_CHANGE_PRICE: return check_price(work, &part->change.as.price);
    case CATALOGUE_CHANGE_CHANGE_OVERRIDE: return check_scope(work, &part->change.as.override);
    case CATALOGUE_CHANGE_CHANGE_SCAN_APPROVAL:
        return known(work, BOOK_MODULE, part->change.as.scan_approval.module_id)
                   ? WELL
                   : unknown(work, TEXT("module"), part->change.as.scan_approval.module_id);
    default: return WELL;
    }
}

/* The name after `hops` aliases, empty when the chain is shorter. */
static struct text follow(const struct catalogue_book *book, struct text name, int hops)
{
    while (hops-- > 0 && !text_empty(name)) {
        const struct alias *alias = book_get(book, BOOK_ALIAS, TEXT(""), name);
        name = alias ? alias->same_as : TEXT("");
    }
    return name;
}

struct text change_check_aliases(struct lane_work *work)
{
    struct text worst = TEXT("");

    for (const struct book_entry *entry = book_first(work->book, BOOK_ALIAS); entry; entry = book_next(entry)) {
        bool too_long = !text_empty(follow(work->book, entry->name, ALIAS_CHAIN_MAX + 1));
        if (too_long && (text_empty(worst) || text_compare(entry->name, worst) < 0))
            worst = entry->name;
    }
    if (text_empty(worst))
        return WELL;
    return SAY(work, TEXT("the aliases from "), lane_quoted(work, worst),
               TEXT(" on run in a circle or over more than 8 names: let them name the last one directly"));
}
