/* What a change set must not break: catalogue.refused (rules.md 1, last bullet; 9). */
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

static void refused(struct fixture *f, struct catalogue_change_change bad, const char *why)
{
    const char *id = format(f, "bad%d", ++f->sets);

    send_part(f, id, 0, 2, a_module("never", AUTO_CONNECT_ALL));
    send_part(f, id, 1, 2, bad);
    expect_dead(f, "catalogue.refused", why);
    expect_reason(f, "part 1 (");
    expect_reason(f, "is refused whole: ");
    assert_false(catalogue_module_known(snapshot(f), words("never"))); /* nothing of the set is applied */
    assert_int_equal(set(f, id)->status, CHANGE_SET_STATUS_REFUSED);
    assert_int_equal(book_live(&f->book, BOOK_PART), 0);
    send_part(f, id, 0, 2, a_module("never", AUTO_CONNECT_ALL));
    expect_dead(f, "catalogue.refused", "was refused and stays so");
}

static void unknown_references(void **state)
{
    struct fixture *f = *state;

    shop(f);
    refused(f, a_tariff(f, "t2", "m1 m9", "os"), "(tariff): module \"m9\" is not in the catalogue");
    refused(f, a_tariff(f, "t2", "m1", "eu"), "enumeration \"eu\" is not in the catalogue");
    refused(f, a_price("t9", "windows", 1, 1, 0), "(price): tariff \"t9\" is not in the catalogue");
    refused(f, a_price("t1", "mac", 1, 1, 0), "item \"mac\" is not in enumeration \"os\" of tariff \"t1\"");
    refused(f, an_override(OVERRIDE_SCOPE_MODULE, "m9", "r__A", OVERRIDE_SETTING_ON), "(override): module \"m9\"");
    refused(f, an_override(OVERRIDE_SCOPE_TARIFF, "m1", "r__A", OVERRIDE_SETTING_AUTO), "tariff \"m1\"");
    refused(f, an_approval("m9", "s1"), "(approval): module \"m9\" is not in the catalogue");
}

static void references_within_the_set_are_known(void **state)
{
    struct fixture *f = *state;

    send_part(f, "c", 4, 5, a_module("m1", AUTO_CONNECT_ALL));
    send_part(f, "c", 3, 5, an_enumeration(f, "os", "free=|windows=r__Windows"));
    send_part(f, "c", 2, 5, a_tariff(f, "t1", "m1", "os"));
    send_part(f, "c", 1, 5, a_price("t1", "windows", 1, 1, 0));
    send_part(f, "c", 0, 5, an_override(OVERRIDE_SCOPE_TARIFF, "t1", "r__A", OVERRIDE_SETTING_ON));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
    expect_effects(f, "template.override r__A");
}

static void an_item_of_a_tariff_without_enumeration(void **state)
{
    struct fixture *f = *state;

    shop(f);
    change(f, a_tariff(f, "plain", "m1", ""));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
    refused(f, a_price("plain", "windows", 1, 1, 0), "item \"windows\" is not in enumeration \"\"");
    change(f, a_price("plain", "", 1, 1, 0));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
}

static void templates_need_not_be_known(void **state)
{
    struct fixture *f = *state;

    shop(f);
    change(f, an_override(OVERRIDE_SCOPE_MODULE, "m1", "r__Later", OVERRIDE_SETTING_OFF));
    expect(f, "template.override", VERDICT_APPLIED);
    change(f, an_alias("r__Later", "r__Even later"));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
    change(f, some_settings("r__Later", 3));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
}

static void negative_prices(void **state)
{
    struct fixture *f = *state;

    shop(f);
    refused(f, a_price("t1", "windows", 1, -1, 0), "the price -0.000001 is negative");
    change(f, a_price("t1", "windows", 1, 0, 0));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
}

static struct catalogue_change_change rounded(struct fixture *f, int64_t rounding_micros)
{
    struct catalogue_change_change tariff = a_tariff(f, "t1", "m1", "os");

    tariff.as.tariff.rounding_micros = rounding_micros;
    return tariff;
}

static void prices_are_multiples_of_the_rounding(void **state)
{
    struct fixture *f = *state;

    shop(f);
    change(f, rounded(f, 10000));
    refused(f, a_price("t1", "windows", 1, 15000, 0), "no multiple of its rounding_micros 10000");
    refused(f, a_price("t1", "", 1, 9999, 0), "no multiple");
    change(f, a_price("t1", "windows", 1, 30000, 0));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
    refused(f, rounded(f, 20000), "the price 0.03 of item \"windows\" in tariff \"t1\" is no multiple");
    refused(f, rounded(f, 0), "rounding_micros of tariff \"t1\" must be 1 or more, it is 0");
    refused(f, rounded(f, -1), "must be 1 or more");
    change(f, rounded(f, 15000));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
}

static void prices_have_the_currency_of_the_tariff(void **state)
{
    struct fixture *f = *state;
    struct catalogue_change_change price = a_price("t1", "windows", 1, 1, 0);

    shop(f);
    price.as.price.currency = TEXT("USD");
    refused(f, price, "the price is in USD, tariff \"t1\" in EUR");
}

static void the_currency_of_a_tariff_never_changes(void **state)
{
    struct fixture *f = *state;
    struct catalogue_change_change tariff = a_tariff(f, "t1", "m1", "os");

    shop(f);
    tariff.as.tariff.currency = TEXT("USD");
    refused(f, tariff, "the currency of tariff \"t1\" is EUR and cannot become USD");
    tariff.as.tariff.tariff_id = TEXT("t2");
    send_part(f, "twice", 0, 2, tariff); /* within one set neither */
    send_part(f, "twice", 1, 2, a_tariff(f, "t2", "m1", "os"));
    expect_dead(f, "catalogue.refused", "is USD and cannot become EUR");
}

static void the_default_item_is_in_the_enumeration(void **state)
{
    struct fixture *f = *state;
    struct catalogue_change_change tariff = a_tariff(f, "t1", "m1", "os");

    shop(f);
    tariff.as.tariff.default_item = TEXT("gratis");
    refused(f, tariff, "default_item \"gratis\" of tariff \"t1\" is not in its enumeration \"os\"");
    tariff.as.tariff.default_item = TEXT("");
    refused(f, tariff, "default_item \"\"");
    refused(f, an_enumeration(f, "os", "windows=r__Windows"), "(enumeration): default_item \"free\" of tariff \"t1\"");
    tariff = a_tariff(f, "t1", "m1", "");
    tariff.as.tariff.default_item = TEXT("free");
    refused(f, tariff, "default_item \"free\"");
}

static void two_items_of_one_name(void **state)
{
    struct fixture *f = *state;

    shop(f);
    refused(f, an_enumeration(f, "os", "free=|a=r__X|b=r__X"), "have the internal_name \"r__X\"");
    refused(f, an_enumeration(f, "os", "free=|a=r__X|a=r__Y"), "have the item_id \"a\"");
    change(f, an_enumeration(f, "os", "free=|also free=|a=r__X|b=r__x")); /* bad id: a space */
    expect_dead(f, "bad-value", "item_id");
    change(f, an_enumeration(f, "os", "free=|free2=|a=r__X|b=r__x")); /* empty names match nothing; case counts */
    expect(f, "catalogue.applied", VERDICT_APPLIED);
}

static void an_item_may_leave_though_it_has_prices(void **state)
{
    struct fixture *f = *state;

    shop(f);
    change(f, a_price("t1", "windows", 1, 7, 0));
    change(f, an_enumeration(f, "os", "free=|panel=r__Panel"));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
    expect_item(f, "t1", "r__Windows", "default free");
    refused(f, a_price("t1", "windows", 1, 8, 0), "item \"windows\"");
    change(f, an_enumeration(f, "os", "free=|windows=r__Windows"));
    assert_int_equal(price_of(f, "t1", "windows"), 7);
}

static void alias_cycles_and_long_chains(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 8; i++)
        change(f, an_alias(format(f, "a%d", i), format(f, "a%d", i + 1)));
    expect(f, "catalogue.applied", VERDICT_APPLIED); /* a chain of 8 */
    send_part(f, "longer", 0, 1, an_alias("a8", "a9"));
    expect_dead(f, "catalogue.refused", "the aliases from \"a0\" on run in a circle or over more than 8 names");
    send_part(f, "front", 0, 1, an_alias("z", "a0"));
    expect_dead(f, "catalogue.refused", "\"z\"");
    send_part(f, "circle", 0, 1, an_alias("a4", "a2"));
    expect_dead(f, "catalogue.refused", "circle");
    send_part(f, "names", 0, 3, an_alias("p", "q"));
    send_part(f, "names", 1, 3, an_alias("o", "p"));
    send_part(f, "names", 2, 3, an_alias("q", "o"));
    expect_dead(f, "catalogue.refused", "the aliases from \"o\"");
    send_part(f, "self", 0, 1, an_alias("b", "b"));
    expect_dead(f, "catalogue.refused", "\"b\"");
    send_part(f, "first", 0, 2, an_alias("b", "b"));
    send_part(f, "first", 1, 2, a_module("m9", AUTO_CONNECT_ALL));
    expect_dead(f, "catalogue.refused", "\"b\"");
    send_part(f, "remove", 0, 1, an_alias("a3", ""));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
    send_part(f, "now", 0, 1, an_alias("a8", "a9"));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
    send_part(f, "remove2", 0, 1, an_alias("nobody", "")); /* removing nothing */
    expect(f, "catalogue.applied", VERDICT_APPLIED);
}

static void a_refused_set_takes_nothing_back_of_others(void **state)
{
    struct fixture *f = *state;

    shop(f);
    send_part(f, "open", 0, 2, a_price("t1", "windows", 1, 5, 0));
    send_part(f, "bad", 0, 1, a_price("t9", "windows", 1, 5, 0));
    expect_dead(f, "catalogue.refused", "\"t9\"");
    send_part(f, "open", 1, 2, a_price("t1", "panel", 1, 6, 0));
    expect(f, "catalogue.applied", VERDICT_APPLIED);
    assert_int_equal(price_of(f, "t1", "windows"), 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(unknown_references),
        TEST(references_within_the_set_are_known),
        TEST(an_item_of_a_tariff_without_enumeration),
        TEST(templates_need_not_be_known),
        TEST(negative_prices),
        TEST(prices_are_multiples_of_the_rounding),
        TEST(prices_have_the_currency_of_the_tariff),
        TEST(the_currency_of_a_tariff_never_changes),
        TEST(the_default_item_is_in_the_enumeration),
        TEST(two_items_of_one_name),
        TEST(an_item_may_leave_though_it_has_prices),
        TEST(alias_cycles_and_long_chains),
        TEST(a_refused_set_takes_nothing_back_of_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
