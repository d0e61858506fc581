/* The same values through this codec and through avro-c, the reference: what one writes, the other reads the same.
 * Compared as JSON. */
#include "tests/unit/cmocka_all.h"

#include <avro.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "records.h"
#include "samples.h"
#include "worker/avro/json.h"

#define VALUES 200

/* avro-c's own JSON rendering ends bytes at the first NUL, so: the value as JSON, as json.h has it. */
static json_t *reference_json(const avro_value_t *value);

static json_t *reference_bytes(const void *bytes, size_t size)
{
    char *text = malloc(size * 2 + 1);
    size_t length = 0;

    for (size_t i = 0; i < size; i++) {
        uint8_t byte = ((const uint8_t *)bytes)[i];
        if (byte >= 0x80)
            text[length++] = (char)(0xC0 | byte >> 6);
        text[length++] = (char)(byte >= 0x80 ? 0x80 | (byte & 0x3F) : byte);
    }
    json_t *json = json_stringn(text, length);
    free(text);
    return json;
}

static json_t *reference_number(const avro_value_t *value)
{
    int32_t number = 0;
    int64_t large = 0;

    if (avro_value_get_int(value, &number) == 0)
        return json_integer(number);
    avro_value_get_long(value, &large);
    return json_integer(large);
}

static json_t *reference_text(const avro_value_t *value)
{
    const void *data = NULL;
    const char *text = NULL;
    size_t size = 0;

    if (avro_value_get_string(value, &text, &size) == 0)
        return json_stringn(text, size - 1);
    if (avro_value_get_bytes(value, &data, &size) != 0)
        avro_value_get_fixed(value, &data, &size);
    return reference_bytes(data, size);
}

static json_t *reference_array(const avro_value_t *value)
{
    json_t *array = json_array();
    size_t size = 0;

    avro_value_get_size(value, &size);
    for (size_t i = 0; i < size; i++) {
        avro_value_t item;
        avro_value_get_by_index(value, i, &item, NULL);
        json_array_append_new(array, reference_json(&item));
    }
    return array;
}

static json_t *reference_record(const avro_value_t *value)
{
    json_t *object = json_object();
    size_t size = 0;

    avro_value_get_size(value, &size);
    for (size_t i = 0; i < size; i++) {
        avro_value_t field;
        const char *name;
        avro_value_get_by_index(value, i, &field, &name);
        json_object_set_new(object, name, reference_json(&field));
    }
    return object;
}

/* ["null", X] is X or null, a union of records {"TypeName": {...}}. */
static json_t *reference_union(const avro_value_t *value)
{
    avro_value_t branch;
    avro_schema_t first = avro_schema_union_branch(avro_value_get_schema(value), 0);

    avro_value_get_current_branch(value, &branch);
    if (avro_typeof(first) == AVRO_NULL)
        return avro_value_get_type(&branch) == AVRO_NULL ? json_null() : reference_json(&branch);
    return json_pack("{s:o}", avro_schema_name(avro_value_get_schema(&branch)), reference_json(&branch));
}

static json_t *reference_json(const avro_value_t *value)
{
    int choice = 0;

    switch (avro_value_get_type(value)) {
    case AVRO_BOOLEAN: avro_value_get_boolean(value, &choice); return json_boolean(choice);
    case AVRO_INT32:
    case AVRO_INT64: return reference_number(value);
    case AVRO_ENUM:
        avro_value_get_enum(value, &choice);
        return json_string(avro_schema_enum_get(avro_value_get_schema(value), choice));
    case AVRO_ARRAY: return reference_array(value);
    case AVRO_RECORD: return reference_record(value);
    case AVRO_UNION: return reference_union(value);
    default: return reference_text(value);
    }
}

static void check_same(const struct record_type *type, const void *record, const avro_value_t *value)
{
    json_t *ours = json_from_record(type, record);
    json_t *reference = reference_json(value);

    assert_non_null(ours);
    if (!json_equal(ours, reference))
        fail_msg("%s:\n  %s\n  %s", type->name, json_dumps(ours, 0), json_dumps(reference, 0));
    json_decref(ours);
    json_decref(reference);
}

/* What this codec writes, avro-c reads. */
static void check_written(struct fixture *fixture, const struct record_type *type, const void *record,
                          avro_value_t *value)
{
    struct buffer out = {NULL, 0, 0};

    assert_int_equal(codec_encode(fixture->codec, type, record, &out).status, CODEC_OK);
    avro_reader_t reader = avro_reader_memory((const char *)out.data + 5, (int64_t)out.size - 5);
    if (avro_value_read(reader, value) != 0)
        fail_msg("%s: %s", type->name, avro_strerror());
    check_same(type, record, value);
    avro_reader_free(reader);
    buffer_release(&out);
}

/* What avro-c writes, this codec reads. */
static void check_read(struct fixture *fixture, const struct record_type *type, avro_value_t *value)
{
    char bytes[65536] = {0, 0, 0, 0, 1};
    void *record = malloc(type->size);
    size_t size = 0;

    assert_int_equal(avro_value_sizeof(value, &size), 0);
    assert_true(size + 5 <= sizeof bytes);
    avro_writer_t writer = avro_writer_memory(bytes + 5, (int64_t)size);
    assert_int_equal(avro_value_write(writer, value), 0);
    avro_writer_free(writer);
    struct codec_result result = codec_decode(fixture->codec, type, bytes, size + 5, &fixture->memory.arena, record);
    if (result.status != CODEC_OK)
        fail_msg("%s: %s", type->name, result.reason);
    check_same(type, record, value);
    free(record);
}

static void compare(const struct record_type *type)
{
    void *state;
    struct sample_memory memory = sample_memory_new();
    struct sample_random random = {1};
    void *record = malloc(type->size);
    avro_schema_t schema;

    assert_int_equal(fixture_setup(&state), 0);
    struct fixture *fixture = state;
    fixture->json = type->schema;
    assert_int_equal(codec_set_id(fixture->codec, type, 1).status, CODEC_OK);
    assert_int_equal(avro_schema_from_json_length(type->schema, strlen(type->schema), &schema), 0);
    avro_value_iface_t *class = avro_generic_class_from_schema(schema);
    for (int i = 0; i < VALUES; i++) {
        avro_value_t value;
        avro_generic_value_new(class, &value);
        sample_memory_clear(&memory);
        sample_memory_clear(&fixture->memory);
        sample_fill(&random, &memory.arena, type, record);
        check_written(fixture, type, record, &value);
        check_read(fixture, type, &value);
        avro_value_decref(&value);
    }
    avro_value_iface_decref(class);
    avro_schema_decref(schema);
    free(record);
    fixture_teardown(&state);
    sample_memory_free(&memory);
}

static void our_records_read_the_same(void **state)
{
    (void)state;
    for (int i = 0; i < RECORDS_COUNT; i++)
        compare(all_records[i]);
}

static void sample_records_read_the_same(void **state)
{
    (void)state;
    for (int i = 0; i < SAMPLES_COUNT; i++)
        compare(all_samples[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_records_read_the_same),
        cmocka_unit_test(sample_records_read_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
