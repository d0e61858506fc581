/* From a file through the lane's own rules into a book, and back: what export writes, plan finds unchanged. */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "tests/unit/cli/catalogue_world.h"

static char *export_book(struct world *world)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);

    catalogue_file_write(&world->book, &world->memory.arena, to);
    (void)fclose(to);
    return text;
}

static void test_round_trip(void **state)
{
    struct world world, other;

    (void)state;
    world_open(&world);
    world_open(&other);
    assert_int_equal(world_apply(&world, catalogue_example), 19);
    assert_int_equal(world.refusal.size, 0);
    assert_int_equal(world_apply(&world, catalogue_example), 0);
    assert_int_equal(world.differences.kept, 0);
    char *text = export_book(&world);
    assert_int_equal(world_apply(&world, text), 0); /* what was exported changes nothing */
    assert_int_equal(world_apply(&other, text), 19);
    assert_int_equal(other.refusal.size, 0);
    char *again = export_book(&other);
    assert_string_equal(again, text);
    free(text);
    free(again);
    world_close(&world);
    world_close(&other);
}

static const struct difference *find(const struct world *world, enum catalogue_change_change_kind kind)
{
    for (const struct difference *at = world->differences.first; at; at = at->next)
        if (at->change.kind == kind)
            return at;
    return NULL;
}

/* A section that is there is the whole truth; one that is not says nothing. */
static void test_what_a_file_leaves_out(void **state)
{
    struct world world;

    (void)state;
    world_open(&world);
    world_apply(&world, catalogue_example);
    assert_int_equal(world_apply(&world, "aliases: {}\noverrides:\ntemplates: {}\n"), 4);
    assert_int_equal(find(&world, CATALOGUE_CHANGE_CHANGE_ALIAS)->kind, DIFFERENCE_REMOVED);
    assert_true(text_empty(find(&world, CATALOGUE_CHANGE_CHANGE_ALIAS)->change.as.alias.same_as));
    assert_int_equal(find(&world, CATALOGUE_CHANGE_CHANGE_OVERRIDE)->change.as.override.setting, OVERRIDE_SETTING_AUTO);
    assert_int_equal(world.refusal.size, 0);
    assert_int_equal(world_apply(&world, "aliases: {}\noverrides:\ntemplates: {}\n"), 0);
    assert_int_equal(world_apply(&world, ""), 0);
    assert_int_equal(world_apply(&world, "modules: {ams: {title: Amsterdam, auto_connect: FREE_ONLY, strict: true}}\n"),
                     0);
    assert_int_equal(world.differences.kept, 1); /* fra cannot be deleted */
    world_close(&world);
}

static void test_changes(void **state)
{
    struct world world;

    (void)state;
    world_open(&world);
    world_apply(&world, catalogue_example);
    assert_int_equal(
        world_apply(&world, "tariffs:\n  plain: {currency: USD, enabled: true, prices: {1: \"0.000002\"}}\n"), 2);
    const struct difference *tariff = find(&world, CATALOGUE_CHANGE_CHANGE_TARIFF);
    assert_int_equal(tariff->kind, DIFFERENCE_CHANGED);
    assert_false(((const struct tariff *)tariff->before)->enabled);
    const struct difference *price = find(&world, CATALOGUE_CHANGE_CHANGE_PRICE);
    assert_int_equal(((const struct price *)price->before)->amount_micros, 1);
    assert_int_equal(price->change.as.price.amount_micros, 2);
    assert_int_equal(world.refusal.size, 0);
    world_close(&world);
}

/* The lane's own words, before anything is published. */
static void test_refusals(void **state)
{
    static const char *const cases[][2] = {
        {"tariffs: {t: {currency: EUR, modules: [nowhere]}}\n", "nowhere"},
        {"tariffs: {t: {currency: EUR, rounding: 0.01, prices: {1: 0.001}}}\n", "multiple"},
        {"tariffs: {t: {currency: EUR, prices: {1: -1}}}\n", "negative"},
        {"enumerations: {e: {a: {internal_name: x}, b: {internal_name: x}}}\n", "internal_name"},
        {"aliases: {a: b, b: a}\n", "circle"},
        {"tariffs: {small: {currency: USD}}\n", "currency"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world world;
        char text[1000];
        world_open(&world);
        world_apply(&world, catalogue_example);
        world_apply(&world, cases[i][0]);
        snprintf(text, sizeof text, "%.*s", (int)world.refusal.size, world.refusal.size ? world.refusal.data : "");
        if (!strstr(text, cases[i][1]))
            fail_msg("%s: expected a refusal about %s, got: %s", cases[i][0], cases[i][1], text);
        world_close(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_what_a_file_leaves_out),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
