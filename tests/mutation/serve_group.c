/* A cmocka program for mutant after mutant: takes the place of cmocka_run_group_tests, each test is one by itself. */
#include "server.h"

#include "tests/unit/cmocka_all.h"

#include <stdlib.h>

typedef int run_group(const char *name, const struct CMUnitTest *tests, size_t count, CMFixtureFunction setup,
                      CMFixtureFunction teardown);
run_group __real__cmocka_run_group_tests, __wrap__cmocka_run_group_tests;

struct unit {
    const struct CMUnitTest *test;
    CMFixtureFunction setup, teardown; /* of the group */
};

static bool passes(void *context)
{
    const struct unit *unit = context;

    return __real__cmocka_run_group_tests(unit->test->name, unit->test, 1, unit->setup, unit->teardown) == 0;
}

int __wrap__cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests, size_t count,
                                   CMFixtureFunction setup, CMFixtureFunction teardown)
{
    struct unit *units = calloc(count, sizeof *units);
    struct test *served = calloc(count, sizeof *served);

    (void)name;
    for (size_t i = 0; units && served && i < count; i++) {
        units[i] = (struct unit){&tests[i], setup, teardown};
        served[i] = (struct test){tests[i].name, passes, &units[i]};
    }
    serve(served, count);
    free(served);
    free(units);
    return 0;
}
