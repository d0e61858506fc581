#include "core/pricing.h"

#include "core/calendar.h"
#include "core/money.h"

/* rules.md 2.2: an empty template, or a foreign image that the module does not offer, is unmapped whatever its name. */
static bool is_odd(const struct desk *desk, const struct installation *installed)
{
    if (text_empty(installed->template))
        return true;
    if (installed->source != INSTALL_SOURCE_ISO && installed->source != INSTALL_SOURCE_IMAGE &&
        installed->source != INSTALL_SOURCE_UNKNOWN)
        return false;
    return !catalogue_linked(desk->catalogue, installed->module_id, installed->template);
}

struct os_price os_price(const struct desk *desk, const struct catalogue_tariff *tariff,
                         const struct installation *installed, int32_t months, int64_t moment)
{
    struct item item = catalogue_item(desk->catalogue, tariff, installed->template);
    struct os_price found = {.kind = OS_PRICE_NO_ADDON};

    if (item.match == ITEM_NO_ADDON)
        return found;
    found.near_miss = item.near_miss;
    found.odd = is_odd(desk, installed);
    if (found.odd)
        item = catalogue_item(desk->catalogue, tariff, TEXT(""));
    found.unmapped = item.match == ITEM_DEFAULT;
    found.item_id = item.item_id;
    if (found.unmapped && catalogue_module_strict(desk->catalogue, installed->module_id)) {
        found.kind = OS_PRICE_STRICT;
        return found;
    }
    struct price_at price = catalogue_price(tariff, item.item_id, months, moment);
    found.kind = price.found == PRICE_NONE ? OS_PRICE_MISSING : OS_PRICE_KNOWN;
    found.price_micros = price.amount_micros;
    found.effective_from = price.effective_from;
    return found;
}

int64_t span_share(struct work *work, int64_t price, const struct span *span, int64_t rounding)
{
    int64_t amount;

    if (span->end == 0)
        return price; /* rules.md 2.5: full price once, never prorated */
    if (span->until <= span->from)
        return 0;
    if (!money_prorata(price, span->until - span->from, span->end - span->start, rounding, &amount))
        work_give_up(work, GAVE_UP_OVERFLOW);
    return amount;
}

int64_t order_period_end(const struct order *order, int32_t anchor_day)
{
    if (order->period_months == 0)
        return 0;
    return calendar_add_months(order->period_start, order->period_months, anchor_day);
}

static struct charge_line full_line(enum line_kind kind, struct text tariff_id, int64_t price, int64_t effective_from,
                                    const struct span *span)
{
    return (struct charge_line){
        .kind = kind,
        .tariff_id = tariff_id,
        .price_micros = price,
        .price_effective_from = effective_from,
        .period_start = span->start,
        .period_end = span->end,
        .charged_from = span->from,
        .charged_until = span->until,
        .amount_micros = price,
    };
}

struct charge_line base_line(struct text tariff_id, const struct price_at *price, const struct span *span)
{
    return full_line(LINE_KIND_BASE, tariff_id, price->amount_micros, price->effective_from, span);
}

struct charge_line os_line(struct text tariff_id, struct text template, const struct os_price *price,
                           const struct span *span)
{
    struct charge_line line = full_line(LINE_KIND_OS, tariff_id, price->price_micros, price->effective_from, span);

    line.item_id = price->item_id;
    line.template = template;
    return line;
}

bool lines_total(const struct charge_line_array *lines, int64_t *ret_sum)
{
    *ret_sum = 0;
    for (uint32_t i = 0; i < lines->count; i++)
        if (!money_add(*ret_sum, lines->items[i].amount_micros, ret_sum))
            return false;
    return true;
}

int64_t lines_sum(struct work *work, const struct charge_line_array *lines)
{
    int64_t sum;

    if (!lines_total(lines, &sum))
        work_give_up(work, GAVE_UP_OVERFLOW);
    return sum;
}
