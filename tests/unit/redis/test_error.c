/* What is said of an error that Redis answers. */
#include "tests/unit/cmocka_all.h"

#include <string.h>

#include "redis_error.h"

static void check(const char *message, enum result_kind kind, const char *expected)
{
    char text[512];
    struct result result = redis_error_result(message, RESULT_RETRY, text, sizeof text);

    assert_int_equal(result.kind, kind);
    assert_string_equal(result.reason, expected);
}

static void errors_have_a_meaning(void **state)
{
    (void)state;
    check("LOADING Redis is loading", RESULT_RETRY, "Redis is loading its data: wait (LOADING Redis is loading)");
    check("WRONGPASS invalid", RESULT_STOP,
          "Redis refused user or password: see redis-url, redis-password-file (WRONGPASS invalid)");
    check("ERR something new", RESULT_RETRY, "unexpected answer (ERR something new)");
}

/* A server that had AUTH renamed repeats what it was sent. */
static void arguments_are_not_repeated(void **state)
{
    (void)state;
    check("ERR unknown command 'AUTH', with args beginning with: 'me' 'secret' ", RESULT_RETRY,
          "unexpected answer (ERR unknown command 'AUTH', )");
    check("ERR unknown command `AUTH`, with args beginning with: `secret`, ", RESULT_RETRY,
          "unexpected answer (ERR unknown command `AUTH`, )");
}

static void long_messages_are_cut(void **state)
{
    char message[1000], text[512];

    (void)state;
    memset(message, 'x', sizeof message - 1);
    message[sizeof message - 1] = '\0';
    assert_int_equal(strlen(redis_error_result(message, RESULT_RETRY, text, sizeof text).reason),
                     strlen("unexpected answer ()") + 120);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_have_a_meaning),
        cmocka_unit_test(arguments_are_not_repeated),
        cmocka_unit_test(long_messages_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
