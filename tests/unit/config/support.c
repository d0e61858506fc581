#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TEXT_SIZE 65536

const struct config_command everything = {
    .name = "test", .usage = "", .summary = "", .groups = ~0U, .argument_maximum = 2};

struct folder {
    char path[64];
    char files[8][96];
    unsigned count;
};

static struct config config;
static struct folder folder;

const char *write_file(const char *name, const char *content)
{
    if (!folder.path[0]) {
        memcpy(folder.path, "/tmp/osbill-config-XXXXXX", sizeof("/tmp/osbill-config-XXXXXX"));
        assert_non_null(mkdtemp(folder.path));
    }
    assert_true(folder.count < 8);
    char *path = folder.files[folder.count++];
    snprintf(path, sizeof(folder.files[0]), "%.40s/%.40s", folder.path, name);
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
    size_t length = strlen(folder.path);

    while (*text && size + 1 < capacity) {
        if (length && strncmp(text, folder.path, length) == 0) {
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
    for (unsigned i = 0; i < folder.count; i++)
        unlink(folder.files[i]);
    if (folder.path[0])
        rmdir(folder.path);
    folder = (struct folder){0};
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
