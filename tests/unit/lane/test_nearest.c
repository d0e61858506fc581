/* order.template-unavailable names the nearest orderable template (rules.md 4 PLACED). */
#include "fixture.h"

static void expect_nearest_text(struct fixture *f, struct text wanted, const char *nearest)
{
    const struct catalogue *catalogue = snapshot(f);
    struct text found = catalogue_nearest(catalogue, catalogue_tariff(catalogue, words("t1")), words("m1"), wanted);

    if (!text_equal(found, words(nearest)))
        fail_msg("order.template-unavailable: nearest to %.*s: expected %s, got %.*s", (int)wanted.size, wanted.data,
                 nearest, (int)found.size, found.data);
}

static void expect_nearest(struct fixture *f, const char *wanted, const char *nearest)
{
    expect_nearest_text(f, words(wanted), nearest);
}

/* Longest common prefix ignoring ASCII case; ties: sort, then bytes. */
static void the_nearest_orderable_template(void **state)
{
    struct fixture *f = *state;

    open_shop(f, AUTO_CONNECT_ALL);
    expect_nearest(f, "r__Debian-12", "");
    scan(f, "m1", "s1", "Debian-11 debian-10 Ubuntu Arch");
    expect_nearest(f, "r__Debian-12", "r__Debian-11"); /* a tie, and D is before d */
    expect_nearest(f, "r__UBUNTU-24", "r__Ubuntu");
    expect_nearest(f, "R__aRCH", "r__Arch");
    expect_nearest(f, "zzz", "r__Arch");
    change(f, some_settings("r__debian-10", 0));
    expect_nearest(f, "r__Debian-12", "r__Debian-11"); /* without settings it is 0, too */
    change(f, some_settings("r__debian-10", -1));
    expect_nearest(f, "r__Debian-12", "r__debian-10"); /* sort goes before bytes */
    change(f, some_settings("r__Ubuntu", -5));
    expect_nearest(f, "r__Debian-12", "r__debian-10"); /* the prefix goes before sort */
    expect_nearest(f, "zzz", "r__Ubuntu");
    change(f, an_override(OVERRIDE_SCOPE_TARIFF, "t1", "r__Ubuntu", OVERRIDE_SETTING_OFF));
    expect_nearest(f, "r__UBUNTU-24", "r__debian-10");
    change(f, a_tariff(f, "t1", "", "os")); /* no module of the tariff */
    expect_nearest(f, "r__Debian-12", "");
}

static void letters_are_compared_without_case(void **state)
{
    struct fixture *f = *state;

    open_shop(f, AUTO_CONNECT_ALL);
    scan(f, "m1", "s1", "az-1 Aa x_1 x! Baaa Cx Ddzz");
    expect_nearest(f, "r__AZ-1", "r__az-1");
    expect_nearest(f, "r__x?1", "r__x!"); /* other signs are no letters: a tie */
    expect_nearest(f, "r__Cbbb", "r__Cx");
    expect_nearest(f, "x__Cx", "r__Aa"); /* from the first letter on */
}

/* What lies behind a name in memory, another one perhaps, is no part of it. */
static void prefixes_end_with_the_shorter_name(void **state)
{
    struct fixture *f = *state;

    open_shop(f, AUTO_CONNECT_ALL);
    scan(f, "m1", "s1", "aq Zz aqq Aq");
    expect_nearest(f, "r__Aqr__Zz", "r__Aq");
    expect_nearest_text(f, (struct text){"r__Aqr__Zz", 5}, "r__Aq");
    expect_nearest_text(f, (struct text){"r__Aqq", 5}, "r__Aq");
    scan(f, "m1", "s2", "aq Zz aqq");
    expect_nearest(f, "r__Aq", "r__aq"); /* the other one is gone, though it is still switched on */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_nearest_orderable_template),
        TEST(letters_are_compared_without_case),
        TEST(prefixes_end_with_the_shorter_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
