/* Each limit of the codec: below it, at it, above it (docs/limits.md). */
#include "tests/unit/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "samples.h"
#include "worker/avro/plan_cache.h"
#include "worker/avro/schema.h"

static struct fixture *fixture_of(void **state, char *schema)
{
    struct fixture *fixture = *state;

    fixture->json = schema;
    sample_memory_clear(&fixture->memory);
    return fixture;
}

/* A Narrow with a field before its own that the reader does not have; its value is what `before` says. */
static enum codec_status decode_with(void **state, int32_t id, const char *type, const struct buffer *before)
{
    const struct buffer narrow = {(uint8_t[]){0, 2, 4}, 3, 3};
    struct buffer value = {NULL, 0, 0};
    struct narrow record;
    size_t room = strlen(type) + 1000;
    char *text = malloc(room);

    assert_non_null(text);
    (void)snprintf(text, room,
                   "{'type':'record','name':'Narrow','fields':[{'name':'before','type':%s},{'name':'colour','type':"
                   "{'type':'enum','name':'Colour','symbols':['RED','GREEN']}},{'name':'point','type':{'type':'record',"
                   "'name':'Point','fields':[{'name':'x','type':'int'},{'name':'y','type':'int'}]}}]}",
                   type);
    char *schema = json_quotes(text);
    free(text);
    struct fixture *fixture = fixture_of(state, schema);
    const uint8_t header[] = {0, 0, 0, (uint8_t)(id >> 8), (uint8_t)id};
    assert_true(buffer_append(&value, header, sizeof header) && buffer_append(&value, before->data, before->size) &&
                buffer_append(&value, narrow.data, narrow.size));
    enum codec_status status =
        codec_decode(fixture->codec, &narrow_record, value.data, value.size, &fixture->memory.arena, &record).status;
    buffer_release(&value);
    free(schema);
    return status;
}

static void append_long(struct buffer *out, uint64_t number)
{
    for (number *= 2; number > 0x7F; number >>= 7)
        assert_true(buffer_append(out, &(uint8_t){(uint8_t)(number | 0x80)}, 1));
    assert_true(buffer_append(out, &(uint8_t){(uint8_t)number}, 1));
}

static void append_zeros(struct buffer *out, size_t count)
{
    void *zeros = calloc(1, count + 1);

    assert_true(zeros && buffer_append(out, zeros, count));
    free(zeros);
}

static void the_size_of_a_value(void **state)
{
    for (int over = -1; over <= 1; over++) {
        struct buffer before = {NULL, 0, 0};
        size_t size = (size_t)((int64_t)CODEC_MAX_VALUE + over) - 5 - 4 - 3; /* header, length, the rest */
        append_long(&before, size);
        append_zeros(&before, size);
        assert_int_equal(before.size, size + 4);
        assert_int_equal(decode_with(state, 1, "'bytes'", &before), over > 0 ? CODEC_TOO_LARGE : CODEC_OK);
        buffer_release(&before);
    }
}

static void the_items_of_a_value(void **state)
{
    for (int over = -1; over <= 1; over++) {
        struct buffer before = {NULL, 0, 0};
        append_long(&before, (uint64_t)((int64_t)CODEC_MAX_ITEMS + over));
        append_zeros(&before, (size_t)((int64_t)CODEC_MAX_ITEMS + over) + 1);
        assert_int_equal(decode_with(state, 1, "{'type':'array','items':'string'}", &before),
                         over > 0 ? CODEC_TOO_MANY_ITEMS : CODEC_OK);
        buffer_release(&before);
    }
}

/* A list of records: each has two levels, the record and the union around the next. */
static void the_nesting_of_a_value(void **state)
{
    for (int over = -1; over <= 1; over++) {
        struct buffer before = {NULL, 0, 0};
        for (int i = 0; i < (CODEC_MAX_DEPTH / 2) + over - 1; i++)
            append_long(&before, 1);
        append_zeros(&before, 1);
        assert_int_equal(
            decode_with(state, 1, "{'type':'record','name':'R','fields':[{'name':'r','type':['null','R']}]}", &before),
            over > 0 ? CODEC_TOO_DEEP : CODEC_OK);
        buffer_release(&before);
    }
}

static enum codec_status decode_schema(void **state, int32_t id, char *schema)
{
    struct narrow record;

    return fixture_decode(fixture_of(state, schema), &narrow_record, id, "0002 04", &record).status;
}

/* The schema is good; blanks follow. */
static void the_size_of_a_schema(void **state)
{
    char *schema = malloc(CODEC_MAX_SCHEMA + 2);

    assert_non_null(schema);
    for (int over = -1; over <= 1; over++) {
        size_t size = (size_t)((int64_t)CODEC_MAX_SCHEMA + over);
        memset(schema, ' ', size);
        memcpy(schema, narrow_record.schema, strlen(narrow_record.schema));
        schema[size] = '\0';
        assert_int_equal(decode_schema(state, 2 + over, schema), over > 0 ? CODEC_SCHEMA_INVALID : CODEC_OK);
    }
    free(schema);
}

static bool parses(const char *text)
{
    char reason[REASON_SIZE];
    enum codec_status status = CODEC_OK;
    struct schema_tree *tree = schema_parse((struct text){text, (uint32_t)strlen(text)}, &status, reason);

    schema_free(tree);
    assert_int_equal(status, tree ? CODEC_OK : CODEC_SCHEMA_INVALID);
    return tree != NULL;
}

/* Arrays within arrays around an int. */
static void the_nesting_of_a_schema(void **state)
{
    static const char array[] = "{\"type\":\"array\",\"items\":";

    (void)state;
    for (int over = -1; over <= 1; over++) {
        char text[SCHEMA_MAX_DEPTH * (sizeof array + 1) + 100] = "";
        int arrays = SCHEMA_MAX_DEPTH + over - 1;
        size_t size = 0;
        for (int i = 0; i < arrays; i++, size += sizeof array - 1)
            memcpy(text + size, array, sizeof array);
        size += (size_t)snprintf(text + size, sizeof text - size, "\"int\"");
        memset(text + size, '}', (size_t)arrays);
        assert_int_equal(parses(text), over <= 0);
    }
}

/* A record of so many fixed types, less the record itself. */
static void the_named_types_of_a_schema(void **state)
{
    (void)state;
    for (int over = -1; over <= 1; over++) {
        size_t room = SCHEMA_MAX_NAMED * (size_t)80, size = 0;
        char *text = calloc(1, room);
        assert_non_null(text);
        size += (size_t)snprintf(text, room, "{\"type\":\"record\",\"name\":\"R\",\"fields\":[");
        for (int i = 1; i < SCHEMA_MAX_NAMED + over; i++)
            size += (size_t)snprintf(text + size, room - size,
                                     "%s{\"name\":\"f%d\",\"type\":{\"type\":\"fixed\",\"name\":\"F%d\",\"size\":1}}",
                                     i > 1 ? "," : "", i, i);
        (void)snprintf(text + size, room - size, "]}");
        assert_int_equal(parses(text), over <= 0);
        free(text);
    }
}

/* Each int field that the reader does not have is a step; some more frame them. */
static void the_steps_of_a_plan(void **state)
{
    static const int fields[] = {CODEC_MAX_OPS - 20, CODEC_MAX_OPS + 1};

    for (int k = 0; k < 2; k++) {
        size_t room = CODEC_MAX_OPS * (size_t)40, size = 0;
        char *text = calloc(1, room);
        struct buffer before = {NULL, 0, 0};
        assert_non_null(text);
        size += (size_t)snprintf(text, room, "{'type':'record','name':'R','fields':[");
        for (int i = 0; i < fields[k]; i++)
            size += (size_t)snprintf(text + size, room - size, "%s{'name':'f%d','type':'int'}", i ? "," : "", i);
        (void)snprintf(text + size, room - size, "]}");
        append_zeros(&before, (size_t)fields[k]);
        assert_int_equal(decode_with(state, k + 1, text, &before), k ? CODEC_SCHEMA_INCOMPATIBLE : CODEC_OK);
        buffer_release(&before);
        free(text);
    }
}

/* So many different ids are decoded without asking again. */
static void the_number_of_plans(void **state)
{
    struct fixture *fixture = fixture_of(state, (char *)(uintptr_t)narrow_record.schema);
    struct narrow record;

    for (int32_t id = 1; id <= 4 * CODEC_MAX_PLANS; id++)
        assert_int_equal(fixture_decode(fixture, &narrow_record, id, "0002 04", &record).status, CODEC_OK);
    assert_int_equal(fixture->fetches, 4 * CODEC_MAX_PLANS);
    assert_int_equal(fixture_decode(fixture, &narrow_record, 1, "0002 04", &record).status, CODEC_OK);
    assert_int_equal(fixture->fetches, 4 * CODEC_MAX_PLANS + 1);
}

static void the_number_of_types_to_encode(void **state)
{
    struct fixture *fixture = *state;
    static struct record_type types[CODEC_MAX_TYPES + 1];

    for (int i = 0; i < CODEC_MAX_TYPES; i++)
        assert_int_equal(codec_set_id(fixture->codec, &types[i], i + 1).status, CODEC_OK);
    assert_int_equal(codec_set_id(fixture->codec, &types[CODEC_MAX_TYPES], 1).status, CODEC_OUT_OF_MEMORY);
    assert_int_equal(codec_set_id(fixture->codec, &types[0], 7).status, CODEC_OK);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_size_of_a_value),  TEST(the_items_of_a_value),    TEST(the_nesting_of_a_value),
        TEST(the_size_of_a_schema), TEST(the_nesting_of_a_schema), TEST(the_named_types_of_a_schema),
        TEST(the_steps_of_a_plan),  TEST(the_number_of_plans),     TEST(the_number_of_types_to_encode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
