#include "core/text.h"

#include "tests/unit/cmocka_all.h"
#include "tests/unit/core/memory.h"

static void assert_text(struct text got, const char *expected)
{
    if (got.size != strlen(expected) || memcmp(got.data, expected, got.size) != 0)
        fail_msg("expected \"%s\", got \"%.*s\"", expected, (int)got.size, got.data);
}

static void micros_are_decimals(void **state)
{
    struct memory memory;
    struct arena *arena = memory_arena(&memory);
    (void)state;
    assert_text(text_from_micros(arena, 0), "0.00");
    assert_text(text_from_micros(arena, 1500000), "1.50");
    assert_text(text_from_micros(arena, -1), "-0.000001");
    assert_text(text_from_micros(arena, 1230000), "1.23");
    assert_text(text_from_micros(arena, 1234500), "1.2345");
    assert_text(text_from_micros(arena, INT64_MIN), "-9223372036854.775808");
}

static void integers(void **state)
{
    struct memory memory;
    struct arena *arena = memory_arena(&memory);
    (void)state;
    assert_text(text_from_int(arena, 0), "0");
    assert_text(text_from_int(arena, -7), "-7");
    assert_text(text_from_int(arena, INT64_MAX), "9223372036854775807");
    assert_text(text_from_int(arena, INT64_MIN), "-9223372036854775808");
}

static void moments(void **state)
{
    struct memory memory;
    struct arena *arena = memory_arena(&memory);
    (void)state;
    assert_text(text_from_millis(arena, 0), "1970-01-01T00:00:00.000Z");
    assert_text(text_from_millis(arena, 1740787200007), "2025-03-01T00:00:00.007Z");
    assert_text(text_from_millis(arena, 1740870000000), "2025-03-01T23:00:00.000Z");
    assert_text(text_from_millis(arena, 1740873540000), "2025-03-01T23:59:00.000Z");
    assert_text(text_from_millis(arena, 253402300799999), "9999-12-31T23:59:59.999Z");
    assert_text(text_from_millis(arena, INT64_MAX), "9999-12-31T23:59:59.999Z");
    assert_text(text_from_millis(arena, -1), "1970-01-01T00:00:00.000Z");
}

static void a_prefix_comes_first(void **state)
{
    (void)state;
    assert_true(text_compare(TEXT("a"), TEXT("ab")) < 0);
    assert_true(text_compare(TEXT("b"), TEXT("ab")) > 0);
    assert_true(text_compare(TEXT("ab"), TEXT("a")) > 0);
    assert_int_equal(text_compare(TEXT(""), TEXT("")), 0);
}

/* What follows the end of a text does not count. */
static void bytes_behind_the_end(void **state)
{
    const struct text cut = {"abM", 2};
    (void)state;
    assert_true(text_compare(TEXT("abA"), cut) > 0);
    assert_true(text_compare(cut, TEXT("abA")) < 0);
    assert_true(text_compare(TEXT("abZ"), cut) > 0);
}

static void without_memory_joins_are_empty(void **state)
{
    char bytes[4];
    struct arena arena = {.at = bytes, .end = bytes + sizeof bytes};
    (void)state;
    assert_text(TEXT_JOIN(&arena, TEXT("a")), "a");
    assert_text(TEXT_JOIN(&arena, TEXT("b"), TEXT(""), TEXT("cd")), "bcd"); /* texts need no alignment */
    assert_text(TEXT_JOIN(&arena, TEXT("e")), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(micros_are_decimals),
        cmocka_unit_test(integers),
        cmocka_unit_test(moments),
        cmocka_unit_test(a_prefix_comes_first),
        cmocka_unit_test(bytes_behind_the_end),
        cmocka_unit_test(without_memory_joins_are_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
