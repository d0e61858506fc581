/* BILLmanager's price export: what the committed sample becomes, and what each mistake is called. */
#include "cmocka_all.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "tests/unit/cli/catalogue_world.h"
#include "worker/cli/catalogue_file/billmanager.h"

enum { TEXT_ROOM = 8000 };

struct reading {
    struct memory memory;
    struct file_problems problems;
    struct catalogue_file file;
    json_t *root;
    char warnings[TEXT_ROOM];
    int warning_count;
};

static void keep_warning(void *context, const char *text)
{
    struct reading *reading = context;

    strncat(reading->warnings, text, TEXT_ROOM - 2 - strlen(reading->warnings));
    strncat(reading->warnings, "\n", TEXT_ROOM - 1 - strlen(reading->warnings));
    reading->warning_count++;
}

static void read_export(struct reading *reading, json_t *root, const char *module_id, const char *currency)
{
    const struct import_settings settings = {module_id, currency, "vds", "ostempl"};
    struct import import = {.settings = &settings, .warn = keep_warning, .context = reading};

    memset(reading, 0, sizeof *reading);
    memory_init(&reading->memory, 64 << 10, 0);
    reading->problems = (struct file_problems){.arena = &reading->memory.arena, .file = "test"};
    reading->root = root;
    import.problems = &reading->problems;
    import.file = &reading->file;
    billmanager_read(&import, root);
}

static void end(struct reading *reading)
{
    json_decref(reading->root);
    memory_clear(&reading->memory);
}

static void read_text_of(struct reading *reading, const char *text, const char *currency)
{
    json_error_t error;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);

    if (!root)
        fail_msg("%s: %s", text, error.text);
    read_export(reading, root, "m", currency);
}

/* --- the sample --- */

static char *file_text(const char *folder, const char *name)
{
    char path[1000];
    char *text = calloc(1, 1 << 20);

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *from = fopen(path, "re");
    if (!from || !text || fread(text, 1, (1 << 20) - 1, from) == 0)
        fail_msg("%s cannot be read", path);
    (void)fclose(from);
    return text;
}

static char *written(struct world *world)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);

    catalogue_file_write(&world->book, &world->memory.arena, to);
    (void)fclose(to);
    return text;
}

static const char *folder;

static void test_sample(void **state)
{
    struct reading reading;
    struct world world;
    json_error_t error;
    char *json = file_text(folder, "pricelist.json"), *expected = file_text(folder, "pricelist.yaml");

    (void)state;
    read_export(&reading, json_loads(json, JSON_REJECT_DUPLICATES, &error), "vm-ams", "");
    if (reading.problems.count)
        fail_msg("%.*s", (int)reading.problems.items[0].text.size, reading.problems.items[0].text.data);
    world_open(&world);
    catalogue_diff(&reading.file, &world.book, &world.memory.arena, &world.differences);
    assert_true(change_set_make(&world.differences, "", "test", "", &world.memory.arena, &world.set));
    assert_true(change_set_try(&world.set, &world.book, &world.memory.arena, &world.refusal));
    assert_int_equal(world.refusal.size, 0);
    char *got = written(&world);
    assert_string_equal(got, expected);
    assert_int_equal(world_apply(&world, got), 0); /* what was imported and written changes nothing */
    assert_int_equal(reading.warning_count, 4);
    assert_non_null(strstr(reading.warnings, "$.doc.pricelist[0].addon: left out: the addons ncpu mem\n"));
    assert_non_null(strstr(reading.warnings, "$.doc.pricelist[2]: left out: its item type is 49 domain, not vds\n"));
    free(got);
    free(json);
    free(expected);
    end(&reading);
    world_close(&world);
}

/* --- mistakes --- */

#define TARIFF(rest) "{\"doc\": {\"pricelist\": {\"id\": \"1\", \"itemtype\": \"vds\", " rest "}}}"
#define EUR(period)  "\"price\": {\"$currency\": \"EUR\", \"period\": " period "}"
#define MONTH(cost)  "{\"$cost\": " cost ", \"$type\": \"month\", \"$length\": \"1\"}"
#define ADDON(rest)  TARIFF(EUR(MONTH("\"5\"")) ", \"addon\": {\"intname\": \"ostempl\", " rest "}")
#define ITEMS(items)                                                                     \
    ADDON("\"addontype\": 3, \"billtype\": 2, \"enumerationitem\": 1, \"enumeration\": " \
          "{\"id\": 7, \"enumerationitem\": [" items "]}")
#define ITEM(id, name) "{\"id\": " id ", \"intname\": \"" name "\"}"

static const struct {
    const char *json, *currency;
    const char *expected; /* the one mistake, or how it begins */
} mistakes[] = {
    {"[]", "", "$.pricelist: is missing"},
    {"{\"doc\": {}}", "", "$.doc.pricelist: is missing"},
    {"{\"doc\": {\"error\": {\"$type\": \"access\"}}}", "", "$.doc.error: BILLmanager answered with an error"},
    {"{\"doc\": {\"pricelist\": []}}", "", "$.doc.pricelist: is missing"},
    {"{\"doc\": {\"pricelist\": {\"id\": 1, \"itemtype\": 49}}}", "",
     "$.doc.pricelist: holds no tariff of item type vds"},
    {"{\"doc\": {\"pricelist\": {\"itemtype\": \"vds\"}}}", "", "$.doc.pricelist.id: is missing"},
    {"{\"doc\": {\"pricelist\": {\"id\": \"a b\", \"itemtype\": \"vds\"}}}", "", "$.doc.pricelist.id: is no id"},
    {"{\"doc\": {\"pricelist\": {\"id\": 1.5, \"itemtype\": \"vds\"}}}", "",
     "$.doc.pricelist.id: must be a text or a whole"},
    {"{\"doc\": {\"pricelist\": [{\"id\": 1, \"itemtype\": \"vds\", " EUR(MONTH("1")) "}, {\"id\": \"1\", "
                                                                                      "\"itemtype\": \"vds\"}]}}",
     "", "$.doc.pricelist[1].id: tariff 1 is there twice"},
    {TARIFF("\"active\": \"yes\", " EUR(MONTH("1"))), "", "$.doc.pricelist.active: must be on or off"},
    {TARIFF("\"name\": \"no price\""), "", "$.doc.pricelist.price: is missing"},
    /* currencies */
    {TARIFF("\"price\": {\"period\": " MONTH("\"5\"") "}"), "",
     "$.doc.pricelist.price.currency: is missing: --currency"},
    {TARIFF(EUR(MONTH("\"5\""))), "USD", "$.doc.pricelist.price.currency: is EUR, not USD as --currency says"},
    {ITEMS("{\"id\": 1, \"intname\": \"\", \"price\": {\"currency\": \"USD\", \"period\": " MONTH("1") "}}"), "",
     "$.doc.pricelist.addon.enumeration.enumerationitem[0].price.currency: is USD: the tariff's prices are in EUR"},
    /* amounts */
    {TARIFF(EUR(MONTH("\"5,00\""))), "", "$.doc.pricelist.price.period.cost: must be an amount such as 12.50"},
    {TARIFF(EUR(MONTH("\"\""))), "", "$.doc.pricelist.price.period.cost: is missing"},
    {TARIFF(EUR("[{\"$type\": \"month\", \"$length\": 1}]")), "", "$.doc.pricelist.price.period[0].cost: is missing"},
    {TARIFF(EUR(MONTH("\"0.0000001\""))), "",
     "$.doc.pricelist.price.period.cost: must be an amount with at most six places"},
    {TARIFF(EUR(MONTH("0.0000001"))), "", "$.doc.pricelist.price.period.cost: must be an amount such as"}, /* 1e-07 */
    {TARIFF(EUR(MONTH("123456789.12345678"))), "",
     "$.doc.pricelist.price.period.cost: must be a text or a whole number"},
    {TARIFF(EUR(MONTH("-1"))), "", "$.doc.pricelist.price.period.cost: is negative"},
    {TARIFF(EUR(MONTH("\"9999999999999\""))), "", "$.doc.pricelist.price.period.cost: must be an amount between"},
    {TARIFF(EUR(MONTH("true"))), "", "$.doc.pricelist.price.period.cost: must be a text or a whole number"},
    /* periods */
    {TARIFF(EUR("{\"$cost\": 1, \"$type\": \"week\", \"$length\": 1}")), "",
     "$.doc.pricelist.price.period.type: is week: month, year, lifetime, day or trial is known"},
    {TARIFF(EUR("{\"$cost\": 1, \"$length\": 1}")), "", "$.doc.pricelist.price.period.type: is missing"},
    {TARIFF(EUR("{\"$cost\": 1, \"$type\": \"month\"}")), "", "$.doc.pricelist.price.period.length: must be a whole"},
    {TARIFF(EUR("{\"$cost\": 1, \"$type\": \"month\", \"$length\": 121}")), "",
     "$.doc.pricelist.price.period.length: must be a whole number from -100 to 120"},
    {TARIFF(EUR("{\"$cost\": 1, \"$type\": \"month\", \"$length\": -1}")), "",
     "$.doc.pricelist.price.period.length: is no number of months"},
    {TARIFF(EUR("{\"$cost\": 1, \"$type\": \"year\", \"$length\": 11}")), "",
     "$.doc.pricelist.price.period.length: is no number of months"},
    {TARIFF(EUR("[{\"$cost\": 1, \"$type\": \"month\", \"$length\": 12}, {\"$cost\": 1, \"$type\": \"year\", "
                "\"$length\": 1}]")),
     "", "$.doc.pricelist.price.period[1]: is there twice: 12 months have a price already"},
    /* the OS addon */
    {ADDON("\"addontype\": 2, \"billtype\": 2"), "", "$.doc.pricelist.addon.addontype: is 2: the OS addon must be"},
    {ADDON("\"addontype\": 3, \"billtype\": 3"), "",
     "$.doc.pricelist.addon.billtype: is 3: the OS addon must be billed"},
    {ADDON("\"addontype\": 3"), "", "$.doc.pricelist.addon.billtype: is : the OS addon must be billed"},
    {ADDON("\"addontype\": 3, \"billtype\": 2"), "", "$.doc.pricelist.addon.enumeration: must be one enumeration"},
    {ADDON("\"addontype\": 3, \"billtype\": 2, \"enumeration\": \"7\""), "",
     "$.doc.pricelist.addon.enumeration: enumeration 7 is not in the export"},
    {ADDON("\"addontype\": 3, \"billtype\": 2, \"enumeration\": [\"8\", {\"id\": 7, \"enumerationitem\": []}]"), "",
     "$.doc.pricelist.addon.enumeration[1]: names enumeration 8 and 7"},
    {TARIFF(
         EUR(MONTH("1")) ", \"addon\": [{\"intname\": \"ostempl\", \"active\": \"off\"}, {\"intname\": \"ostempl\"}]"),
     "", "$.doc.pricelist.addon[1]: is a second addon ostempl"},
    /* items */
    {ITEMS(ITEM("2", "")), "", "$.doc.pricelist.addon.enumerationitem: the default item 1 is none of enumeration 7"},
    {ITEMS(ITEM("1", "") ", " ITEM("\"1\"", "x")), "",
     "$.doc.pricelist.addon.enumeration.enumerationitem[1].id: item 1 is there twice"},
    {ITEMS(ITEM("1", "x") ", " ITEM("2", "x")), "",
     "$.doc.pricelist.addon.enumeration.enumerationitem[1].intname: items 1 and 2 have the same internal name x"},
    {ITEMS(ITEM("1", "") ", {\"id\": 2}"), "",
     "$.doc.pricelist.addon.enumeration.enumerationitem[1].intname: is missing"},
    {ITEMS(ITEM("1", "") ", {\"intname\": \"x\"}"), "",
     "$.doc.pricelist.addon.enumeration.enumerationitem[1].id: is missing"},
    {"{\"doc\": {\"pricelist\": ["
     "{\"id\": 1, \"itemtype\": \"vds\", " EUR(
         MONTH("1")) ", \"addon\": {\"intname\": \"ostempl\", \"addontype\": 3, "
                     "\"billtype\": 2, \"enumerationitem\": 1, \"enumeration\": {\"id\": 7, \"enumerationitem\": " ITEM(
                         "1", "a") "}}}, "
                                   "{\"id\": 2, \"itemtype\": \"vds\", " EUR(
                                       MONTH("1")) ", \"addon\": {\"intname\": \"ostempl\", \"addontype\": 3, "
                                                   "\"billtype\": 2, \"enumerationitem\": 1, \"enumeration\": {\"id\": "
                                                   "7, \"enumerationitem\": " ITEM("1", "b") "}}}]}}",
     "",
     "$.doc.pricelist[1].addon.enumeration.enumerationitem.intname: item 1 is b here and a elsewhere in the export"},
};

static void test_mistakes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        struct reading reading;
        char got[1000] = "no mistake";
        read_text_of(&reading, mistakes[i].json, mistakes[i].currency);
        if (reading.problems.count)
            snprintf(got, sizeof got, "%.*s", (int)reading.problems.items[0].text.size,
                     reading.problems.items[0].text.data);
        if (reading.problems.count != 1 || strncmp(got, mistakes[i].expected, strlen(mistakes[i].expected)) != 0)
            fail_msg("%s\nexpected one mistake: %s\ngot %u: %s", mistakes[i].json, mistakes[i].expected,
                     reading.problems.count, got);
        end(&reading);
    }
}

/* --- what is read --- */

static const struct price *price_of(const struct reading *reading, const char *item_id, int32_t months)
{
    for (uint32_t i = 0; i < reading->file.count; i++) {
        const struct catalogue_change_change *change = &reading->file.items[i].change;
        if (change->kind == CATALOGUE_CHANGE_CHANGE_PRICE && change->as.price.period_months == months &&
            text_equal(change->as.price.item_id, (struct text){item_id, (uint32_t)strlen(item_id)}))
            return &change->as.price;
    }
    fail_msg("no price of %s for %d months", item_id, months);
    return NULL;
}

static void test_amounts_are_exact(void **state)
{
    static const struct {
        const char *cost;
        int64_t micros;
    } rows[] = {{"\"490.0000\"", 490000000},
                {"490.1", 490100000},
                {"0.1", 100000},
                {"4.35", 4350000},
                {"123456.789012", 123456789012},
                {"7", 7000000},
                {"{\"$\": \"0.07\"}", 70000},
                {"\"9223372036854.775807\"", INT64_MAX}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct reading reading;
        char json[500];
        snprintf(json, sizeof json, TARIFF(EUR(MONTH("%s"))), rows[i].cost);
        read_text_of(&reading, json, "");
        if (reading.problems.count || price_of(&reading, "", 1)->amount_micros != rows[i].micros)
            fail_msg("%s: expected %lld micros, got %u problems", rows[i].cost, (long long)rows[i].micros,
                     reading.problems.count);
        end(&reading);
    }
}

/* An enumeration of its own beside the tariffs; a price without a currency takes --currency. */
static void test_top_level_enumeration(void **state)
{
    struct reading reading;

    (void)state;
    read_text_of(
        &reading,
        "{\"enumeration\": {\"id\": 7, \"enumerationitem\": [" ITEM(
            "1",
            "") ", {\"id\": 2, \"intname\": \"w\", "
                "\"price\": {\"period\": " MONTH(
                    "3") "}}]}, "
                         "\"pricelist\": {\"id\": 1, \"itemtype\": {\"$\": \"vds\"}, \"price\": {\"period\": " MONTH(
                             "5") "}, "
                                  "\"addon\": {\"addon_itemtype_info\": {\"intname\": \"ostempl\"}, \"addontype\": 3, "
                                  "\"billtype\": \"2\", "
                                  "\"enumerationitem\": \"1\", \"enumeration\": {\"$\": \"7\"}}}}",
        "EUR");
    assert_int_equal(reading.problems.count, 0);
    assert_int_equal(price_of(&reading, "2", 1)->amount_micros, 3000000);
    assert_true(text_equal(price_of(&reading, "2", 1)->currency, TEXT("EUR")));
    end(&reading);
}

/* An addon that is not billed, and a tariff without one: the OS is free, and that is said. */
static void test_free_os(void **state)
{
    struct reading reading;

    (void)state;
    read_text_of(&reading, ADDON("\"billtype\": 1"), "");
    assert_int_equal(reading.problems.count, 0);
    assert_non_null(strstr(reading.warnings, "it is not billed, so the OS is free"));
    end(&reading);
    read_text_of(&reading, TARIFF(EUR(MONTH("1"))), "");
    assert_int_equal(reading.problems.count, 0);
    assert_non_null(strstr(reading.warnings, "tariff 1 has no addon ostempl: its OS is free"));
    end(&reading);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_amounts_are_exact),
        cmocka_unit_test(test_top_level_enumeration),
        cmocka_unit_test(test_free_os),
    };

    folder = argc > 1 ? argv[1] : ".";
    return cmocka_run_group_tests(tests, NULL, NULL);
}
