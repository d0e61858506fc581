/* The Nth allocation fails, for every N: out of memory is reported, nothing leaks or crashes, and the next call works.
 * malloc, calloc and realloc of the codec come here through the linker (--wrap). Those of jansson do not: it calls most
 * of their failures syntax errors. */
#include "tests/unit/cmocka_all.h"

#include <stdlib.h>

#include "fixture.h"
#include "samples.h"

static int until_failure = -1; /* allocations that still succeed; -1: all */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

static bool fails(void)
{
    return until_failure >= 0 && until_failure-- == 0;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return fails() ? NULL : __real_realloc(memory, size);
}

static void decoding_without_memory(void **state)
{
    struct fixture *fixture = *state;
    struct narrow record;
    enum codec_status status = CODEC_OUT_OF_MEMORY;
    int failures = 0;

    fixture->json = narrow_record.schema;
    fixture_decode(fixture, &narrow_record, 1, "000204", &record); /* the fixture has its own buffer from here on */
    for (; status == CODEC_OUT_OF_MEMORY; failures++) {
        until_failure = failures;
        struct codec_result result = fixture_decode(fixture, &narrow_record, 2, "000204", &record);
        status = result.status;
        until_failure = -1;
        if (status != CODEC_OUT_OF_MEMORY && status != CODEC_OK)
            fail_msg("allocation %d: %s", failures, result.reason);
    }
    assert_true(failures > 5);
    assert_int_equal(record.point.y, 2);
}

static void encoding_without_memory(void **state)
{
    struct fixture *fixture = *state;
    struct narrow record = {.colour = COLOUR_RED, .point = {1, 2}};
    struct buffer out = {NULL, 0, 0};

    assert_int_equal(codec_set_id(fixture->codec, &narrow_record, 1).status, CODEC_OK);
    until_failure = 0;
    assert_int_equal(codec_encode(fixture->codec, &narrow_record, &record, &out).status, CODEC_OUT_OF_MEMORY);
    assert_int_equal(out.size, 0);
    assert_int_equal(codec_encode(fixture->codec, &narrow_record, &record, &out).status, CODEC_OK);
    buffer_release(&out);
}

static void starting_without_memory(void **state)
{
    struct codec_options options = {.now_ms = NULL};

    (void)state;
    until_failure = 0;
    assert_null(codec_new(&options));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(decoding_without_memory, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(encoding_without_memory, fixture_setup, fixture_teardown),
        cmocka_unit_test(starting_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
