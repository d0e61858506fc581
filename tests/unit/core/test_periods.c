/* Which periods a VPS keeps (rules.md 3). */
#include "core/cases.h"

#include "tests/unit/cmocka_all.h"
#include "tests/unit/core/memory.h"

static void of_the_ended_ones_the_last_is_kept(void **state)
{
    struct memory memory;
    struct desk desk = {.arena = memory_arena(&memory)};
    struct work work = {.desk = &desk};
    struct vps_state vps = {0};
    (void)state;

    for (int64_t i = 0; i < 5; i++) {
        const struct open_case paid = {.period_start = i * 100, .period_end = i * 100 + 100};
        desk.now = i * 100 + 50;
        period_begin(&work, &vps, &paid, 0);
    }
    assert_int_equal(vps.periods.count, 2);
    assert_int_equal(vps.periods.items[0].period_start, 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_the_ended_ones_the_last_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
