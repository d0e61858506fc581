#include "worker/cli/catalogue_warnings.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/snapshot.h"
#include "core/text.h"
#include "worker/cli/moment.h"

struct search {
    const struct catalogue_book *book;
    const struct catalogue *catalogue;
    int64_t now;
    int found;
    void (*warn)(void *context, const char *text);
    void *context;
};

static void warn(struct search *search, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void warn(struct search *search, const char *format, ...)
{
    char text[800];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    search->found++;
    search->warn(search->context, text);
}

#define SHOW(text) (int)(text).size, (text).data

/* rules.md 2.3: a missing price is not zero; the order is held and a person is called. */
static void check_period(struct search *search, const struct tariff *terms, const struct catalogue_tariff *tariff,
                         const struct enumeration *enumeration, int32_t months)
{
    for (uint32_t i = 0; i < enumeration->items.count; i++) {
        struct text item_id = enumeration->items.items[i].item_id;
        if (catalogue_price(tariff, item_id, months, search->now).found == PRICE_NONE &&
            !text_equal(item_id, terms->default_item))
            warn(search, "tariff %.*s has no price for item %.*s and %d months: what needs it is held (PRICE_MISSING)",
                 SHOW(terms->tariff_id), SHOW(item_id), months);
    }
}

static void check_tariff(struct search *search, const struct tariff *terms)
{
    const struct catalogue_tariff *tariff = catalogue_tariff(search->catalogue, terms->tariff_id);
    const struct price_state *base = book_get(search->book, BOOK_PRICE, terms->tariff_id, TEXT(""));
    const struct enumeration *enumeration = book_get(search->book, BOOK_ENUMERATION, TEXT(""), terms->enumeration_id);
    int32_t last = -1;

    if (!terms->enabled)
        return;
    if (!base || base->rows.count == 0)
        warn(search, "tariff %.*s has no price of its own: its orders are held (PRICE_MISSING)",
             SHOW(terms->tariff_id));
    if (terms->module_ids.count == 0)
        warn(search, "tariff %.*s has no module: nothing can be ordered in it", SHOW(terms->tariff_id));
    for (uint32_t i = 0; base && enumeration && tariff && i < base->rows.count; i++) {
        if (base->rows.items[i].period_months != last)
            check_period(search, terms, tariff, enumeration, base->rows.items[i].period_months);
        last = base->rows.items[i].period_months;
    }
}

/* rules.md 2.2, near miss: likely a typing error that gives a paid OS away. */
static void check_template(struct search *search, struct text template_name)
{
    for (uint32_t i = 0;; i++) {
        const struct catalogue_tariff *tariff = catalogue_tariff_number(search->catalogue, i);
        if (!tariff)
            return;
        struct item item = catalogue_item(search->catalogue, tariff, template_name);
        if (item.near_miss.size)
            warn(search, "template %.*s counts as the default item in tariff %.*s, but is nearly item %.*s: an alias?",
                 SHOW(template_name), SHOW(tariff_terms(tariff)->tariff_id), SHOW(item.near_miss));
    }
}

int catalogue_warnings(const struct catalogue_book *book, struct arena *arena,
                       void (*report)(void *context, const char *text), void *context)
{
    struct search search = {
        .book = book,
        .catalogue = catalogue_build(book, 0, arena),
        .now = moment_now(),
        .warn = report,
        .context = context,
    };

    if (!search.catalogue)
        return -1;
    for (const struct book_entry *at = book_first(book, BOOK_TARIFF); at; at = book_next(at))
        check_tariff(&search, at->record);
    for (const struct book_entry *at = book_first(book, BOOK_TEMPLATE); at; at = book_next(at))
        check_template(&search, at->name);
    return search.found;
}
