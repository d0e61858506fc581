#include "server.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* A mutant may take ten times as long, and a bit for the tests that take no time, before it counts as endless. */
#define ENOUGH_TIMES        10
#define ENOUGH_MICROSECONDS 300000
#define ENOUGH_BYTES        ((rlim_t)1 << 30)

extern const int mutant_count;
int mutant_active;             /* the one that is on; 0: none */
unsigned char *mutant_reached; /* those that were met, in memory that processes share */

struct served {
    const struct test *test;
    unsigned char *met; /* by the test, of each mutant */
    long microseconds;  /* without a mutant */
};

static unsigned char *shared(void)
{
    void *bytes = mmap(NULL, (size_t)mutant_count + 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (bytes == MAP_FAILED)
        err(2, "mmap");
    return bytes;
}

/* Before main, which may meet mutants too. */
__attribute__((constructor)) static void start(void)
{
    mutant_reached = shared();
}

static FILE *open_named(const char *variable, const char *mode)
{
    const char *name = getenv(variable);
    FILE *file = name ? fopen(name, mode) : NULL;

    if (!file)
        err(2, "%s must name a file", variable);
    return file;
}

static void limit(long microseconds)
{
    struct itimerval timer = {.it_value = {microseconds / 1000000, microseconds % 1000000}};

    setitimer(ITIMER_PROF, &timer, NULL);
}

static pid_t run_apart(void)
{
    struct rlimit memory = {ENOUGH_BYTES, ENOUGH_BYTES}, core = {0};

    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        err(2, "fork");
    if (child == 0) {
        int nowhere = open("/dev/null", O_WRONLY);
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
        setrlimit(RLIMIT_AS, &memory);
        setrlimit(RLIMIT_CORE, &core);
    }
    return child;
}

static bool ended_well(pid_t child, struct rusage *ret_usage)
{
    int status;

    if (wait4(child, &status, 0, ret_usage) != child)
        err(2, "wait4");
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Which mutants the test meets, and how long it takes. */
static struct served look(const struct test *test)
{
    struct served served = {.test = test, .met = mutant_reached = shared()};
    struct rusage usage;
    pid_t child = run_apart();

    if (child == 0)
        _exit(test->passes(test->context) ? 0 : 1);
    if (!ended_well(child, &usage))
        errx(1, "%s fails without a mutant", test->name);
    served.microseconds =
        (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000L + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
    return served;
}

static void try(int mutant, const struct served *served, size_t count, FILE *results)
{
    static int *at; /* the test that runs */
    struct rusage usage;
    size_t first = 0;

    while (first < count && !served[first].met[mutant])
        first++;
    if (first == count)
        return;
    fprintf(results, "met %d %s\n", mutant, served[first].test->name);
    at = at ? at : (int *)(void *)shared();
    pid_t child = run_apart();
    if (child == 0) {
        mutant_active = mutant;
        for (size_t i = first; i < count; i++) {
            if (!served[i].met[mutant])
                continue;
            *at = (int)i;
            limit(ENOUGH_TIMES * served[i].microseconds + ENOUGH_MICROSECONDS);
            if (!served[i].test->passes(served[i].test->context))
                _exit(1);
        }
        _exit(0);
    }
    if (!ended_well(child, &usage))
        fprintf(results, "killed %d %s\n", mutant, served[*at].test->name);
}

/* The quick ones first: they kill most. */
static int by_time(const void *a, const void *b)
{
    const struct served *left = a, *right = b;

    return (left->microseconds > right->microseconds) - (left->microseconds < right->microseconds);
}

void serve(const struct test *tests, size_t count)
{
    FILE *mutants = open_named("OSBILL_MUTANTS", "r"), *results = open_named("OSBILL_MUTANT_RESULTS", "w");
    struct served *served = calloc(count, sizeof *served);

    if (!served)
        err(2, "calloc");
    for (size_t i = 0; i < count; i++)
        served[i] = look(&tests[i]);
    qsort(served, count, sizeof *served, by_time);
    for (int mutant; fscanf(mutants, "%d", &mutant) == 1 && mutant > 0 && mutant <= mutant_count;)
        try(mutant, served, count, results);
    fclose(results);
    fclose(mutants);
    free(served);
}
