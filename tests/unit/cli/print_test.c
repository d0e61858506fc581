/* What a terminal may be shown: no control characters, columns below each other. */
#include "capture.h"
#include "cmocka_all.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "worker/cli/common/print.h"
#include "worker/cli/common/table.h"
#include "worker/cli/worker/worker_log.h"

static struct text of(const char *text)
{
    return (struct text){text, (uint32_t)strlen(text)};
}

static void test_escaping(void **state)
{
    static const char *const cases[][2] = {
        {"plain", "plain"},
        {"\x1b[31mred", "\\x1b[31mred"},
        {"a\rb\nc\td", "a\\x0db\\x0ac\\x09d"},
        {"del\x7f", "del\\x7f"},
        {"c1\xc2\x9b"
         "31m",
         "c1\\x9b31m"},
        {"na\xc3\xafve \xd0\xb6 \xe2\x82\xac", "na\xc3\xafve \xd0\xb6 \xe2\x82\xac"},
        {"\xc2\xa0", "\xc2\xa0"},                          /* a no-break space is no control character */
        {"user\xe2\x80\xaegpj.exe", "user\\u202egpj.exe"}, /* right-to-left override */
        {"\xe2\x81\xa6\xe2\x80\xa8", "\\u2066\\u2028"},    /* isolate, line separator */
        {"\xf3\xa0\x81\x81", "\\U000e0041"},               /* an invisible tag */
        {"\x9b"
         "31m\xff\xc3",
         "\\x9b31m\\xff\\xc3"},              /* no UTF-8; 9B alone is CSI to a terminal of 8 bits */
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"}, /* a surrogate */
        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
    };
    char buffer[200];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_escape(of(cases[i][0]), false, buffer, sizeof buffer);
        assert_string_equal(buffer, cases[i][1]);
    }
    print_escape(of("a\nb"), true, buffer, sizeof buffer);
    assert_string_equal(buffer, "a\nb");
}

/* Never beyond the buffer, always ended. */
static void test_escaping_into_little_room(void **state)
{
    char buffer[32];

    (void)state;
    for (size_t size = 1; size < sizeof buffer; size++) {
        memset(buffer, 'x', sizeof buffer);
        size_t used = print_escape(of("\x1b\x1b\x1b\x1b\x1b"), false, buffer, size);
        assert_true(used < size);
        assert_int_equal(buffer[used], '\0');
        assert_int_equal(buffer[size], 'x');
    }
}

static void test_columns(void **state)
{
    (void)state;
    assert_int_equal(print_columns(of("")), 0);
    assert_int_equal(print_columns(of("abc")), 3);
    assert_int_equal(print_columns(of("\xd0\xb6\xe2\x82\xac")), 2);
}

static void print_table(const void *context)
{
    static const struct table_column columns[] = {{"name", false}, {"amount", true}, {"text", false}};
    struct table table = {.columns = columns, .column_count = 3};

    (void)context;
    table_cell(&table, of("\xd0\xb6"));
    table_money(&table, -1500000);
    table_cell(&table, of("a\nb"));
    table_flush(&table);
    table_cell(&table, of("longer"));
    table_money(&table, 0);
    table_cell(&table, of(""));
    table_flush(&table);
    table_free(&table);
}

static void test_table(void **state)
{
    (void)state;
    assert_string_equal(captured(print_table, NULL), "name  amount  text\n"
                                                     "\xd0\xb6      -1.50  a\\x0ab\n"
                                                     "longer    0.00  -\n");
}

static void print_long(const void *context)
{
    char text[5000];

    (void)context;
    memset(text, 'x', sizeof text - 1);
    memcpy(text + 2047, "\xc2\x9b", 2); /* across two parts */
    text[sizeof text - 1] = '\0';
    put("%s", text);
}

static void test_long_lines(void **state)
{
    (void)state;
    const char *text = captured(print_long, NULL);
    assert_null(strchr(text, '\xc2'));
}

/* --- whatever is printed --- */

static char hostile[8 << 10];
static void (*print_hostile)(void);

static void by_put(void)
{
    put("a %s b\n", hostile);
}

static void by_put_text(void)
{
    put_text(of(hostile));
}

static void by_table(void)
{
    static const struct table_column columns[] = {{"title", false}};
    struct table table = {.columns = columns, .column_count = 1};

    table_cell(&table, of(hostile));
    table_format(&table, "%s", hostile);
    table_flush(&table);
    table_free(&table);
}

static void by_json(void)
{
    put_json(json_string_nocheck(hostile));
}

static void log_text(void)
{
    worker_log(&(struct worker_log){LOG_LEVEL_DEBUG, LOG_FORMAT_TEXT}, LOG_LEVEL_INFO, 1, "event", 2, "%s", hostile);
}

static void log_json(void)
{
    worker_log(&(struct worker_log){LOG_LEVEL_DEBUG, LOG_FORMAT_JSON}, LOG_LEVEL_INFO, 1, "event", 2, "%s", hostile);
}

static void by_say(void)
{
    say("%s: %s", hostile, hostile);
}

/* Standard error goes where standard output does. */
static void both(const void *context)
{
    int before = dup(STDERR_FILENO);

    (void)context;
    dup2(STDOUT_FILENO, STDERR_FILENO);
    print_hostile();
    dup2(before, STDERR_FILENO);
    close(before);
}

static void check_shown(const char *text, int lines)
{
    int ends = 0;

    for (size_t left = strlen(text); left;) {
        struct print_character character = print_character(text, left);
        ends += character.code == '\n';
        if (character.hidden && character.code != '\n')
            fail_msg("U+%04X is shown in: %s", character.code, text);
        text += character.size;
        left -= character.size;
    }
    assert_int_equal(ends, lines);
}

/* Every byte, every character that is to be hidden, each between letters: one line, without any of them. */
static void test_hostile_text(void **state)
{
    static const struct {
        void (*print)(void);
        int lines;
        bool utf8; /* what it is given is */
    } ways[] = {{by_put, 1, false},   {by_put_text, 0, false}, {by_table, 3, false}, {by_json, 1, true},
                {log_text, 1, false}, {log_json, 1, false},    {by_say, 1, false}};
    static const char *const sequences[] = {
        "\x1b]0;title\x07", "\x1b[2J\x1b[H",    "\n2025-01-01T00:00:00Z info forged: line",
        "\xe2\x80\xae",     "\xe2\x81\xa9",     "\xe2\x80\xa8",
        "\xef\xbb\xbf",     "\xf3\xa0\x80\xa0", "\xc2\x85",
        "\xd8\x9c"};

    (void)state;
    for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
        print_hostile = ways[way].print;
        for (int byte = 1; byte < (ways[way].utf8 ? 128 : 256); byte++) {
            (void)snprintf(hostile, sizeof hostile, "x%cy", byte);
            check_shown(captured(both, NULL), ways[way].lines);
        }
        for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++) {
            (void)snprintf(hostile, sizeof hostile, "x%sy", sequences[i]);
            check_shown(captured(both, NULL), ways[way].lines);
        }
    }
}

/* Cut where a part, a cell or a line of log ends: no half character. */
static void test_long_hostile_text(void **state)
{
    (void)state;
    print_hostile = log_json;
    for (size_t size = 1015; size < 1030; size++) {
        memset(hostile, 'x', size);
        (void)snprintf(hostile + size, sizeof hostile - size, "\xe2\x82\xac");
        const char *text = captured(both, NULL);
        check_shown(text, 1);
        assert_non_null(strstr(text, "xxx"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escaping),          cmocka_unit_test(test_escaping_into_little_room),
        cmocka_unit_test(test_columns),           cmocka_unit_test(test_table),
        cmocka_unit_test(test_long_lines),        cmocka_unit_test(test_hostile_text),
        cmocka_unit_test(test_long_hostile_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
