/* Prices that are missing, that begin later, or that nobody expects. */
#include <stdio.h>

#include "core/snapshot.h"
#include "core/text.h"
#include "worker/cli/catalogue_file/catalogue_file.h"
#include "worker/cli/catalogue_plan/catalogue_warnings.h"
#include "worker/cli/common/moment.h"

#define SHOW(text) (int)(text).size, (text).size ? (text).data : ""

enum { MONTHS = 121 }; /* rules.md 2.5: 0 to 120 */

/* One tariff, with the months that some price or VPS has. */
struct tariff_months {
    const struct tariff *terms;
    const struct catalogue_tariff *tariff;
    bool priced[MONTHS];
    uint64_t vps[MONTHS]; /* that run on them */
};

static void note_rows(struct tariff_months *tariff, const struct price_state *state)
{
    for (uint32_t i = 0; i < state->rows.count; i++)
        if (state->rows.items[i].period_months >= 0 && state->rows.items[i].period_months < MONTHS)
            tariff->priced[state->rows.items[i].period_months] = true;
}

static void note_usage(struct tariff_months *tariff, const struct usage *usage)
{
    for (uint32_t i = 0; i < usage->period_count; i++) {
        const struct usage_period *period = &usage->periods[i];
        if (period->months >= 0 && period->months < MONTHS && text_equal(period->tariff_id, tariff->terms->tariff_id))
            tariff->vps[period->months] += usage->count;
    }
}

/* The first moment at which the item gets its price; 0: never. */
static int64_t begins(const struct warning_search *search, const struct tariff *terms, struct text item_id,
                      int32_t months)
{
    const struct price_state *state = book_get(search->sources->book, BOOK_PRICE, terms->tariff_id, item_id);

    for (uint32_t i = 0; state && i < state->rows.count; i++) /* by months, then moment */
        if (state->rows.items[i].period_months == months)
            return state->rows.items[i].effective_from;
    return 0;
}

/* rules.md 2.3: a missing price is not zero; what needs it is held and a person is called. */
static void check_price(struct warning_search *search, const struct tariff_months *tariff, struct text item_id,
                        int32_t months)
{
    char moment[MOMENT_TEXT], users[64] = "";
    struct text item = item_id.size ? item_id : TEXT("base");

    if (catalogue_price(tariff->tariff, item_id, months, search->sources->now).found != PRICE_NONE)
        return;
    if (tariff->vps[months])
        (void)snprintf(users, sizeof users, ", %llu VPSs run on it", (unsigned long long)tariff->vps[months]);
    int64_t from = begins(search, tariff->terms, item_id, months);
    if (from)
        add_warning(search,
                    "tariff %.*s: the price of %.*s for %d months begins only at %s%s: what needs it before is "
                    "held (PRICE_MISSING)",
                    SHOW(tariff->terms->tariff_id), SHOW(item), months, moment_brief(from, moment), users);
    else
        add_warning(search, "tariff %.*s has no price of %.*s for %d months%s: what needs it is held (PRICE_MISSING)",
                    SHOW(tariff->terms->tariff_id), SHOW(item), months, users);
}

static void check_months(struct warning_search *search, const struct tariff_months *tariff)
{
    const struct enumeration *enumeration =
        book_get(search->sources->book, BOOK_ENUMERATION, TEXT(""), tariff->terms->enumeration_id);

    for (int32_t months = 0; months < MONTHS; months++) {
        if (!tariff->vps[months] && !(tariff->priced[months] && tariff->terms->enabled))
            continue;
        check_price(search, tariff, TEXT(""), months);
        for (uint32_t i = 0; enumeration && i < enumeration->items.count; i++)
            check_price(search, tariff, enumeration->items.items[i].item_id, months);
    }
}

static void check_terms(struct warning_search *search, const struct tariff_months *tariff)
{
    const struct tariff *terms = tariff->terms;

    if (terms->enabled && !book_get(search->sources->book, BOOK_PRICE, terms->tariff_id, TEXT("")))
        add_warning(search, "tariff %.*s has no price of its own: its orders are held (PRICE_MISSING)",
                    SHOW(terms->tariff_id));
    if (terms->enabled && terms->module_ids.count == 0)
        add_warning(search, "tariff %.*s has no module: nothing can be ordered in it", SHOW(terms->tariff_id));
    if (terms->default_item.size && tariff_item_priced(tariff->tariff, terms->default_item))
        add_warning(search, "tariff %.*s: its default item %.*s costs money: an OS that no item names is charged for",
                    SHOW(terms->tariff_id), SHOW(terms->default_item));
}

static void check_tariff(struct warning_search *search, const struct tariff *terms)
{
    const struct catalogue_book *book = search->sources->book;
    const struct usages *usages = search->sources->usages;
    struct tariff_months tariff = {.terms = terms, .tariff = catalogue_tariff(search->catalogue, terms->tariff_id)};

    for (const struct book_entry *at = book_group_first(book, BOOK_PRICE, terms->tariff_id); at;
         at = book_group_next(at))
        note_rows(&tariff, at->record);
    for (uint32_t i = 0; usages && i < usages->items.count; i++)
        note_usage(&tariff, usage_number(usages, i));
    check_terms(search, &tariff);
    check_months(search, &tariff);
}

bool warn_of_prices(struct warning_search *search)
{
    uint32_t count;
    const struct book_entry **tariffs = book_sorted(search->sources->book, BOOK_TARIFF, NULL, search->arena, &count);

    for (uint32_t i = 0; tariffs && i < count; i++)
        check_tariff(search, tariffs[i]->record);
    return tariffs != NULL;
}
