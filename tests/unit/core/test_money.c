/* rules.md 2.4: pro-rating in 128 bits, rounded once. */
#include "core/money.h"

#include "tests/unit/cmocka_all.h"

static int64_t prorata(int64_t price, int64_t part, int64_t whole, int64_t rounding)
{
    int64_t amount = -1;
    assert_true(money_prorata(price, part, whole, rounding, &amount));
    return amount;
}

static void half_goes_up(void **state)
{
    (void)state;
    assert_int_equal(prorata(1, 1, 2, 1), 1);
    assert_int_equal(prorata(1, 499, 1000, 1), 0);
    assert_int_equal(prorata(3, 1, 2, 1), 2);
    assert_int_equal(prorata(10000000, 1, 3, 1), 3333333);
}

static void refunds_go_towards_zero(void **state)
{
    (void)state;
    assert_int_equal(prorata(-1, 1, 2, 1), 0);
    assert_int_equal(prorata(-3, 1, 2, 1), -1);
    assert_int_equal(prorata(-19999, 1, 1, 10000), -10000);
}

static void the_result_is_a_multiple_of_the_rounding(void **state)
{
    (void)state;
    assert_int_equal(prorata(10000, 1, 3, 10000), 0);
    assert_int_equal(prorata(10000, 1, 2, 10000), 10000);
    assert_int_equal(prorata(1234567, 1, 1, 10000), 1230000);
    assert_int_equal(prorata(1235000, 1, 1, 10000), 1240000);
}

static void the_edge_of_64_bits_is_exact_or_refused(void **state)
{
    (void)state;
    int64_t amount;
    assert_int_equal(prorata(INT64_MAX, 253402300799999, 253402300799999, 1), INT64_MAX);
    assert_int_equal(prorata(INT64_MIN, 1, 1, 1), INT64_MIN);
    assert_false(money_prorata(INT64_MAX, 1, 1, INT64_MAX - 1, &amount) && amount > INT64_MAX - 1);
    assert_false(money_prorata(INT64_MAX, 1, 1, 10, &amount)); /* ...807 rounds up to ...810 */
}

static void whole_and_nothing(void **state)
{
    (void)state;
    assert_int_equal(prorata(5000000, 0, 1, 1), 0);
    assert_int_equal(prorata(5000000, 1, 1, 1), 5000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_goes_up),
        cmocka_unit_test(refunds_go_towards_zero),
        cmocka_unit_test(the_result_is_a_multiple_of_the_rounding),
        cmocka_unit_test(the_edge_of_64_bits_is_exact_or_refused),
        cmocka_unit_test(whole_and_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
