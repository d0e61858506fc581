/* The Nth allocation fails, for every N, jansson's too: out of memory is reported, nothing leaks or crashes, and the
 * next call works. */
#include "tests/unit/cmocka_all.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "samples.h"
#include "tests/unit/shortage/shortage.h"

/* From the Nth allocation on `count` fail, each time with the next schema id. How often it was out of memory. */
static int decode_without_memory(struct fixture *fixture, uint64_t count, int32_t *id)
{
    int starved = 0;
    bool refused = true;

    for (uint64_t number = 1; refused; number++) {
        struct narrow record = {.point = {0, 0}};
        shortage_begin(number, count);
        struct codec_result result = fixture_decode(fixture, &narrow_record, ++*id, "000204", &record);
        refused = shortage_end();
        if (result.status != (refused && (count > 1 || result.status) ? CODEC_OUT_OF_MEMORY : CODEC_OK))
            fail_msg("allocation %d: %s", (int)number, result.reason);
        assert_int_equal(record.point.y, result.status == CODEC_OK ? 2 : 0);
        if (result.status == CODEC_OUT_OF_MEMORY && !strstr(result.reason, "memory"))
            fail_msg("allocation %d: it says: %s", (int)number, result.reason);
        starved += result.status == CODEC_OUT_OF_MEMORY;
    }
    return starved;
}

static void decoding_without_memory(void **state)
{
    struct fixture *fixture = *state;
    struct narrow record;
    int32_t id = 1;

    fixture->json = narrow_record.schema;
    fixture_decode(fixture, &narrow_record, id, "000204", &record); /* the fixture has its own buffer from here on */
    assert_in_range(decode_without_memory(fixture, 1, &id), 5, 1000);
    assert_in_range(decode_without_memory(fixture, UINT64_MAX, &id), 20, 1000);
}

static void encoding_without_memory(void **state)
{
    struct fixture *fixture = *state;
    struct narrow record = {.colour = COLOUR_RED, .point = {1, 2}};
    struct buffer out = {NULL, 0, 0};

    assert_int_equal(codec_set_id(fixture->codec, &narrow_record, 1).status, CODEC_OK);
    shortage_begin(1, 1);
    assert_int_equal(codec_encode(fixture->codec, &narrow_record, &record, &out).status, CODEC_OUT_OF_MEMORY);
    assert_true(shortage_end());
    assert_int_equal(out.size, 0);
    assert_int_equal(codec_encode(fixture->codec, &narrow_record, &record, &out).status, CODEC_OK);
    buffer_release(&out);
}

static void starting_without_memory(void **state)
{
    struct codec_options options = {.now_ms = NULL};

    (void)state;
    shortage_begin(1, 1);
    assert_null(codec_new(&options));
    assert_true(shortage_end());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(decoding_without_memory, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(encoding_without_memory, fixture_setup, fixture_teardown),
        cmocka_unit_test(starting_without_memory),
    };
    json_set_alloc_funcs(shortage_malloc, free);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
