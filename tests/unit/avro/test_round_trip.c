/* Every record type there is: encoded, decoded, turned to JSON and back, random values equal to themselves. */
#include "tests/unit/cmocka_all.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "records.h"
#include "worker/avro/json.h"

#define VALUES 300

static void round_trip(struct fixture *fixture, const struct record_type *type, const void *record)
{
    struct buffer value = {NULL, 0, 0};
    void *decoded = malloc(type->size);

    sample_memory_clear(&fixture->memory);
    assert_int_equal(codec_encode(fixture->codec, type, record, &value).status, CODEC_OK);
    struct codec_result result =
        codec_decode(fixture->codec, type, value.data, value.size, &fixture->memory.arena, decoded);
    if (result.status != CODEC_OK)
        fail_msg("%s: %s", type->name, result.reason);
    if (!sample_equal(type, record, decoded))
        fail_msg("%s: not equal to itself", type->name);
    free(decoded);
    buffer_release(&value);
}

static void round_trip_json(struct fixture *fixture, const struct record_type *type, const void *record)
{
    char error[JSON_ERROR_SIZE];
    void *read = malloc(type->size);
    json_t *json = json_from_record(type, record);

    assert_non_null(json);
    char *text = json_dumps(json, JSON_COMPACT);
    json_t *parsed = json_loads(text, JSON_ALLOW_NUL, NULL);
    assert_non_null(parsed);
    if (!record_from_json(type, parsed, &fixture->memory.arena, read, error))
        fail_msg("%s: %s", type->name, error);
    if (!sample_equal(type, record, read))
        fail_msg("%s: not equal to itself after %s", type->name, text);
    json_decref(json);
    json_decref(parsed);
    free(text);
    free(read);
}

static void every_record_comes_back(void **state)
{
    struct fixture *fixture = *state;
    struct sample_memory memory = sample_memory_new();
    struct sample_random random = {20240229};

    for (int i = 0; i < RECORDS_COUNT * VALUES; i++) {
        const struct record_type *type = all_records[i % RECORDS_COUNT];
        void *record = malloc(type->size);
        sample_memory_clear(&memory);
        sample_fill(&random, &memory.arena, type, record);
        fixture->json = type->schema;
        assert_int_equal(codec_set_id(fixture->codec, type, i % RECORDS_COUNT + 1).status, CODEC_OK);
        round_trip(fixture, type, record);
        round_trip_json(fixture, type, record);
        free(record);
    }
    sample_memory_free(&memory);
}

/* The arena ends after each number of bytes in turn: out of memory, which is no dead letter, and never a crash. */
static void memory_may_end_anywhere(void **state)
{
    struct fixture *fixture = *state;
    struct sample_random random = {7};
    struct buffer value = {NULL, 0, 0};
    struct decision_batch batch, decoded;
    struct codec_result result = {CODEC_OUT_OF_MEMORY, ""};

    sample_fill(&random, &fixture->memory.arena, &decision_batch_record, &batch);
    fixture->json = decision_batch_record.schema;
    assert_int_equal(codec_set_id(fixture->codec, &decision_batch_record, 1).status, CODEC_OK);
    assert_int_equal(codec_encode(fixture->codec, &decision_batch_record, &batch, &value).status, CODEC_OK);
    assert_true(batch.decisions.count > 1);
    for (size_t size = 0; result.status != CODEC_OK; size += 8) {
        char *memory = malloc(size + 1);
        struct arena arena = {.at = memory, .end = memory + size};
        result = codec_decode(fixture->codec, &decision_batch_record, value.data, value.size, &arena, &decoded);
        assert_true(result.status == CODEC_OK || result.status == CODEC_OUT_OF_MEMORY);
        free(memory);
    }
    assert_int_equal(codec_status_action(CODEC_OUT_OF_MEMORY), CODEC_RETRY);
    buffer_release(&value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_record_comes_back, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(memory_may_end_anywhere, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
