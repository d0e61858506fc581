/* Types of values, and what must hold for every row of the table. */
#include "support.h"

struct values {
    const char *text;
    int64_t number;
    int choice;
    bool yes;
};

static const struct option number = {.name = "n", .type = OPTION_NUMBER, .minimum = 1, .maximum = 64, .unit = "cats"};
static const struct option size = {.name = "s", .type = OPTION_SIZE, .maximum = INT64_C(1) << 40};
static const struct option duration = {.name = "d", .type = OPTION_DURATION, .maximum = 86400000 * INT64_C(10)};

static void takes(const struct option *option, const char *text, int64_t expected, const char *printed)
{
    char allowed[OPTION_VALUE_MAX], got[100];
    struct values values = {.number = -1};
    struct option row = *option;

    row.offset = offsetof(struct values, number);
    if (!option_parse(&row, text, &values, allowed))
        fail_msg("\"%s\" refused: expected %s", text, allowed);
    assert_int_equal(values.number, expected);
    option_format(&row, &values, got, sizeof(got));
    assert_string_equal(got, printed);
}

static void refuses(const struct option *option, const char *text, const char *expected)
{
    char allowed[OPTION_VALUE_MAX] = "";
    struct values values = {.number = 7};
    struct option row = *option;

    row.offset = offsetof(struct values, number);
    if (option_parse(&row, text, &values, allowed))
        fail_msg("\"%s\" taken", text);
    assert_string_equal(allowed, expected);
    assert_int_equal(values.number, 7);
}

static void numbers(void **state)
{
    static const char *const bad[] = {"", "0", "65", "-1", "+1", "1.5", "0x10", "1 KiB", "abc", "18446744073709551617"};

    (void)state;
    takes(&number, "1", 1, "1");
    takes(&number, "64", 64, "64");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        refuses(&number, bad[i], "a number from 1 to 64 cats");
}

static void sizes(void **state)
{
    static const char *const bad[] = {
        "", "KiB", "-1", "1kb", "1KB", "1M", "1.5MiB", "1025GiB", "9223372036854775807GiB"};

    (void)state;
    takes(&size, "0", 0, "0");
    takes(&size, "1023", 1023, "1023");
    takes(&size, "1KiB", 1024, "1KiB");
    takes(&size, "64 MiB", 67108864, "64MiB");
    takes(&size, "1024MiB", 1073741824, "1GiB");
    takes(&size, "1024GiB", INT64_C(1) << 40, "1024GiB");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        refuses(&size, bad[i], "a size from 0 to 1024GiB: bytes, or with KiB, MiB, GiB");
}

static void durations(void **state)
{
    static const char *const bad[] = {"", "10", "10 sec", "s", "1s1", "1m30s", "11d", "1.5h", "9223372036854775807d"};

    (void)state;
    takes(&duration, "0", 0, "0");
    takes(&duration, "20ms", 20, "20ms");
    takes(&duration, "10 s", 10000, "10s");
    takes(&duration, "90s", 90000, "90s");
    takes(&duration, "300s", 300000, "5m");
    takes(&duration, "24h", 86400000, "1d");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        refuses(&duration, bad[i], "a time from 0 to 10d, with its unit: ms, s, m, h, d");
}

static void choices_and_booleans(void **state)
{
    const struct option choice = {
        .name = "c", .type = OPTION_CHOICE, .choices = "text|json|xml", .offset = offsetof(struct values, choice)};
    const struct option boolean = {.name = "b", .type = OPTION_BOOLEAN, .offset = offsetof(struct values, yes)};
    static const char *const yes[] = {"true", "yes", "on", "1"}, *const no[] = {"false", "no", "off", "0"};
    char allowed[OPTION_VALUE_MAX], text[20];
    struct values values = {0};

    (void)state;
    assert_true(option_parse(&choice, "json", &values, allowed));
    assert_int_equal(values.choice, 1);
    option_format(&choice, &values, text, sizeof(text));
    assert_string_equal(text, "json");
    assert_false(option_parse(&choice, "jso", &values, allowed));
    assert_false(option_parse(&choice, "text|json", &values, allowed));
    assert_false(option_parse(&choice, "", &values, allowed));
    assert_string_equal(allowed, "text, json or xml");
    for (size_t i = 0; i < 4; i++) {
        assert_true(option_parse(&boolean, yes[i], &values, allowed));
        assert_true(values.yes);
        assert_true(option_parse(&boolean, no[i], &values, allowed));
        assert_false(values.yes);
    }
    assert_false(option_parse(&boolean, "maybe", &values, allowed));
}

static bool text_taken(enum option_type type, const char *choices, const char *text)
{
    const struct option option = {.name = "t", .type = type, .choices = choices};
    char allowed[OPTION_VALUE_MAX];
    struct values values = {0};

    return option_parse(&option, text, &values, allowed);
}

static void texts(void **state)
{
    (void)state;
    assert_true(text_taken(OPTION_NAME, NULL, "osbill.A-1_b"));
    assert_false(text_taken(OPTION_NAME, NULL, "a b"));
    assert_false(text_taken(OPTION_NAME, NULL, "\xc3\xa4"));
    assert_true(text_taken(OPTION_TEXT, NULL, "p\xc3\xa4ss #word"));
    assert_false(text_taken(OPTION_TEXT, NULL, "a\nb"));
    assert_true(text_taken(OPTION_URL, "http|https", "https://host/path"));
    assert_false(text_taken(OPTION_URL, "http|https", "ftp://host"));
    assert_false(text_taken(OPTION_URL, "http|https", "http://"));
    assert_false(text_taken(OPTION_URL, "http|https", "http://a b"));
    assert_false(text_taken(OPTION_URL, "http|https", "host"));
    assert_true(text_taken(OPTION_ADDRESS, NULL, "127.0.0.1:9100"));
    assert_true(text_taken(OPTION_ADDRESS, NULL, "[::]:0"));
    assert_false(text_taken(OPTION_ADDRESS, NULL, "127.0.0.1"));
    assert_false(text_taken(OPTION_ADDRESS, NULL, "host:65536"));
    assert_false(text_taken(OPTION_ADDRESS, NULL, ":80"));
    assert_false(text_taken(OPTION_ADDRESS, NULL, "[::1"));
    assert_true(text_taken(OPTION_SERVERS, NULL, "a,b:9092, c:1"));
    assert_false(text_taken(OPTION_SERVERS, NULL, ""));
    assert_false(text_taken(OPTION_SERVERS, NULL, "a,"));
    assert_false(text_taken(OPTION_SERVERS, NULL, "a b"));
    assert_false(text_taken(OPTION_SERVERS, NULL, "http://a"));
}

static void text_lengths(void **state)
{
    const struct option option = {.name = "t", .type = OPTION_NAME, .minimum = 2, .maximum = 3};
    char allowed[OPTION_VALUE_MAX];
    struct values values = {0};

    (void)state;
    assert_false(option_parse(&option, "a", &values, allowed));
    assert_true(option_parse(&option, "ab", &values, allowed));
    assert_true(option_parse(&option, "abc", &values, allowed));
    assert_false(option_parse(&option, "abcd", &values, allowed));
}

static void urls_without_password(void **state)
{
    static const char *const pairs[][2] = {{"redis://me:secret@host/1", "redis://me:***@host/1"},
                                           {"redis://:p@ss:w@host", "redis://:***@host"},
                                           {"http://me:sec/r#e?t@host", "http://me:***@host"},
                                           {"http:/me:secret@host", "http:***@host"},
                                           {"me:secret@host", "me:***@host"},
                                           {"http://host/api?token=secret", "http://host/api?***"},
                                           {"http://me:secret@host/?key=secret", "http://me:***@host/?***"},
                                           {"redis://me@host", "redis://me@host"},
                                           {"redis://host:6379/1", "redis://host:6379/1"},
                                           {"unix:///run/redis.sock?db=1", "unix:///run/redis.sock?db=1"},
                                           {"nonsense", "nonsense"}};
    char text[100];

    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        option_redact_url(pairs[i][0], text, sizeof(text));
        assert_string_equal(text, pairs[i][1]);
        assert_int_equal(option_url_has_password(pairs[i][0]), i < 7);
    }
}

static void nearest_names(void **state)
{
    uint32_t count;
    const struct option *table = option_table(&count);

    (void)state;
    assert_string_equal(option_nearest(table, count, "thread"), "threads");
    assert_string_equal(option_nearest(table, count, "redis-ulr"), "redis-url");
    assert_string_equal(option_nearest(table, count, "registry-uri"), "registry-url");
    assert_string_equal(option_nearest(table, count, "scan.remove_after"), "scan.remove-after");
    assert_null(option_nearest(table, count, "colour"));
    assert_null(option_nearest(table, count, ""));
}

/* --- the table --- */

static void every_preset_is_allowed_and_printed_as_it_stands(void **state)
{
    uint32_t count;
    const struct option *table = option_table(&count);
    char allowed[OPTION_VALUE_MAX], text[OPTION_VALUE_MAX];

    (void)state;
    for (uint32_t i = 0; i < count; i++) {
        struct config config = {0};
        if (!option_parse(&table[i], table[i].preset, &config, allowed)) {
            if (table[i].preset[0])
                fail_msg("%s: %s is not %s", table[i].name, table[i].preset, allowed);
            continue;
        }
        option_format(&table[i], &config, text, sizeof(text));
        assert_string_equal(text, table[i].preset);
    }
}

static void every_row_is_complete_and_alone(void **state)
{
    uint32_t count;
    const struct option *table = option_table(&count);
    char first[256], second[256];

    (void)state;
    for (uint32_t i = 0; i < count; i++) {
        size_t length = strlen(table[i].help);
        assert_true(length > 10 && table[i].help[length - 1] == '.');
        assert_true(table[i].groups != 0);
        assert_non_null(table[i].preset);
        assert_true(table[i].type != OPTION_CHOICE || table[i].choices);
        assert_true(option_environment_name(table[i].name, "-file", first, sizeof(first)));
        option_environment_name(table[i].name, "", first, sizeof(first));
        for (uint32_t k = 0; k < i; k++) {
            option_environment_name(table[k].name, "", second, sizeof(second));
            assert_string_not_equal(first, second);
            assert_int_not_equal(table[i].offset, table[k].offset);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(sizes),
        cmocka_unit_test(durations),
        cmocka_unit_test(choices_and_booleans),
        cmocka_unit_test(texts),
        cmocka_unit_test(text_lengths),
        cmocka_unit_test(urls_without_password),
        cmocka_unit_test(nearest_names),
        cmocka_unit_test(every_preset_is_allowed_and_printed_as_it_stands),
        cmocka_unit_test(every_row_is_complete_and_alone),
    };
    return cmocka_run_group_tests_name("config: options", tests, NULL, NULL);
}
