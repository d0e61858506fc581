/* The rule book for mutant after mutant: each case is a test. */
#include "server.h"

#include "tests/rules/runner_compare.h"

static struct arena *arena;
static struct back_end *back_end;

static bool passes(void *context)
{
    return compare_case(arena, back_end, context);
}

int main(int file_count, char **files)
{
    struct memory memory;
    struct book book = {0};

    memory_open(&memory);
    arena = &memory.arena;
    back_end = core_back_end(arena, false);
    for (int i = 1; i < file_count; i++)
        book_read(arena, files[i], &book);
    struct test *tests = memory_take(arena, book.case_count * sizeof *tests);
    size_t count = 0;
    for (uint32_t i = 0; i < book.case_count; i++)
        if (!book.cases[i].needs_worker)
            tests[count++] = (struct test){book.cases[i].name.data, passes, &book.cases[i]};
    serve(tests, count);
    memory_release(&memory);
    return 0;
}
