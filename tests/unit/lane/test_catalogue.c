/* Snapshots: which item, which price, os.near-miss, price.no-addon, what is orderable and fits (rules.md 1, 2, 4). */
#include "fixture.h"

#include "core/snapshot_internal.h"

/* Module m1; enumeration os; tariffs t1 (windows and panel priced), t2 (only panel priced), plain (no addon). */
static void shop(struct fixture *f)
{
    change(f, a_module("m1", AUTO_CONNECT_ALL));
    change(f, an_enumeration(f, "os", "free=|windows=ISP__Windows 2019|panel=ISP__Panel|odd=ISP__"));
    change(f, a_tariff(f, "t1", "m1", "os"));
    change(f, a_tariff(f, "t2", "m1", "os"));
    change(f, a_tariff(f, "plain", "m1", ""));
    change(f, a_price("t1", "windows", 1, 10, 100));
    change(f, a_price("t1", "panel", 1, 20, 100));
    change(f, a_price("t2", "panel", 1, 20, 100));
    change(f, a_price("t2", "windows", 1, 0, 100));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
}

/* --- 2.1, 2.2 --- */

static void without_enumeration_the_os_is_free(void **state)
{
    struct fixture *f = *state;

    shop(f);
    expect_item(f, "plain", "ISP__Windows 2019", "no-addon"); /* price.no-addon */
    expect_item(f, "plain", "", "no-addon");
}

static void a_template_equals_an_internal_name_or_is_the_default(void **state)
{
    struct fixture *f = *state;

    shop(f);
    expect_item(f, "t1", "ISP__Windows 2019", "mapped windows");
    expect_item(f, "t1", "ISP__Windows 2022", "default free");
    expect_item(f, "t1", "", "default free"); /* equals no item, though one has an empty internal name */
    expect_item(f, "t1", "windows", "default free");
    struct item item = catalogue_item(snapshot(f), catalogue_tariff(snapshot(f), words("t1")), (struct text){NULL, 0});
    assert_int_equal(item.match, ITEM_DEFAULT);
}

static void aliases_are_tried_in_turn(void **state)
{
    struct fixture *f = *state;

    shop(f);
    change(f, an_alias("a", "b"));
    change(f, an_alias("b", "ISP__Panel"));
    change(f, an_alias("ISP__Panel", "ISP__Windows 2019")); /* the first that equals an item wins */
    expect_item(f, "t1", "a", "mapped panel");
    expect_item(f, "t1", "b", "mapped panel");
    expect_item(f, "t1", "c", "default free");
    change(f, an_enumeration(f, "os", "free=|windows=ISP__Windows 2019"));
    expect_item(f, "t1", "a", "mapped windows"); /* the next alias in the chain */
}

static void a_chain_of_eight_aliases_is_followed_to_its_end(void **state)
{
    struct fixture *f = *state;

    shop(f);
    for (int i = 0; i < 7; i++)
        change(f, an_alias(format(f, "a%d", i), format(f, "a%d", i + 1)));
    change(f, an_alias("a7", "ISP__Panel"));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
    expect_item(f, "t1", "a0", "mapped panel");
}

static void an_alias_of_nothing_is_none(void **state)
{
    struct fixture *f = *state;

    change(f, an_alias("a", "b"));
    change(f, an_alias("a", ""));
    assert_int_equal(book_live(&f->book, BOOK_ALIAS), 0);
}

/* os.near-miss: lower-case, trim, drop all up to the first `__`, on both sides; the item has a positive price. */
static void near_misses(void **state)
{
    struct fixture *f = *state;

    shop(f);
    expect_item(f, "t1", "other__Windows 2019", "default free near windows");
    expect_item(f, "t1", "isp__WINDOWS 2019", "default free near windows");
    expect_item(f, "t1", "  windows 2019\t\n\r\v\f", "default free near windows");
    expect_item(f, "t1", "a_b__panel", "default free near panel");
    expect_item(f, "t2", "isp__panel", "default free near panel");
}

static void not_so_near_misses(void **state)
{
    struct fixture *f = *state;

    shop(f);
    expect_item(f, "t2", "isp__windows 2019", "default free"); /* its price there is zero */
    expect_item(f, "t1", "isp__windows  2019", "default free");
    expect_item(f, "t1", "isp_windows 2019", "default free");
    expect_item(f, "t1", "x_Xpanel", "default free");    /* `_` alone is none */
    expect_item(f, "t1", "a__b__panel", "default free"); /* the first `__` only */
    expect_item(f, "t1", "isp__ panel", "default free"); /* trimmed before the prefix is dropped */
    expect_item(f, "t1", "other__", "default free");     /* nothing is left of it */
    expect_item(f, "t1", "", "default free");
    expect_item(f, "t1", "ISP__Panel", "mapped panel");
}

/* What follows the name in memory is no part of it. */
static void a_name_of_spaces_is_empty(void **state)
{
    (void)state;
    assert_int_equal(normal_part((struct text){"   x", 2}).size, 0);
}

static void a_near_miss_may_have_several_candidates(void **state)
{
    struct fixture *f = *state;

    shop(f);
    change(f, an_enumeration(f, "os", "free=|one=a__X|two=b__X|three=c__x"));
    expect_item(f, "t1", "d__x", "default free"); /* none of them has a price */
    change(f, a_price("t1", "three", 1, 5, 0));
    expect_item(f, "t1", "d__x", "default free near three");
    change(f, a_price("t1", "two", 1, 5, 0));
    expect_item(f, "t1", "d__x", "default free near two"); /* the first in the enumeration */
}

static void near_misses_among_many_items(void **state)
{
    struct fixture *f = *state;
    struct enumeration_item items[301] = {{.item_id = TEXT("free")}};
    struct catalogue_change_change enumeration = an_enumeration(f, "os", "");

    shop(f);
    for (int i = 1; i <= 300; i++)
        items[i] = (struct enumeration_item){words(format(f, "i%d", i)), words(format(f, "A__aZ[%d@", i)), TEXT(""), 0};
    enumeration.as.enumeration.items = (struct enumeration_item_array){items, 301};
    change(f, enumeration);
    for (int i = 1; i <= 300; i++)
        change(f, a_price("t1", format(f, "i%d", i), 1, 5, 0));
    for (int i = 1; i <= 300; i++) {
        expect_item(f, "t1", format(f, "B__Az[%d@", i), format(f, "default free near i%d", i));
        expect_item(f, "t1", format(f, "A__aZ[%d@", i), format(f, "mapped i%d", i));
        expect_item(f, "t1", format(f, "B__Az{%d@", i), "default free");
        expect_item(f, "t1", format(f, "B__Az[%d`", i), "default free");
    }
}

/* --- 2.3 --- */

static struct price_at price(struct fixture *f, const char *item, int32_t months, int64_t moment)
{
    return catalogue_price(catalogue_tariff(snapshot(f), words("t1")), words(item), months, moment);
}

static void the_latest_price_that_is_effective(void **state)
{
    struct fixture *f = *state;

    shop(f);
    change(f, a_price("t1", "windows", 1, 30, 300));
    change(f, a_price("t1", "windows", 1, 20, 200));
    change(f, a_price("t1", "windows", 12, 99, 150));
    assert_int_equal(price(f, "windows", 1, 99).found, PRICE_NONE); /* missing is not zero */
    assert_int_equal(price(f, "windows", 1, 100).amount_micros, 10);
    assert_int_equal(price(f, "windows", 1, 199).amount_micros, 10);
    assert_int_equal(price(f, "windows", 1, 200).amount_micros, 20);
    assert_int_equal(price(f, "windows", 1, 299).effective_from, 200);
    assert_int_equal(price(f, "windows", 1, 300).amount_micros, 30);
    assert_int_equal(price(f, "windows", 1, INT64_MAX).amount_micros, 30);
    assert_int_equal(price(f, "windows", 12, 149).found, PRICE_NONE);
    assert_int_equal(price(f, "windows", 12, 150).amount_micros, 99);
    assert_int_equal(price(f, "windows", 0, INT64_MAX).found, PRICE_NONE);
    assert_int_equal(price(f, "windows", 6, INT64_MAX).found, PRICE_NONE); /* months are exact */
    assert_int_equal(price(f, "windows", 24, INT64_MAX).found, PRICE_NONE);
}

static void the_same_key_again_replaces(void **state)
{
    struct fixture *f = *state;

    shop(f);
    change(f, a_price("t1", "windows", 1, 11, 100));
    assert_int_equal(price(f, "windows", 1, 100).amount_micros, 11);
    const struct price_state *rows = book_get(&f->book, BOOK_PRICE, words("t1"), words("windows"));
    assert_int_equal(rows->rows.count, 1);
}

static void only_a_default_item_without_any_price_is_free(void **state)
{
    struct fixture *f = *state;

    shop(f);
    assert_int_equal(price(f, "free", 1, 0).found, PRICE_FREE_DEFAULT);
    assert_int_equal(price(f, "free", 1, 0).amount_micros, 0);
    assert_int_equal(price(f, "odd", 1, INT64_MAX).found, PRICE_NONE);
    assert_int_equal(price(f, "", 1, INT64_MAX).found, PRICE_NONE);
    change(f, a_price("t1", "free", 12, 5, 0));
    assert_int_equal(price(f, "free", 1, INT64_MAX).found, PRICE_NONE); /* it has a Price now, but none for 1 month */
    assert_int_equal(price(f, "free", 12, 0).amount_micros, 5);
    change(f, a_price("t1", "", 1, 7, 0));
    assert_int_equal(price(f, "", 1, 0).amount_micros, 7); /* base price */
}

static void a_price_of_zero_is_a_price(void **state)
{
    struct fixture *f = *state;

    shop(f);
    struct price_at found = catalogue_price(catalogue_tariff(snapshot(f), words("t2")), words("windows"), 1, 100);
    assert_int_equal(found.found, PRICE_FOUND);
    assert_int_equal(found.amount_micros, 0);
    assert_int_equal(found.effective_from, 100);
}

/* --- modules, tariffs --- */

static void modules_and_tariffs(void **state)
{
    struct fixture *f = *state;

    shop(f);
    change(f, a_strict_module("m2"));
    const struct catalogue *catalogue = snapshot(f);
    assert_int_equal(catalogue_version(catalogue), f->version);
    assert_true(catalogue_module_strict(catalogue, words("m2")));
    assert_false(catalogue_module_strict(catalogue, words("m1")));
    assert_false(catalogue_module_strict(catalogue, words("m9"))); /* unknown module: not strict */
    assert_true(catalogue_module_known(catalogue, words("m2")));
    assert_false(catalogue_module_known(catalogue, words("m9")));
    assert_null(catalogue_tariff(catalogue, words("t9")));
    const struct catalogue_tariff *tariff = catalogue_tariff(catalogue, words("t1"));
    assert_true(text_equal(tariff_terms(tariff)->currency, words("EUR")));
    assert_true(tariff_has_module(tariff, words("m1")));
    assert_false(tariff_has_module(tariff, words("m2")));
    assert_false(tariff_has_module(tariff, words("m9")));
}

static void a_renumbered_snapshot_is_the_same_but_for_its_version(void **state)
{
    struct fixture *f = *state;

    shop(f);
    const struct catalogue *next = catalogue_renumber(snapshot(f), 99, &f->words.arena);
    assert_int_equal(catalogue_version(next), 99);
    assert_ptr_equal(catalogue_tariff(next, words("t1")), catalogue_tariff(snapshot(f), words("t1")));
}

/* --- templates of the order form --- */

static void big(struct fixture *f, const char *name, int64_t disk_mib, int64_t ram_mib)
{
    struct input input = {.topic = TOPIC_TEMPLATE_DISCOVERED, .offset = f->offset++};

    input.as.template_discovered = (struct template_discovered){
        .event_id = TEXT("e"),
        .occurred_at = NOW,
        .module_id = TEXT("m1"),
        .scan_id = TEXT("s"),
        .scan_size = 99,
        .repository = TEXT("r"),
        .name = words(name),
        .min_disk_mib = disk_mib,
        .min_ram_mib = ram_mib,
    };
    decide(f, &input);
}

static void resources_fit_up_to_the_limit(void **state)
{
    struct fixture *f = *state;
    struct catalogue_change_change small = a_tariff(f, "small", "m1", "");

    shop(f);
    small.as.tariff.disk_mib = 100;
    small.as.tariff.ram_mib = 10;
    change(f, small);
    big(f, "fits", 100, 10);
    big(f, "less", 99, 9);
    big(f, "disk", 101, 0);
    big(f, "ram", 0, 11);
    const struct catalogue *catalogue = snapshot(f);
    const struct catalogue_tariff *tariff = catalogue_tariff(catalogue, words("small"));
    assert_true(catalogue_fits(catalogue, tariff, words("r__fits")));
    assert_true(catalogue_fits(catalogue, tariff, words("r__less")));
    assert_false(catalogue_fits(catalogue, tariff, words("r__disk")));
    assert_false(catalogue_fits(catalogue, tariff, words("r__ram")));
    assert_true(catalogue_fits(catalogue, tariff, words("r__unknown")));
    assert_true(
        catalogue_fits(catalogue, catalogue_tariff(catalogue, words("t1")), words("r__disk"))); /* 0: unlimited */
}

static void orderable_needs_link_switch_and_module(void **state)
{
    struct fixture *f = *state;

    shop(f);
    scan(f, "m1", "s1", "A");
    assert_true(orderable(f, "t1", "m1", "r__A"));
    assert_false(orderable(f, "t1", "m1", "r__B"));
    assert_false(orderable(f, "t1", "m9", "r__A"));
    assert_false(linked(f, "m9", "r__A"));
}

/* Many tariffs and templates: rows of bits beyond one word, tables that grow. */
static void many_of_all(void **state)
{
    struct fixture *f = *state;

    change(f, a_module("m1", AUTO_CONNECT_ALL));
    change(f, a_module("m2", AUTO_CONNECT_NONE));
    for (int i = 0; i < 70; i++)
        change(f, a_tariff(f, format(f, "t%d", i), i % 2 ? "m1" : "m2", ""));
    for (int i = 0; i < 150; i++) {
        see(f, "m1", "s", 1000, format(f, "%d", i));
        if (i % 3 == 0)
            see(f, "m2", "s", 1000, format(f, "%d", i));
    }
    for (int i = 0; i < 150; i++) {
        const char *template = format(f, "r__%d", i);
        assert_true(orderable(f, "t69", "m1", template));
        assert_false(orderable(f, "t68", "m2", template));
        assert_int_equal(linked(f, "m2", template), i % 3 == 0);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_enumeration_the_os_is_free),
        TEST(a_template_equals_an_internal_name_or_is_the_default),
        TEST(aliases_are_tried_in_turn),
        TEST(a_chain_of_eight_aliases_is_followed_to_its_end),
        TEST(an_alias_of_nothing_is_none),
        TEST(near_misses),
        TEST(not_so_near_misses),
        TEST(a_name_of_spaces_is_empty),
        TEST(a_near_miss_may_have_several_candidates),
        TEST(near_misses_among_many_items),
        TEST(the_latest_price_that_is_effective),
        TEST(the_same_key_again_replaces),
        TEST(only_a_default_item_without_any_price_is_free),
        TEST(a_price_of_zero_is_a_price),
        TEST(modules_and_tariffs),
        TEST(a_renumbered_snapshot_is_the_same_but_for_its_version),
        TEST(resources_fit_up_to_the_limit),
        TEST(orderable_needs_link_switch_and_module),
        TEST(many_of_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
