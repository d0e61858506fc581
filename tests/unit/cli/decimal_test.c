/* Money as people write it: exactly, with its limits. */
#include "cmocka_all.h"

#include <string.h>

#include "worker/cli/common/decimal.h"

static const struct {
    const char *text;
    enum decimal_status status;
    int64_t micros;
} cases[] = {
    {"0", DECIMAL_OK, 0},
    {"12", DECIMAL_OK, 12000000},
    {"12.5", DECIMAL_OK, 12500000},
    {"12.50", DECIMAL_OK, 12500000},
    {"0.000001", DECIMAL_OK, 1},
    {"-0.000001", DECIMAL_OK, -1},
    {"0.0000010000", DECIMAL_OK, 1},
    {"007.10", DECIMAL_OK, 7100000},
    {"9223372036854.775807", DECIMAL_OK, INT64_MAX},
    {"-9223372036854.775808", DECIMAL_OK, INT64_MIN},
    {"0.1", DECIMAL_OK, 100000}, /* which no double holds */
    {"9223372036854.775808", DECIMAL_TOO_LARGE, 0},
    {"-9223372036854.775809", DECIMAL_TOO_LARGE, 0},
    {"9223372036855", DECIMAL_TOO_LARGE, 0},
    {"99999999999999999999999999", DECIMAL_TOO_LARGE, 0},
    {"9223372036854775807", DECIMAL_TOO_LARGE, 0},
    {"0.0000001", DECIMAL_TOO_PRECISE, 0},
    {"1.0000000000001", DECIMAL_TOO_PRECISE, 0},
    {"", DECIMAL_MALFORMED, 0},
    {"-", DECIMAL_MALFORMED, 0},
    {".5", DECIMAL_MALFORMED, 0},
    {"5.", DECIMAL_MALFORMED, 0},
    {"+5", DECIMAL_MALFORMED, 0},
    {"1,000", DECIMAL_MALFORMED, 0},
    {"1e3", DECIMAL_MALFORMED, 0},
    {" 1", DECIMAL_MALFORMED, 0},
    {"1 ", DECIMAL_MALFORMED, 0},
    {"1.5.5", DECIMAL_MALFORMED, 0},
    {"--1", DECIMAL_MALFORMED, 0},
    {"12 EUR", DECIMAL_MALFORMED, 0},
    {"0x10", DECIMAL_MALFORMED, 0},
};

static void test_reading(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t micros = 0;
        struct text text = {cases[i].text, (uint32_t)strlen(cases[i].text)};
        enum decimal_status got = micros_from_text(text, &micros);
        if (got != cases[i].status || micros != cases[i].micros)
            fail_msg("\"%s\": expected status %d, %lld micros, got %d, %lld", cases[i].text, cases[i].status,
                     (long long)cases[i].micros, got, (long long)micros);
    }
}

/* What is written can be read again, at every power of ten and its neighbours. */
static void test_writing_and_reading(void **state)
{
    char text[DECIMAL_TEXT];

    (void)state;
    for (int64_t power = 1; power <= INT64_MAX / 10; power *= 10)
        for (int64_t near = -1; near <= 1; near++)
            for (int sign = -1; sign <= 1; sign += 2) {
                int64_t micros = sign * (power + near), back = 0;
                decimal_from_micros(micros, text);
                assert_int_equal(micros_from_text((struct text){text, (uint32_t)strlen(text)}, &back), DECIMAL_OK);
                assert_true(back == micros);
            }
    assert_string_equal(decimal_from_micros(INT64_MIN, text), "-9223372036854.775808");
    assert_string_equal(decimal_from_micros(1500000, text), "1.50");
}

static void test_every_problem_has_words(void **state)
{
    (void)state;
    for (int status = DECIMAL_MALFORMED; status <= DECIMAL_TOO_LARGE; status++)
        assert_non_null(strstr(decimal_problem((enum decimal_status)status), "must be an amount"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_writing_and_reading),
        cmocka_unit_test(test_every_problem_has_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
