/* JSON in and out, as people write and read it. */
#include "tests/unit/cmocka_all.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "sample.h"
#include "samples.h"
#include "worker/avro/json.h"

/* A record Everything as JSON, ' for ", and what is wrong with it. */
static const struct {
    const char *json;
    const char *error;
} mistakes[] = {
    {"[]", "must be an object"},
    {"{}", "id: is required"},
    {"{'id':1}", "id: must be a string"},
    {"{'id':'k','nane':'x'}", "nane: is no field of this record"},
    {"{'id':'k','number':'5'}", "number: must be an integer"},
    {"{'id':'k','number':5.0}", "number: must be an integer"},
    {"{'id':'k','number':2147483648}", "number: must fit in 32 bits"},
    {"{'id':'k','flag':1}", "flag: must be true or false"},
    {"{'id':'k','size':'HUGE'}", "size: must be one of SMALL, LARGE"},
    {"{'id':'k','size':0}", "size: must be one of SMALL, LARGE"},
    {"{'id':'k','raw':'\xE2\x82\xAC'}", "raw: must hold characters from U+0000 to U+00FF only, one for each byte"},
    {"{'id':'k','digest':'abc'}", "digest: has the wrong length"},
    {"{'id':'k','point':{}}", "point.x: is required"},
    {"{'id':'k','names':'x'}", "names: must be a list"},
    {"{'id':'k','names':['x',1]}", "names[1]: must be a string"},
    {"{'id':'k','points':[{'x':1},{'x':2,'z':3}]}", "points[1].z: is no field of this record"},
    {"{'id':'k','maybe':'x'}", "maybe: must be an integer"},
    {"{'id':'k','shape':{'Line':{}}}", "shape: must be an object with one member, named Circle, Register"},
    {"{'id':'k','shape':null}", "shape: must be an object with one member, named Circle, Register"},
    {"{'id':'k','shape':{'Circle':{'radius':true}}}", "shape.Circle.radius: must be an integer"},
    {"{'id':'k','shape':{'Register':{'corners':[{'x':[]}]}}}", "shape.Register.corners[0].x: must be an integer"},
};

static json_t *parse(const char *text)
{
    size_t size = strlen(text);
    char *copy = malloc(size);

    assert_non_null(copy);
    for (size_t i = 0; i < size; i++)
        copy[i] = text[i] == '\'' ? '"' : text[i];
    json_t *json = json_loadb(copy, size, JSON_ALLOW_NUL, NULL);
    assert_non_null(json);
    free(copy);
    return json;
}

static void mistakes_are_named(void **state)
{
    struct sample_memory memory = sample_memory_new();
    struct everything record;
    char error[JSON_ERROR_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        json_t *json = parse(mistakes[i].json);
        if (record_from_json(&everything_record, json, &memory.arena, &record, error))
            fail_msg("%s was taken", mistakes[i].json);
        assert_string_equal(error, mistakes[i].error);
        json_decref(json);
    }
    sample_memory_free(&memory);
}

static void a_record_reads_as_people_write_it(void **state)
{
    struct sample_memory memory = sample_memory_new();
    struct everything record;
    char error[JSON_ERROR_SIZE];
    json_t *json = parse("{'id':'k','number':5,'maybe':6,'shape':{'Register':{'corners':[{'x':1}]}},'raw':'\\u00FF'}");
    json_t *defaults = parse(
        "{'id':'k','flag':true,'number':5,'total':9000000000,'name':'caf\xC3\xA9 \\\"x\\\"','raw':'\\u00FF',"
        "'digest':'\\u0001\\u0002\\u0003\xC3\xBE','colour':'GREEN','size':'LARGE','point':{'x':1,'y':2},'points':[],"
        "'names':[],'numbers':[],'totals':[],'digests':[],'colours':[],'maybe':6,'maybe_name':null,'maybe_point':null,"
        "'shape':{'Register':{'corners':[{'x':1,'y':2}]}}}");

    (void)state;
    assert_true(record_from_json(&everything_record, json, &memory.arena, &record, error));
    json_t *back = json_from_record(&everything_record, &record);
    assert_true(json_equal(back, defaults));
    json_decref(json);
    json_decref(back);
    json_decref(defaults);
    sample_memory_free(&memory);
}

/* Fields stand in the order of the schema: `watch` prints the identity first. */
static void fields_keep_their_order(void **state)
{
    json_t *json = json_from_record(&point_record, &(struct point){3, 4});
    char *text = json_dumps(json, JSON_COMPACT);

    (void)state;
    assert_string_equal(text, "{\"x\":3,\"y\":4}");
    free(text);
    json_decref(json);
}

static void memory_may_end_anywhere(void **state)
{
    json_t *json = parse("{'id':'key','names':['a','b'],'maybe_point':{'x':1},'points':[{'x':1}],'digest':'abcd'}");
    struct everything record;
    char error[JSON_ERROR_SIZE];
    bool done = false;

    (void)state;
    for (size_t size = 0; !done; size++) {
        char *memory = malloc(size + 1);
        assert_non_null(memory);
        struct arena arena = {.at = memory, .end = memory + size};
        done = record_from_json(&everything_record, json, &arena, &record, error);
        assert_true(done || strstr(error, "no memory"));
        free(memory);
    }
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(a_record_reads_as_people_write_it),
        cmocka_unit_test(fields_keep_their_order),
        cmocka_unit_test(memory_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
