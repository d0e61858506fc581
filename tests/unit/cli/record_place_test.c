/* How records are named, and what the headers of a dead letter say of its input. */
#include "cmocka_all.h"

#include <string.h>

#include "core/text.h"
#include "worker/cli/cluster/record_place.h"

static struct text text_of(const char *text)
{
    return (struct text){text, (uint32_t)strlen(text)};
}

static void test_places(void **state)
{
    static const struct {
        const char *text;
        struct record_place place;
    } cases[] = {
        {"order/3/118", {TOPIC_ORDER, 3, 118}},
        {"p.order/3/118", {TOPIC_ORDER, 3, 118}},
        {"dead-letter/0/0", {TOPIC_DEAD_LETTER, 0, 0}},
        {"os-installed/2147483647/9223372036854775807", {TOPIC_OS_INSTALLED, INT32_MAX, INT64_MAX}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct record_place place;
        char text[RECORD_PLACE_TEXT];
        if (!record_place_parse(text_of(cases[i].text), "p.", &place) || record_place_compare(&place, &cases[i].place))
            fail_msg("%s is not read as it is meant", cases[i].text);
        assert_string_equal(record_place_text(&place, text), cases[i].text + (cases[i].text[1] == '.' ? 2 : 0));
    }
}

static void test_no_places(void **state)
{
    static const char *const cases[] = {
        "",
        "order",
        "order/3",
        "order/3/",
        "order//3",
        "order/3/x",
        "order/-1/3",
        "order/3/1 ",
        "charge/3/1",
        "other/3/1",
        "/3/1",
        "q.order/3/1",
        "order/3/1/1",
        "order/0x3/1",
        "order/2147483648/1",
        "p./3/1",
        "decision/0/1",
        "order/3/9223372036854775808",
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct record_place place;
        if (record_place_parse(text_of(cases[i]), "p.", &place))
            fail_msg("\"%s\" is taken for a place", cases[i]);
    }
}

/* --- headers of dead letters --- */

static void test_inputs_of_dead_letters(void **state)
{
    static const struct {
        const char *topic, *partition, *offset;
        struct record_place input;
    } cases[] = {
        {"p.order", "3", "118", {TOPIC_ORDER, 3, 118}},
        {"order", "3", "118", {TOPIC_ORDER, 3, 118}},
        {"q.order", "3", "118", {TOPIC_COUNT, 3, 118}},
        {"p.order", "-1", "118", {TOPIC_ORDER, -1, 118}},
        {"p.order", "2147483648", "9223372036854775808", {TOPIC_ORDER, -1, -1}},
        {"p.order", "", "1x", {TOPIC_ORDER, -1, -1}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct log_header headers[] = {{"osbill.error.offset", text_of(cases[i].offset)},
                                             {"osbill.error.topic", text_of(cases[i].topic)},
                                             {"osbill.error.partition", text_of(cases[i].partition)}};
        const struct kafka_record record = {.headers = headers, .header_count = 3};
        const struct record_place input = dead_letter_input(&record, "p.");
        if (!record_place_equal(&input, &cases[i].input))
            fail_msg("%s, %s, %s: got topic %d, partition %d, offset %lld", cases[i].topic, cases[i].partition,
                     cases[i].offset, (int)input.topic, input.partition, (long long)input.offset);
    }
}

static void test_no_headers(void **state)
{
    const struct kafka_record record = {.header_count = 0};
    const struct record_place input = dead_letter_input(&record, "p.");

    (void)state;
    assert_true(record_place_equal(&input, &(struct record_place){TOPIC_COUNT, -1, -1}));
    assert_null(record_header(&record, "osbill.error.code").data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_no_places),
        cmocka_unit_test(test_inputs_of_dead_letters),
        cmocka_unit_test(test_no_headers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
