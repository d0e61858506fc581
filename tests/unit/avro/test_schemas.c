/* Which schemas the codec asks for, when, and what it makes of the answers. */
#include "tests/unit/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "samples.h"

#define NARROW "0002 04" /* colour RED, point 1, 2 */

static struct codec_result decode(struct fixture *fixture, int32_t id)
{
    struct narrow record;
    return fixture_decode(fixture, &narrow_record, id, NARROW, &record);
}

static void a_schema_is_fetched_once(void **state)
{
    struct fixture *fixture = *state;

    fixture->json = narrow_record.schema;
    for (int i = 0; i < 3; i++)
        assert_int_equal(decode(fixture, 7).status, CODEC_OK);
    assert_int_equal(fixture->fetches, 1);
    assert_int_equal(fixture->fetched_id, 7);
    assert_int_equal(decode(fixture, 0x01020304).status, CODEC_OK);
    assert_int_equal(fixture->fetched_id, 0x01020304);
}

static void one_id_has_a_plan_for_each_record_type(void **state)
{
    struct fixture *fixture = *state;
    struct everything everything;

    fixture->json = narrow_record.schema;
    assert_int_equal(decode(fixture, 7).status, CODEC_OK);
    struct codec_result result = fixture_decode(fixture, &everything_record, 7, NARROW, &everything);
    assert_int_equal(result.status, CODEC_SCHEMA_INCOMPATIBLE);
    assert_string_equal(result.reason, "schema id 7 for Everything: Everything: the writer's Narrow cannot be read as "
                                       "Everything");
    assert_int_equal(decode(fixture, 7).status, CODEC_OK);
}

/* design.md: unreachable pauses, it never dead-letters; and it is not asked for every event. */
static void an_unreachable_source_is_asked_again_later(void **state)
{
    struct fixture *fixture = *state;

    fixture->answer = SCHEMA_RETRY;
    for (int i = 0; i < 5; i++) {
        struct codec_result result = decode(fixture, 7);
        assert_int_equal(result.status, CODEC_REGISTRY_UNAVAILABLE);
        assert_int_equal(codec_status_action(result.status), CODEC_RETRY);
        assert_string_equal(result.reason, "schema id 7 for Narrow: as the test says");
    }
    assert_int_equal(fixture->fetches, 1);
    fixture->now_ms += 100;
    fixture->answer = SCHEMA_OK;
    fixture->json = narrow_record.schema;
    assert_int_equal(decode(fixture, 7).status, CODEC_OK);
}

/* design.md: "40403 -> a few tries, then dead letter, negative answers cached" */
static void an_unknown_id_is_believed_after_some_tries_and_for_some_time(void **state)
{
    struct fixture *fixture = *state;

    fixture->answer = SCHEMA_NOT_FOUND;
    assert_int_equal(decode(fixture, 7).status, CODEC_REGISTRY_UNAVAILABLE);
    fixture->now_ms += 100;
    assert_int_equal(decode(fixture, 7).status, CODEC_SCHEMA_UNKNOWN);
    fixture->now_ms += 999;
    assert_int_equal(decode(fixture, 7).status, CODEC_SCHEMA_UNKNOWN);
    assert_int_equal(fixture->fetches, 2);
    fixture->now_ms += 1;
    fixture->answer = SCHEMA_OK;
    fixture->json = narrow_record.schema;
    assert_int_equal(decode(fixture, 7).status, CODEC_OK);
    assert_int_equal(fixture->fetches, 3);
}

static void refused_credentials_stop(void **state)
{
    struct fixture *fixture = *state;

    fixture->answer = SCHEMA_DENIED;
    struct codec_result result = decode(fixture, 7);
    assert_int_equal(result.status, CODEC_REGISTRY_DENIED);
    assert_int_equal(codec_status_action(result.status), CODEC_STOP);
}

static void a_malformed_answer_is_an_outage(void **state)
{
    struct fixture *fixture = *state;

    fixture->answer = SCHEMA_MALFORMED;
    assert_int_equal(decode(fixture, 7).status, CODEC_REGISTRY_UNAVAILABLE);
}

/* An incompatible schema stays so: ids are immutable. */
static void an_incompatible_schema_is_fetched_once(void **state)
{
    struct fixture *fixture = *state;

    fixture->json = everything_record.schema;
    assert_int_equal(decode(fixture, 7).status, CODEC_SCHEMA_INCOMPATIBLE);
    fixture->now_ms += 1000000;
    assert_int_equal(decode(fixture, 7).status, CODEC_SCHEMA_INCOMPATIBLE);
    assert_int_equal(fixture->fetches, 1);
}

/* Ten times more ids than places: all are served, and one in constant use stays. */
static void the_cache_is_bounded_and_keeps_what_is_used(void **state)
{
    struct fixture *fixture = *state;

    fixture->json = narrow_record.schema;
    for (int32_t id = 1; id <= 10 * CODEC_MAX_PLANS; id++) {
        assert_int_equal(decode(fixture, id).status, CODEC_OK);
        assert_int_equal(decode(fixture, 1000000).status, CODEC_OK);
    }
    assert_int_equal(fixture->fetches, 10 * CODEC_MAX_PLANS + 1);
}

/* A record of 40 levels, each naming the one below twice: 2^40 steps if it were written out. */
static void a_schema_that_doubles_at_each_level_stays_small(void **state)
{
    struct fixture *fixture = *state;
    char text[8192] = "{'type':'record','name':'R0','fields':[{'name':'v','type':'null'}]}";

    for (int level = 1; level <= 20; level++) {
        char inner[8192];
        snprintf(inner, sizeof inner, "%s", text);
        snprintf(text, sizeof text,
                 "{'type':'record','name':'R%d','fields':[{'name':'a','type':%.7900s},{'name':'b','type':'R%d'}]}",
                 level, inner, level - 1);
    }
    char whole[9000];
    snprintf(whole, sizeof whole, "{'type':'record','name':'Narrow','fields':[{'name':'x','type':%s}]}", text);
    char *schema = json_quotes(whole);
    fixture->json = schema;
    assert_int_equal(decode(fixture, 7).status, CODEC_SCHEMA_INCOMPATIBLE);
    free(schema);
}

static void a_very_large_schema_is_refused(void **state)
{
    struct fixture *fixture = *state;
    char *schema = malloc(CODEC_MAX_SCHEMA + 2);

    assert_non_null(schema);
    memset(schema, ' ', CODEC_MAX_SCHEMA + 1);
    schema[CODEC_MAX_SCHEMA + 1] = '\0';
    fixture->json = schema;
    assert_int_equal(decode(fixture, 7).status, CODEC_SCHEMA_INVALID);
    free(schema);
}

static void encoding_needs_an_id(void **state)
{
    struct fixture *fixture = *state;
    struct narrow record = {.colour = COLOUR_RED, .point = {1, 2}};
    struct buffer out = {NULL, 0, 0};

    struct codec_result result = codec_encode(fixture->codec, &narrow_record, &record, &out);
    assert_int_equal(result.status, CODEC_NO_SCHEMA_ID);
    assert_int_equal(codec_status_action(result.status), CODEC_STOP);
    assert_int_equal(out.size, 0);
    assert_int_equal(codec_set_id(fixture->codec, &narrow_record, 0x01020304).status, CODEC_OK);
    assert_int_equal(codec_encode(fixture->codec, &narrow_record, &record, &out).status, CODEC_OK);
    assert_int_equal(out.size, 8);
    assert_memory_equal(out.data, "\0\1\2\3\4\0\2\4", 8);
    buffer_release(&out);
}

static void the_source_names_the_id(void **state)
{
    struct fixture *fixture = *state;
    struct narrow record = {.colour = COLOUR_RED, .point = {1, 2}};
    struct buffer out = {NULL, 0, 0};

    assert_int_equal(codec_identify(fixture->codec, &narrow_record, "osbill.charge-value").status, CODEC_OK);
    assert_string_equal(fixture->subject, "osbill.charge-value");
    assert_int_equal(codec_encode(fixture->codec, &narrow_record, &record, &out).status, CODEC_OK);
    assert_int_equal(out.data[3] << 8 | out.data[4], strlen(narrow_record.schema));
    buffer_release(&out);

    fixture->answer = SCHEMA_REFUSED;
    struct codec_result result = codec_identify(fixture->codec, &narrow_record, "osbill.charge-value");
    assert_int_equal(result.status, CODEC_SCHEMA_INCOMPATIBLE);
    assert_string_equal(result.reason, "schema of Narrow under subject osbill.charge-value: as the test says");
    assert_int_equal(codec_identify(fixture->codec, &point_record, "any").status, CODEC_NO_SCHEMA_ID);
}

/* What no reader could take is not written, and out stays as it was. */
static void values_out_of_range_are_not_encoded(void **state)
{
    struct fixture *fixture = *state;
    struct everything record = *(const struct everything *)everything_record.defaults;
    struct buffer out = {NULL, 0, 0};

    assert_int_equal(codec_set_id(fixture->codec, &everything_record, 1).status, CODEC_OK);
    assert_true(buffer_append(&out, "before", 6));
    record.size = SIZE_COUNT;
    assert_int_equal(codec_encode(fixture->codec, &everything_record, &record, &out).status, CODEC_BAD_ENUM);
    record.size = SIZE_SMALL;
    record.shape.kind = EVERYTHING_SHAPE_COUNT;
    assert_int_equal(codec_encode(fixture->codec, &everything_record, &record, &out).status, CODEC_BAD_UNION);
    record.shape.kind = EVERYTHING_SHAPE_CIRCLE;
    record.name = (struct text){"\xFF", 1};
    struct codec_result result = codec_encode(fixture->codec, &everything_record, &record, &out);
    assert_int_equal(result.status, CODEC_BAD_UTF8);
    assert_string_equal(result.reason, "bad-utf8 at Everything field name");
    assert_int_equal(out.size, 6);
    buffer_release(&out);
}

static void every_status_has_a_name(void **state)
{
    (void)state;
    for (int a = 0; a < CODEC_STATUS_COUNT; a++) {
        assert_non_null(codec_status_name((enum codec_status)a));
        for (int b = 0; b < a; b++)
            assert_string_not_equal(codec_status_name((enum codec_status)a), codec_status_name((enum codec_status)b));
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_schema_is_fetched_once),
        TEST(one_id_has_a_plan_for_each_record_type),
        TEST(an_unreachable_source_is_asked_again_later),
        TEST(an_unknown_id_is_believed_after_some_tries_and_for_some_time),
        TEST(refused_credentials_stop),
        TEST(a_malformed_answer_is_an_outage),
        TEST(an_incompatible_schema_is_fetched_once),
        TEST(the_cache_is_bounded_and_keeps_what_is_used),
        TEST(a_schema_that_doubles_at_each_level_stays_small),
        TEST(a_very_large_schema_is_refused),
        TEST(encoding_needs_an_id),
        TEST(the_source_names_the_id),
        TEST(values_out_of_range_are_not_encoded),
        TEST(every_status_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
