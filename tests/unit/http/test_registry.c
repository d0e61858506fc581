/* The registry client against the API as Confluent documents it. */
#include "tests/unit/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server.h"
#include "worker/http/registry.h"
#include "worker/http/schema_cache.h"

struct fixture {
    struct server server;
    char folder[64];
    struct registry *registry;
    struct schema_cache cache; /* the same as the registry's */
};

static const struct text schema = {"\"string\"", 8};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    *state = fixture;
    if (!fixture || !server_start(&fixture->server, NULL, NULL))
        return -1;
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/osbill-registry-XXXXXX");
    if (!mkdtemp(fixture->folder))
        return -1;
    struct registry_options options = {.url = fixture->server.url,
                                       .username = "u",
                                       .password = "p",
                                       .cache_folder = fixture->folder,
                                       .register_missing = true,
                                       .http = {.total_timeout_ms = 2000}};
    fixture->registry = registry_new(&options);
    schema_cache_open(&fixture->cache, fixture->folder, fixture->server.url);
    return fixture->registry ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    registry_free(fixture->registry);
    server_stop(&fixture->server);
    schema_cache_clear(&fixture->cache);
    rmdir(fixture->cache.folder);
    assert_int_equal(rmdir(fixture->folder), 0); /* nothing is left behind */
    free(fixture);
    return 0;
}

static void a_schema_is_fetched_once_and_then_cached(void **state)
{
    struct fixture *fixture = *state;
    struct text json;

    server_answer(&fixture->server, 200, "{\"schema\":\"\\\"string\\\"\"}");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(registry_schema(fixture->registry, 42, &json).answer, SCHEMA_OK);
        assert_int_equal(json.size, 8);
        assert_memory_equal(json.data, "\"string\"", 8);
    }
    assert_int_equal(fixture->server.requests, 1);
    assert_string_equal(fixture->server.method, "GET");
    assert_string_equal(fixture->server.path, "/schemas/ids/42");
    assert_string_equal(fixture->server.authorization, "Basic dTpw");
}

static void a_broken_cache_file_is_asked_for_again(void **state)
{
    struct fixture *fixture = *state;
    struct text json;

    schema_cache_store(&fixture->cache, 42, (struct text){"{\"type\":", 8});
    server_answer(&fixture->server, 200, "{\"schema\":\"\\\"string\\\"\"}");
    assert_int_equal(registry_schema(fixture->registry, 42, &json).answer, SCHEMA_OK);
    assert_memory_equal(json.data, "\"string\"", 8);
    assert_int_equal(registry_schema(fixture->registry, 42, &json).answer, SCHEMA_OK);
    assert_int_equal(fixture->server.requests, 1);
}

/* What each answer means for the caller. */
static void answers_are_told_apart(void **state)
{
    static const struct {
        int status;
        const char *body;
        enum schema_answer answer;
        const char *reason;
    } rows[] = {
        {404, "{\"error_code\":40403,\"message\":\"Schema 7 not found\"}", SCHEMA_NOT_FOUND, "404: Schema 7 not found"},
        {404, "<html>nginx</html>", SCHEMA_MALFORMED, "404: no message"},
        {404, "{\"error_code\":404,\"message\":\"HTTP 404 Not Found\"}", SCHEMA_MALFORMED, "HTTP 404"},
        {401, "", SCHEMA_DENIED, "401"},
        {403, "{\"error_code\":40301,\"message\":\"no\"}", SCHEMA_DENIED, "403: no"},
        {429, "", SCHEMA_RETRY, "429"},
        {500, "{\"error_code\":50001,\"message\":\"store\"}", SCHEMA_RETRY, "500: store"},
        {503, "<html>", SCHEMA_RETRY, "503"},
        {302, "", SCHEMA_MALFORMED, "302"},
        {422, "{\"error_code\":42201,\"message\":\"Invalid schema\"}", SCHEMA_REFUSED, "Invalid schema"},
        {200, "<html>welcome</html>", SCHEMA_MALFORMED, "not as a schema registry does"},
        {200, "[]", SCHEMA_MALFORMED, "not as a schema registry does"},
        {200, "{}", SCHEMA_MALFORMED, "has no schema"},
        {200, "{\"schema\":{}}", SCHEMA_MALFORMED, "has no schema"},
        {200, "{\"schema\":\"\\\"int", SCHEMA_MALFORMED, "not as a schema registry does"},
    };
    struct fixture *fixture = *state;
    struct text json;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        server_answer(&fixture->server, rows[i].status, rows[i].body);
        struct schema_result result = registry_schema(fixture->registry, 7, &json);
        if (result.answer != rows[i].answer || !strstr(result.reason, rows[i].reason))
            fail_msg("%d %s: got %d (%s)", rows[i].status, rows[i].body, (int)result.answer, result.reason);
    }
}

static void an_unreachable_registry_is_to_be_asked_again(void **state)
{
    struct fixture *fixture = *state;
    struct registry_options options = {.url = "http://127.0.0.1:1/"};
    struct registry *registry = registry_new(&options);
    struct text json;

    (void)fixture;
    struct schema_result result = registry_schema(registry, 7, &json);
    assert_int_equal(result.answer, SCHEMA_RETRY);
    assert_non_null(strstr(result.reason, "schema registry http://127.0.0.1:1: "));
    registry_free(registry);
}

/* Neither secrets nor control characters get into logs, however the URL was mistyped. */
static void reasons_are_fit_for_logs(void **state)
{
    static const char *const urls[] = {"http://me:secret@127.0.0.1:1//",
                                       "http://me:/secret@127.0.0.1:1",
                                       "http://:secret@/",
                                       "http://127.0.0.1:1/?secret",
                                       "http:/me:secret@h",
                                       "http://me:secret@127.0.0.1:1/#secret",
                                       "me:secret@h",
                                       "ftp://x:secret@h"};
    struct fixture *fixture = *state;
    struct text json;

    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct registry *registry = registry_new(&(struct registry_options){.url = urls[i], .password = "secret"});
        const char *reason = registry_schema(registry, 7, &json).reason;
        if (strstr(reason, "secret") || !strstr(reason, "schema registry "))
            fail_msg("%s: %s", urls[i], reason);
        registry_free(registry);
    }
    server_answer(&fixture->server, 500, "{\"error_code\":50001,\"message\":\"a\\u001b[31m\\nb\"}");
    assert_string_equal(registry_schema(fixture->registry, 7, &json).reason,
                        "the schema registry answered 500: a [31m b");
}

static void a_schema_is_registered(void **state)
{
    struct fixture *fixture = *state;
    int32_t id;

    server_answer(&fixture->server, 200, "{\"id\":5}");
    assert_int_equal(registry_register(fixture->registry, "osbill.a/b-value", schema, &id).answer, SCHEMA_OK);
    assert_int_equal(id, 5);
    assert_string_equal(fixture->server.method, "POST");
    assert_string_equal(fixture->server.path, "/subjects/osbill.a%2Fb-value/versions");
    assert_string_equal(fixture->server.body, "{\"schema\":\"\\\"string\\\"\"}");
    assert_string_equal(fixture->server.content_type, "application/vnd.schemaregistry.v1+json");
    server_answer(&fixture->server, 409, "{\"error_code\":409,\"message\":\"incompatible: field x\"}");
    struct schema_result result = registry_register(fixture->registry, "s", schema, &id);
    assert_int_equal(result.answer, SCHEMA_REFUSED);
    assert_string_equal(result.reason, "the schema registry answered 409: incompatible: field x");
}

static void a_schema_is_looked_up(void **state)
{
    struct fixture *fixture = *state;
    int32_t id;

    server_answer(&fixture->server, 200, "{\"subject\":\"s\",\"id\":6,\"version\":2,\"schema\":\"\\\"string\\\"\"}");
    assert_int_equal(registry_lookup(fixture->registry, "s", schema, &id).answer, SCHEMA_OK);
    assert_int_equal(id, 6);
    assert_string_equal(fixture->server.path, "/subjects/s");
    server_answer(&fixture->server, 200, "{\"id\":\"6\"}");
    assert_int_equal(registry_lookup(fixture->registry, "s", schema, &id).answer, SCHEMA_MALFORMED);
}

static void the_latest_version_is_told(void **state)
{
    struct fixture *fixture = *state;
    struct text json;
    int32_t id, version;

    server_answer(&fixture->server, 200, "{\"id\":6,\"version\":2,\"schema\":\"\\\"string\\\"\"}");
    assert_int_equal(registry_latest(fixture->registry, "s", &json, &id, &version).answer, SCHEMA_OK);
    assert_int_equal(version, 2);
    assert_string_equal(fixture->server.path, "/subjects/s/versions/latest");
}

static void compatibility_is_checked_and_set(void **state)
{
    struct fixture *fixture = *state;
    const char *level;
    bool compatible;

    server_answer(&fixture->server, 200, "{\"is_compatible\":false}");
    assert_int_equal(registry_check(fixture->registry, "s", schema, &compatible).answer, SCHEMA_OK);
    assert_false(compatible);
    assert_string_equal(fixture->server.path, "/compatibility/subjects/s/versions");
    server_answer(&fixture->server, 404, "{\"error_code\":40401,\"message\":\"Subject not found\"}");
    assert_int_equal(registry_check(fixture->registry, "s", schema, &compatible).answer, SCHEMA_OK);
    assert_true(compatible);
    server_answer(&fixture->server, 200, "{\"compatibility\":\"FULL_TRANSITIVE\"}");
    assert_int_equal(registry_set_compatibility(fixture->registry, "s", "FULL_TRANSITIVE").answer, SCHEMA_OK);
    assert_string_equal(fixture->server.method, "PUT");
    assert_string_equal(fixture->server.path, "/config/s");
    assert_string_equal(fixture->server.body, "{\"compatibility\":\"FULL_TRANSITIVE\"}");
    server_answer(&fixture->server, 200, "{\"compatibilityLevel\":\"FULL\"}");
    assert_int_equal(registry_compatibility(fixture->registry, "s", &level).answer, SCHEMA_OK);
    assert_string_equal(level, "FULL");
}

/* The codec's port: looked up; registered when it is not there. */
static void the_source_registers_what_is_missing(void **state)
{
    struct fixture *fixture = *state;
    struct schema_source source = registry_source(fixture->registry);
    int32_t id;

    server_answer(&fixture->server, 404, "{\"error_code\":40403,\"message\":\"Schema not found\"}");
    fixture->server.answers[1] = fixture->server.answers[0];
    fixture->server.answers[0] = (struct server_answer){"/subjects/s/versions", 200, "{\"id\":9}", 0};
    assert_int_equal(source.identify(source.context, "s", schema, &id).answer, SCHEMA_OK);
    assert_int_equal(id, 9);
    assert_int_equal(fixture->server.requests, 2);
}

/* A registry set up anew gives its ids away again: what the disk has of the old one is forgotten. */
static void a_new_registry_behind_the_url_empties_the_cache(void **state)
{
    struct fixture *fixture = *state;
    struct text json;
    int32_t id;

    schema_cache_store(&fixture->cache, 1, (struct text){"\"int\"", 5});
    schema_cache_store(&fixture->cache, 2, (struct text){"\"bytes\"", 7});
    server_answer(&fixture->server, 200, "{\"id\":1,\"schema\":\"\\\"string\\\"\"}");
    assert_int_equal(registry_lookup(fixture->registry, "s", schema, &id).answer, SCHEMA_OK);
    assert_int_equal(registry_schema(fixture->registry, 2, &json).answer, SCHEMA_OK);
    assert_memory_equal(json.data, "\"string\"", 8);
}

/* One that writes schemas in its own way is not taken for a new one. */
static void a_registry_with_its_own_spelling_keeps_the_cache(void **state)
{
    struct fixture *fixture = *state;
    struct text json;
    int32_t id;

    schema_cache_store(&fixture->cache, 1, (struct text){"{\"type\":\"string\"}", 17});
    schema_cache_store(&fixture->cache, 2, (struct text){"\"bytes\"", 7});
    server_answer(&fixture->server, 200, "{\"id\":1,\"schema\":\"{\\\"type\\\":\\\"string\\\"}\"}");
    assert_int_equal(registry_lookup(fixture->registry, "s", schema, &id).answer, SCHEMA_OK);
    assert_int_equal(registry_schema(fixture->registry, 2, &json).answer, SCHEMA_OK);
    assert_memory_equal(json.data, "\"bytes\"", 7);
}

static void without_a_cache_nothing_is_kept(void **state)
{
    struct schema_cache cache;
    uint32_t size;

    (void)state;
    schema_cache_open(&cache, NULL, "http://registry");
    schema_cache_store(&cache, 1, schema);
    assert_null(schema_cache_read(&cache, 1, &size));
    schema_cache_open(&cache, "/proc/nowhere", "http://registry");
    schema_cache_store(&cache, 1, schema);
    assert_null(schema_cache_read(&cache, 1, &size));
    schema_cache_clear(&cache);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_schema_is_fetched_once_and_then_cached),
        TEST(a_broken_cache_file_is_asked_for_again),
        TEST(answers_are_told_apart),
        TEST(an_unreachable_registry_is_to_be_asked_again),
        TEST(reasons_are_fit_for_logs),
        TEST(a_schema_is_registered),
        TEST(a_schema_is_looked_up),
        TEST(the_latest_version_is_told),
        TEST(compatibility_is_checked_and_set),
        TEST(the_source_registers_what_is_missing),
        TEST(a_new_registry_behind_the_url_empties_the_cache),
        TEST(a_registry_with_its_own_spelling_keeps_the_cache),
        cmocka_unit_test(without_a_cache_nothing_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
