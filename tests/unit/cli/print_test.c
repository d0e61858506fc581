/* What a terminal may be shown: no control characters, columns below each other. */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "worker/cli/print.h"
#include "worker/cli/table.h"

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
        {"\xc2\xa0", "\xc2\xa0"}, /* a no-break space is no control character */
    };
    char buffer[100];

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

/* What `print` writes to standard output. */
static char *captured(void (*print)(void))
{
    static char text[2000];
    int before = dup(STDOUT_FILENO);
    FILE *file = tmpfile();

    assert_non_null(file);
    (void)fflush(stdout);
    dup2(fileno(file), STDOUT_FILENO);
    print();
    (void)fflush(stdout);
    dup2(before, STDOUT_FILENO);
    close(before);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    (void)fclose(file);
    return text;
}

static void print_table(void)
{
    static const struct table_column columns[] = {{"name", false}, {"amount", true}, {"text", false}};
    struct table table = {.columns = columns, .column_count = 3};

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
    assert_string_equal(captured(print_table), "name  amount  text\n"
                                               "\xd0\xb6      -1.50  a\\x0ab\n"
                                               "longer    0.00  -\n");
}

static void print_long(void)
{
    char text[5000];

    memset(text, 'x', sizeof text - 1);
    memcpy(text + 2047, "\xc2\x9b", 2); /* across two parts */
    text[sizeof text - 1] = '\0';
    put("%s", text);
}

static void test_long_lines(void **state)
{
    (void)state;
    const char *text = captured(print_long);
    assert_null(strchr(text, '\xc2'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escaping),   cmocka_unit_test(test_escaping_into_little_room),
        cmocka_unit_test(test_columns),    cmocka_unit_test(test_table),
        cmocka_unit_test(test_long_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
