/* The chunked arena: what it gives, keeps and gives back. */
#include "worker/engine/memory.h"

#include "tests/unit/cmocka_all.h"

static void gives_aligned_room_of_any_size(void **state)
{
    struct memory memory;

    (void)state;
    memory_init(&memory, 256, 1024);
    for (size_t size = 1; size < 5000; size = size * 3 + 1) {
        char *bytes = arena_alloc(&memory.arena, size, 16);
        assert_non_null(bytes);
        assert_int_equal((uintptr_t)bytes % 16, 0);
        memset(bytes, 0xFF, size);
    }
    memory_clear(&memory);
}

static void reset_reuses_chunks(void **state)
{
    struct memory memory;

    (void)state;
    memory_init(&memory, 256, 1024);
    char *first = arena_alloc(&memory.arena, 100, 8);
    memory_reset(&memory);
    assert_ptr_equal(arena_alloc(&memory.arena, 100, 8), first);
    memory_clear(&memory);
}

/* What one large batch took is given back. */
static void reset_keeps_no_more_than_told(void **state)
{
    struct memory memory;

    (void)state;
    memory_init(&memory, 256, 1024);
    assert_non_null(arena_alloc(&memory.arena, 100000, 8));
    assert_true(memory_used(&memory) >= 100000);
    memory_reset(&memory);
    assert_int_equal(memory_used(&memory), 0);
    memory_clear(&memory);
}

static void text_keeps_absence(void **state)
{
    struct memory memory;
    bool failed = false;

    (void)state;
    memory_init(&memory, 64, 64);
    assert_null(memory_text(&memory, (struct text){NULL, 0}, &failed).data);
    struct text empty = memory_text(&memory, TEXT(""), &failed);
    assert_non_null(empty.data);
    assert_int_equal(empty.size, 0);
    assert_true(text_equal(memory_text(&memory, TEXT("abc"), &failed), TEXT("abc")));
    assert_false(failed);
    memory_clear(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_aligned_room_of_any_size),
        cmocka_unit_test(reset_reuses_chunks),
        cmocka_unit_test(reset_keeps_no_more_than_told),
        cmocka_unit_test(text_keeps_absence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
