/* Times as people write them. */
#include "cmocka_all.h"

#include <string.h>

#include "core/calendar.h"
#include "worker/cli/common/moment.h"

static const struct {
    const char *text;
    int64_t millis; /* -1: no moment */
} cases[] = {
    {"1970-01-01", 0},
    {"1970-01-01T00:00:00.001Z", 1},
    {"2025-03-01", 1740787200000},
    {"2025-03-01T12:00", 1740830400000},
    {"2025-03-01 12:00", 1740830400000},
    {"2025-03-01T12:00Z", 1740830400000},
    {"2025-03-01T12:00:30.250Z", 1740830430250},
    {"2025-03-01T12:00+03:00", 1740819600000},
    {"2025-03-01T12:00-03:30", 1740843000000},
    {"2024-02-29", 1709164800000},
    {"9999-12-31T23:59:59.999Z", CALENDAR_MAX},
    {"2025-02-29", -1},
    {"2025-13-01", -1},
    {"2025-00-01", -1},
    {"2025-01-00", -1},
    {"2025-04-31", -1},
    {"2025-03-01T24:00", -1},
    {"2025-03-01T12:60", -1},
    {"2025-03-01T12", -1},
    {"2025-03-01T12:00:00.5Z", -1},
    {"2025-03-01T12:00Z ", -1},
    {"2025-03-01Z", -1},
    {"2025-03-01T12:00+3", -1},
    {"1969-12-31", -1},
    {"1970-01-01T00:00+01:00", -1},
    {"9999-12-31T23:59-01:00", -1},
    {"25-03-01", -1},
    {"yesterday", -1},
    {"", -1},
};

static struct text of(const char *text)
{
    return (struct text){text, (uint32_t)strlen(text)};
}

static void test_reading(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t millis = -1;
        bool good = moment_from_text(of(cases[i].text), &millis);
        if (good != (cases[i].millis >= 0) || millis != cases[i].millis)
            fail_msg("\"%s\": expected %lld, got %lld", cases[i].text, (long long)cases[i].millis, (long long)millis);
    }
}

static void test_milliseconds(void **state)
{
    int64_t millis = -1;

    (void)state;
    assert_true(moment_or_millis(of("@1740787200000"), &millis) && millis == 1740787200000);
    assert_true(moment_or_millis(of("2025-03-01"), &millis) && millis == 1740787200000);
    assert_false(moment_or_millis(of("@"), &millis));
    assert_false(moment_or_millis(of("@-5"), &millis));
    assert_false(moment_or_millis(of("@99999999999999999999"), &millis));
}

static void test_writing(void **state)
{
    char text[MOMENT_TEXT];

    (void)state;
    assert_string_equal(moment_text(1740787200000, text), "2025-03-01T00:00:00.000Z");
    assert_string_equal(moment_brief(1740787200000, text), "2025-03-01");
    assert_string_equal(moment_brief(1740787200001, text), "2025-03-01T00:00:00.001Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_milliseconds),
        cmocka_unit_test(test_writing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
