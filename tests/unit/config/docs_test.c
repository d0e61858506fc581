/* docs/configuration.md, help and the man page say what the table says. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>

#define TEXT_SIZE 262144

static char *read_whole(const char *path)
{
    char *text = calloc(1, TEXT_SIZE);
    FILE *file = fopen(path, "r");

    if (!file)
        fail_msg("%s is missing: config_reference markdown > docs/configuration.md", path);
    size_t size = fread(text, 1, TEXT_SIZE - 1, file);
    assert_true(size < TEXT_SIZE - 1);
    fclose(file);
    return text;
}

static void configuration_md_is_up_to_date(void **state)
{
    char *expected = calloc(1, TEXT_SIZE);
    char *found = read_whole(CONFIGURATION_MD);
    FILE *memory = fmemopen(expected, TEXT_SIZE, "w");

    (void)state;
    assert_non_null(memory);
    config_print_markdown(memory);
    fclose(memory);
    if (strcmp(expected, found) != 0)
        fail_msg("docs/configuration.md is out of date: config_reference markdown > docs/configuration.md");
    free(expected);
    free(found);
}

static void every_option_is_in_each_form_of_documentation(void **state)
{
    char *text = calloc(1, TEXT_SIZE);
    uint32_t count;
    const struct option *table = option_table(&count);
    const char *help, *man;

    (void)state;
    FILE *memory = fmemopen(text, TEXT_SIZE, "w");
    config_print_help(&everything, memory);
    long half = ftell(memory) + 1;
    fputc('\0', memory);
    config_print_man(memory);
    fclose(memory);
    help = text;
    man = text + half;
    for (uint32_t i = 0; i < count; i++) {
        char flag[100], roff[200] = "\\fB\\-\\-";
        snprintf(flag, sizeof(flag), "  --%s", table[i].name);
        assert_non_null(strstr(help, flag));
        size_t size = strlen(roff);
        for (const char *at = table[i].name; *at; at++)
            size += (size_t)snprintf(roff + size, sizeof(roff) - size, *at == '-' ? "\\%c" : "%c", *at);
        if (!strstr(man, roff))
            fail_msg("%s is not in the man page", roff);
    }
    free(text);
}

static void help_fits_a_terminal(void **state)
{
    char *text = calloc(1, TEXT_SIZE);
    FILE *memory = fmemopen(text, TEXT_SIZE, "w");

    (void)state;
    config_print_help(&everything, memory);
    fclose(memory);
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        if (strcspn(line, "\n") > 80)
            fail_msg("too wide: %.100s", line);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(configuration_md_is_up_to_date),
        cmocka_unit_test(every_option_is_in_each_form_of_documentation),
        cmocka_unit_test(help_fits_a_terminal),
    };
    return cmocka_run_group_tests_name("config: documentation", tests, NULL, NULL);
}
