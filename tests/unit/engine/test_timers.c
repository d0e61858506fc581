/* The sweep of held cases: which answers of the store say how far it came. */
#include "worker/engine/inside.h"

#include "tests/unit/cmocka_all.h"

#include <stdlib.h>

static int64_t moment(void *context)
{
    (void)context;
    return 1;
}

/* A sweep that was given up asked for the tail of the partition; the one that runs now has looked at nothing yet. */
static void an_answer_to_an_earlier_sweep_says_nothing(void **state)
{
    const struct clock clock = {.monotonic = moment, .wall = moment};
    struct engine *engine = calloc(1, sizeof *engine);
    struct part part = {.held_asked = true, .held_target = 7, .sweep = 2};
    struct call late = {.request = {.result = {.kind = RESULT_OK}}, .part = &part, .sweep = 1};

    (void)state;
    assert_non_null(engine);
    engine->clock = &clock;
    engine->phase = PHASE_FILL;
    held_answered(engine, &late);
    assert_true(part.held_asked);
    assert_int_equal(part.held_target, 7);
    assert_int_equal(part.held_done, 0);
    struct call present = {.request = {.result = {.kind = RESULT_OK}}, .part = &part, .sweep = 2};
    held_answered(engine, &present);
    assert_int_equal(part.held_target, 0);
    assert_int_equal(part.held_done, 7);
    part.held_target = 8;
    held_answered(engine, &present); /* asked twice: the sweep that it belongs to has ended */
    assert_int_equal(part.held_target, 8);
    free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(an_answer_to_an_earlier_sweep_says_nothing)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
