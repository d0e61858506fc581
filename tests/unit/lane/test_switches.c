/* Whether a (template, tariff) pair begins on or off: Module.auto_connect (rules.md 1). */
#include "fixture.h"

static void all_switches_on(void **state)
{
    struct fixture *f = *state;

    open_shop(f, AUTO_CONNECT_ALL);
    see(f, "m1", "s1", 9, "Windows");
    expect_reason(f, "switched on for 3 tariffs and off for 0");
    assert_true(orderable(f, "t1", "m1", "r__Windows"));
    assert_true(orderable(f, "t2", "m1", "r__Windows"));
    assert_true(orderable(f, "t3", "m1", "r__Windows"));
    assert_false(orderable(f, "t1", "m2", "r__Windows"));
}

static void none_switches_off(void **state)
{
    struct fixture *f = *state;

    open_shop(f, AUTO_CONNECT_NONE);
    see(f, "m1", "s1", 9, "Windows");
    expect_reason(f, "switched on for 0 tariffs and off for 3");
    assert_false(orderable(f, "t1", "m1", "r__Windows"));
    assert_true(linked(f, "m1", "r__Windows"));
}

/* FREE_ONLY: on unless its item has a positive price in that tariff. */
static void free_only_looks_at_the_price_in_each_tariff(void **state)
{
    struct fixture *f = *state;

    open_shop(f, AUTO_CONNECT_FREE_ONLY);
    change(f, a_price("t2", "panel", 1, 0, 0)); /* a price of zero is no positive price */
    see(f, "m1", "s1", 9, "Windows");
    expect_reason(f, "switched on for 2 tariffs and off for 1");
    assert_true(orderable(f, "t1", "m1", "r__Windows"));
    assert_false(orderable(f, "t2", "m1", "r__Windows"));
    assert_true(orderable(f, "t3", "m1", "r__Windows"));
    see(f, "m1", "s1", 9, "Panel");
    assert_true(orderable(f, "t2", "m1", "r__Panel"));
    see(f, "m1", "s1", 9, "Linux"); /* unmapped: the default item is free */
    assert_true(orderable(f, "t2", "m1", "r__Linux"));
}

static void free_only_follows_aliases_and_a_priced_default(void **state)
{
    struct fixture *f = *state;

    open_shop(f, AUTO_CONNECT_FREE_ONLY);
    change(f, an_alias("r__Win", "r__Windows"));
    see(f, "m1", "s1", 9, "Win");
    assert_false(orderable(f, "t2", "m1", "r__Win"));
    change(f, a_price("t1", "free", 1, 1, NOW + HOUR)); /* any row, whenever it becomes effective */
    see(f, "m1", "s1", 9, "Linux");
    assert_false(orderable(f, "t1", "m1", "r__Linux"));
    assert_true(orderable(f, "t2", "m1", "r__Linux"));
}

static void later_changes_do_not_flip_a_switch(void **state)
{
    struct fixture *f = *state;

    open_shop(f, AUTO_CONNECT_FREE_ONLY);
    see(f, "m1", "s1", 9, "Windows");
    see(f, "m1", "s1", 9, "Panel");
    change(f, a_price("t2", "windows", 12, 0, 0)); /* free now */
    change(f, a_price("t2", "panel", 12, 7, 0));   /* priced now */
    change(f, a_module("m1", AUTO_CONNECT_NONE));
    see(f, "m1", "s1", 9, "Windows");
    expect(f, "template.seen", VERDICT_APPLIED);
    assert_false(orderable(f, "t2", "m1", "r__Windows"));
    assert_true(orderable(f, "t2", "m1", "r__Panel"));
    see(f, "m1", "s1", 9, "Other"); /* a new pair goes by the new setting */
    assert_false(orderable(f, "t2", "m1", "r__Other"));
}

static void module_added_to_a_tariff_makes_pairs(void **state)
{
    struct fixture *f = *state;

    open_shop(f, AUTO_CONNECT_NONE);
    scan(f, "m1", "s1", "Windows Linux");
    scan(f, "m2", "s1", "Windows Other");
    assert_false(orderable(f, "t1", "m2", "r__Other"));
    change(f, a_tariff(f, "t1", "m1 m2", "os")); /* m2: ALL */
    expect(f, "catalogue.applied", VERDICT_APPLIED);
    assert_true(orderable(f, "t1", "m2", "r__Other"));
    assert_false(orderable(f, "t1", "m2", "r__Windows")); /* that pair exists since m1 showed it: off */
    assert_false(orderable(f, "t2", "m2", "r__Other"));
    change(f, a_tariff(f, "t1", "m1", "os"));
    assert_false(orderable(f, "t1", "m2", "r__Other")); /* Module no longer in Tariff.module_ids */
    change(f, a_module("m2", AUTO_CONNECT_NONE));
    change(f, a_tariff(f, "t1", "m1 m2", "os"));
    assert_true(orderable(f, "t1", "m2", "r__Other")); /* the pair is not new */
}

static void a_new_tariff_takes_the_prices_of_its_own_set(void **state)
{
    struct fixture *f = *state;

    open_shop(f, AUTO_CONNECT_FREE_ONLY);
    scan(f, "m1", "s1", "Windows Linux");
    send_part(f, "new", 0, 2, a_tariff(f, "t9", "m1", "os"));
    expect(f, "catalogue.applied", VERDICT_RECORDED);
    send_part(f, "new", 1, 2, a_price("t9", "windows", 1, 100, 0));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
    assert_false(orderable(f, "t9", "m1", "r__Windows"));
    assert_true(orderable(f, "t9", "m1", "r__Linux"));
}

static void a_removed_template_gets_pairs_too(void **state)
{
    struct fixture *f = *state;

    open_shop(f, AUTO_CONNECT_NONE);
    scan(f, "m2", "s1", "A B");
    scan(f, "m2", "s2", "B");
    change(f, a_tariff(f, "t1", "m1 m2", "os"));
    assert_false(orderable(f, "t1", "m2", "r__A"));
    change(f, a_module("m2", AUTO_CONNECT_NONE)); /* too late for the pair */
    see(f, "m2", "s3", 2, "A");
    assert_true(orderable(f, "t1", "m2", "r__A"));
}

/* Each tariff gets those of its own module: the others are new to it later, and the module says off by then. */
static void tariffs_gain_a_module_each_in_one_set(void **state)
{
    struct fixture *f = *state;

    open_shop(f, AUTO_CONNECT_ALL);
    change(f, a_tariff(f, "t8", "", "os"));
    change(f, a_tariff(f, "t9", "", "os"));
    scan(f, "m1", "s1", "A");
    scan(f, "m2", "s1", "B");
    send_part(f, "both", 0, 3, a_tariff(f, "t8", "m1", "os"));
    send_part(f, "both", 1, 3, a_tariff(f, "t9", "m2", "os"));
    send_part(f, "both", 2, 3, a_tariff(f, "t7", "m2", "os"));
    change(f, a_module("m1", AUTO_CONNECT_NONE));
    change(f, a_module("m2", AUTO_CONNECT_NONE));
    change(f, a_tariff(f, "t8", "m1 m2", "os"));
    change(f, a_tariff(f, "t9", "m1 m2", "os"));
    assert_true(orderable(f, "t8", "m1", "r__A"));
    assert_true(orderable(f, "t9", "m2", "r__B"));
    assert_false(orderable(f, "t8", "m2", "r__B"));
    assert_false(orderable(f, "t9", "m1", "r__A"));
    assert_true(orderable(f, "t7", "m2", "r__B"));
    see(f, "m2", "s9", 9, "A");
    const struct switch_state *pairs = book_get(&f->book, BOOK_SWITCHES, TEXT(""), words("r__A"));
    assert_int_equal(pairs->on.count, 4);  /* t1, t2, t3, t8 */
    assert_int_equal(pairs->off.count, 2); /* t9, and now t7 */
}

/* Within a batch the lane remembers what is sold: each change set makes it look again. */
static void a_batch_sees_its_own_changes(void **state)
{
    struct fixture *f = *state;

    open_shop(f, AUTO_CONNECT_FREE_ONLY);
    f->batch = true;
    see(f, "m1", "s1", 9, "Panel");
    expect_reason(f, "switched on for 3 tariffs and off for 0");
    change(f, a_price("t1", "windows", 1, 5, 0));
    see(f, "m1", "s1", 9, "Windows");
    expect_reason(f, "switched on for 1 tariffs and off for 2");
    change(f, an_alias("r__Win", "r__Panel"));
    send_part(f, "refused", 0, 2, a_price("t3", "", 1, 5, 0));
    send_part(f, "refused", 1, 2, a_price("t9", "", 1, 5, 0));
    expect_dead(f, "catalogue.refused", "t9");
    send_part(f, "bad", 0, 3, a_price("t1", "panel", 1, 5, 0));
    send_part(f, "bad", 1, 3, a_tariff(f, "t4", "m1", "os"));
    send_part(f, "bad", 2, 3, a_price("t9", "panel", 1, 5, 0));
    expect_dead(f, "catalogue.refused", "t9");
    see(f, "m1", "s1", 9, "Win"); /* an alias of Panel, which costs nothing: the set was refused */
    expect_reason(f, "switched on for 3 tariffs and off for 0");
    end_batch(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_switches_on),
        TEST(none_switches_off),
        TEST(free_only_looks_at_the_price_in_each_tariff),
        TEST(free_only_follows_aliases_and_a_priced_default),
        TEST(later_changes_do_not_flip_a_switch),
        TEST(module_added_to_a_tariff_makes_pairs),
        TEST(a_new_tariff_takes_the_prices_of_its_own_set),
        TEST(a_removed_template_gets_pairs_too),
        TEST(tariffs_gain_a_module_each_in_one_set),
        TEST(a_batch_sees_its_own_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
