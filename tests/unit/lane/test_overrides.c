/* template.override: beats every scan and switch until AUTO (rules.md 1). */
#include "fixture.h"

static void tariff_override_beats_the_switch(void **state)
{
    struct fixture *f = *state;

    open_shop(f, AUTO_CONNECT_ALL);
    scan(f, "m1", "s1", "A");
    change(f, an_override(OVERRIDE_SCOPE_TARIFF, "t1", "r__A", OVERRIDE_SETTING_OFF));
    expect(f, "template.override", VERDICT_APPLIED);
    expect_reason(f, "override OFF for \"r__A\" in tariff \"t1\" by alice: because");
    assert_false(orderable(f, "t1", "m1", "r__A"));
    assert_true(orderable(f, "t2", "m1", "r__A"));
    scan(f, "m1", "s2", "A"); /* "a template disabled by override stays off after the next scan" */
    assert_false(orderable(f, "t1", "m1", "r__A"));
    change(f, an_override(OVERRIDE_SCOPE_TARIFF, "t1", "r__A", OVERRIDE_SETTING_AUTO));
    assert_true(orderable(f, "t1", "m1", "r__A"));
    assert_int_equal(book_live(&f->book, BOOK_TARIFF_OVERRIDE), 0);
}

static void tariff_override_enables_what_none_left_off(void **state)
{
    struct fixture *f = *state;

    open_shop(f, AUTO_CONNECT_NONE);
    change(f, an_override(OVERRIDE_SCOPE_TARIFF, "t1", "r__A", OVERRIDE_SETTING_ON)); /* not seen yet */
    expect(f, "template.override", VERDICT_APPLIED);
    assert_false(orderable(f, "t1", "m1", "r__A"));
    scan(f, "m1", "s1", "A");
    assert_true(orderable(f, "t1", "m1", "r__A"));
    assert_false(orderable(f, "t2", "m1", "r__A"));
}

static void override_keeps_who_why_and_when(void **state)
{
    struct fixture *f = *state;

    open_shop(f, AUTO_CONNECT_ALL);
    change(f, an_override(OVERRIDE_SCOPE_MODULE, "m1", "r__A", OVERRIDE_SETTING_OFF));
    const struct override_state *override = book_get(&f->book, BOOK_MODULE_OVERRIDE, words("m1"), words("r__A"));
    assert_non_null(override);
    assert_int_equal(override->setting, OVERRIDE_SETTING_OFF);
    assert_true(text_equal(override->actor, words("alice")));
    assert_true(text_equal(override->reason, words("because")));
    assert_int_equal(override->at, NOW);
}

static void module_off_beats_tariff_on(void **state)
{
    struct fixture *f = *state;

    open_shop(f, AUTO_CONNECT_ALL);
    change(f, a_tariff(f, "t1", "m1 m2", "os"));
    scan(f, "m1", "s1", "A");
    scan(f, "m2", "s1", "A");
    change(f, an_override(OVERRIDE_SCOPE_TARIFF, "t1", "r__A", OVERRIDE_SETTING_ON));
    change(f, an_override(OVERRIDE_SCOPE_MODULE, "m1", "r__A", OVERRIDE_SETTING_OFF));
    assert_false(orderable(f, "t1", "m1", "r__A"));
    assert_false(linked(f, "m1", "r__A"));
    assert_true(orderable(f, "t1", "m2", "r__A"));
    scan(f, "m1", "s2", "A");
    assert_false(orderable(f, "t1", "m1", "r__A"));
}

static void module_on_keeps_a_template_that_scans_lack(void **state)
{
    struct fixture *f = *state;

    open_shop(f, AUTO_CONNECT_ALL);
    scan(f, "m1", "s1", "A B");
    change(f, an_override(OVERRIDE_SCOPE_MODULE, "m1", "r__A", OVERRIDE_SETTING_ON));
    scan(f, "m1", "s2", "B");
    expect_notices(f, "TEMPLATE_REMOVED WARNING template.override r__A"); /* one */
    expect_effects(f, "template.override r__A");
    assert_true(orderable(f, "t1", "m1", "r__A"));
    scan(f, "m1", "s3", "B");
    expect_notices(f, "");
    change(f, an_override(OVERRIDE_SCOPE_MODULE, "m1", "r__A", OVERRIDE_SETTING_AUTO));
    assert_false(orderable(f, "t1", "m1", "r__A"));
    change(f,
           an_override(OVERRIDE_SCOPE_MODULE, "m1", "r__A", OVERRIDE_SETTING_ON)); /* beats the scan that removed it */
    assert_true(orderable(f, "t1", "m1", "r__A"));
}

static void module_on_does_not_invent_a_template(void **state)
{
    struct fixture *f = *state;

    open_shop(f, AUTO_CONNECT_ALL);
    change(f, an_override(OVERRIDE_SCOPE_MODULE, "m1", "r__A", OVERRIDE_SETTING_ON));
    assert_false(linked(f, "m1", "r__A"));
    scan(f, "m2", "s1", "A");
    assert_false(linked(f, "m1", "r__A"));
    scan(f, "m1", "s1", "A");
    assert_true(linked(f, "m1", "r__A"));
}

static void overrides_survive_removal_and_return(void **state)
{
    struct fixture *f = *state;

    open_shop(f, AUTO_CONNECT_ALL);
    scan(f, "m1", "s1", "A B");
    change(f, an_override(OVERRIDE_SCOPE_TARIFF, "t1", "r__A", OVERRIDE_SETTING_OFF));
    scan(f, "m1", "s2", "B");
    scan(f, "m1", "s3", "A B");
    assert_true(linked(f, "m1", "r__A"));
    assert_false(orderable(f, "t1", "m1", "r__A"));
    assert_true(orderable(f, "t2", "m1", "r__A"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tariff_override_beats_the_switch),
        TEST(tariff_override_enables_what_none_left_off),
        TEST(override_keeps_who_why_and_when),
        TEST(module_off_beats_tariff_on),
        TEST(module_on_keeps_a_template_that_scans_lack),
        TEST(module_on_does_not_invent_a_template),
        TEST(overrides_survive_removal_and_return),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
