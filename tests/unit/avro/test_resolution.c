/* Avro 1.11 specification, "Schema Resolution", case by case: what a writer's field becomes in the reader's. Each row
 * is a writer's record Everything with an id "k" and the field given, its bytes behind the id, and what comes out: the
 * reader's fields as JSON (those named), or the error. Reader: schemas/Everything.avsc. */
#include "tests/unit/cmocka_all.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "samples.h"
#include "worker/avro/json.h"

#define POINT  "{'type':'record','name':'Point','fields':[{'name':'x','type':'int'},{'name':'y','type':'int'}]}"
#define DIGEST "{'type':'fixed','name':'Digest','size':4}"

struct resolution {
    const char *title;
    const char *fields; /* the writer's, JSON with ' for " */
    const char *hex;
    const char *expected; /* {...} or the name of a codec_status */
};

static const struct resolution resolutions[] = {
    {"a missing field takes its default: scalars", NULL, "",
     "{'id':'k','flag':true,'number':-7,'total':9000000000,'size':'LARGE','colour':'GREEN','maybe':null}"},
    {"a missing field takes its default: the rest", NULL, "",
     "{'name':'caf\xC3\xA9 \\\"x\\\"','raw':'\\u0001\xC3\xBF','digest':'\\u0001\\u0002\\u0003\xC3\xBE','points':[],"
     "'point':{'x':1,'y':2},'shape':{'Circle':{'radius':4}}}"},

    {"boolean", "{'name':'flag','type':'boolean'}", "00", "{'flag':false}"},
    {"int", "{'name':'number','type':'int'}", "54", "{'number':42}"},
    {"least int", "{'name':'number','type':'int'}", "FFFFFFFF0F", "{'number':-2147483648}"},
    {"long", "{'name':'total','type':'long'}", "FEFFFFFFFFFFFFFFFF01", "{'total':9223372036854775807}"},
    {"least long", "{'name':'total','type':'long'}", "FFFFFFFFFFFFFFFFFF01", "{'total':-9223372036854775808}"},
    {"a logical type is its base type", "{'name':'total','type':{'type':'long','logicalType':'timestamp-millis'}}",
     "02", "{'total':1}"},
    {"int becomes long", "{'name':'total','type':'int'}", "53", "{'total':-42}"},
    {"long does not become int", "{'name':'number','type':'long'}", "54", "schema-incompatible"},
    {"float does not become long", "{'name':'total','type':'float'}", "00000000", "schema-incompatible"},
    {"bytes become string", "{'name':'name','type':'bytes'}", "0661C3A9", "{'name':'a\xC3\xA9'}"},
    {"bytes that are no UTF-8 become no string", "{'name':'name','type':'bytes'}", "02FF", "bad-utf8"},
    {"string becomes bytes", "{'name':'raw','type':'string'}", "046162", "{'raw':'ab'}"},
    {"a string may be empty and hold NUL", "{'name':'name','type':'string'}", "0200", "{'name':'\\u0000'}"},
    {"a default with NUL, as decimals have",
     "{'name':'raw','type':{'type':'bytes','logicalType':'decimal'},'default':'\\u0000'}", "0278", "{'raw':'x'}"},
    {"a Java writer's string", "{'name':'name','type':{'type':'string','avro.java.string':'String'}}", "0278",
     "{'name':'x'}"},

    {"fields in another order", "{'name':'total','type':'long'},{'name':'number','type':'int'}", "0204",
     "{'total':1,'number':2}"},
    {"fixed", "{'name':'digest','type':" DIGEST "}", "01020304", "{'digest':'\\u0001\\u0002\\u0003\\u0004'}"},
    {"fixed of another size", "{'name':'digest','type':{'type':'fixed','name':'Digest','size':5}}", "0102030405",
     "schema-incompatible"},
    {"fixed of another name", "{'name':'digest','type':{'type':'fixed','name':'Hash','size':4}}", "01020304",
     "schema-incompatible"},

    {"enum symbols go by name", "{'name':'colour','type':{'type':'enum','name':'Colour','symbols':['GREEN','RED']}}",
     "02", "{'colour':'RED'}"},
    {"an unknown symbol becomes the enum's default",
     "{'name':'colour','type':{'type':'enum','name':'Colour','symbols':['BLUE','RED']}}", "00", "{'colour':'OTHER'}"},
    {"an unknown symbol without default fails only where it occurs",
     "{'name':'size','type':{'type':'enum','name':'Size','symbols':['SMALL','HUGE']}}", "02", "unknown-symbol"},
    {"the known one beside it does not",
     "{'name':'size','type':{'type':'enum','name':'Size','symbols':['SMALL','HUGE']}}", "00", "{'size':'SMALL'}"},
    {"enum of another name", "{'name':'size','type':{'type':'enum','name':'Width','symbols':['SMALL']}}", "00",
     "schema-incompatible"},

    {"nested record", "{'name':'point','type':" POINT "}", "0608", "{'point':{'x':3,'y':4}}"},
    {"nested record with fields more, less, and in another order",
     "{'name':'point','type':{'type':'record','name':'Point','fields':[{'name':'z','type':'string'},"
     "{'name':'x','type':'int'}]}}",
     "027806", "{'point':{'x':3,'y':2}}"},
    {"nested record that lacks a field without default",
     "{'name':'point','type':{'type':'record','name':'Point','fields':[{'name':'y','type':'int'}]}}", "00",
     "schema-incompatible"},
    {"nested record in another namespace",
     "{'name':'point','type':{'type':'record','name':'Point','namespace':'other','fields':[{'name':'x','type':'int'}]}"
     "}",
     "06", "{'point':{'x':3,'y':2}}"},

    {"array of strings", "{'name':'names','type':{'type':'array','items':'string'}}", "04 0261 0262 00",
     "{'names':['a','b']}"},
    {"array in several blocks, one with its size", "{'name':'names','type':{'type':'array','items':'string'}}",
     "02 0261 03 08 0262 0263 04 0264 0265 00", "{'names':['a','b','c','d','e']}"},
    {"array of int becomes array of long", "{'name':'totals','type':{'type':'array','items':'int'}}", "04 0204 00",
     "{'totals':[1,2]}"},
    {"array of records", "{'name':'points','type':{'type':'array','items':" POINT "}}", "04 0204 0608 00",
     "{'points':[{'x':1,'y':2},{'x':3,'y':4}]}"},
    {"array of fixed", "{'name':'digests','type':{'type':'array','items':" DIGEST "}}", "02 61626364 00",
     "{'digests':['abcd']}"},
    {"array of enums",
     "{'name':'colours','type':{'type':'array','items':{'type':'enum','name':'Colour','symbols':['RED','GREEN']}}}",
     "04 0200 00", "{'colours':['GREEN','RED']}"},
    {"map does not become array", "{'name':'names','type':{'type':'map','values':'string'}}", "00",
     "schema-incompatible"},

    {"optional present", "{'name':'maybe','type':['null','long']}", "0254", "{'maybe':42}"},
    {"optional absent", "{'name':'maybe','type':['null','long']}", "00", "{'maybe':null}"},
    {"optional the other way round", "{'name':'maybe','type':['long','null']}", "0054", "{'maybe':42}"},
    {"optional of int becomes optional of long", "{'name':'maybe','type':['null','int']}", "0254", "{'maybe':42}"},
    {"a plain value becomes optional", "{'name':'maybe','type':'int'}", "54", "{'maybe':42}"},
    {"null becomes optional", "{'name':'maybe','type':'null'}", "", "{'maybe':null}"},
    {"optional record", "{'name':'maybe_point','type':['null'," POINT "]}", "02 0608", "{'maybe_point':{'x':3,'y':4}}"},
    {"a union becomes what one of its branches is", "{'name':'total','type':['null','int','long']}", "0454",
     "{'total':42}"},
    {"a union, the promoted branch", "{'name':'total','type':['null','int','long']}", "0254", "{'total':42}"},
    {"a union, the branch without place", "{'name':'total','type':['null','int','long']}", "00", "bad-union"},
    {"a union without any place", "{'name':'total','type':['null','string']}", "0254", "schema-incompatible"},
    {"a union of strings and more", "{'name':'name','type':['int','string']}", "020278", "{'name':'x'}"},

    {"union of records",
     "{'name':'shape','type':[{'type':'record','name':'Circle','fields':[{'name':'radius','type':'long'}]}]}", "0054",
     "{'shape':{'Circle':{'radius':42}}}"},
    {"union of records, the other branch, by name",
     "{'name':'shape','type':[{'type':'record','name':'Register','fields':[{'name':'corners','type':{'type':'array',"
     "'items':" POINT "}}]}, {'type':'record','name':'Line','fields':[]}]}",
     "00 02 0608 00", "{'shape':{'Register':{'corners':[{'x':3,'y':4}]}}}"},
    {"union of records, a branch that is not known",
     "{'name':'shape','type':[{'type':'record','name':'Circle','fields':[]}, "
     "{'type':'record','name':'Line','fields':[]}]}",
     "02", "bad-union"},
    {"a plain record becomes a branch of the union",
     "{'name':'shape','type':{'type':'record','name':'Circle','fields':[{'name':'colour','type':'string'}]}}", "0278",
     "{'shape':{'Circle':{'radius':3}}}"},

    {"skipped: boolean, int, long, float, double, null",
     "{'name':'a','type':'boolean'},{'name':'b','type':'int'},{'name':'c','type':'long'},{'name':'d','type':'float'},"
     "{'name':'e','type':'double'},{'name':'f','type':'null'},{'name':'total','type':'long'}",
     "01 54 808001 00000000 0000000000000000 54", "{'total':42}"},
    {"skipped: string, bytes, fixed, enum",
     "{'name':'a','type':'string'},{'name':'b','type':'bytes'},{'name':'c','type':{'type':'fixed','name':'F','size':3}}"
     ","
     "{'name':'d','type':{'type':'enum','name':'E','symbols':['X']}},{'name':'total','type':'long'}",
     "04FFFF 0200 010203 00 54", "{'total':42}"},
    {"skipped: array and map, blocks with and without size",
     "{'name':'a','type':{'type':'array','items':'string'}},{'name':'b','type':{'type':'map','values':'int'}},"
     "{'name':'total','type':'long'}",
     "02 0261 03 08 0262 0263 00 02 0261 08 00 54", "{'total':42}"},
    {"skipped: union", "{'name':'a','type':['null','string']},{'name':'total','type':'long'}", "020278 54",
     "{'total':42}"},
    {"skipped: a record that names itself",
     "{'name':'a','type':{'type':'record','name':'Node','fields':[{'name':'v','type':'int'},"
     "{'name':'next','type':['null','Node']}]}},{'name':'total','type':'long'}",
     "02 02 04 02 06 00 54", "{'total':42}"},
    {"skipped: one record type twice",
     "{'name':'a','type':{'type':'record','name':'P','fields':[{'name':'v','type':'int'}]}},"
     "{'name':'b','type':'P'},{'name':'c','type':{'type':'array','items':'P'}},{'name':'total','type':'long'}",
     "02 04 04 06 08 00 54", "{'total':42}"},
};

static char *writer_schema(const char *fields)
{
    char text[2048];

    snprintf(text, sizeof text,
             "{'type':'record','name':'Everything','namespace':'w','fields':[{'name':'id','type':'string'}%s%s]}",
             fields ? "," : "", fields ? fields : "");
    return json_quotes(text);
}

/* The members of `expected`, compared with those of the record. */
static void check_record(const char *title, const char *expected, const struct everything *record)
{
    char *text = json_quotes(expected);
    json_t *wanted = json_loads(text, JSON_ALLOW_NUL, NULL);
    json_t *got = json_from_record(&everything_record, record);
    const char *name;
    json_t *value;

    assert_non_null(wanted);
    assert_non_null(got);
    json_object_foreach(wanted, name, value)
    {
        if (!json_equal(value, json_object_get(got, name)))
            fail_msg("%s: %s is %s, expected %s", title, name, json_dumps(json_object_get(got, name), JSON_ENCODE_ANY),
                     json_dumps(value, JSON_ENCODE_ANY));
    }
    json_decref(wanted);
    json_decref(got);
    free(text);
}

static void check(struct fixture *fixture, const struct resolution *row, int32_t id)
{
    char *schema = writer_schema(row->fields);
    char hex[400];
    struct everything record;

    snprintf(hex, sizeof hex, "026B%s", row->hex);
    fixture->json = schema;
    struct codec_result result = fixture_decode(fixture, &everything_record, id, hex, &record);
    if (row->expected[0] != '{' && strcmp(codec_status_name(result.status), row->expected) != 0)
        fail_msg("%s: got %s (%s), expected %s", row->title, codec_status_name(result.status), result.reason,
                 row->expected);
    if (row->expected[0] == '{' && result.status != CODEC_OK)
        fail_msg("%s: %s", row->title, result.reason);
    if (row->expected[0] == '{')
        check_record(row->title, row->expected, &record);
    free(schema);
}

static void resolves_as_the_specification_says(void **state)
{
    for (size_t i = 0; i < sizeof resolutions / sizeof resolutions[0]; i++)
        check(*state, &resolutions[i], (int32_t)i + 1);
}

/* The good values again, cut after each byte in turn. */
static void every_prefix_is_truncated(void **state)
{
    struct fixture *fixture = *state;
    struct everything record;

    for (size_t i = 0; i < sizeof resolutions / sizeof resolutions[0]; i++) {
        const struct resolution *row = &resolutions[i];
        if (row->expected[0] != '{')
            continue;
        check(fixture, row, (int32_t)i + 1);
        for (size_t size = fixture->value.size - 1; size > 0; size--) {
            struct codec_result result = codec_decode(fixture->codec, &everything_record, fixture->value.data, size,
                                                      &fixture->memory.arena, &record);
            if (result.status != CODEC_TRUNCATED)
                fail_msg("%s, cut to %zu bytes: %s", row->title, size, codec_status_name(result.status));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(resolves_as_the_specification_says, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(every_prefix_is_truncated, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
