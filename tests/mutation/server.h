/* Runs tests for mutant after mutant (README.md). */
#ifndef OSBILL_TESTS_MUTATION_SERVER_H
#define OSBILL_TESTS_MUTATION_SERVER_H

#include <stdbool.h>
#include <stddef.h>

struct test {
    const char *name;
    bool (*passes)(void *context);
    void *context;
};

/* Each test without a mutant, then each mutant with the tests that met it, in a process of its own that ends with the
 * first test that fails. The numbers of the mutants are in the file OSBILL_MUTANTS; "met NUMBER TEST" (the first) and
 * "killed NUMBER TEST" are written to the file OSBILL_MUTANT_RESULTS. Ends the program when a test fails without a
 * mutant. */
void serve(const struct test *tests, size_t count);

#endif
