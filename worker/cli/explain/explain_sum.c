/* Every amount done again from what the records say of it. */
#include "core/money.h"
#include "core/text.h"
#include "worker/cli/explain/explain.h"

enum { ROUNDINGS = 16 };

static uint32_t add_rounding(int64_t roundings[ROUNDINGS], uint32_t count, int64_t rounding)
{
    for (uint32_t i = 0; i < count; i++)
        if (roundings[i] == rounding)
            return count;
    if (count < ROUNDINGS)
        roundings[count++] = rounding;
    return count;
}

/* The one that counted at that moment first, then what the tariff ever had: a case's lines may be older than their
 * charge, and a change waits for the rest of its set. */
static uint32_t roundings_of(const struct explanation *all, struct text tariff_id, int64_t moment,
                             int64_t ret_roundings[ROUNDINGS])
{
    const struct found_rounding *items = all->roundings.items;
    uint32_t count = 0;

    for (int later = 0; later < 2; later++)
        for (uint32_t i = all->roundings.count; i-- > 0;)
            if (text_equal(items[i].tariff_id, tariff_id) && (items[i].since > moment) == (later == 1))
                count = add_rounding(ret_roundings, count, items[i].rounding_micros);
    return count;
}

void explain_line_sum(const struct explanation *all, const struct charge_line *line, int64_t moment,
                      struct line_sum *ret)
{
    int64_t roundings[ROUNDINGS];

    line_sum(line, roundings, roundings_of(all, line->tariff_id, moment, roundings), ret);
}

bool charge_adds_up(const struct charge *charge)
{
    int64_t sum = 0;

    for (uint32_t i = 0; i < charge->lines.count; i++)
        if (!money_add(sum, charge->lines.items[i].amount_micros, &sum))
            return false;
    return sum == charge->amount_micros;
}

int64_t balance_before(const struct charge *charge)
{
    return money_add_saturating(charge->balance_after_micros, charge->amount_micros);
}

static uint32_t wrong_lines(const struct explanation *all, const struct charge_line_array *lines, int64_t moment)
{
    uint32_t wrong = 0;
    struct line_sum sum;

    for (uint32_t i = 0; i < lines->count; i++) {
        explain_line_sum(all, &lines->items[i], moment, &sum);
        wrong += sum.check == LINE_DIFFERS;
    }
    return wrong;
}

uint32_t count_differences(const struct explanation *all)
{
    uint32_t wrong = 0;
    struct text vps_id;

    for (uint32_t i = 0; i < all->charges.count; i++) {
        const struct charge *charge = &all->charges.items[i].charge;
        wrong += !charge_adds_up(charge) + wrong_lines(all, &charge->lines, charge->decided_at);
    }
    for (uint32_t i = 0; i < all->cases.count; i++) {
        const struct open_case *open = case_state_of(all, all->cases.items[i], &vps_id);
        wrong += open ? wrong_lines(all, &open->lines, open->opened_at) : 0;
    }
    return wrong;
}
