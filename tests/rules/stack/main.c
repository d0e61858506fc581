/* rulebook_stack: runs the cases of rule files on the whole worker and the real stack (README.md). */
#include "job.h"
#include "stack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
    "usage: rulebook_stack FILE... [--case NAME] [--jobs N] [--every K [--seed N]]\n"
    "  --case NAME   the cases of that name\n"
    "  --jobs N      so many processes at once (2)\n"
    "  --every K     each Kth case, and one of each rule; --seed says with which to begin, by default one of the day\n"
    "Where the stack is: OSBILL_KAFKA_BOOTSTRAP_SERVERS, OSBILL_REDIS_URL, OSBILL_REGISTRY_URL.\n"
    "Exit status: 0 all as expected, 1 something differs, 2 a file or the usage is wrong.\n";

enum { SECONDS_OF_DAY = 24 * 3600, MOST_JOBS = 64 };

struct options {
    struct book book;
    struct selection selection;
    uint32_t jobs;
    bool bad;
};

/* The number behind an option; 0 and options->bad: there is none. */
static uint32_t number(struct options *options, const char *text)
{
    char *end = NULL;
    unsigned long value = text ? strtoul(text, &end, 10) : 0;

    if (!text || *end || !value || value > UINT32_MAX)
        options->bad = true;
    return options->bad ? 0 : (uint32_t)value;
}

static struct options parse(struct arena *arena, char **arguments)
{
    struct options options = {.selection.seed = (uint32_t)(time(NULL) / SECONDS_OF_DAY), .jobs = 2};

    for (char **at = arguments + 1; *at && !options.bad; at++) {
        if (!strcmp(*at, "--case") && at[1])
            options.selection.name = *++at;
        else if (!strcmp(*at, "--jobs") && at[1])
            options.jobs = number(&options, *++at);
        else if (!strcmp(*at, "--every") && at[1])
            options.selection.every = number(&options, *++at);
        else if (!strcmp(*at, "--seed") && at[1])
            options.selection.seed = number(&options, *++at);
        else if (**at == '-')
            options.bad = true;
        else
            book_read(arena, *at, &options.book);
    }
    options.bad = options.bad || !options.book.case_count || options.jobs > MOST_JOBS;
    return options;
}

/* In a process of its own; what it found out comes through the pipe. */
static void start_job(struct arena *arena, const struct case_list *list, const struct options *options, uint32_t which,
                      int to)
{
    if (fork() != 0)
        return;
    static char buffer[1 << 18]; /* what is said of a case is said at once */
    (void)setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    struct tally tally = job_run(arena, list, which, options->jobs);
    exit(write(to, &tally, sizeof tally) == (ssize_t)sizeof tally ? 0 : 1);
}

static int run(struct arena *arena, struct options *options)
{
    struct case_list list = select_cases(arena, &options->book, &options->selection);
    struct tally tally, sum = {0};
    int64_t began = stack_now();
    int ends[2];

    if (options->selection.every)
        printf("%u of %u cases: every %u, --seed %u, and one of each rule\n", list.count, options->book.case_count,
               options->selection.every, options->selection.seed);
    (void)fflush(stdout);
    if (!stack_register())
        return 1;
    if (pipe(ends)) {
        perror("rulebook_stack");
        return 1;
    }
    for (uint32_t i = 0; i < options->jobs; i++)
        start_job(arena, &list, options, i, ends[1]);
    (void)close(ends[1]);
    while (read(ends[0], &tally, sizeof tally) == (ssize_t)sizeof tally) {
        sum.run += tally.run;
        sum.good += tally.good;
    }
    while (wait(NULL) > 0) {
    }
    printf("%u of %u cases as expected, on the stack, in %lld s\n", sum.good, list.count,
           (long long)(stack_now() - began) / 1000000);
    return sum.good == list.count && list.count ? 0 : 1;
}

int main(int count, char **arguments)
{
    struct memory memory;
    int status = 2;

    (void)count;
    memory_open(&memory);
    struct options options = parse(&memory.arena, arguments);
    if (options.bad)
        fputs(usage, stderr);
    else
        status = run(&memory.arena, &options);
    memory_release(&memory);
    return status;
}
