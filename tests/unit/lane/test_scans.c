/* Scans: completeness, abandonment, scan.invalid, scan.size, template.removed after several scans (rules.md 1, 9). */
#include "fixture.h"

static void module(struct fixture *f)
{
    change(f, a_module("m1", AUTO_CONNECT_ALL));
}

static const struct scan_state *scans(const struct fixture *f)
{
    return book_get(&f->book, BOOK_SCAN, TEXT(""), words("m1"));
}

/* --- complete scans --- */

static void a_scan_is_complete_at_scan_size_distinct_templates(void **state)
{
    struct fixture *f = *state;

    module(f);
    scan(f, "m1", "s1", "A B C");
    see(f, "m1", "s2", 2, "A");
    see(f, "m1", "s2", 2, "A"); /* the same one does not count twice */
    expect_notices(f, "");
    assert_true(linked(f, "m1", "r__C"));
    see(f, "m1", "s2", 2, "B");
    expect_effects(f, "template.removed r__C");
    assert_false(linked(f, "m1", "r__C"));
    assert_true(linked(f, "m1", "r__A"));
}

static void an_incomplete_scan_removes_nothing(void **state)
{
    struct fixture *f = *state;

    module(f);
    scan(f, "m1", "s1", "A B C");
    see(f, "m1", "s2", 3, "A");
    see(f, "m1", "s2", 3, "B");
    assert_true(linked(f, "m1", "r__C"));
}

static void size_zero_and_less_is_a_dead_letter(void **state)
{
    struct fixture *f = *state;

    module(f);
    see(f, "m1", "s1", 0, "A");
    expect_dead(f, "scan.size", "scan_size must be 1 or more, it is 0");
    see(f, "m1", "s1", -1, "A");
    expect_dead(f, "scan.size", "-1");
    assert_null(scans(f));
    see(f, "m1", "s1", 1, "A");
    expect(f, "template.new", VERDICT_APPLIED);
    assert_int_equal(scans(f)->recent.items[0].status, SCAN_STATUS_COMPLETE);
}

static void a_message_again_is_only_seen(void **state)
{
    struct fixture *f = *state;

    module(f);
    scan(f, "m1", "s1", "A B");
    see(f, "m1", "s1", 2, "A"); /* redelivered after the end */
    expect(f, "template.seen", VERDICT_APPLIED);
    scan(f, "m1", "s2", "B");
    see(f, "m1", "s2", 1, "B");
    expect(f, "template.seen", VERDICT_APPLIED);
    assert_false(linked(f, "m1", "r__A"));
}

static void messages_of_finished_scans_link_and_never_count(void **state)
{
    struct fixture *f = *state;

    module(f);
    scan(f, "m1", "s1", "A B C");
    scan(f, "m1", "s2", "B C");
    assert_false(linked(f, "m1", "r__A"));
    see(f, "m1", "s1", 3, "A"); /* a finished one: linked again */
    expect(f, "template.seen", VERDICT_APPLIED);
    assert_true(linked(f, "m1", "r__A"));
    see(f, "m1", "s3", 2, "B");
    see(f, "m1", "s1", 3, "C"); /* does not complete s3 */
    assert_true(linked(f, "m1", "r__A"));
    see(f, "m1", "s3", 2, "C");
    expect_effects(f, "template.removed r__A");
}

/* --- abandoned scans --- */

static void a_new_scan_abandons_an_unfinished_one(void **state)
{
    struct fixture *f = *state;

    module(f);
    scan(f, "m1", "s1", "A B C");
    see(f, "m1", "s2", 2, "A");
    see(f, "m1", "s3", 3, "A");
    assert_int_equal(scans(f)->recent.items[1].status, SCAN_STATUS_ABANDONED);
    see(f, "m1", "s2", 2, "B"); /* would complete it: it never does */
    expect(f, "template.seen", VERDICT_APPLIED);
    expect_effects(f, "");
    assert_true(linked(f, "m1", "r__C"));
    see(f, "m1", "s2", 2, "D"); /* links, though it is abandoned */
    expect(f, "template.new", VERDICT_APPLIED);
    assert_true(linked(f, "m1", "r__D"));
    see(f, "m1", "s3", 3, "B");
    see(f, "m1", "s3", 3, "C");
    expect_effects(f, "template.removed r__D");
}

static void eight_scan_ids_are_remembered(void **state)
{
    struct fixture *f = *state;

    module(f);
    for (int i = 1; i <= 8; i++)
        see(f, "m1", format(f, "s%d", i), 2, "A");
    assert_int_equal(scans(f)->latest, 8);
    see(f, "m1", "s1", 2, "A"); /* the oldest of the last 8: abandoned */
    assert_int_equal(scans(f)->latest, 8);
    see(f, "m1", "s9", 2, "A");
    assert_int_equal(scans(f)->recent.count, 8);
    see(f, "m1", "s1", 2, "A"); /* forgotten: begins anew and abandons s9 */
    assert_int_equal(scans(f)->latest, 10);
    see(f, "m1", "s9", 2, "B");
    expect(f, "template.new", VERDICT_APPLIED);
    assert_int_equal(scans(f)->recent.items[6].status, SCAN_STATUS_ABANDONED);
    see(f, "m1", "s1", 2, "B");
    assert_int_equal(scans(f)->recent.items[7].status, SCAN_STATUS_COMPLETE);
}

/* --- scan.invalid --- */

static void another_size_makes_the_scan_invalid(void **state)
{
    struct fixture *f = *state;

    module(f);
    scan(f, "m1", "s1", "A B C");
    see(f, "m1", "s2", 2, "A");
    see(f, "m1", "s2", 3, "B");
    expect(f, "scan.invalid", VERDICT_REJECTED);
    expect_reason(f, "began with scan_size 2, this message says 3");
    see(f, "m1", "s2", 2, "B");
    expect(f, "template.seen", VERDICT_APPLIED);
    expect_effects(f, "");
    assert_true(linked(f, "m1", "r__C"));
    see(f, "m1", "s2", 3, "D"); /* still linked */
    expect(f, "scan.invalid", VERDICT_REJECTED);
    expect_effects(f, "template.new r__D");
    assert_true(linked(f, "m1", "r__D"));
    see(f, "m1", "s2", 3, "C");
    assert_int_equal(scans(f)->recent.items[1].status, SCAN_STATUS_INVALID);
    scan(f, "m1", "s3", "A B D"); /* the next one counts */
    assert_false(linked(f, "m1", "r__C"));
}

static void a_template_beyond_the_size_is_linked_only(void **state)
{
    struct fixture *f = *state;

    module(f);
    scan(f, "m1", "s1", "A B C");
    scan(f, "m1", "s2", "A B");
    see(f, "m1", "s2", 2, "C");
    expect(f, "scan.invalid", VERDICT_REJECTED);
    expect_reason(f, "was complete with its 2 templates before \"r__C\"");
    assert_true(linked(f, "m1", "r__C")); /* what was removed returns by its own message */
    see(f, "m1", "s2", 2, "B");
    expect(f, "template.seen", VERDICT_APPLIED);
    see(f, "m1", "s1", 3, "C"); /* within s1 */
    expect(f, "template.seen", VERDICT_APPLIED);
    see(f, "m1", "s1", 3, "D"); /* beyond s1 */
    expect(f, "scan.invalid", VERDICT_REJECTED);
    expect_effects(f, "template.new r__D");
}

static void another_size_after_the_end_is_invalid_too(void **state)
{
    struct fixture *f = *state;

    module(f);
    scan(f, "m1", "s1", "A B");
    see(f, "m1", "s1", 3, "A");
    expect(f, "scan.invalid", VERDICT_REJECTED);
    see(f, "m1", "s1", 3, "C"); /* beyond it as well */
    expect_reason(f, "began with scan_size 2, this message says 3");
    expect_effects(f, "template.new r__C");
    assert_int_equal(scans(f)->recent.items[0].status, SCAN_STATUS_COMPLETE);
}

/* --- removal after several scans --- */

static void remove_after_needs_that_many_in_a_row(void **state)
{
    struct fixture *f = *state;

    f->settings.remove_after = 3;
    module(f);
    scan(f, "m1", "s1", "A B");
    scan(f, "m1", "s2", "B");
    scan(f, "m1", "s3", "B");
    assert_true(linked(f, "m1", "r__A"));
    scan(f, "m1", "s4", "A B"); /* the row is broken */
    scan(f, "m1", "s5", "B");
    scan(f, "m1", "s6", "B");
    assert_true(linked(f, "m1", "r__A"));
    scan(f, "m1", "s7", "B");
    assert_false(linked(f, "m1", "r__A"));
}

static void abandoned_and_invalid_scans_neither_count_nor_break_the_row(void **state)
{
    struct fixture *f = *state;

    f->settings.remove_after = 2;
    module(f);
    scan(f, "m1", "s1", "A B");
    scan(f, "m1", "s2", "B");
    see(f, "m1", "s3", 2, "A"); /* abandoned, though it saw A */
    see(f, "m1", "s4", 2, "B");
    see(f, "m1", "s4", 3, "B"); /* invalid */
    assert_true(linked(f, "m1", "r__A"));
    scan(f, "m1", "s5", "B");
    assert_false(linked(f, "m1", "r__A"));
}

static void a_returned_template_starts_a_new_row(void **state)
{
    struct fixture *f = *state;

    f->settings.remove_after = 2;
    module(f);
    scan(f, "m1", "s1", "A B");
    scan(f, "m1", "s2", "B");
    scan(f, "m1", "s3", "B");
    assert_false(linked(f, "m1", "r__A"));
    see(f, "m1", "s1", 2, "A"); /* returns by a late message */
    assert_true(linked(f, "m1", "r__A"));
    scan(f, "m1", "s4", "B");
    assert_true(linked(f, "m1", "r__A"));
    scan(f, "m1", "s5", "B");
    assert_false(linked(f, "m1", "r__A"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_scan_is_complete_at_scan_size_distinct_templates),
        TEST(an_incomplete_scan_removes_nothing),
        TEST(size_zero_and_less_is_a_dead_letter),
        TEST(a_message_again_is_only_seen),
        TEST(messages_of_finished_scans_link_and_never_count),
        TEST(a_new_scan_abandons_an_unfinished_one),
        TEST(eight_scan_ids_are_remembered),
        TEST(another_size_makes_the_scan_invalid),
        TEST(a_template_beyond_the_size_is_linked_only),
        TEST(another_size_after_the_end_is_invalid_too),
        TEST(remove_after_needs_that_many_in_a_row),
        TEST(abandoned_and_invalid_scans_neither_count_nor_break_the_row),
        TEST(a_returned_template_starts_a_new_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
