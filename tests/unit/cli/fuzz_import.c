/* Any bytes as BILLmanager's price export: read, tried by the lane's rules, written as a catalogue file that says the
 * same when it is read. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "worker/cli/catalogue/change_set.h"
#include "worker/cli/catalogue_file/billmanager.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzzing {
    struct memory memory;
    struct catalogue_book book;
    struct catalogue_file file;
    struct differences differences;
};

static void ignore(void *context, const char *text)
{
    (void)context, (void)text;
}

static bool read_import(struct fuzzing *fuzzing, const json_t *root)
{
    static const struct import_settings settings = {"m", "", "vds", "ostempl"};
    struct file_problems problems = {.arena = &fuzzing->memory.arena, .file = "fuzz"};
    struct import import = {.settings = &settings, .problems = &problems, .warn = ignore, .file = &fuzzing->file};

    billmanager_read(&import, root);
    return problems.count == 0;
}

static void check_file(struct fuzzing *fuzzing)
{
    struct file_problems problems = {.arena = &fuzzing->memory.arena, .file = "fuzz"};
    struct yaml_problem problem;
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);

    if (!to)
        return;
    catalogue_file_write(&fuzzing->book, &fuzzing->memory.arena, to);
    (void)fclose(to);
    const struct yaml_node *root = yaml_parse(text, size, &fuzzing->memory.arena, &problem);
    if (!root)
        abort();
    catalogue_file_read(root, &problems, &fuzzing->file);
    catalogue_diff(&fuzzing->file, &fuzzing->book, &fuzzing->memory.arena, &fuzzing->differences);
    if (problems.count || fuzzing->differences.changes)
        abort();
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzzing fuzzing = {.file = {.count = 0}};
    struct change_set set;
    struct text refusal;
    json_t *root = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);

    memory_init(&fuzzing.memory, 64 << 10, 0);
    struct arena *arena = &fuzzing.memory.arena;
    if (root && book_init(&fuzzing.book, arena) && read_import(&fuzzing, root)) {
        catalogue_diff(&fuzzing.file, &fuzzing.book, arena, &fuzzing.differences);
        if (change_set_make(&fuzzing.differences, "set", "fuzz", "", arena, &set) &&
            change_set_try(&set, &fuzzing.book, arena, &refusal) && !refusal.size)
            check_file(&fuzzing);
    }
    json_decref(root);
    memory_clear(&fuzzing.memory);
    return 0;
}
