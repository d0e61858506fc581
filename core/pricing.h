/* Which item an OS is in a tariff and what it costs; charge lines (rules.md 2). Internal to core. */
#ifndef OSBILL_CORE_PRICING_H
#define OSBILL_CORE_PRICING_H

#include "core/work.h"

/* What is installed, where: all that the choice of an item depends on. */
struct installation {
    struct text module_id, template;
    enum install_source source;
};

enum os_price_kind {
    OS_PRICE_NO_ADDON, /* the tariff bills no OS: no line */
    OS_PRICE_STRICT,   /* unmapped on a strict module: held */
    OS_PRICE_MISSING,  /* the item has no price for the months at the moment: held */
    OS_PRICE_KNOWN,
};

struct os_price {
    enum os_price_kind kind;
    bool unmapped; /* billed as the default item, or held for strictness */
    bool odd;      /* unmapped for an empty template, or a foreign one from ISO, IMAGE, UNKNOWN */
    struct text item_id;
    struct text near_miss; /* priced item that the template nearly names; empty: none */
    int64_t price_micros, effective_from;
};
struct os_price os_price(const struct desk *desk, const struct catalogue_tariff *tariff,
                         const struct installation *installed, int32_t months, int64_t moment);

/* A period as a line needs it. */
struct span {
    int64_t start, end; /* end 0: lifetime */
    int64_t from, until;
};

/* Gives up on overflow. Lifetime: the whole price. */
int64_t span_share(struct work *work, int64_t price, const struct span *span, int64_t rounding);

/* True when `moment` lies before the end (lifetime never ends). */
static inline bool ends_after(int64_t period_end, int64_t moment)
{
    return period_end == 0 || period_end > moment;
}

/* period_end of an order; 0: lifetime. */
int64_t order_period_end(const struct order *order, int32_t anchor_day);

/* Lines of a full period, as PLACED and RENEWED charge them. */
struct charge_line base_line(struct text tariff_id, const struct price_at *price, const struct span *span);
struct charge_line os_line(struct text tariff_id, struct text template, const struct os_price *price,
                           const struct span *span);

/* False: their sum exceeds 64 bits. */
bool lines_total(const struct charge_line_array *lines, int64_t *ret_sum) WARN_UNUSED;
/* Gives up on overflow. */
int64_t lines_sum(struct work *work, const struct charge_line_array *lines);

#endif
