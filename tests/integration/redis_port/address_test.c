/* redis-url in its forms. */
#include "redis_address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void check(const char *url, const char *host, int port, const char *user, const char *password, int database)
{
    struct redis_address address;
    struct result result = redis_address_parse(url, &address);

    if (result.kind != RESULT_OK)
        fail_msg("%s: %s", url, result.reason);
    assert_string_equal(address.host, host);
    assert_int_equal(address.port, port);
    assert_string_equal(address.user, user);
    assert_string_equal(address.password, password);
    assert_int_equal(address.database, database);
}

static void good_urls(void **context)
{
    (void)context;
    check("redis://localhost", "localhost", 6379, "", "", 0);
    check("redis://10.0.0.1:6380/", "10.0.0.1", 6380, "", "", 0);
    check("redis://:se%2Fcret@host:1/7", "host", 1, "", "se/cret", 7);
    check("redis://me:p@ss:word@host/15", "host", 6379, "me", "p@ss:word", 15);
    check("rediss://me@host", "host", 6379, "me", "", 0);
    check("redis://[::1]:6379/1", "::1", 6379, "", "", 1);
    check("redis://[fe80::1]", "fe80::1", 6379, "", "", 0);
    check("unix:///run/redis.sock", "/run/redis.sock", 6379, "", "", 0);
    check("unix:///run/redis.sock?db=3", "/run/redis.sock", 6379, "", "", 3);
}

static void bad_urls(void **context)
{
    static const char *const urls[] = {"",
                                       "localhost",
                                       "http://host",
                                       "redis://",
                                       "redis://:80",
                                       "redis://host:",
                                       "redis://host:0",
                                       "redis://host:65536",
                                       "redis://host:1x",
                                       "redis://host/x",
                                       "redis://host/-1",
                                       "redis://host/99999999999999999999",
                                       "redis://a:%zz@host",
                                       "redis://a:%4@host",
                                       "redis://a:%00@host",
                                       "redis://[::1",
                                       "redis://[::1]x",
                                       "redis://me@",
                                       "unix://",
                                       "unix://run",
                                       "unix:///run?x=1",
                                       "unix:///run?db="};
    struct redis_address address;

    (void)context;
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
        if (redis_address_parse(urls[i], &address).kind != RESULT_STOP)
            fail_msg("taken: %s", urls[i]);
}

static void long_parts_are_refused(void **context)
{
    char url[2000] = "redis://u:";
    struct redis_address address;

    (void)context;
    memset(url + strlen(url), 'x', 1500);
    memcpy(url + strlen(url), "@host", sizeof("@host"));
    assert_int_equal(redis_address_parse(url, &address).kind, RESULT_STOP);
    memcpy(url, "unix:///xx", 10);
    assert_int_equal(redis_address_parse(url, &address).kind, RESULT_STOP);
    memcpy(url, "redis://xx", 10);
    url[1000] = '\0';
    assert_int_equal(redis_address_parse(url, &address).kind, RESULT_STOP);
}

static void configuration_is_checked_at_open(void **context)
{
    struct redis_config config = {.url = "redis://host", .prefix = "osbill{"};
    struct store *store = NULL;

    (void)context;
    assert_int_equal(redis_store_open(&config, &store).kind, RESULT_STOP);
    assert_null(store);
    config.prefix = "osbill.";
    config.url = "http://host";
    assert_int_equal(redis_store_open(&config, &store).kind, RESULT_STOP);
    config.url = "rediss://host";
    struct result result = redis_store_open(&config, &store);
    if (result.kind != RESULT_OK)
        assert_non_null(strstr(result.reason, "TLS"));
    redis_store_close(store);
}

static void password_of_its_own_option_wins(void **context)
{
    struct redis_config config = {.url = "redis://me:old@host", .password = "new/%41", .prefix = "p"};
    struct redis_address address;

    (void)context;
    assert_int_equal(redis_config_address(&config, &address).kind, RESULT_OK);
    assert_string_equal(address.user, "me");
    assert_string_equal(address.password, "new/%41");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_urls),
        cmocka_unit_test(bad_urls),
        cmocka_unit_test(long_parts_are_refused),
        cmocka_unit_test(configuration_is_checked_at_open),
        cmocka_unit_test(password_of_its_own_option_wins),
    };
    return cmocka_run_group_tests_name("redis port: address", tests, NULL, NULL);
}
