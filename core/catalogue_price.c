/* Which price counts (rules.md 2.3). */
#include "core/snapshot_internal.h"

/* The last row of these months with effective_from <= moment; NULL: none. */
static const struct price_row *latest(const struct price_table *table, int32_t period_months, int64_t moment)
{
    uint32_t low = 0, high = table->count; /* rows below low count or come before, rows from high on come after */

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct price_row *row = &table->rows[middle];
        if (row->period_months < period_months ||
            (row->period_months == period_months && row->effective_from <= moment))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || table->rows[low - 1].period_months != period_months)
        return NULL;
    return &table->rows[low - 1];
}

struct price_at catalogue_price(const struct catalogue_tariff *tariff, struct text item_id, int32_t period_months,
                                int64_t moment)
{
    uint32_t number = name_find(&tariff->priced, item_id);

    if (number == NAME_NONE) {
        bool free_default = !text_empty(item_id) && text_equal(item_id, tariff->record.default_item);
        return (struct price_at){free_default ? PRICE_FREE_DEFAULT : PRICE_NONE, 0, 0};
    }
    const struct price_row *row = latest(&tariff->prices[number], period_months, moment);
    if (!row)
        return (struct price_at){PRICE_NONE, 0, 0};
    return (struct price_at){PRICE_FOUND, row->amount_micros, row->effective_from};
}

bool tariff_item_priced(const struct catalogue_tariff *tariff, struct text item_id)
{
    uint32_t number = name_find(&tariff->priced, item_id);

    return number != NAME_NONE && tariff->prices[number].positive;
}
