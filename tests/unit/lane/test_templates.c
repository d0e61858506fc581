/* Templates: template.new, template.seen, template.removed, template.module-unknown (rules.md 1). */
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

/* --- template.removed --- */

static void removed_and_returned_with_its_switches(void **state)
{
    struct fixture *f = *state;

    open_shop(f, AUTO_CONNECT_FREE_ONLY);
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

    open_shop(f, AUTO_CONNECT_ALL);
    scan(f, "m1", "s1", "B C A Windows"); /* notified in order of bytes */
    scan(f, "m1", "s2", "Windows");
    expect_notices(f, "TEMPLATE_REMOVED INFO template.removed r__A|TEMPLATE_REMOVED INFO template.removed r__B|"
                      "TEMPLATE_REMOVED INFO template.removed r__C");
    expect_effects(f, "template.removed r__A|template.removed r__B|template.removed r__C");
}

static void a_template_is_kept_as_it_was_first_seen(void **state)
{
    struct fixture *f = *state;

    change(f, a_module("m1", AUTO_CONNECT_ALL));
    see(f, "m1", "s1", 9, "A");
    assert_true(text_equal(f->decision->reason,
                           words("\"r__A\" is new on module \"m1\": linked, switched on for 0 tariffs and off for 0")));
    f->now += HOUR;
    see(f, "m1", "s1", 9, "A");
    const struct template_state *seen = book_get(&f->book, BOOK_TEMPLATE, TEXT(""), words("r__A"));
    assert_int_equal(seen->first_seen_at, NOW);
    assert_true(text_equal(seen->repository, words("r")));
    assert_true(text_equal(seen->name, words("A")));
}

/* A price in a tariff without the module says nothing about removal from the module. */
static void removal_asks_only_tariffs_of_the_module(void **state)
{
    struct fixture *f = *state;

    open_shop(f, AUTO_CONNECT_ALL);
    scan(f, "m2", "s1", "Windows A");
    scan(f, "m2", "s2", "A");
    expect_notices(f, "TEMPLATE_REMOVED INFO template.removed r__Windows");
}

static void removal_of_an_off_one_is_silent(void **state)
{
    struct fixture *f = *state;

    open_shop(f, AUTO_CONNECT_ALL);
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

    open_shop(f, AUTO_CONNECT_ALL);
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
        TEST(a_template_is_kept_as_it_was_first_seen),
        TEST(removed_and_returned_with_its_switches),
        TEST(removal_of_a_free_one_is_only_information),
        TEST(removal_asks_only_tariffs_of_the_module),
        TEST(removal_of_an_off_one_is_silent),
        TEST(other_modules_are_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
