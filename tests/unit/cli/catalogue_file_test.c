/* The catalogue file: which change each line makes, and which mistakes are found where. */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "worker/cli/catalogue_file/catalogue_file.h"
#include "worker/engine/memory.h"

struct reading {
    struct memory memory;
    struct file_problems problems;
    struct catalogue_file file;
};

static void begin(struct reading *reading, const char *data)
{
    struct yaml_problem problem;

    memory_init(&reading->memory, 4096, 0);
    reading->problems = (struct file_problems){.arena = &reading->memory.arena, .file = "test"};
    const struct yaml_node *root = yaml_parse(data, strlen(data), &reading->memory.arena, &problem);
    if (!root)
        fail_msg("line %u: %s", problem.line, problem.text);
    catalogue_file_read(root, &reading->problems, &reading->file);
}

static const struct catalogue_change_change *only(const struct reading *reading)
{
    assert_int_equal(reading->problems.count, 0);
    assert_int_equal(reading->file.count, 1);
    return &reading->file.items[0].change;
}

static void test_module(void **state)
{
    struct reading reading;

    (void)state;
    begin(&reading, "modules:\n  m1: {title: \"Module 1\", auto_connect: FREE_ONLY, strict: true}\n");
    const struct catalogue_change_change *change = only(&reading);
    assert_int_equal(change->kind, CATALOGUE_CHANGE_CHANGE_MODULE);
    assert_true(text_equal(change->as.module.module_id, TEXT("m1")));
    assert_true(text_equal(change->as.module.title, TEXT("Module 1")));
    assert_int_equal(change->as.module.auto_connect, AUTO_CONNECT_FREE_ONLY);
    assert_true(change->as.module.strict);
    memory_clear(&reading.memory);
}

/* What is left out is what the schema says. */
static void test_tariff_defaults(void **state)
{
    struct reading reading;

    (void)state;
    begin(&reading, "tariffs:\n  t: {currency: EUR}\n");
    const struct tariff *tariff = &only(&reading)->as.tariff;
    assert_true(text_equal(tariff->os_param, TEXT("ostempl")));
    assert_int_equal(tariff->rounding_micros, 1);
    assert_int_equal(tariff->refund, REFUND_NONE);
    assert_true(tariff->enabled);
    assert_int_equal(tariff->module_ids.count, 0);
    memory_clear(&reading.memory);
}

static void test_tariff(void **state)
{
    struct reading reading;

    (void)state;
    begin(&reading,
          "tariffs:\n  t:\n    currency: EUR\n    modules: [m1, m2]\n    enumeration: os\n    default_item: free\n"
          "    refund: PRORATA\n    rounding: 0.01\n    disk_mib: 10240\n    enabled: false\n");
    const struct tariff *tariff = &only(&reading)->as.tariff;
    assert_int_equal(tariff->module_ids.count, 2);
    assert_true(text_equal(tariff->module_ids.items[1], TEXT("m2")));
    assert_true(text_equal(tariff->enumeration_id, TEXT("os")));
    assert_int_equal(tariff->refund, REFUND_PRORATA);
    assert_int_equal(tariff->rounding_micros, 10000);
    assert_int_equal(tariff->disk_mib, 10240);
    assert_false(tariff->enabled);
    memory_clear(&reading.memory);
}

static void test_prices(void **state)
{
    struct reading reading;

    (void)state;
    begin(&reading,
          "tariffs:\n  t:\n    currency: EUR\n    prices: {0: 100, 12: {2025-01-01: 0.1, 2026-01-01T12:00Z: 0.2}}\n"
          "    os_prices: {win: {1: \"62.00\"}}\n");
    assert_int_equal(reading.problems.count, 0);
    assert_int_equal(reading.file.count, 5);
    const struct price *lifetime = &reading.file.items[1].change.as.price;
    assert_int_equal(lifetime->period_months, 0);
    assert_int_equal(lifetime->amount_micros, 100000000);
    assert_int_equal(lifetime->effective_from, 0);
    assert_true(text_empty(lifetime->item_id));
    assert_true(text_equal(lifetime->currency, TEXT("EUR")));
    const struct price *second = &reading.file.items[3].change.as.price;
    assert_int_equal(second->amount_micros, 200000);
    assert_true(second->effective_from == 1767268800000);
    const struct price *item = &reading.file.items[4].change.as.price;
    assert_true(text_equal(item->item_id, TEXT("win")));
    assert_int_equal(item->amount_micros, 62000000);
    assert_int_equal(reading.file.items[4].line, 5);
    memory_clear(&reading.memory);
}

static void test_the_other_sections(void **state)
{
    struct reading reading;

    (void)state;
    begin(&reading, "enumerations: {os: {b: {internal_name: x__b, sort: 2}, a: {internal_name: \"\"}}}\n"
                    "aliases: {old: new}\ntemplates: {x__b: {title: B, sort: -1, tags: [p, q]}}\n"
                    "overrides: {tariffs: {t: {x__b: OFF}}, modules: {m: {x__b: \"ON\"}}}\n");
    assert_int_equal(reading.problems.count, 0);
    assert_int_equal(reading.file.count, 5);
    const struct enumeration *enumeration = &reading.file.items[0].change.as.enumeration;
    assert_int_equal(enumeration->items.count, 2); /* in the order of the file */
    assert_true(text_equal(enumeration->items.items[0].item_id, TEXT("b")));
    assert_true(text_equal(reading.file.items[1].change.as.alias.same_as, TEXT("new")));
    assert_int_equal(reading.file.items[2].change.as.template_settings.sort, -1);
    assert_int_equal(reading.file.items[2].change.as.template_settings.tags.count, 2);
    const struct override *off = &reading.file.items[3].change.as.override;
    assert_int_equal(off->scope, OVERRIDE_SCOPE_TARIFF);
    assert_int_equal(off->setting, OVERRIDE_SETTING_OFF);
    assert_int_equal(reading.file.items[4].change.as.override.scope, OVERRIDE_SCOPE_MODULE);
    assert_true(reading.file.has[SECTION_OVERRIDES]);
    assert_false(reading.file.has[SECTION_MODULES]);
    memory_clear(&reading.memory);
}

static const struct {
    const char *data;
    uint32_t line;
    const char *words;
} mistakes[] = {
    {"tarifs: {}\n", 1, "tarifs is not known: modules"},
    {"- a\n", 1, "must be a map"},
    {"modules: [m1]\n", 1, "modules must be a map"},
    {"modules:\n  m1: {}\n", 2, "m1: auto_connect is missing"},
    {"modules:\n  m1: {auto_connect: SOME}\n", 2, "auto_connect must be one of ALL, FREE_ONLY, NONE"},
    {"modules:\n  m1: {auto_connect: ALL, strict: maybe}\n", 2, "strict must be true or false"},
    {"modules:\n  m1: {auto_connect: ALL, titel: x}\n", 2, "titel is not known here"},
    {"modules:\n  m1: {auto_connect: ALL, title: [x]}\n", 2, "title must be a text"},
    {"tariffs:\n  t: {}\n", 2, "t: currency is missing"},
    {"tariffs:\n  t:\n    currency: EUR\n    prices:\n      1: 31,00\n", 5, "1 must be an amount such as 12.50"},
    {"tariffs:\n  t:\n    currency: EUR\n    prices:\n      1: 0.0000001\n", 5, "six places"},
    {"tariffs:\n  t:\n    currency: EUR\n    prices:\n      monthly: 1\n", 5,
     "monthly must be a whole number from 0 to 120"},
    {"tariffs:\n  t:\n    currency: EUR\n    prices:\n      121: 1\n", 5, "from 0 to 120"},
    {"tariffs:\n  t:\n    currency: EUR\n    prices:\n      1: {soon: 1}\n", 5, "soon must be a date"},
    {"tariffs:\n  t:\n    currency: EUR\n    prices: 5\n", 4, "prices must be a map of months"},
    {"tariffs:\n  t:\n    currency: EUR\n    os_prices: [a]\n", 4, "os_prices must be a map of items"},
    {"tariffs:\n  t:\n    currency: EUR\n    modules: m1\n", 4, "modules must be a list: [a, b]"},
    {"tariffs:\n  t:\n    currency: EUR\n    disk_mib: 1.5\n", 4, "disk_mib must be a whole number"},
    {"tariffs:\n  t:\n    currency: EUR\n    disk_mib: 9223372036854775808\n", 4, "disk_mib must be a whole number"},
    {"enumerations:\n  os: {a: {title: x}}\n", 2, "a: internal_name is missing"},
    {"enumerations:\n  os: [a]\n", 2, "os must be a map of items"},
    {"aliases:\n  a: [b]\n", 2, "a must name the template"},
    {"aliases:\n  a:\n", 2, "a must name the template"},
    {"templates:\n  a: {sort: 2147483648}\n", 2, "sort must be a whole number from -2147483648 to 2147483647"},
    {"overrides:\n  tariffs:\n    t: {a: AUTO}\n", 3, "a must be ON or OFF; leave it out for AUTO"},
    {"overrides:\n  tariff: {}\n", 2, "overrides holds tariffs and modules, not tariff"},
};

static void test_mistakes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        struct reading reading;
        begin(&reading, mistakes[i].data);
        const struct text got = reading.problems.count ? reading.problems.items[0].text : TEXT("no problem");
        char text[500];
        snprintf(text, sizeof text, "%.*s", (int)got.size, got.data);
        if (reading.problems.count != 1 || reading.problems.items[0].line != mistakes[i].line ||
            !strstr(text, mistakes[i].words))
            fail_msg("%s: expected line %u: %s, got %u problems, line %u: %s", mistakes[i].data, mistakes[i].line,
                     mistakes[i].words, reading.problems.count,
                     reading.problems.count ? reading.problems.items[0].line : 0, text);
        memory_clear(&reading.memory);
    }
}

/* All mistakes are said at once, up to a limit. */
static void test_many_mistakes(void **state)
{
    char data[2000] = "aliases:\n";
    struct reading reading;

    (void)state;
    for (int i = 0; i < 50; i++)
        snprintf(data + strlen(data), sizeof data - strlen(data), "  a%d: []\n", i);
    begin(&reading, data);
    assert_int_equal(reading.problems.count, 20);
    assert_int_equal(reading.problems.more, 30);
    memory_clear(&reading.memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_module),
        cmocka_unit_test(test_tariff_defaults),
        cmocka_unit_test(test_tariff),
        cmocka_unit_test(test_prices),
        cmocka_unit_test(test_the_other_sections),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_many_mistakes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
