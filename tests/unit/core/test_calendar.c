/* rules.md 2.5: periods in calendar months, counted from the anchor day. */
#include "core/calendar.h"

#include "tests/unit/cmocka_all.h"

#define AT(days) ((int64_t)(days)*DAY_MS)

/* Days since 1970-01-01, computed with another tool. */
enum {
    JAN_31_2023 = 19388,
    FEB_28_2023 = 19416,
    MAR_31_2023 = 19447,
    JAN_31_2024 = 19753,
    FEB_29_2024 = 19782,
    FEB_28_2025 = 20147,
    DEC_31_9999 = 2932896,
};

static void short_months_are_clamped_and_the_anchor_is_kept(void **state)
{
    (void)state;
    assert_int_equal(calendar_add_months(AT(JAN_31_2023), 1, 31), AT(FEB_28_2023));
    assert_int_equal(calendar_add_months(AT(FEB_28_2023), 1, 31), AT(MAR_31_2023));
    assert_int_equal(calendar_add_months(AT(JAN_31_2024), 1, 31), AT(FEB_29_2024));
    assert_int_equal(calendar_add_months(AT(FEB_29_2024), 12, 29), AT(FEB_28_2025));
}

static void the_time_of_day_is_kept(void **state)
{
    (void)state;
    assert_int_equal(calendar_add_months(AT(JAN_31_2023) + 86399999, 2, 31), AT(MAR_31_2023) + 86399999);
}

static void every_day_survives_the_round_trip(void **state)
{
    (void)state;
    int64_t previous = 0;
    for (int64_t day = 1; day <= DEC_31_9999; day++) {
        struct civil_date date = civil_from_millis(AT(day));
        int64_t number = date.year * 10000 + date.month * 100 + date.day;
        if (number <= previous || date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31)
            fail_msg("day %lld is %lld-%d-%d", (long long)day, (long long)date.year, date.month, date.day);
        previous = number;
    }
    assert_int_equal(previous, 99991231);
}

static void a_month_later_is_the_same_day_of_the_next_month(void **state)
{
    (void)state;
    for (int64_t day = 0; day < DEC_31_9999 - 40; day++) {
        struct civil_date date = civil_from_millis(AT(day));
        struct civil_date next = civil_from_millis(calendar_add_months(AT(day), 1, date.day));
        assert_int_equal(next.month, date.month % 12 + 1);
        assert_true(next.day == date.day || (next.day < date.day && next.day >= 28));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_months_are_clamped_and_the_anchor_is_kept),
        cmocka_unit_test(the_time_of_day_is_kept),
        cmocka_unit_test(every_day_survives_the_round_trip),
        cmocka_unit_test(a_month_later_is_the_same_day_of_the_next_month),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
