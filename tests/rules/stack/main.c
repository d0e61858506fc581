/* rulebook_stack: the cases of rule files against the whole worker on the real stack (README.md). */
#include "back_end.h"

#include "tests/rules/runner_compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 8 };

struct job {
    struct stack stack;
    struct place place;
    struct back_end *back_end;
    const struct book_case **cases;
    uint32_t count;
    char (*prefixes)[64];
};

static const char *ask_chunk(struct job *job, uint32_t first)
{
    const char *prefixes[CHUNK];
    int32_t partitions[CHUNK];
    uint32_t n = 0;

    for (uint32_t i = first; i < job->count && n < CHUNK; i++) {
        (void)snprintf(job->prefixes[i], sizeof job->prefixes[i], "rulebook-%ld-%u.", (long)getpid(), i);
        prefixes[n] = job->prefixes[i];
        partitions[n++] = 1;
    }
    return n ? topics_ask(job->stack.cluster, prefixes, partitions, n) : NULL;
}

static int run(struct arena *arena, const struct book *book, const char *name)
{
    struct job *job = memory_take(arena, sizeof *job);
    const char *problem = stack_open(&job->stack);
    uint32_t good = 0;

    job->back_end = stack_back_end(arena, &job->place);
    for (uint32_t i = 0; i < book->case_count; i++)
        if (!name || text_is(book->cases[i].name, name))
            *LIST_ADD(arena, job->cases, job->count) = &book->cases[i];
    job->prefixes = memory_take(arena, (job->count + 1) * sizeof *job->prefixes);
    if (!problem)
        problem = ask_chunk(job, 0);
    for (uint32_t i = 0; i < job->count && !problem; i++) {
        int64_t t0 = stack_now();
        if (i % CHUNK == 0) {
            problem = topics_await(job->stack.cluster);
            if (!problem)
                problem = ask_chunk(job, i + CHUNK);
            if (problem)
                break;
        }
        int64_t t1 = stack_now();
        stack_back_end_next(&job->place, &job->stack, job->prefixes[i], i % 2 ? 0 : 64U << 20);
        good += compare_case(arena, job->back_end, job->cases[i]);
        int64_t t2 = stack_now();
        topics_drop(job->stack.cluster, job->prefixes[i]);
        fprintf(stderr, "%.*s: topics %lld ms, case %lld ms, delete %lld ms\n", TEXT_ARGUMENTS(job->cases[i]->name),
                (long long)(t1 - t0) / 1000, (long long)(t2 - t1) / 1000, (long long)(stack_now() - t2) / 1000);
    }
    if (!problem)
        problem = topics_await_drops(job->stack.cluster);
    stack_close(&job->stack);
    if (problem)
        printf("%s\n", problem);
    printf("%u of %u cases as expected\n", good, job->count);
    return good == job->count && job->count && !problem ? 0 : 1;
}

int main(int count, char **arguments)
{
    struct memory memory;
    struct book book = {0};
    const char *name = NULL;

    memory_open(&memory);
    for (int i = 1; i < count; i++)
        if (!strcmp(arguments[i], "--case") && i + 1 < count)
            name = arguments[++i];
        else
            book_read(&memory.arena, arguments[i], &book);
    int status = run(&memory.arena, &book, name);
    memory_release(&memory);
    return status;
}
