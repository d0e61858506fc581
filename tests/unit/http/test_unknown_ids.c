/* What unknown schema ids cost at the registry, counted there: the codec over the registry client over HTTP
 * (docs/decisions/008-unknown-schema-ids.md). */
#include "tests/unit/cmocka_all.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sample.h"
#include "samples.h"
#include "server.h"
#include "worker/avro/codec.h"
#include "worker/http/registry.h"
#include "worker/http/schema_cache.h"

#define SUBJECT  "osbill.narrow-value"
#define VERSIONS "/subjects/osbill.narrow-value/versions"

struct fixture {
    struct server server;
    struct registry *registry;
    struct codec *codec;
    struct sample_memory memory;
    char *schema_answer;
    int64_t now_ms;
};

static int64_t now_ms(void *clock)
{
    return ((struct fixture *)clock)->now_ms;
}

static char *answer_with_schema(void)
{
    json_t *answer = json_pack("{s:s}", "schema", narrow_record.schema);
    char *text = json_dumps(answer, JSON_COMPACT);

    json_decref(answer);
    return text;
}

/* The subject has versions 1 and 3 with the ids 71 and 73; only 73 has a schema behind it. */
static void set_answers(struct fixture *fixture)
{
    struct server_answer answers[SERVER_ANSWERS] = {
        {VERSIONS, 200, "[1,3]", 0},
        {VERSIONS "/1", 200, "{\"id\":71}", 0},
        {VERSIONS "/3", 200, "{\"id\":73}", 0},
        {"/schemas/ids/73", 200, fixture->schema_answer, 0},
        {NULL, 404, "{\"error_code\":40403,\"message\":\"Schema not found\"}", 0},
    };

    memcpy(fixture->server.answers, answers, sizeof answers);
    fixture->server.requests = 0;
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    *state = fixture;
    if (!fixture || !server_start(&fixture->server, NULL, NULL))
        return -1;
    fixture->registry = registry_new(&(struct registry_options){.url = fixture->server.url});
    if (!fixture->registry)
        return -1;
    fixture->codec = codec_new(
        &(struct codec_options){.source = registry_source(fixture->registry), .now_ms = now_ms, .clock = fixture});
    fixture->memory = sample_memory_new();
    fixture->schema_answer = answer_with_schema();
    set_answers(fixture);
    return fixture->codec && codec_expect(fixture->codec, &narrow_record, SUBJECT) ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    codec_free(fixture->codec);
    registry_free(fixture->registry);
    server_stop(&fixture->server);
    sample_memory_free(&fixture->memory);
    free(fixture->schema_answer);
    free(fixture);
    return 0;
}

static enum codec_status decode(struct fixture *fixture, int32_t id)
{
    const uint8_t value[] = {0, (uint8_t)(id >> 24), (uint8_t)(id >> 16), (uint8_t)(id >> 8), (uint8_t)id, 0, 2, 4};
    struct narrow record;
    enum codec_status status;

    while ((status = codec_decode(fixture->codec, &narrow_record, value, sizeof value, &fixture->memory.arena, &record)
                         .status) == CODEC_REGISTRY_UNAVAILABLE)
        fixture->now_ms += 10;
    return status;
}

/* Two batches of 5,000 as the worker has them, different ids, a good event behind them. */
static void ten_thousand_unknown_ids_cost_a_few_requests(void **state)
{
    struct fixture *fixture = *state;
    const int one_by_one = CODEC_FLOOD + 2 * CODEC_PATIENCE, listing = 2 + 2, good = 1;

    for (int32_t i = 0; i < 10000; i++) {
        if (i % 5000 == 0)
            codec_received(fixture->codec);
        assert_int_equal(decode(fixture, 1000000 + i * 7), CODEC_SCHEMA_UNKNOWN);
    }
    assert_int_equal(decode(fixture, 73), CODEC_OK);
    assert_int_equal(fixture->server.requests, one_by_one + listing + good);
    assert_true(fixture->now_ms < 5000);
}

static void the_ids_of_a_subject_are_told(void **state)
{
    struct fixture *fixture = *state;
    int32_t ids[SCHEMA_LISTED];
    uint32_t count;

    for (int i = 0; i < 3; i++) {
        assert_int_equal(registry_ids(fixture->registry, SUBJECT, ids, &count).answer, SCHEMA_OK);
        assert_int_equal(count, 2);
        assert_int_equal(ids[0], 71);
        assert_int_equal(ids[1], 73);
    }
    assert_int_equal(fixture->server.requests, 3 + 2); /* what id a version has is asked once */
}

static void a_version_that_has_gone_is_left_out(void **state)
{
    struct fixture *fixture = *state;
    int32_t ids[SCHEMA_LISTED];
    uint32_t count;

    fixture->server.answers[1] = (struct server_answer){VERSIONS "/1", 404, "{\"error_code\":40402}", 0};
    assert_int_equal(registry_ids(fixture->registry, SUBJECT, ids, &count).answer, SCHEMA_OK);
    assert_int_equal(count, 1);
    assert_int_equal(ids[0], 73);
}

static void what_is_no_list_of_versions_is_not_believed(void **state)
{
    static const struct {
        int status;
        const char *body;
        enum schema_answer answer;
    } cases[] = {
        {200, "{}", SCHEMA_MALFORMED},
        {200, "[\"1\"]", SCHEMA_MALFORMED},
        {200, "[4294967297]", SCHEMA_MALFORMED},
        {200, "", SCHEMA_MALFORMED},
        {503, "", SCHEMA_RETRY},
        {404, "{\"error_code\":40401}", SCHEMA_NOT_FOUND},
        {200, "[2]", SCHEMA_OK},
    };
    struct fixture *fixture = *state;
    int32_t ids[SCHEMA_LISTED];
    uint32_t count;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture->server.answers[0] = (struct server_answer){VERSIONS, cases[i].status, cases[i].body, 0};
        enum schema_answer answer = registry_ids(fixture->registry, SUBJECT, ids, &count).answer;
        if (answer != cases[i].answer)
            fail_msg("%d %s: expected %d, got %d", cases[i].status, cases[i].body, (int)cases[i].answer, (int)answer);
    }
}

/* SCHEMA_LISTED and one more, oldest first: the oldest is left out. */
static void the_newest_versions_are_listed(void **state)
{
    struct fixture *fixture = *state;
    char list[8 * (SCHEMA_LISTED + 1) + 3] = "[1";
    int32_t ids[SCHEMA_LISTED];
    uint32_t count;
    size_t size = 2;

    for (int i = 0; i < SCHEMA_LISTED; i++)
        size += (size_t)snprintf(list + size, sizeof list - size, ",3");
    (void)snprintf(list + size, sizeof list - size, "]");
    fixture->server.answers[0].body = list;
    assert_int_equal(registry_ids(fixture->registry, SUBJECT, ids, &count).answer, SCHEMA_OK);
    assert_int_equal(count, SCHEMA_LISTED);
    assert_int_equal(ids[0], 73);
}

/* At the limit it is only not what a registry answers; beyond it no second answer can be any better. */
static void an_answer_beyond_the_limit_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct text json;

    for (int over = -1; over <= 1; over++) {
        fixture->server.answers[3] =
            (struct server_answer){"/schemas/ids/73", 200, "x", (size_t)((int64_t)REGISTRY_ANSWER_LIMIT + over)};
        assert_int_equal(registry_schema(fixture->registry, 73, &json).answer,
                         over > 0 ? SCHEMA_REFUSED : SCHEMA_MALFORMED);
    }
    assert_int_equal(decode(fixture, 73), CODEC_SCHEMA_INVALID);
}

static void schemas_up_to_a_limit_are_kept_on_disk(void **state)
{
    char folder[] = "/tmp/osbill-limits-XXXXXX", *text = calloc(1, SCHEMA_CACHE_LIMIT + 2);
    struct schema_cache cache;
    uint32_t size;

    (void)state;
    assert_non_null(text);
    assert_non_null(mkdtemp(folder));
    schema_cache_open(&cache, folder, "http://registry");
    for (int over = -1; over <= 1; over++) {
        schema_cache_store(&cache, over + 2, (struct text){text, (uint32_t)((int64_t)SCHEMA_CACHE_LIMIT + over)});
        char *kept = schema_cache_read(&cache, over + 2, &size);
        assert_int_equal(kept != NULL, over <= 0);
        free(kept);
    }
    schema_cache_clear(&cache);
    rmdir(cache.folder);
    assert_int_equal(rmdir(folder), 0);
    free(text);
}

/* A write that ends half-way, as on a full disk: no part of it is ever read, none stays, and room helps at once. */
static void a_full_disk_leaves_nothing(void **state)
{
    char folder[] = "/tmp/osbill-full-XXXXXX";
    const struct text json = {"\"a schema that does not fit\"", 28};
    struct schema_cache cache;
    struct rlimit usual, little;
    uint32_t size;

    (void)state;
    assert_non_null(mkdtemp(folder));
    schema_cache_open(&cache, folder, "http://registry");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual), 0);
    little = (struct rlimit){.rlim_cur = 5, .rlim_max = usual.rlim_max};
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
    schema_cache_store(&cache, 1, json);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &usual), 0);
    assert_null(schema_cache_read(&cache, 1, &size));
    assert_int_equal(rmdir(cache.folder), 0); /* empty */
    schema_cache_store(&cache, 1, json);
    char *kept = schema_cache_read(&cache, 1, &size);
    assert_non_null(kept);
    assert_int_equal(size, json.size);
    free(kept);
    schema_cache_clear(&cache);
    assert_int_equal(rmdir(cache.folder), 0);
    assert_int_equal(rmdir(folder), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ten_thousand_unknown_ids_cost_a_few_requests),
        TEST(the_ids_of_a_subject_are_told),
        TEST(a_version_that_has_gone_is_left_out),
        TEST(what_is_no_list_of_versions_is_not_believed),
        TEST(the_newest_versions_are_listed),
        TEST(an_answer_beyond_the_limit_is_refused),
        cmocka_unit_test(schemas_up_to_a_limit_are_kept_on_disk),
        cmocka_unit_test(a_full_disk_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
