/* The breaker: scan.held, scan.approved, scan.unknown (rules.md 1, 9). */
#include "fixture.h"

static void module(struct fixture *f)
{
    change(f, a_module("m1", AUTO_CONNECT_ALL));
}

static const struct scan_state *scans(const struct fixture *f)
{
    return book_get(&f->book, BOOK_SCAN, TEXT(""), words("m1"));
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

/* A Decision lists 1,000 effects at most; the reason says how many there were, and each has its notification. */
static void effects_are_limited(void **state)
{
    struct fixture *f = *state;

    f->settings.breaker_count = 5000;
    module(f);
    for (int i = 0; i < 1101; i++)
        see(f, "m1", "s1", 1101, format(f, "%d", i));
    see(f, "m1", "s2", 1, "7");
    expect_reason(f, "1100 templates removed");
    assert_int_equal(f->decision->effects.count, 1000);
    assert_int_equal(f->outcome.notifications.count, 1100);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
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
        TEST(effects_are_limited),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
