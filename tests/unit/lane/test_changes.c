/* Change sets: catalogue.applied, catalogue.refused, catalogue.duplicate, limit-exceeded (rules.md 1, 9). */
#include "fixture.h"

/* Modules m1, m2; enumeration os; tariff t1 in EUR. */
static void shop(struct fixture *f)
{
    change(f, a_module("m1", AUTO_CONNECT_ALL));
    change(f, a_module("m2", AUTO_CONNECT_ALL));
    change(f, an_enumeration(f, "os", "free=|windows=r__Windows|panel=r__Panel"));
    change(f, a_tariff(f, "t1", "m1", "os"));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
    expect_reason(f, "is applied whole, 1 parts by alice: because");
}

static const struct change_set_state *set(const struct fixture *f, const char *id)
{
    return book_get(&f->book, BOOK_CHANGE_SET, TEXT(""), words(id));
}

static int64_t price_of(struct fixture *f, const char *tariff_id, const char *item_id)
{
    const struct catalogue_tariff *tariff = catalogue_tariff(snapshot(f), words(tariff_id));
    struct price_at price = catalogue_price(tariff, words(item_id), 1, NOW);

    return price.found == PRICE_FOUND ? price.amount_micros : -1;
}

/* --- collecting parts --- */

static void a_set_is_applied_when_all_parts_are_there(void **state)
{
    struct fixture *f = *state;

    shop(f);
    send_part(f, "c", 0, 3, a_price("t1", "windows", 1, 10, 0));
    expect(f, "catalogue.applied", VERDICT_RECORDED);
    expect_reason(f, "part 0 waits, 1 of 3 parts are there");
    send_part(f, "c", 1, 3, a_price("t1", "panel", 1, 20, 0));
    expect(f, "catalogue.applied", VERDICT_RECORDED);
    assert_int_equal(price_of(f, "t1", "windows"), -1); /* a half-applied price list is never seen */
    send_part(f, "c", 2, 3, a_price("t1", "", 1, 30, 0));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
    assert_int_equal(price_of(f, "t1", "windows"), 10);
    assert_int_equal(price_of(f, "t1", "panel"), 20);
    assert_int_equal(price_of(f, "t1", ""), 30);
    assert_int_equal(book_live(&f->book, BOOK_PART), 0);
}

static void parts_may_come_in_any_order_and_are_applied_by_index(void **state)
{
    struct fixture *f = *state;

    shop(f);
    send_part(f, "c", 2, 3, a_price("t2", "windows", 1, 12, 0)); /* the same key again replaces */
    send_part(f, "c", 1, 3, a_price("t2", "windows", 1, 11, 0));
    send_part(f, "c", 0, 3, a_tariff(f, "t2", "m1", "os"));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
    assert_int_equal(price_of(f, "t2", "windows"), 12);
}

static void two_sets_may_interleave(void **state)
{
    struct fixture *f = *state;

    shop(f);
    send_part(f, "c", 0, 2, a_price("t1", "windows", 1, 1, 0));
    send_part(f, "d", 0, 2, a_price("t1", "windows", 1, 2, 0));
    send_part(f, "c", 1, 2, a_price("t1", "panel", 1, 1, 0));
    assert_int_equal(price_of(f, "t1", "windows"), 1);
    send_part(f, "d", 1, 2, a_price("t1", "panel", 1, 2, 0));
    assert_int_equal(price_of(f, "t1", "windows"), 2);
}

static void parts_again_are_duplicates(void **state)
{
    struct fixture *f = *state;

    shop(f);
    send_part(f, "c", 0, 2, a_price("t1", "windows", 1, 10, 0));
    send_part(f, "c", 0, 2, a_price("t1", "windows", 1, 10, 0));
    expect(f, "catalogue.duplicate", VERDICT_DUPLICATE);
    expect_reason(f, "part 0 came before");
    send_part(f, "c", 1, 2, a_price("t1", "panel", 1, 20, 0));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
    change(f, a_price("t1", "windows", 1, 11, 0));
    send_part(f, "c", 0, 2, a_price("t1", "windows", 1, 10, 0)); /* after the set is applied */
    expect(f, "catalogue.duplicate", VERDICT_DUPLICATE);
    assert_int_equal(price_of(f, "t1", "windows"), 11);
}

static void other_content_refuses_an_open_set(void **state)
{
    struct fixture *f = *state;

    shop(f);
    send_part(f, "c", 0, 2, a_price("t1", "windows", 1, 10, 0));
    send_part(f, "c", 0, 2, a_price("t1", "windows", 1, 99, 0));
    expect_dead(f, "catalogue.refused", "part 0 came before with other content. Correct it under a new change_set");
    assert_int_equal(book_live(&f->book, BOOK_PART), 0);
    send_part(f, "c", 1, 2, a_price("t1", "panel", 1, 20, 0)); /* a refused change_set stays refused */
    expect_dead(f, "catalogue.refused", "was refused and stays so: part 0 came before with other content");
    assert_int_equal(price_of(f, "t1", "windows"), -1);
}

static void another_count_refuses_an_open_set(void **state)
{
    struct fixture *f = *state;

    shop(f);
    send_part(f, "c", 0, 2, a_price("t1", "windows", 1, 10, 0));
    send_part(f, "c", 1, 3, a_price("t1", "panel", 1, 10, 0));
    expect_dead(f, "catalogue.refused", "it has 2 parts, this one says 3");
    send_part(f, "c", 0, 2, a_price("t1", "windows", 1, 10, 0));
    expect_dead(f, "catalogue.refused", "stays so");
    send_part(f, "d", 0, 3, a_price("t1", "windows", 1, 10, 0));
    send_part(f, "d", 1, 2, a_price("t1", "panel", 1, 10, 0));
    expect_dead(f, "catalogue.refused", "it has 3 parts, this one says 2");
}

static void an_applied_set_cannot_be_changed(void **state)
{
    struct fixture *f = *state;

    shop(f);
    send_part(f, "c", 0, 1, a_price("t1", "windows", 1, 10, 0));
    send_part(f, "c", 0, 1, a_price("t1", "windows", 1, 11, 0));
    expect_dead(f, "catalogue.refused", "is applied already: part 0 came before with other content");
    send_part(f, "c", 1, 2, a_price("t1", "windows", 1, 11, 0));
    expect_dead(f, "catalogue.refused", "it has 1 parts, this one says 2");
    send_part(f, "c", 0, 1, a_price("t1", "windows", 1, 10, 0)); /* it stays applied */
    expect(f, "catalogue.duplicate", VERDICT_DUPLICATE);
    assert_int_equal(set(f, "c")->status, CHANGE_SET_STATUS_APPLIED);
}

/* An applied set keeps 8 bytes of each part's content: its kind, and all of it. */
static void applied_parts_are_told_apart(void **state)
{
    struct fixture *f = *state;

    shop(f);
    send_part(f, "c", 0, 2, an_alias("a", "m1"));
    send_part(f, "c", 1, 2, an_alias("m1", "b"));
    send_part(f, "c", 1, 2, an_alias("m1", "b"));
    expect(f, "catalogue.duplicate", VERDICT_DUPLICATE);
    send_part(f, "c", 0, 2, an_alias("a", "m1"));
    expect(f, "catalogue.duplicate", VERDICT_DUPLICATE);
    send_part(f, "c", 1, 2, an_alias("m1", "c"));
    expect_dead(f, "catalogue.refused", "other content");
    send_part(f, "c", 1, 2, an_approval("m1", "b")); /* the same words in another kind of change */
    expect_dead(f, "catalogue.refused", "other content");
    send_part(f, "c", 0, 2, an_alias("m1", "b")); /* the content of another index */
    expect_dead(f, "catalogue.refused", "other content");
}

static uint32_t count_records(const struct fixture *f)
{
    uint32_t count = 0;

    for (int kind = 0; kind < BOOK_KINDS; kind++)
        count += kind == BOOK_CHANGE_SET ? 0 : book_live(&f->book, (enum book_kind)kind);
    return count;
}

/* Applies a change that must write one record, of this kind, about this module and template. */
static void writes(struct fixture *f, struct catalogue_change_change content, enum book_kind kind,
                   const char *module_id, const char *template)
{
    uint32_t records = count_records(f), live = book_live(&f->book, kind);

    change(f, content);
    assert_int_equal(book_live(&f->book, kind), live + 1);
    assert_int_equal(count_records(f), records + 1);
    assert_true(text_equal(f->decision->module_id, words(module_id)));
    assert_true(text_equal(f->decision->template, words(template)));
}

static void each_change_writes_its_own_record(void **state)
{
    struct fixture *f = *state;

    writes(f, a_module("m1", AUTO_CONNECT_ALL), BOOK_MODULE, "m1", "");
    writes(f, an_enumeration(f, "os", "free=|windows=r__W"), BOOK_ENUMERATION, "", "");
    writes(f, a_tariff(f, "t1", "m1", "os"), BOOK_TARIFF, "", "");
    writes(f, a_price("t1", "windows", 1, 5, 0), BOOK_PRICE, "", "");
    assert_true(text_equal(f->decision->item_id, words("windows")));
    writes(f, an_alias("a", "b"), BOOK_ALIAS, "", "a");
    writes(f, some_settings("a", 1), BOOK_SETTINGS, "", "a");
    writes(f, an_override(OVERRIDE_SCOPE_TARIFF, "t1", "a", OVERRIDE_SETTING_ON), BOOK_TARIFF_OVERRIDE, "", "a");
    writes(f, an_override(OVERRIDE_SCOPE_MODULE, "m1", "a", OVERRIDE_SETTING_ON), BOOK_MODULE_OVERRIDE, "m1", "a");
}

/* A topic that somebody edited: nothing is applied in part, nothing breaks. */
static void a_set_that_lost_a_part_waits_for_it(void **state)
{
    struct fixture *f = *state;

    shop(f);
    send_part(f, "c", 0, 3, an_alias("a", "b"));
    send_part(f, "c", 1, 3, an_alias("c", "d"));
    book_begin(&f->book);
    book_put(&f->book, BOOK_PART, words("c"), words("0"), NULL);
    book_commit(&f->book);
    send_part(f, "c", 2, 3, an_alias("e", "f"));
    expect(f, "catalogue.applied", VERDICT_RECORDED);
    assert_int_equal(book_live(&f->book, BOOK_ALIAS), 0);
}

static void another_reason_is_the_same_content(void **state)
{
    struct fixture *f = *state;
    struct input input = {.topic = TOPIC_CATALOGUE, .offset = 900};

    shop(f);
    send_part(f, "c", 0, 2, a_module("m1", AUTO_CONNECT_NONE));
    input.as.catalogue_change = (struct catalogue_change){
        .event_id = TEXT("other"),
        .occurred_at = NOW - 5,
        .reason = TEXT("else"),
        .change_set = TEXT("c"),
        .count = 2,
        .change = a_module("m1", AUTO_CONNECT_NONE),
    };
    decide(f, &input);
    expect(f, "catalogue.duplicate", VERDICT_DUPLICATE);
}

static void waiting_parts_are_limited(void **state)
{
    struct fixture *f = *state;

    f->settings.max_parts = 2;
    shop(f);
    send_part(f, "c", 0, 4, a_module("m3", AUTO_CONNECT_ALL));
    send_part(f, "d", 0, 2, a_module("m4", AUTO_CONNECT_ALL));
    send_part(f, "c", 1, 4, a_module("m5", AUTO_CONNECT_ALL));
    expect_dead(f, "limit-exceeded", "too many parts");
    send_part(f, "c", 0, 4, a_module("m3", AUTO_CONNECT_ALL)); /* nothing new */
    expect(f, "catalogue.duplicate", VERDICT_DUPLICATE);
    send_part(f, "d", 1, 2, a_module("m5", AUTO_CONNECT_ALL)); /* completes: it need not wait */
    expect(f, "catalogue.applied", VERDICT_APPLIED);
    send_part(f, "c", 1, 4, a_module("m5", AUTO_CONNECT_ALL));
    expect(f, "catalogue.applied", VERDICT_RECORDED);
    f->settings.max_parts = 3;
    send_part(f, "full", 0, CHANGE_SET_PARTS_MAX, a_module("m5", AUTO_CONNECT_ALL));
    expect(f, "catalogue.applied", VERDICT_RECORDED);
    send_part(f, "big", 0, CHANGE_SET_PARTS_MAX + 1, a_module("m5", AUTO_CONNECT_ALL));
    expect_dead(f, "limit-exceeded", "more than 100000");
    f->settings.max_parts = 1; /* fewer than wait already */
    send_part(f, "e", 0, 2, a_module("m5", AUTO_CONNECT_ALL));
    expect_dead(f, "limit-exceeded", "too many parts wait");
}

/* --- which rule, which effects --- */

static void rules_and_effects_of_mixed_sets(void **state)
{
    struct fixture *f = *state;

    shop(f);
    send_part(f, "o", 0, 2, an_override(OVERRIDE_SCOPE_MODULE, "m1", "r__A", OVERRIDE_SETTING_ON));
    expect(f, "catalogue.applied", VERDICT_RECORDED);
    send_part(f, "o", 1, 2, an_override(OVERRIDE_SCOPE_MODULE, "m1", "r__B", OVERRIDE_SETTING_OFF));
    expect(f, "template.override", VERDICT_APPLIED);
    expect_effects(f, "template.override r__A|template.override r__B");
    expect_reason(f, "is applied whole, 2 parts");
    scan(f, "m1", "s1", "C D E F G H");
    scan(f, "m1", "s2", "H");
    expect(f, "scan.held", VERDICT_HELD);
    send_part(f, "x", 0, 2, an_approval("m1", "s2"));
    send_part(f, "x", 1, 2, an_override(OVERRIDE_SCOPE_MODULE, "m1", "r__C", OVERRIDE_SETTING_ON));
    expect(f, "catalogue.applied", VERDICT_APPLIED); /* the override of the same set counts for the approval */
    expect_effects(f, "scan.approved |template.override r__C|template.override r__C|template.removed r__D|"
                      "template.removed r__E|template.removed r__F|template.removed r__G");
    expect_reason(f, ", 4 templates removed");
    assert_true(linked(f, "m1", "r__C"));
}

static void an_unknown_scan_in_a_set_leaves_its_parts_waiting(void **state)
{
    struct fixture *f = *state;

    shop(f);
    send_part(f, "x", 0, 2, an_approval("m1", "later"));
    send_part(f, "x", 1, 2, a_module("m3", AUTO_CONNECT_ALL));
    expect_dead(f, "scan.unknown", "change_set \"x\"");
    assert_false(catalogue_module_known(snapshot(f), words("m3")));
    assert_int_equal(set(f, "x")->received, 1);
    scan(f, "m1", "later", "A");
    send_part(f, "x", 1, 2, a_module("m3", AUTO_CONNECT_ALL));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
    assert_true(catalogue_module_known(snapshot(f), words("m3")));
    assert_int_equal(set(f, "x")->received, 2);
    scan(f, "m1", "six", "A B C D E F");
    scan(f, "m1", "one", "A");
    expect(f, "scan.held", VERDICT_HELD);
    send_part(f, "y", 0, 2, an_approval("m1", "one"));
    send_part(f, "y", 1, 2, a_module("m4", AUTO_CONNECT_ALL));
    assert_int_equal(f->outcome.notifications.count, 5);
    assert_true(text_equal(f->outcome.notifications.items[0].module_id, words("m1")));
    change(f, an_approval("m1", "later"));
    assert_true(text_equal(f->decision->module_id, words("m1")));
    assert_true(text_empty(f->decision->item_id));
}

static void set_by(struct fixture *f, const char *actor, const char *why)
{
    struct input input = {.topic = TOPIC_CATALOGUE, .offset = f->offset++};

    input.as.catalogue_change = (struct catalogue_change){
        .event_id = TEXT("e"),
        .occurred_at = NOW,
        .actor = words(actor),
        .reason = words(why),
        .change_set = words(format(f, "by%s%s", actor, why)),
        .count = 1,
        .change = a_module("m1", AUTO_CONNECT_ALL),
    };
    decide(f, &input);
}

static void who_and_why_are_told_as_far_as_they_are_known(void **state)
{
    struct fixture *f = *state;

    set_by(f, "alice", "");
    expect_reason(f, "1 parts by alice");
    set_by(f, "", "spring");
    expect_reason(f, "1 parts: spring");
}

/* A price effective in the past is allowed. */
static void prices_may_be_effective_in_the_past_and_future(void **state)
{
    struct fixture *f = *state;

    shop(f);
    change(f, a_price("t1", "windows", 1, 5, NOW - 1000 * HOUR));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
    change(f, a_price("t1", "windows", 1, 6, NOW + 100000 * HOUR));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
    assert_int_equal(price_of(f, "t1", "windows"), 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_set_is_applied_when_all_parts_are_there),
        TEST(parts_may_come_in_any_order_and_are_applied_by_index),
        TEST(two_sets_may_interleave),
        TEST(parts_again_are_duplicates),
        TEST(other_content_refuses_an_open_set),
        TEST(another_count_refuses_an_open_set),
        TEST(an_applied_set_cannot_be_changed),
        TEST(applied_parts_are_told_apart),
        TEST(each_change_writes_its_own_record),
        TEST(a_set_that_lost_a_part_waits_for_it),
        TEST(another_reason_is_the_same_content),
        TEST(waiting_parts_are_limited),
        TEST(rules_and_effects_of_mixed_sets),
        TEST(who_and_why_are_told_as_far_as_they_are_known),
        TEST(an_unknown_scan_in_a_set_leaves_its_parts_waiting),
        TEST(prices_may_be_effective_in_the_past_and_future),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
