/* Any bytes as a catalogue file: read, compared with an empty catalogue, tried by the lane's rules, written, read
 * again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/cli/catalogue/change_set.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool read_file(const char *data, size_t size, struct arena *arena, struct catalogue_file *file)
{
    struct file_problems problems = {.arena = arena, .file = "fuzz"};
    struct yaml_problem problem;
    const struct yaml_node *root = yaml_parse(data, size, arena, &problem);

    if (root)
        catalogue_file_read(root, &problems, file);
    return root && problems.count == 0;
}

/* What was accepted and written says the same again. */
static void check_export(const struct catalogue_book *book, struct arena *arena)
{
    struct catalogue_file file;
    struct differences differences;
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);

    if (!to)
        return;
    catalogue_file_write(book, arena, to);
    (void)fclose(to);
    if (!read_file(text, size, arena, &file))
        abort();
    catalogue_diff(&file, book, arena, &differences);
    if (differences.changes)
        abort();
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct memory memory;
    struct catalogue_book book;
    struct catalogue_file file;
    struct differences differences;
    struct change_set set;
    struct text refusal;

    memory_init(&memory, 64 << 10, 0);
    if (book_init(&book, &memory.arena) && read_file((const char *)data, size, &memory.arena, &file)) {
        catalogue_diff(&file, &book, &memory.arena, &differences);
        if (change_set_make(&differences, "set", "fuzz", "", &memory.arena, &set) &&
            change_set_try(&set, &book, &memory.arena, &refusal) && !refusal.size)
            check_export(&book, &memory.arena);
    }
    memory_clear(&memory);
    return 0;
}
