#include "worker/cli/explain/explain_line.h"

#include <stdio.h>

#include "core/money.h"
#include "worker/cli/common/decimal.h"

enum { GROUPED = 32 };

/* 1,339,200,000 */
static const char *grouped(int64_t number, char buffer[GROUPED])
{
    char digits[GROUPED];
    int size = snprintf(digits, sizeof digits, "%lld", (long long)number), used = 0;

    for (int i = 0; i < size; i++) {
        buffer[used++] = digits[i];
        if (digits[i] != '-' && i + 1 < size && (size - i - 1) % 3 == 0)
            buffer[used++] = ',';
    }
    buffer[used] = '\0';
    return buffer;
}

/* The difference of two prices and what it is multiplied with. */
struct terms {
    int64_t difference, part, whole; /* micros, ms, ms */
    char price[DECIMAL_TEXT], credited[DECIMAL_TEXT];
};

static void judge(const struct charge_line *line, struct line_sum *sum)
{
    if (sum->expected_micros == line->amount_micros)
        sum->check = LINE_AGREES;
    else if (sum->expected_micros < line->amount_micros && line->amount_micros <= 0)
        sum->check = LINE_IN_PART;
    else
        sum->check = LINE_DIFFERS;
}

/* The whole price once, never given back (rules.md 2.5). */
static void for_ever(const struct charge_line *line, const struct terms *terms, struct line_sum *sum)
{
    char amount[DECIMAL_TEXT];

    sum->expected_micros = terms->difference > 0 ? terms->difference : 0;
    (void)snprintf(sum->formula, sizeof sum->formula, "%s - %s = %s, once and for ever%s", terms->price,
                   terms->credited, decimal_from_micros(terms->difference, amount),
                   terms->difference < 0 ? ": nothing is given back, 0.00" : "");
    judge(line, sum);
}

/* Orders charge the period in full, unrounded. False: it is not that. */
static bool whole_period(const struct charge_line *line, const struct terms *terms, struct line_sum *sum)
{
    char amount[DECIMAL_TEXT];

    if (terms->part != terms->whole || line->amount_micros != terms->difference)
        return false;
    sum->expected_micros = terms->difference;
    sum->check = LINE_AGREES;
    (void)snprintf(sum->formula, sizeof sum->formula, "%s - %s = %s, the whole period", terms->price, terms->credited,
                   decimal_from_micros(terms->difference, amount));
    return true;
}

/* The first rounding that gives the line's amount, else the first. False: none gives 64 bits. */
static bool find_rounding(const struct charge_line *line, const struct terms *terms, const int64_t *roundings,
                          uint32_t count, struct line_sum *sum)
{
    bool found = false;

    for (uint32_t i = 0; i < count && (!found || sum->check != LINE_AGREES); i++) {
        struct line_sum tried = {.rounding_micros = roundings[i]};
        if (roundings[i] < 1 ||
            !money_prorata(terms->difference, terms->part, terms->whole, roundings[i], &tried.expected_micros))
            continue;
        judge(line, &tried);
        if (!found || tried.check == LINE_AGREES)
            *sum = tried;
        found = true;
    }
    return found;
}

static void in_proportion(const struct charge_line *line, const struct terms *terms, const int64_t *roundings,
                          uint32_t count, struct line_sum *sum)
{
    static const int64_t usual[] = {1, 10000, 1000000};
    char part[GROUPED], whole[GROUPED], amount[DECIMAL_TEXT], unit[DECIMAL_TEXT];
    bool known = count > 0;

    if (!find_rounding(line, terms, known ? roundings : usual, known ? count : sizeof usual / sizeof usual[0], sum)) {
        (void)snprintf(sum->formula, sizeof sum->formula, "(%s - %s) * %s ms of %s ms is beyond 64 bits", terms->price,
                       terms->credited, grouped(terms->part, part), grouped(terms->whole, whole));
        return;
    }
    if (!known && sum->check == LINE_DIFFERS)
        sum->check = LINE_UNKNOWN;
    (void)snprintf(sum->formula, sizeof sum->formula, "(%s - %s) * %s ms of %s ms = %s, rounded %s to %s", terms->price,
                   terms->credited, grouped(terms->part, part), grouped(terms->whole, whole),
                   decimal_from_micros(sum->expected_micros, amount),
                   terms->difference < 0 ? "towards zero" : "half up", decimal_from_micros(sum->rounding_micros, unit));
}

void line_sum(const struct charge_line *line, const int64_t *roundings, uint32_t count, struct line_sum *ret)
{
    struct terms terms = {.part = money_subtract_saturating(line->charged_until, line->charged_from),
                          .whole = money_subtract_saturating(line->period_end, line->period_start)};

    *ret = (struct line_sum){.check = LINE_DIFFERS};
    decimal_from_micros(line->price_micros, terms.price);
    decimal_from_micros(line->credited_price_micros, terms.credited);
    if (!money_subtract(line->price_micros, line->credited_price_micros, &terms.difference))
        (void)snprintf(ret->formula, sizeof ret->formula, "%s - %s is beyond 64 bits", terms.price, terms.credited);
    else if (line->period_end == 0)
        for_ever(line, &terms, ret);
    else if (terms.whole <= 0 || terms.whole >= INT64_C(1) << 48 || terms.part < 0 || terms.part > terms.whole)
        (void)snprintf(ret->formula, sizeof ret->formula, "the charged time is not within the period");
    else if (!whole_period(line, &terms, ret))
        in_proportion(line, &terms, roundings, count, ret);
}
