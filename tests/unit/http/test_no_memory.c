/* The Nth allocation fails, for every N, alone or with all that follow: of libcurl and jansson too. The registry is
 * then to be asked again; never is a schema taken for unknown or refused, which would make dead letters. */
#include "tests/unit/cmocka_all.h"

#include <curl/curl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server.h"
#include "tests/unit/shortage/shortage.h"
#include "worker/http/registry.h"
#include "worker/http/schema_cache.h"

static struct {
    struct server server;
    char folder[64];
    struct registry_options options;
} fixture;

static int setup(void **state)
{
    (void)state;
    snprintf(fixture.folder, sizeof fixture.folder, "/tmp/osbill-no-memory-XXXXXX");
    if (!mkdtemp(fixture.folder) || !server_start(&fixture.server, NULL, NULL))
        return -1;
    fixture.options = (struct registry_options){.url = fixture.server.url,
                                                .username = "u",
                                                .password = "p",
                                                .cache_folder = fixture.folder,
                                                .http = {.total_timeout_ms = 2000}};
    return 0;
}

static int teardown(void **state)
{
    struct schema_cache cache;

    (void)state;
    schema_cache_open(&cache, fixture.folder, fixture.server.url);
    schema_cache_clear(&cache);
    rmdir(cache.folder);
    assert_int_equal(rmdir(fixture.folder), 0);
    server_stop(&fixture.server);
    return 0;
}

static struct schema_result fetch(struct registry *registry, int32_t id)
{
    struct text json = {NULL, 0};
    struct schema_result result = registry_schema(registry, id, &json);

    if (result.answer == SCHEMA_OK && (json.size != 8 || memcmp(json.data, "\"string\"", 8) != 0))
        fail_msg("schema %d: another text", (int)id);
    return result;
}

/* With its body whole, or not at all. */
static struct schema_result put(struct registry *registry, int32_t id)
{
    int32_t got = 0;
    struct schema_result result = registry_register(registry, "subject", (struct text){"\"string\"", 8}, &got);

    (void)id;
    if (result.answer == SCHEMA_OK) {
        assert_string_equal(fixture.server.body, "{\"schema\":\"\\\"string\\\"\"}");
        assert_int_equal(got, 7);
    }
    return result;
}

/* How often it was to be asked again. */
static int starve(struct schema_result (*call)(struct registry *registry, int32_t id), uint64_t count)
{
    int again = 0;
    bool refused = true;

    for (int32_t number = 1; refused; number++) {
        shortage_begin((uint64_t)number, count);
        struct registry *registry = registry_new(&fixture.options);
        struct schema_result result = {SCHEMA_RETRY, "out of memory"};
        if (registry)
            result = call(registry, 1000 * (int32_t)(count % 1000) + number);
        refused = shortage_end();
        if (result.answer != SCHEMA_OK && result.answer != SCHEMA_RETRY && result.answer != SCHEMA_MALFORMED)
            fail_msg("allocation %d: %d %s", (int)number, (int)result.answer, result.reason);
        if (result.answer != SCHEMA_OK && !refused)
            fail_msg("allocation %d did not fail: %s", (int)number, result.reason);
        again += result.answer != SCHEMA_OK;
        registry_free(registry);
    }
    return again;
}

static void the_registry_is_asked_again(void **state)
{
    (void)state;
    server_answer(&fixture.server, 200, "{\"schema\":\"\\\"string\\\"\",\"id\":7}");
    assert_in_range(starve(fetch, 1), 10, 10000);
    assert_in_range(starve(fetch, UINT64_MAX), 10, 10000);
    assert_in_range(starve(put, 1), 10, 10000);
    assert_in_range(starve(put, UINT64_MAX), 10, 10000);
}

/* "Unknown" counts only when it is read. */
static void what_is_not_there_stays_so(void **state)
{
    (void)state;
    server_answer(&fixture.server, 404, "{\"error_code\":40403,\"message\":\"Schema not found\"}");
    for (uint64_t number = 1; number < 100; number++) {
        shortage_begin(number, UINT64_MAX);
        struct registry *registry = registry_new(&fixture.options);
        enum schema_answer answer = registry ? fetch(registry, 7).answer : SCHEMA_RETRY;
        bool refused = shortage_end();
        registry_free(registry);
        assert_true(answer == SCHEMA_NOT_FOUND || (refused && (answer == SCHEMA_RETRY || answer == SCHEMA_MALFORMED)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_registry_is_asked_again, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_not_there_stays_so, setup, teardown),
    };
    json_set_alloc_funcs(shortage_malloc, free);
    if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, shortage_malloc, free, shortage_realloc, shortage_strdup,
                             shortage_calloc) != CURLE_OK)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
