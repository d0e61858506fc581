/* Prices by period. */
#include <string.h>

#include "core/text.h"
#include "worker/cli/catalogue_file/billmanager.h"

#define SHOW(text) (int)(text).size, (text).size ? (text).data : ""

enum { MONTHS_MAX = 120, TRIAL = -100, DAY = -50, YEAR = 12, NO_MONTHS = -1 };

/* BILLmanager's own numbers: -100 is a trial, -50 a day, 0 for ever, else months. NO_MONTHS: it is left out, or a
 * mistake, both said. */
static int32_t read_months(struct import *import, const struct place *period)
{
    struct place type_place = place_child(period, "type"), length_place = place_child(period, "length");
    struct text type;
    int64_t length = 0;

    if (!read_text(import, &type_place, &type))
        return NO_MONTHS;
    bool month = text_equal(type, TEXT("month")), year = text_equal(type, TEXT("year"));
    bool lifetime = text_equal(type, TEXT("lifetime")),
         left_out = text_equal(type, TEXT("trial")) || text_equal(type, TEXT("day"));
    if (!month && !year && !lifetime && !left_out) {
        import_error(import, &type_place, "%s%.*s: month, year, lifetime, day or trial is known",
                     type.size ? "is " : "is missing", SHOW(type));
        return NO_MONTHS;
    }
    if ((month || year) && !read_whole(import, &length_place, TRIAL, MONTHS_MAX, &length))
        return NO_MONTHS;
    left_out = left_out || (month && (length == TRIAL || length == DAY));
    if (left_out) {
        import_warning(import, period, "left out: trials and days are not billed by months");
        return NO_MONTHS;
    }
    if (length < 0 || (year && (length < 1 || length > MONTHS_MAX / YEAR))) {
        import_error(import, &length_place, "is no number of months up to %d", MONTHS_MAX);
        return NO_MONTHS;
    }
    return (int32_t)(year ? length * YEAR : length);
}

/* The one that the price names, else the tariff's, else --currency; all must agree. */
static bool settle_currency(struct import *import, const struct place *price, struct text *currency)
{
    struct place place = place_child(price, "currency");
    const char *preset = import->settings->currency;
    struct text named;

    if (!read_text(import, &place, &named))
        return false;
    if (text_empty(named) && text_empty(*currency))
        named = (struct text){preset, (uint32_t)strlen(preset)};
    if (text_empty(named) && text_empty(*currency)) {
        import_error(import, &place, "is missing: --currency names it");
        return false;
    }
    if (text_empty(*currency))
        *currency = named;
    if (*preset && (strlen(preset) != currency->size || memcmp(preset, currency->data, currency->size) != 0)) {
        import_error(import, &place, "is %.*s, not %s as --currency says", SHOW(*currency), preset);
        return false;
    }
    if (text_empty(named) || text_equal(named, *currency))
        return true;
    import_error(import, &place, "is %.*s: the tariff's prices are in %.*s", SHOW(named), SHOW(*currency));
    return false;
}

static void import_period(struct import *import, const struct place *period, const struct price *all, bool *seen)
{
    struct place cost = place_child(period, "cost");
    int32_t months = read_months(import, period);
    int64_t amount;

    if (months == NO_MONTHS || !read_amount(import, &cost, &amount))
        return;
    if (seen[months]) {
        import_error(import, period, "is there twice: %d months have a price already", months);
        return;
    }
    seen[months] = true;
    struct catalogue_change_change *change = import_add(import, CATALOGUE_CHANGE_CHANGE_PRICE);
    if (!change)
        return;
    change->as.price = *all;
    change->as.price.period_months = months;
    change->as.price.amount_micros = amount;
}

bool import_prices(struct import *import, const struct place *price, struct text tariff_id, struct text item_id,
                   struct text *currency)
{
    struct place periods = place_child(price, "period");
    bool seen[MONTHS_MAX + 1] = {false};

    if (place_count(&periods) == 0)
        return false;
    if (!settle_currency(import, price, currency))
        return true; /* said; there is a price */
    const struct price all = {.tariff_id = tariff_id, .item_id = item_id, .currency = *currency};
    for (uint32_t i = 0; i < place_count(&periods); i++) {
        struct place period = place_item(&periods, i);
        import_period(import, &period, &all, seen);
    }
    return true;
}
