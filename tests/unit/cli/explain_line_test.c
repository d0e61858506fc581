/* rules.md 2.4, 2.5 and 4 Refund as `osbill explain` writes them down: with the numbers of the line. */
#include "cmocka_all.h"

#include <inttypes.h>
#include <string.h>

#include "core/calendar.h"
#include "worker/cli/explain/explain_line.h"

#define MARCH INT64_C(1740787200000) /* 2025-03-01; the month has 31 days */
#define APRIL (MARCH + 31 * DAY_MS)
#define UNIT  INT64_C(1000000)
#define MAX   INT64_MAX

struct row {
    const char *what;
    int64_t price, credited, from, until, end, rounding, amount;
    enum line_check check;
    const char *formula;
};

static const struct row rows[] = {
    {"half of March has 15.5 days", 62 * UNIT, 31 * UNIT / 2, MARCH + 31 * DAY_MS / 2, APRIL, APRIL, 1, 23250000,
     LINE_AGREES, "(62.00 - 15.50) * 1,339,200,000 ms of 2,678,400,000 ms = 23.25, rounded half up to 0.000001"},
    {"a sum that does not come out is not hidden", 62 * UNIT, 31 * UNIT / 2, MARCH + 31 * DAY_MS / 2, APRIL, APRIL, 1,
     23250001, LINE_DIFFERS,
     "(62.00 - 15.50) * 1,339,200,000 ms of 2,678,400,000 ms = 23.25, rounded half up to 0.000001"},
    {"to cents: 7.003333... is 7.00", 21710000, 0, APRIL - 10 * DAY_MS, APRIL, APRIL, 10000, 7000000, LINE_AGREES,
     "(21.71 - 0.00) * 864,000,000 ms of 2,678,400,000 ms = 7.00, rounded half up to 0.01"},
    {"half a cent goes up", 10000, 0, MARCH + 31 * DAY_MS / 2, APRIL, APRIL, 10000, 10000, LINE_AGREES,
     "(0.01 - 0.00) * 1,339,200,000 ms of 2,678,400,000 ms = 0.01, rounded half up to 0.01"},
    {"an order: the whole period in full", 10 * UNIT, 0, MARCH, APRIL, APRIL, 10000, 10 * UNIT, LINE_AGREES,
     "10.00 - 0.00 = 10.00, the whole period"},
    {"a refund is rounded towards zero", 0, 10 * UNIT, APRIL - 10 * DAY_MS, APRIL, APRIL, 10000, -3220000, LINE_AGREES,
     "(0.00 - 10.00) * 864,000,000 ms of 2,678,400,000 ms = -3.22, rounded towards zero to 0.01"},
    {"a refund of which a part went to a case", 0, 10 * UNIT, APRIL - 10 * DAY_MS, APRIL, APRIL, 10000, -1 * UNIT,
     LINE_IN_PART, "(0.00 - 10.00) * 864,000,000 ms of 2,678,400,000 ms = -3.22, rounded towards zero to 0.01"},
    {"a refund of more than the sum", 0, 10 * UNIT, APRIL - 10 * DAY_MS, APRIL, APRIL, 10000, -4 * UNIT, LINE_DIFFERS,
     "(0.00 - 10.00) * 864,000,000 ms of 2,678,400,000 ms = -3.22, rounded towards zero to 0.01"},
    {"until: another OS came", 62 * UNIT, 0, MARCH, MARCH + DAY_MS, APRIL, 1, 2 * UNIT, LINE_AGREES,
     "(62.00 - 0.00) * 86,400,000 ms of 2,678,400,000 ms = 2.00, rounded half up to 0.000001"},
    {"for ever", 62 * UNIT, 31 * UNIT / 2, MARCH, 0, 0, 10000, 46500000, LINE_AGREES,
     "62.00 - 15.50 = 46.50, once and for ever"},
    {"for ever, cheaper", 10 * UNIT, 62 * UNIT, MARCH, 0, 0, 10000, 0, LINE_AGREES,
     "10.00 - 62.00 = -52.00, once and for ever: nothing is given back, 0.00"},
    {"charged before the period", 62 * UNIT, 0, MARCH - 1, APRIL, APRIL, 1, 62 * UNIT, LINE_DIFFERS,
     "the charged time is not within the period"},
    {"a difference beyond 64 bits", MAX, -1, MARCH, APRIL, APRIL, 1, 0, LINE_DIFFERS,
     "9223372036854.775807 - -0.000001 is beyond 64 bits"},
    {"the greatest price", MAX, 0, MARCH + 31 * DAY_MS / 2, APRIL, APRIL, 1, MAX / 2 + 1, LINE_AGREES,
     "(9223372036854.775807 - 0.00) * 1,339,200,000 ms of 2,678,400,000 ms = 4611686018427.387904, rounded half up to "
     "0.000001"},
    {"a rounding as great as that", MAX, 0, MARCH + 1, APRIL, APRIL, MAX, 0, LINE_DIFFERS,
     "(9223372036854.775807 - 0.00) * 2,678,399,999 ms of 2,678,400,000 ms = 9223372036854.775807, rounded half up to "
     "9223372036854.775807"},
};

static struct charge_line line_of(const struct row *row)
{
    return (struct charge_line){
        .price_micros = row->price,
        .credited_price_micros = row->credited,
        .period_start = MARCH,
        .period_end = row->end,
        .charged_from = row->from,
        .charged_until = row->until,
        .amount_micros = row->amount,
    };
}

static void test_formulas(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct charge_line line = line_of(&rows[i]);
        struct line_sum sum;
        line_sum(&line, &rows[i].rounding, 1, &sum);
        if (strcmp(sum.formula, rows[i].formula) != 0)
            fail_msg("%s: expected \"%s\", got \"%s\"", rows[i].what, rows[i].formula, sum.formula);
        if (sum.check != rows[i].check)
            fail_msg("%s: expected check %d, got %d (%" PRId64 ")", rows[i].what, rows[i].check, sum.check,
                     sum.expected_micros);
    }
}

/* The tariff's rounding may have changed since: what gives the line's amount is taken. */
static void test_roundings(void **state)
{
    const int64_t now_then[] = {1, 10000};
    const struct charge_line line = line_of(&rows[2]);
    struct line_sum sum;

    (void)state;
    line_sum(&line, now_then, 2, &sum);
    assert_int_equal(sum.check, LINE_AGREES);
    assert_int_equal(sum.rounding_micros, 10000);
}

static void test_no_rounding_known(void **state)
{
    struct charge_line line = line_of(&rows[2]);
    struct line_sum sum;

    (void)state;
    line_sum(&line, NULL, 0, &sum);
    assert_int_equal(sum.check, LINE_AGREES);
    line.amount_micros = 7100000;
    line_sum(&line, NULL, 0, &sum);
    assert_int_equal(sum.check, LINE_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formulas),
        cmocka_unit_test(test_roundings),
        cmocka_unit_test(test_no_rounding_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
