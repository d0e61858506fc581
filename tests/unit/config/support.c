#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TEXT_SIZE 65536

const struct config_command everything = {
    .name = "test", .usage = "", .summary = "", .groups = ~0U, .argument_maximum = 2};

static struct config config;
static char folder[64]; /* empty: not made yet */
static char files[8][128];
static unsigned file_count;

const char *write_file(const char *name, const char *content)
{
    if (!folder[0]) {
        snprintf(folder, sizeof(folder), "/tmp/osbill-config-XXXXXX");
        assert_non_null(mkdtemp(folder));
    }
    assert_true(file_count < 8);
    char *path = files[file_count++];
    snprintf(path, sizeof(files[0]), "%.40s/%.40s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fputs(content, file) >= 0, 1);
    fclose(file);
    return path;
}

static struct result load_result(const struct sources *sources)
{
    static char variable[200];
    const char *environment[20] = {0};
    const char *arguments[20] = {0};
    int environment_count = 0, argument_count = 0;

    test_config_free();
    for (const char *const *at = sources->variables; at && *at; at++)
        environment[environment_count++] = *at;
    if (sources->file) {
        snprintf(variable, sizeof(variable), "OSBILL_CONFIG=%s", write_file("osbill.conf", sources->file));
        environment[environment_count++] = variable;
    }
    for (const char *const *at = sources->flags; at && *at; at++)
        arguments[argument_count++] = *at;
    return config_load(argument_count, (char *const *)(uintptr_t)arguments,
                       sources->command ? sources->command : &everything, (char *const *)(uintptr_t)environment,
                       &config);
}

struct config *load(const struct sources *sources)
{
    struct result result = load_result(sources);

    if (result.kind != RESULT_OK)
        fail_msg("%s", result.reason);
    return &config;
}

/* Replaces the folder's name in what is compared, so that tests can write it down. */
static void replace_path(const char *text, char *ret_text, size_t capacity)
{
    size_t size = 0;
    size_t length = strlen(folder);

    while (*text && size + 1 < capacity) {
        if (length && strncmp(text, folder, length) == 0) {
            size += (size_t)snprintf(ret_text + size, capacity - size, "DIR");
            text += length;
        } else {
            ret_text[size++] = *text++;
        }
    }
    ret_text[size] = '\0';
}

void assert_problems(const struct sources *sources, const char *expected)
{
    static char got[TEXT_SIZE];
    struct result result = load_result(sources);

    assert_int_equal(result.kind, RESULT_STOP);
    replace_path(result.reason, got, sizeof(got));
    assert_string_equal(got, expected);
}

void test_config_free(void)
{
    config_release(&config);
    for (unsigned i = 0; i < file_count; i++)
        unlink(files[i]);
    if (folder[0])
        rmdir(folder);
    folder[0] = '\0';
    file_count = 0;
}

const char *explained(const struct config *shown)
{
    static char text[TEXT_SIZE], replaced[TEXT_SIZE];
    FILE *memory = fmemopen(text, sizeof(text), "w");

    assert_non_null(memory);
    config_explain(shown, memory);
    fclose(memory);
    replace_path(text, replaced, sizeof(replaced));
    return replaced;
}
