/* What unknown schema ids cost (docs/decisions/008-unknown-schema-ids.md). The fixture believes the 2nd answer "no such
 * id" for 1,000 ms. */
#include "tests/unit/cmocka_all.h"

#include <string.h>

#include "fixture.h"
#include "samples.h"

#define NARROW          "0002 04"
#define SUBJECT         "osbill.narrow-value"
#define GOOD_ID         70000
#define PATIENT         (2 * CODEC_PATIENCE)                     /* questions for the ids that are asked for twice */
#define QUESTIONS       (PATIENT + CODEC_FLOOD - CODEC_PATIENCE) /* and for the ids that are believed at once */
#define GARBAGE(number) (INT32_C(1000000) + (int32_t)(number))   /* ids that nobody gave away */

static enum codec_status decode(struct fixture *fixture, int32_t id)
{
    struct narrow record;
    return fixture_decode(fixture, &narrow_record, id, NARROW, &record).status;
}

/* As the engine does: the same message again until the source need not be waited for. */
static enum codec_status decode_patiently(struct fixture *fixture, int32_t id, int64_t *waited_ms)
{
    enum codec_status status;

    while ((status = decode(fixture, id)) == CODEC_REGISTRY_UNAVAILABLE) {
        fixture->now_ms += 10;
        *waited_ms += 10;
    }
    return status;
}

static void start_flood(struct fixture *fixture)
{
    int64_t waited = 0;

    fixture->answer = SCHEMA_NOT_FOUND;
    fixture->json = narrow_record.schema;
    assert_true(codec_expect(fixture->codec, &narrow_record, SUBJECT));
    codec_received(fixture->codec);
    for (int i = 0; i < CODEC_FLOOD; i++)
        assert_int_equal(decode_patiently(fixture, GARBAGE(-1 - i), &waited), CODEC_SCHEMA_UNKNOWN);
    assert_int_equal(fixture->fetches, QUESTIONS);
    fixture->fetches = 0;
}

static void only_a_few_ids_get_a_second_question(void **state)
{
    struct fixture *fixture = *state;

    fixture->answer = SCHEMA_NOT_FOUND;
    for (int i = 0; i < CODEC_PATIENCE; i++)
        assert_int_equal(decode(fixture, GARBAGE(i)), CODEC_REGISTRY_UNAVAILABLE);
    assert_int_equal(decode(fixture, GARBAGE(CODEC_PATIENCE)), CODEC_SCHEMA_UNKNOWN);
    fixture->now_ms += 100;
    for (int i = 0; i < CODEC_PATIENCE; i++)
        assert_int_equal(decode(fixture, GARBAGE(i)), CODEC_SCHEMA_UNKNOWN);
    assert_int_equal(fixture->fetches, PATIENT + 1);
}

/* In batches of 1,000: what a worker waits and asks grows with the time, not with the ids. */
static void ten_thousand_ids_cost_a_few_questions(void **state)
{
    struct fixture *fixture = *state;
    int64_t waited = 0;

    start_flood(fixture);
    for (int i = 0; i < 10000; i++) {
        if (i % 1000 == 0)
            codec_received(fixture->codec);
        assert_int_equal(decode_patiently(fixture, GARBAGE(i), &waited), CODEC_SCHEMA_UNKNOWN);
    }
    int64_t periods = waited / 1000 + 1;
    assert_true(waited <= 10 * 250 + periods * CODEC_PATIENCE * 100);
    assert_true(fixture->lists <= 10);
    assert_true(fixture->fetches <= periods * QUESTIONS);
    assert_string_equal(fixture->subject, SUBJECT);
}

/* A producer may register a schema in the midst of it: its first message finds it. */
static void in_a_flood_a_fresh_schema_is_found(void **state)
{
    struct fixture *fixture = *state;
    int64_t waited = 0;

    start_flood(fixture);
    assert_int_equal(decode(fixture, GARBAGE(0)), CODEC_SCHEMA_UNKNOWN);
    assert_int_equal(fixture->lists, 1);
    fixture->known_id = fixture->listed = GOOD_ID;
    codec_received(fixture->codec);
    assert_int_equal(decode(fixture, GOOD_ID), CODEC_REGISTRY_UNAVAILABLE); /* the list is asked for once in 250 ms */
    assert_int_equal(decode_patiently(fixture, GOOD_ID, &waited), CODEC_OK);
    assert_true(waited <= 250);
    assert_int_equal(fixture->lists, 2);
    assert_int_equal(fixture->fetches, 1);
}

/* Plans have places of their own: garbage does not push them out. */
static void in_a_flood_known_schemas_stay(void **state)
{
    struct fixture *fixture = *state;

    fixture->known_id = GOOD_ID;
    fixture->json = narrow_record.schema;
    assert_int_equal(decode(fixture, GOOD_ID), CODEC_OK);
    fixture->fetches = 0;
    start_flood(fixture);
    for (int i = 0; i < 10 * CODEC_MAX_PLANS; i++)
        assert_int_equal(decode(fixture, GARBAGE(i)), CODEC_SCHEMA_UNKNOWN);
    assert_int_equal(decode(fixture, GOOD_ID), CODEC_OK);
    assert_int_equal(fixture->fetches, 0);
}

/* design.md: an outage never dead-letters, in a flood neither. */
static void in_a_flood_an_outage_is_waited_for(void **state)
{
    struct fixture *fixture = *state;

    start_flood(fixture);
    fixture->answer = SCHEMA_RETRY;
    for (int i = 0; i < 3; i++)
        assert_int_equal(decode(fixture, GARBAGE(i)), CODEC_REGISTRY_UNAVAILABLE);
    assert_int_equal(fixture->lists, 1);
    fixture->now_ms += 100;
    fixture->answer = SCHEMA_NOT_FOUND;
    assert_int_equal(decode(fixture, GARBAGE(0)), CODEC_SCHEMA_UNKNOWN);
}

static void a_flood_ends_with_its_period(void **state)
{
    struct fixture *fixture = *state;

    start_flood(fixture);
    fixture->now_ms += 1000;
    assert_int_equal(decode(fixture, GARBAGE(0)), CODEC_REGISTRY_UNAVAILABLE);
    assert_int_equal(fixture->fetches, 1);
    assert_int_equal(fixture->lists, 0);
}

/* Commands that read a topic have no batches: they ask for each id. */
static void without_batches_each_id_is_asked_for(void **state)
{
    struct fixture *fixture = *state;
    int64_t waited = 0;

    fixture->answer = SCHEMA_NOT_FOUND;
    assert_true(codec_expect(fixture->codec, &narrow_record, SUBJECT));
    for (int i = 0; i < 100; i++)
        assert_int_equal(decode_patiently(fixture, GARBAGE(i), &waited), CODEC_SCHEMA_UNKNOWN);
    assert_int_equal(fixture->fetches, 100 + CODEC_PATIENCE);
    assert_int_equal(fixture->lists, 0);
}

/* While the source is away no id asks it, not even a new one: each question might block for seconds. */
static void an_outage_is_felt_once(void **state)
{
    struct fixture *fixture = *state;

    fixture->answer = SCHEMA_RETRY;
    for (int i = 0; i < 100; i++)
        assert_int_equal(decode(fixture, GARBAGE(i)), CODEC_REGISTRY_UNAVAILABLE);
    assert_int_equal(fixture->fetches, 1);
    assert_int_equal(decode(fixture, 0), CODEC_SCHEMA_UNKNOWN);
    assert_int_equal(decode(fixture, -1), CODEC_SCHEMA_UNKNOWN);
    assert_int_equal(fixture->fetches, 1);
}

/* Larger than an answer may be: it will be so tomorrow. */
static void a_schema_that_is_never_sent_is_asked_for_once(void **state)
{
    struct fixture *fixture = *state;

    fixture->answer = SCHEMA_REFUSED;
    for (int i = 0; i < 3; i++)
        assert_int_equal(decode(fixture, 7), CODEC_SCHEMA_INVALID);
    assert_int_equal(fixture->fetches, 1);
}

static void only_so_many_subjects_are_expected(void **state)
{
    struct fixture *fixture = *state;
    char subject[500];

    memset(subject, 'x', sizeof subject);
    subject[384] = '\0';
    assert_false(codec_expect(fixture->codec, &narrow_record, subject));
    subject[383] = '\0';
    for (int i = 0; i < CODEC_MAX_INPUTS; i++)
        assert_true(codec_expect(fixture->codec, &narrow_record, subject));
    assert_false(codec_expect(fixture->codec, &narrow_record, SUBJECT));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_a_few_ids_get_a_second_question),
        TEST(ten_thousand_ids_cost_a_few_questions),
        TEST(in_a_flood_a_fresh_schema_is_found),
        TEST(in_a_flood_known_schemas_stay),
        TEST(in_a_flood_an_outage_is_waited_for),
        TEST(a_flood_ends_with_its_period),
        TEST(without_batches_each_id_is_asked_for),
        TEST(an_outage_is_felt_once),
        TEST(a_schema_that_is_never_sent_is_asked_for_once),
        TEST(only_so_many_subjects_are_expected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
