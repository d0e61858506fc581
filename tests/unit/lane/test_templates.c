/* Templates: template.new, template.seen, template.override, template.removed, switches (rules.md 1). */
#include "fixture.h"

/* --- template.new, template.seen --- */

static void first_seen_is_new_then_seen(void **state)
{
    struct fixture *f = *state;

    change(f, a_module("m1", AUTO_CONNECT_ALL));
    assert_false(catalogue_template_known(snapshot(f), words("r__A")));
    see(f, "m1", "s1", 2, "A");
    expect(f, "template.new", VERDICT_APPLIED);
    assert_true(text_equal(f->decision->template, words("r__A")));
    assert_true(text_equal(f->decision->module_id, words("m1")));
    assert_true(catalogue_template_known(snapshot(f), words("r__A")));
    assert_true(linked(f, "m1", "r__A"));
    see(f, "m1", "s1", 2, "A");
    expect(f, "template.seen", VERDICT_APPLIED);
}

static void new_on_each_module(void **state)
{
    struct fixture *f = *state;

    change(f, a_module("m1", AUTO_CONNECT_ALL));
    change(f, a_module("m2", AUTO_CONNECT_ALL));
    scan(f, "m1", "s1", "A");
    see(f, "m2", "s1", 2, "A");
    expect(f, "template.new", VERDICT_APPLIED);
    assert_true(linked(f, "m2", "r__A"));
    see(f, "m2", "s1", 2, "a"); /* internal names are exact */
    expect(f, "template.new", VERDICT_APPLIED);
    assert_false(linked(f, "m2", "r__b"));
}

static void unknown_module_is_a_dead_letter(void **state)
{
    struct fixture *f = *state;

    see(f, "m1", "s1", 1, "A");
    expect_dead(f, "template.module-unknown", "\"m1\" is not in the catalogue");
    assert_int_equal(book_live(&f->book, BOOK_TEMPLATE), 0);
    change(f, a_module("m1", AUTO_CONNECT_ALL));
    see(f, "m1", "s1", 1, "A");
    expect(f, "template.new", VERDICT_APPLIED);
}

static void seen_refreshes_attributes(void **state)
{
    struct fixture *f = *state;
    struct text tags[] = {TEXT("lts")};
    struct input input = {.topic = TOPIC_TEMPLATE_DISCOVERED};

    change(f, a_module("m1", AUTO_CONNECT_ALL));
    see(f, "m1", "s1", 3, "A");
    input.as.template_discovered = (struct template_discovered){
        .event_id = TEXT("e"),
        .occurred_at = NOW,
        .module_id = TEXT("m1"),
        .scan_id = TEXT("s0"),
        .scan_size = 9,
        .repository = TEXT("r"),
        .name = TEXT("A"),
        .tags = {tags, 1},
        .min_disk_mib = 7,
        .min_ram_mib = 8,
    };
    decide(f, &input);
    expect(f, "template.seen", VERDICT_APPLIED);
    const struct template_state *template = book_get(&f->book, BOOK_TEMPLATE, TEXT(""), words("r__A"));
    assert_int_equal(template->tags.count, 1);
    assert_int_equal(template->min_disk_mib, 7);
    assert_int_equal(template->min_ram_mib, 8);
    assert_int_equal(template->first_seen_at, NOW);
}

/* --- switches --- */

/* Tariffs t1 (windows and its default item cost nothing), t2 (windows costs), t3 (no addon); modules m1, m2. */
static void shop(struct fixture *f, enum auto_connect auto_connect)
{
    change(f, a_module("m1", auto_connect));
    change(f, a_module("m2", AUTO_CONNECT_ALL));
    change(f, an_enumeration(f, "os", "free=|windows=r__Windows|panel=r__Panel"));
    change(f, a_tariff(f, "t1", "m1", "os"));
    change(f, a_tariff(f, "t2", "m1", "os"));
    change(f, a_tariff(f, "t3", "m1", ""));
    change(f, a_price("t2", "windows", 12, 5, 0));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
}

static void all_switches_on(void **state)
{
    struct fixture *f = *state;

    shop(f, AUTO_CONNECT_ALL);
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

    shop(f, AUTO_CONNECT_NONE);
    see(f, "m1", "s1", 9, "Windows");
    expect_reason(f, "switched on for 0 tariffs and off for 3");
    assert_false(orderable(f, "t1", "m1", "r__Windows"));
    assert_true(linked(f, "m1", "r__Windows"));
}

/* FREE_ONLY: on unless its item has a positive price in that tariff. */
static void free_only_looks_at_the_price_in_each_tariff(void **state)
{
    struct fixture *f = *state;

    shop(f, AUTO_CONNECT_FREE_ONLY);
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

    shop(f, AUTO_CONNECT_FREE_ONLY);
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

    shop(f, AUTO_CONNECT_FREE_ONLY);
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

    shop(f, AUTO_CONNECT_NONE);
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

    shop(f, AUTO_CONNECT_FREE_ONLY);
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

    shop(f, AUTO_CONNECT_NONE);
    scan(f, "m2", "s1", "A B");
    scan(f, "m2", "s2", "B");
    change(f, a_tariff(f, "t1", "m1 m2", "os"));
    assert_false(orderable(f, "t1", "m2", "r__A"));
    change(f, a_module("m2", AUTO_CONNECT_NONE)); /* too late for the pair */
    see(f, "m2", "s3", 2, "A");
    assert_true(orderable(f, "t1", "m2", "r__A"));
}

/* --- template.override --- */

static void tariff_override_beats_the_switch(void **state)
{
    struct fixture *f = *state;

    shop(f, AUTO_CONNECT_ALL);
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

    shop(f, AUTO_CONNECT_NONE);
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

    shop(f, AUTO_CONNECT_ALL);
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

    shop(f, AUTO_CONNECT_ALL);
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

    shop(f, AUTO_CONNECT_ALL);
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

    shop(f, AUTO_CONNECT_ALL);
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

    shop(f, AUTO_CONNECT_ALL);
    scan(f, "m1", "s1", "A B");
    change(f, an_override(OVERRIDE_SCOPE_TARIFF, "t1", "r__A", OVERRIDE_SETTING_OFF));
    scan(f, "m1", "s2", "B");
    scan(f, "m1", "s3", "A B");
    assert_true(linked(f, "m1", "r__A"));
    assert_false(orderable(f, "t1", "m1", "r__A"));
    assert_true(orderable(f, "t2", "m1", "r__A"));
}

/* --- template.removed --- */

static void removed_and_returned_with_its_switches(void **state)
{
    struct fixture *f = *state;

    shop(f, AUTO_CONNECT_FREE_ONLY);
    scan(f, "m1", "s1", "Windows B");
    see(f, "m1", "s2", 1, "B");
    expect(f, "template.seen", VERDICT_APPLIED);
    expect_reason(f, "scan \"s2\" is complete, 1 templates removed");
    expect_effects(f, "template.removed r__Windows");
    expect_notices(f, "TEMPLATE_REMOVED WARNING template.removed r__Windows"); /* a priced one */
    assert_false(linked(f, "m1", "r__Windows"));
    assert_true(catalogue_template_known(snapshot(f), words("r__Windows")));
    change(f, a_price("t2", "windows", 12, 0, 0));
    see(f, "m1", "s3", 2, "Windows");
    expect(f, "template.seen", VERDICT_APPLIED);
    expect_reason(f, "is back");
    assert_true(orderable(f, "t1", "m1", "r__Windows"));
    assert_false(orderable(f, "t2", "m1", "r__Windows")); /* off as it was, though it is free now */
}

static void removal_of_a_free_one_is_only_information(void **state)
{
    struct fixture *f = *state;

    shop(f, AUTO_CONNECT_ALL);
    scan(f, "m1", "s1", "B C A Windows"); /* notified in order of bytes */
    scan(f, "m1", "s2", "Windows");
    expect_notices(f, "TEMPLATE_REMOVED INFO template.removed r__A|TEMPLATE_REMOVED INFO template.removed r__B|"
                      "TEMPLATE_REMOVED INFO template.removed r__C");
    expect_effects(f, "template.removed r__A|template.removed r__B|template.removed r__C");
}

/* A price in a tariff without the module says nothing about removal from the module. */
static void removal_asks_only_tariffs_of_the_module(void **state)
{
    struct fixture *f = *state;

    shop(f, AUTO_CONNECT_ALL);
    scan(f, "m2", "s1", "Windows A");
    scan(f, "m2", "s2", "A");
    expect_notices(f, "TEMPLATE_REMOVED INFO template.removed r__Windows");
}

static void removal_of_an_off_one_is_silent(void **state)
{
    struct fixture *f = *state;

    shop(f, AUTO_CONNECT_ALL);
    scan(f, "m1", "s1", "A B");
    change(f, an_override(OVERRIDE_SCOPE_MODULE, "m1", "r__A", OVERRIDE_SETTING_OFF));
    scan(f, "m1", "s2", "B");
    expect_notices(f, "");
    expect_effects(f, "");
    change(f, an_override(OVERRIDE_SCOPE_MODULE, "m1", "r__A", OVERRIDE_SETTING_AUTO));
    assert_false(linked(f, "m1", "r__A"));
}

static void other_modules_are_left_alone(void **state)
{
    struct fixture *f = *state;

    shop(f, AUTO_CONNECT_ALL);
    scan(f, "m1", "s1", "A B");
    scan(f, "m2", "s1", "A B");
    scan(f, "m2", "s2", "B");
    assert_true(linked(f, "m1", "r__A"));
    assert_false(linked(f, "m2", "r__A"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(first_seen_is_new_then_seen),
        TEST(new_on_each_module),
        TEST(unknown_module_is_a_dead_letter),
        TEST(seen_refreshes_attributes),
        TEST(all_switches_on),
        TEST(none_switches_off),
        TEST(free_only_looks_at_the_price_in_each_tariff),
        TEST(free_only_follows_aliases_and_a_priced_default),
        TEST(later_changes_do_not_flip_a_switch),
        TEST(module_added_to_a_tariff_makes_pairs),
        TEST(a_new_tariff_takes_the_prices_of_its_own_set),
        TEST(a_removed_template_gets_pairs_too),
        TEST(tariff_override_beats_the_switch),
        TEST(tariff_override_enables_what_none_left_off),
        TEST(override_keeps_who_why_and_when),
        TEST(module_off_beats_tariff_on),
        TEST(module_on_keeps_a_template_that_scans_lack),
        TEST(module_on_does_not_invent_a_template),
        TEST(overrides_survive_removal_and_return),
        TEST(removed_and_returned_with_its_switches),
        TEST(removal_of_a_free_one_is_only_information),
        TEST(removal_asks_only_tariffs_of_the_module),
        TEST(removal_of_an_off_one_is_silent),
        TEST(other_modules_are_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
