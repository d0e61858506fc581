/* Values that must not be taken, and what each is called (osbill.error.code). */
#include "tests/unit/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "samples.h"

#define NUMBER "{'name':'number','type':'int'}"
#define TOTAL  "{'name':'total','type':'long'}"
#define NAME   "{'name':'name','type':'string'}"
#define NAMES  "{'name':'names','type':{'type':'array','items':'string'}}"
#define IGNORE "{'name':'ignored','type':{'type':'array','items':'null'}}"
#define NODE   "{'name':'n','type':{'type':'record','name':'Node','fields':[{'name':'next','type':['null','Node']}]}}"

struct malformed {
    const char *title;
    const char *fields; /* of the writer's record Everything, behind the id; JSON with ' for " */
    const char *hex;    /* of the value, behind header and id */
    const char *status;
    const char *reason; /* part of it */
};

static const struct malformed bodies[] = {
    {"a byte behind the record", TOTAL, "02 00", "trailing-bytes", "Everything"},

    {"varint ends early", TOTAL, "80", "truncated", "total"},
    {"varint longer than needed", TOTAL, "8000", "bad-varint", "total"},
    {"varint of eleven bytes", TOTAL, "8080808080808080808001", "bad-varint", "total"},
    {"varint of more than 64 bits", TOTAL, "FFFFFFFFFFFFFFFFFF02", "bad-varint", "total"},
    {"int of more than 32 bits", NUMBER, "8080808010", "bad-varint", "number"},
    {"int as long of more than 32 bits", "{'name':'total','type':'int'}", "8080808010", "bad-varint", "total"},

    {"negative length", NAME, "01", "bad-length", "name"},
    {"length beyond the end", NAME, "0461", "truncated", "name"},
    {"immense length", NAME, "FEFFFFFFFFFFFFFFFF01", "truncated", "name"},
    {"Latin-1 in a string", NAME, "02E9", "bad-utf8", "name"},
    {"overlong UTF-8", NAME, "04C0AF", "bad-utf8", "name"},
    {"surrogate in UTF-8", NAME, "06EDA080", "bad-utf8", "name"},
    {"beyond Unicode", NAME, "08F4908080", "bad-utf8", "name"},
    {"bad UTF-8 behind eight ASCII characters", NAME, "146162636465666768 C3 61", "bad-utf8", "name"},

    {"boolean 2", "{'name':'flag','type':'boolean'}", "02", "bad-boolean", "flag"},
    {"symbol beyond the enum", "{'name':'size','type':{'type':'enum','name':'Size','symbols':['SMALL']}}", "02",
     "bad-enum", "size"},
    {"negative symbol", "{'name':'size','type':{'type':'enum','name':'Size','symbols':['SMALL']}}", "01", "bad-enum",
     "size"},
    {"branch beyond the union", "{'name':'maybe','type':['null','long']}", "04", "bad-union", "maybe"},
    {"negative branch", "{'name':'maybe','type':['null','long']}", "01", "bad-union", "maybe"},
    {"half a fixed", "{'name':'digest','type':{'type':'fixed','name':'Digest','size':4}}", "0102", "truncated",
     "digest"},

    {"array without end", NAMES, "02 0261", "truncated", "names"},
    {"array of more items than bytes left", NAMES, "C801 0261", "truncated", "names"},
    {"array of a million items and more", NAMES, "80808002", "too-many-items", "names"},
    {"array of immense negative count", NAMES, "FFFFFFFFFFFFFFFFFF01 02", "bad-length", "names"},
    {"array with a negative block size", NAMES, "01 01 0261 00", "bad-length", "names"},
    {"skipped array of very many nulls", IGNORE, "FEFFFFFFFFFFFFFFFF01 00", "too-many-items", "Everything"},
    {"skipped array whose block ends beyond the value", IGNORE, "01 08 00", "truncated", "Everything"},
    {"records in records without end", NODE,
     "0202020202020202020202020202020202020202020202020202020202020202020202020202020202020200", "too-deep",
     "Everything"},

    {"the schema is no JSON", "{", "02", "schema-invalid", "not Avro"},
    {"the schema has an unknown type", "{'name':'a','type':'decimal'}", "02", "schema-invalid", "not Avro"},
    {"the schema has the field twice", TOTAL "," TOTAL, "0202", "schema-incompatible", "total"},
};

struct malformed_header {
    const char *title;
    const char *hex; /* of the whole value */
    const char *status;
    const char *reason; /* part of it */
};

static const struct malformed_header headers[] = {
    {"nothing", "", "empty-value", "empty"},
    {"another first byte", "01 00000001 02", "magic-byte", "first byte"},
    {"JSON", "7B22", "magic-byte", "first byte"},
    {"half a schema id", "00 0000", "truncated", "schema id"},
    {"no body", "00 00000001", "truncated", "field id"},
    {"schema id 0", "00 00000000 02", "schema-unknown", "positive"},
    {"negative schema id", "00 FFFFFFFF 02", "schema-unknown", "positive"},
};

static void expect(const char *title, struct codec_result result, const char *status, const char *reason)
{
    if (strcmp(codec_status_name(result.status), status) != 0 || !strstr(result.reason, reason))
        fail_msg("%s: got %s (%s), expected %s (%s)", title, codec_status_name(result.status), result.reason, status,
                 reason);
    assert_int_equal(codec_status_action(result.status), CODEC_DEAD_LETTER);
}

static void bodies_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct everything record;

    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        char text[1024], hex[200];
        snprintf(text, sizeof text, "{'type':'record','name':'Everything','fields':[{'name':'id','type':'string'},%s]}",
                 bodies[i].fields);
        snprintf(hex, sizeof hex, "00%s", bodies[i].hex);
        char *schema = json_quotes(text);
        fixture->json = schema;
        struct codec_result result = fixture_decode(fixture, &everything_record, (int32_t)i + 1, hex, &record);
        expect(bodies[i].title, result, bodies[i].status, bodies[i].reason);
        free(schema);
    }
}

static void headers_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct everything record;

    fixture->json = everything_record.schema;
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        struct buffer value = {NULL, 0, 0};
        append_hex(&value, headers[i].hex);
        struct codec_result result =
            codec_decode(fixture->codec, &everything_record, value.data, value.size, &fixture->memory.arena, &record);
        expect(headers[i].title, result, headers[i].status, headers[i].reason);
        buffer_release(&value);
    }
}

static void a_value_beyond_the_limit_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct everything record;
    char *value = calloc(1, CODEC_MAX_VALUE + 1);

    assert_non_null(value);
    struct codec_result result =
        codec_decode(fixture->codec, &everything_record, value, CODEC_MAX_VALUE + 1, &fixture->memory.arena, &record);
    expect("too large", result, "too-large", "larger");
    free(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(bodies_are_refused, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(headers_are_refused, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_value_beyond_the_limit_is_refused, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
