/* Scans: completeness, abandonment, scan.invalid, scan.size, the breaker scan.held, scan.approved, scan.unknown,
 * removal after several scans (rules.md 1, 9). */
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

/* --- scan.held: more than 3 templates and more than 25 % of those linked before it --- */

static void three_are_never_held(void **state)
{
    struct fixture *f = *state;

    module(f);
    scan(f, "m1", "s1", "A B C D");
    scan(f, "m1", "s2", "D"); /* 3 of 4 */
    expect(f, "template.seen", VERDICT_APPLIED);
    assert_false(linked(f, "m1", "r__A"));
}

static void four_of_sixteen_are_a_quarter_not_more(void **state)
{
    struct fixture *f = *state;

    module(f);
    scan(f, "m1", "s1", "A B C D E F G H I J K L M N O P");
    scan(f, "m1", "s2", "E F G H I J K L M N O P");
    expect(f, "template.seen", VERDICT_APPLIED);
    assert_false(linked(f, "m1", "r__A"));
}

static void four_of_fifteen_are_held(void **state)
{
    struct fixture *f = *state;

    module(f);
    scan(f, "m1", "s1", "A B C D E F G H I J K L M N O");
    scan(f, "m1", "s2", "E F G H I J K L M N O");
    expect(f, "scan.held", VERDICT_HELD);
    expect_reason(f, "lacks 4 of 15 linked templates");
    expect_notices(f, "SCAN_HELD WARNING scan.held ");
    assert_true(text_equal(f->outcome.notifications.items[0].module_id, words("m1")));
    assert_true(linked(f, "m1", "r__A"));
}

static void the_limits_are_configuration(void **state)
{
    struct fixture *f = *state;

    f->settings.breaker_count = 1;
    f->settings.breaker_percent = 50;
    module(f);
    scan(f, "m1", "s1", "A B C D");
    scan(f, "m1", "s2", "C D"); /* 2 > 1, but no more than 50 % */
    assert_false(linked(f, "m1", "r__A"));
    scan(f, "m1", "s3", "A B C");
    scan(f, "m1", "s4", "A"); /* 2 of 3 */
    expect(f, "scan.held", VERDICT_HELD);
}

static void templates_of_this_very_scan_are_not_linked_before_it(void **state)
{
    struct fixture *f = *state;

    module(f);
    scan(f, "m1", "s1", "A B C D E");
    scan(f, "m1", "s2", "E F G H I J K L M N O P Q R S T"); /* 4 of 5 go, 15 come */
    expect(f, "scan.held", VERDICT_HELD);
    expect_reason(f, "lacks 4 of 5");
    expect_effects(f, "template.new r__T");
    assert_true(linked(f, "m1", "r__T"));
}

static void overridden_templates_do_not_count(void **state)
{
    struct fixture *f = *state;

    module(f);
    scan(f, "m1", "s1", "A B C D E F");
    change(f, an_override(OVERRIDE_SCOPE_MODULE, "m1", "r__A", OVERRIDE_SETTING_ON));
    change(f, an_override(OVERRIDE_SCOPE_MODULE, "m1", "r__B", OVERRIDE_SETTING_OFF));
    scan(f, "m1", "s2", "F"); /* C D E would be unlinked: 3 */
    expect(f, "template.seen", VERDICT_APPLIED);
    expect_effects(f, "template.override r__A|template.removed r__C|template.removed r__D|template.removed r__E");
    expect_notices(f, "TEMPLATE_REMOVED WARNING template.override r__A|TEMPLATE_REMOVED INFO template.removed r__C|"
                      "TEMPLATE_REMOVED INFO template.removed r__D|TEMPLATE_REMOVED INFO template.removed r__E");
}

/* A module with A to H, and scan `held` that is held: it lacks A to E. */
static void hold(struct fixture *f)
{
    module(f);
    scan(f, "m1", "s1", "A B C D E F G H");
    scan(f, "m1", "held", "F G H");
    expect(f, "scan.held", VERDICT_HELD);
}

static void a_hold_is_raised_once(void **state)
{
    struct fixture *f = *state;

    hold(f);
    scan(f, "m1", "s3", "F G H");
    expect(f, "scan.held", VERDICT_HELD);
    expect_notices(f, "");
    assert_true(linked(f, "m1", "r__A"));
    scan(f, "m1", "s4", "A B C D E F G H"); /* all are back: the hold ends */
    assert_true(text_empty(scans(f)->held_scan));
    scan(f, "m1", "s5", "F G H");
    expect_notices(f, "SCAN_HELD WARNING scan.held ");
}

static void a_scan_under_the_limit_ends_the_hold_and_removes(void **state)
{
    struct fixture *f = *state;

    hold(f);
    scan(f, "m1", "s3", "A B C D F G H");
    expect(f, "template.seen", VERDICT_APPLIED);
    expect_effects(f, "template.removed r__E");
    assert_true(text_empty(scans(f)->held_scan));
    change(f, an_approval("m1", "held")); /* there is nothing to approve any more */
    expect(f, "scan.approved", VERDICT_APPLIED);
    expect_reason(f, "0 templates removed");
    assert_true(linked(f, "m1", "r__A"));
}

static void an_unfinished_scan_does_not_end_the_hold(void **state)
{
    struct fixture *f = *state;

    hold(f);
    see(f, "m1", "s3", 8, "A");
    assert_true(text_equal(scans(f)->held_scan, words("held")));
}

static void approval_removes_what_the_scan_lacked(void **state)
{
    struct fixture *f = *state;

    hold(f);
    change(f, an_approval("m1", "held"));
    expect(f, "scan.approved", VERDICT_APPLIED);
    expect_reason(f, "5 templates removed by alice: because");
    expect_effects(f, "template.removed r__A|template.removed r__B|template.removed r__C|template.removed r__D|"
                      "template.removed r__E");
    assert_int_equal(f->outcome.notifications.count, 5);
    assert_true(text_equal(f->decision->module_id, words("m1")));
    assert_false(linked(f, "m1", "r__A"));
    assert_true(linked(f, "m1", "r__F"));
    assert_true(text_empty(scans(f)->held_scan));
}

/* scan.approved: unlinks what that and the latest complete scan both lack. */
static void approval_spares_what_the_latest_complete_scan_has(void **state)
{
    struct fixture *f = *state;

    hold(f);
    scan(f, "m1", "s3", "E F G I"); /* lacks A B C D H */
    expect(f, "scan.held", VERDICT_HELD);
    see(f, "m1", "s4", 9, "A"); /* not complete: of no account */
    change(f, an_approval("m1", "held"));
    expect_effects(f, "template.removed r__A|template.removed r__B|template.removed r__C|template.removed r__D");
    assert_true(linked(f, "m1", "r__E"));
    assert_true(linked(f, "m1", "r__H"));
}

static void a_later_held_scan_may_be_approved_instead(void **state)
{
    struct fixture *f = *state;

    hold(f);
    scan(f, "m1", "s3", "E F G I");
    scan(f, "m1", "s4", "F G I H");
    expect(f, "scan.held", VERDICT_HELD);
    change(f, an_approval("m1", "s3")); /* s3 and s4 both lack A B C D */
    expect_effects(f, "template.removed r__A|template.removed r__B|template.removed r__C|template.removed r__D");
    assert_true(linked(f, "m1", "r__E"));
    assert_true(linked(f, "m1", "r__H"));
}

static void the_first_held_scan_can_be_approved_long_after(void **state)
{
    struct fixture *f = *state;

    hold(f);
    for (int i = 0; i < 20; i++)
        scan(f, "m1", format(f, "h%d", i), "F G H");
    change(f, an_approval("m1", "held"));
    expect(f, "scan.approved", VERDICT_APPLIED);
    assert_false(linked(f, "m1", "r__A"));
}

/* Beyond 64 scans nobody knows what it lacked of templates that came since: they are spared. */
static void a_very_old_held_scan_spares_what_it_may_have_had(void **state)
{
    struct fixture *f = *state;

    hold(f);
    scan(f, "m1", "back", "E F G");
    for (int i = 0; i < 70; i++)
        scan(f, "m1", format(f, "h%d", i), i % 2 ? "G" : "F G H");
    change(f, an_approval("m1", "held"));
    expect(f, "scan.approved", VERDICT_APPLIED);
    assert_false(linked(f, "m1", "r__A"));
    assert_true(linked(f, "m1", "r__F")); /* the held scan had it, the latest lacks it */
}

static void a_template_beyond_the_held_scan_is_spared(void **state)
{
    struct fixture *f = *state;

    hold(f);
    see(f, "m1", "held", 3, "A");
    expect(f, "scan.invalid", VERDICT_REJECTED);
    change(f, an_approval("m1", "held"));
    assert_true(linked(f, "m1", "r__A"));
    assert_false(linked(f, "m1", "r__B"));
}

static void approval_respects_overrides(void **state)
{
    struct fixture *f = *state;

    hold(f);
    change(f, an_override(OVERRIDE_SCOPE_MODULE, "m1", "r__A", OVERRIDE_SETTING_ON));
    change(f, an_approval("m1", "held"));
    expect_reason(f, "4 templates removed");
    assert_true(linked(f, "m1", "r__A"));
    assert_false(linked(f, "m1", "r__B"));
}

static void approval_respects_remove_after(void **state)
{
    struct fixture *f = *state;

    f->settings.remove_after = 2;
    module(f);
    scan(f, "m1", "s1", "A B C D E F");
    scan(f, "m1", "s2", "E F");
    expect(f, "template.seen", VERDICT_APPLIED); /* nothing would go yet */
    scan(f, "m1", "s3", "F");
    expect(f, "scan.held", VERDICT_HELD);
    change(f, an_approval("m1", "s3"));
    expect_reason(f, "4 templates removed");
    assert_true(linked(f, "m1", "r__E")); /* one scan alone lacks it */
}

static void approval_of_an_unknown_scan_is_a_dead_letter(void **state)
{
    struct fixture *f = *state;

    module(f);
    change(f, an_approval("m1", "s1"));
    expect_dead(f, "scan.unknown", "does not know");
    hold(f);
    change(f, an_approval("m1", "nope"));
    expect_dead(f, "scan.unknown", "does not know");
    assert_true(text_equal(scans(f)->held_scan, words("held")));
    change(f, an_approval("m1", "s1")); /* known, but never held */
    expect(f, "scan.approved", VERDICT_APPLIED);
    expect_effects(f, "");
    assert_true(text_equal(scans(f)->held_scan, words("held")));
}

static void an_approval_that_came_too_early_may_be_sent_again(void **state)
{
    struct fixture *f = *state;

    module(f);
    send_part(f, "early", 0, 1, an_approval("m1", "held"));
    expect_dead(f, "scan.unknown", "\"early\"");
    hold(f);
    send_part(f, "early", 0, 1, an_approval("m1", "held"));
    expect(f, "scan.approved", VERDICT_APPLIED);
    assert_false(linked(f, "m1", "r__A"));
}

static void a_removed_template_returns_only_by_its_own_message(void **state)
{
    struct fixture *f = *state;

    hold(f);
    see(f, "m1", "s3", 2, "A"); /* in the running scan */
    change(f, an_approval("m1", "held"));
    assert_false(linked(f, "m1", "r__A"));
    see(f, "m1", "s3", 2, "F"); /* ends the scan that saw A */
    assert_false(linked(f, "m1", "r__A"));
    see(f, "m1", "s3", 2, "A");
    assert_true(linked(f, "m1", "r__A"));
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
        TEST(three_are_never_held),
        TEST(four_of_sixteen_are_a_quarter_not_more),
        TEST(four_of_fifteen_are_held),
        TEST(the_limits_are_configuration),
        TEST(templates_of_this_very_scan_are_not_linked_before_it),
        TEST(overridden_templates_do_not_count),
        TEST(a_hold_is_raised_once),
        TEST(a_scan_under_the_limit_ends_the_hold_and_removes),
        TEST(an_unfinished_scan_does_not_end_the_hold),
        TEST(approval_removes_what_the_scan_lacked),
        TEST(approval_spares_what_the_latest_complete_scan_has),
        TEST(a_later_held_scan_may_be_approved_instead),
        TEST(the_first_held_scan_can_be_approved_long_after),
        TEST(a_very_old_held_scan_spares_what_it_may_have_had),
        TEST(a_template_beyond_the_held_scan_is_spared),
        TEST(approval_respects_overrides),
        TEST(approval_respects_remove_after),
        TEST(approval_of_an_unknown_scan_is_a_dead_letter),
        TEST(an_approval_that_came_too_early_may_be_sent_again),
        TEST(a_removed_template_returns_only_by_its_own_message),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
