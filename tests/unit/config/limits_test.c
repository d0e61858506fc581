/* Each limit of configuration files: below it, at it, above it (docs/limits.md). */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>

#define LINE (OPTION_VALUE_MAX + 255) /* bytes of the longest line, without its end */

static int clear(void **state)
{
    (void)state;
    test_config_free();
    return 0;
}

struct seen {
    uint32_t settings, problems;
};

static void setting(void *context, const char *name, const char *value, uint32_t line)
{
    (void)name;
    (void)value;
    (void)line;
    ((struct seen *)context)->settings++;
}

static void problem(void *context, const char *text, uint32_t line)
{
    (void)line;
    assert_string_equal(text, "the line is too long");
    ((struct seen *)context)->problems++;
}

static void a_line(void **state)
{
    char text[LINE + 10];

    (void)state;
    for (int over = -1; over <= 1; over++) {
        struct seen seen = {0, 0};
        const struct config_lines lines = {&seen, setting, problem};
        memset(text, 'x', sizeof text);
        memcpy(text, "a = ", 4);
        text[LINE + over] = '\n';
        config_parse_buffer(text, (size_t)(LINE + over + 1), &lines);
        assert_int_equal(seen.settings, over <= 0);
        assert_int_equal(seen.problems, over > 0);
    }
}

/* A file of comments, so large, and a setting. */
static char *file_of(size_t size, const char *last)
{
    char *text = malloc(size + 1);

    assert_non_null(text);
    for (size_t i = 0; i < size; i++)
        text[i] = i % 100 == 99 ? '\n' : '#';
    memcpy(text + size - strlen(last), last, strlen(last) + 1);
    return text;
}

static void a_file(void **state)
{
    (void)state;
    for (int over = -1; over <= 1; over++) {
        char *text = file_of((size_t)((1 << 20) + over), "\nthreads = 3\n");
        if (over > 0)
            assert_problems(&(struct sources){.file = text}, "DIR/osbill.conf: File too large");
        else
            assert_int_equal(load(&(struct sources){.file = text})->threads, 3);
        test_config_free();
        free(text);
    }
}

static void write_secret(char path[], size_t size)
{
    FILE *file = fdopen(mkstemp(path), "w");

    assert_non_null(file);
    for (size_t i = 0; i < size; i++)
        (void)fputc('x', file);
    assert_int_equal(fclose(file), 0);
}

static void a_file_with_a_secret(void **state)
{
    (void)state;
    for (int over = -1; over <= 1; over++) {
        char path[] = "/tmp/osbill-secret-XXXXXX", variable[100], expected[100];
        size_t size = (size_t)(65536 + over);
        write_secret(path, size);
        (void)snprintf(variable, sizeof variable, "OSBILL_KAFKA_SASL_PASSWORD_FILE=%s", path);
        (void)snprintf(expected, sizeof expected, "sasl.password-file: %s: File too large", path);
        const struct sources sources = {.variables = LIST(variable)};
        if (over > 0)
            assert_problems(&sources, expected);
        else
            assert_int_equal(strlen(load(&sources)->kafka_properties[0].value), size);
        test_config_free();
        (void)remove(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_line, clear),
        cmocka_unit_test_teardown(a_file, clear),
        cmocka_unit_test_teardown(a_file_with_a_secret, clear),
    };
    return cmocka_run_group_tests_name("config: limits", tests, NULL, NULL);
}
