/* Every order of up to eight items is sorted; items stay aligned. */
#include "core/sort.h"

#include <string.h>

#include "tests/unit/cmocka_all.h"
#include "tests/unit/core/memory.h"

enum { MOST = 8 };

struct item {
    alignas(16) int number;
};

static bool before(const void *a, const void *b)
{
    assert_int_equal((uintptr_t)a % alignof(struct item), 0);
    assert_int_equal((uintptr_t)b % alignof(struct item), 0);
    return ((const struct item *)a)->number < ((const struct item *)b)->number;
}

static void check_sorted(const struct item *items, uint32_t count)
{
    static struct memory memory;
    struct item sorted[MOST];

    memcpy(sorted, items, count * sizeof *items);
    memory_arena(&memory)->at++; /* not aligned */
    assert_true(sort_items(&memory.arena, sorted, count, sizeof *sorted, before));
    for (uint32_t i = 0; i < count; i++)
        if (sorted[i].number != (int)i)
            fail_msg("%u items: item %u is %d", count, i, sorted[i].number);
}

/* All orders of the items from `from` on. */
static void check_orders(struct item *items, uint32_t from, uint32_t count)
{
    if (from >= count)
        check_sorted(items, count);
    for (uint32_t i = from; i < count; i++) {
        struct item swapped = items[from];
        items[from] = items[i];
        items[i] = swapped;
        check_orders(items, from + 1, count);
        items[i] = items[from];
        items[from] = swapped;
    }
}

static void every_order(void **state)
{
    struct item items[MOST];

    (void)state;
    for (uint32_t i = 0; i < MOST; i++)
        items[i].number = (int)i;
    for (uint32_t count = 0; count <= MOST; count++)
        check_orders(items, 0, count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_order)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
