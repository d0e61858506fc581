/* The containers of verify. */
#include "cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/cli/verify/verify.h"

static void test_text_map(void **state)
{
    enum { KEYS = 5000 };
    struct text_map map;
    char key[32];

    (void)state;
    text_map_init(&map);
    assert_int_equal(text_map_find(&map, (struct text){"x", 1}), MAP_NONE);
    for (uint32_t i = 0; i < KEYS; i++) {
        int size = snprintf(key, sizeof key, "v:account/%u", i);
        assert_int_equal(text_map_add(&map, (struct text){key, (uint32_t)size}), i);
    }
    for (uint32_t i = 0; i < KEYS; i++) {
        int size = snprintf(key, sizeof key, "v:account/%u", i);
        assert_int_equal(text_map_add(&map, (struct text){key, (uint32_t)size}), i);
        assert_int_equal(text_map_find(&map, (struct text){key, (uint32_t)size}), i);
    }
    assert_int_equal(text_map_find(&map, (struct text){"v:", 2}), MAP_NONE);
    assert_int_equal(text_map_add(&map, (struct text){NULL, 0}), KEYS);
    assert_int_equal(map.count, KEYS + 1);
    text_map_release(&map);
}

static void test_offsets(void **state)
{
    struct offset_set set = {0};

    (void)state;
    assert_false(offset_set_has(&set, 0));
    assert_true(offset_set_add(&set, 1000)); /* retention deleted what was before */
    assert_true(offset_set_add(&set, 1001));
    assert_true(offset_set_add(&set, 1000000));
    assert_true(offset_set_has(&set, 1000) && offset_set_has(&set, 1001) && offset_set_has(&set, 1000000));
    assert_false(offset_set_has(&set, 999));
    assert_false(offset_set_has(&set, 1002));
    assert_false(offset_set_has(&set, 1000001));
    assert_true(offset_set_add(&set, -1)); /* what strangers may write is not kept, and does no harm */
    assert_true(offset_set_add(&set, INT64_MAX));
    assert_true(offset_set_add(&set, INT64_MIN));
    assert_false(offset_set_has(&set, -1));
    assert_false(offset_set_has(&set, INT64_MAX));
    assert_int_equal(set.last, 1000000);
    offset_set_release(&set);
}

static void test_lists(void **state)
{
    struct item_list list = {.item_size = sizeof(struct charge_entry)};

    (void)state;
    for (uint32_t i = 0; i < 1000; i++) {
        struct charge_entry *entry = item_list_add(&list);
        assert_non_null(entry);
        assert_int_equal(entry->amount, 0);
        entry->amount = i;
    }
    assert_int_equal(((struct charge_entry *)list.items)[999].amount, 999);
    free(list.items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_map),
        cmocka_unit_test(test_offsets),
        cmocka_unit_test(test_lists),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
