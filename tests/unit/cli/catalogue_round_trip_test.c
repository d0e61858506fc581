/* From a file through the lane's own rules into a book, and back: what export writes, plan finds unchanged. */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "worker/cli/catalogue_warnings.h"
#include "worker/cli/change_set.h"

static const char example[] =
    "modules:\n"
    "  ams: {title: Amsterdam, auto_connect: FREE_ONLY, strict: true}\n"
    "  fra: {auto_connect: NONE}\n"
    "enumerations:\n"
    "  os:\n"
    "    free: {internal_name: \"\", title: Free OS}\n"
    "    windows: {internal_name: \"ISP__Windows Server 2022\", sort: 10}\n"
    "  empty: {}\n"
    "tariffs:\n"
    "  small:\n"
    "    title: \"Small: \\\"S\\\"\"\n"
    "    currency: EUR\n"
    "    modules: [ams, fra]\n"
    "    enumeration: os\n"
    "    default_item: free\n"
    "    refund: PRORATA\n"
    "    rounding: \"0.01\"\n"
    "    prices: {1: \"31.00\", 12: \"365.00\", 0: {2025-01-01: \"1000.00\"}}\n"
    "    os_prices:\n"
    "      free: {1: \"0\", 12: \"0\"}\n"
    "      windows: {1: \"62.00\", 12: {1970-01-01: \"730.00\", 2026-01-01T06:30Z: \"799.99\"}}\n"
    "  plain: {currency: USD, enabled: false, prices: {1: \"0.000001\"}}\n"
    "aliases: {ISP__Win2022: \"ISP__Windows Server 2022\"}\n"
    "templates: {ISP__Debian: {title: Debian, sort: -5, tags: [linux, \"no\"]}}\n"
    "overrides: {tariffs: {small: {ISP__Debian: OFF}}, modules: {ams: {ISP__Debian: ON}}}\n";

struct world {
    struct memory memory, book_memory;
    struct catalogue_book book;
    struct catalogue_file file;
    struct differences differences;
    struct change_set set;
    struct text refusal;
};

static void open_world(struct world *world)
{
    memset(world, 0, sizeof *world);
    memory_init(&world->memory, 64 << 10, 0);
    memory_init(&world->book_memory, 64 << 10, 0);
    assert_true(book_init(&world->book, &world->book_memory.arena));
}

static void close_world(struct world *world)
{
    memory_clear(&world->memory);
    memory_clear(&world->book_memory);
}

static void read_file(struct world *world, const char *data)
{
    struct file_problems problems = {.arena = &world->memory.arena, .file = "test"};
    struct yaml_problem problem;
    const struct yaml_node *root = yaml_parse(data, strlen(data), &world->memory.arena, &problem);

    if (!root)
        fail_msg("line %u: %s", problem.line, problem.text);
    catalogue_file_read(root, &problems, &world->file);
    if (problems.count)
        fail_msg("line %u: %.*s", problems.items[0].line, (int)problems.items[0].text.size,
                 problems.items[0].text.data);
}

/* Plans and applies; the number of changes. */
static uint32_t apply(struct world *world, const char *data)
{
    read_file(world, data);
    catalogue_diff(&world->file, &world->book, &world->memory.arena, &world->differences);
    assert_true(change_set_make(&world->differences, "", "tester", "test", &world->memory.arena, &world->set));
    assert_true(change_set_try(&world->set, &world->book, &world->memory.arena, &world->refusal));
    return world->differences.changes;
}

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
    open_world(&world);
    open_world(&other);
    assert_int_equal(apply(&world, example), 19);
    assert_int_equal(world.refusal.size, 0);
    assert_int_equal(apply(&world, example), 0);
    assert_int_equal(world.differences.kept, 0);
    char *text = export_book(&world);
    assert_int_equal(apply(&world, text), 0); /* what was exported changes nothing */
    assert_int_equal(apply(&other, text), 19);
    assert_int_equal(other.refusal.size, 0);
    char *again = export_book(&other);
    assert_string_equal(again, text);
    free(text);
    free(again);
    close_world(&world);
    close_world(&other);
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
    open_world(&world);
    apply(&world, example);
    assert_int_equal(apply(&world, "aliases: {}\noverrides:\ntemplates: {}\n"), 4);
    assert_int_equal(find(&world, CATALOGUE_CHANGE_CHANGE_ALIAS)->kind, DIFFERENCE_REMOVED);
    assert_true(text_empty(find(&world, CATALOGUE_CHANGE_CHANGE_ALIAS)->change.as.alias.same_as));
    assert_int_equal(find(&world, CATALOGUE_CHANGE_CHANGE_OVERRIDE)->change.as.override.setting, OVERRIDE_SETTING_AUTO);
    assert_int_equal(world.refusal.size, 0);
    assert_int_equal(apply(&world, "aliases: {}\noverrides:\ntemplates: {}\n"), 0);
    assert_int_equal(apply(&world, ""), 0);
    assert_int_equal(apply(&world, "modules: {ams: {title: Amsterdam, auto_connect: FREE_ONLY, strict: true}}\n"), 0);
    assert_int_equal(world.differences.kept, 1); /* fra cannot be deleted */
    close_world(&world);
}

static void test_changes(void **state)
{
    struct world world;

    (void)state;
    open_world(&world);
    apply(&world, example);
    assert_int_equal(apply(&world, "tariffs:\n  plain: {currency: USD, enabled: true, prices: {1: \"0.000002\"}}\n"),
                     2);
    const struct difference *tariff = find(&world, CATALOGUE_CHANGE_CHANGE_TARIFF);
    assert_int_equal(tariff->kind, DIFFERENCE_CHANGED);
    assert_false(((const struct tariff *)tariff->before)->enabled);
    const struct difference *price = find(&world, CATALOGUE_CHANGE_CHANGE_PRICE);
    assert_int_equal(((const struct price *)price->before)->amount_micros, 1);
    assert_int_equal(price->change.as.price.amount_micros, 2);
    assert_int_equal(world.refusal.size, 0);
    close_world(&world);
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
        open_world(&world);
        apply(&world, example);
        apply(&world, cases[i][0]);
        snprintf(text, sizeof text, "%.*s", (int)world.refusal.size, world.refusal.size ? world.refusal.data : "");
        if (!strstr(text, cases[i][1]))
            fail_msg("%s: expected a refusal about %s, got: %s", cases[i][0], cases[i][1], text);
        close_world(&world);
    }
}

static void count_warning(void *context, const char *text)
{
    char *all = context;

    strncat(all, text, 1999 - strlen(all));
}

static void test_warnings(void **state)
{
    char text[2000] = "";
    struct world world;

    (void)state;
    open_world(&world);
    apply(&world, example);
    assert_int_equal(catalogue_warnings(&world.book, &world.memory.arena, count_warning, text), 1);
    assert_non_null(strstr(text, "windows and 0 months"));
    apply(&world, "tariffs: {bare: {currency: EUR}}\n");
    assert_int_equal(catalogue_warnings(&world.book, &world.memory.arena, count_warning, text), 3);
    assert_non_null(strstr(text, "bare has no price of its own"));
    assert_non_null(strstr(text, "bare has no module"));
    close_world(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_what_a_file_leaves_out),
        cmocka_unit_test(test_changes),    cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_warnings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
