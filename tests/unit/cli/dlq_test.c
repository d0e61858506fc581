/* Dead letters: what is said about each code, how records are corrected. */
#include "cmocka_all.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "worker/cli/dlq/dlq.h"

static struct text text_of(const char *text)
{
    return (struct text){text, (uint32_t)strlen(text)};
}

/* --- advice --- */

static void must_have_advice(const char *code)
{
    const struct dlq_advice *advice = dlq_advice(text_of(code));

    if (strcmp(advice->code, code) != 0)
        fail_msg("code %s: dlq_advice.c says nothing about it", code);
    if (advice->cause[strlen(advice->cause) - 1] != '.' || advice->what_to_do[strlen(advice->what_to_do) - 1] != '.')
        fail_msg("code %s: its advice is not in sentences", code);
    if (advice->remedy == DLQ_CORRECT && !strstr(advice->what_to_do, "osbill"))
        fail_msg("code %s: it is to be corrected, but not how", code);
}

/* Every code that a worker can write: rules that make a dead letter, and errors of decoding. */
static void test_advice_for_every_code(void **state)
{
    (void)state;
    for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
        const struct rule_info *info = rule_info((enum rule)rule);
        if (info->verdict == VERDICT_DEAD_LETTER || info->verdict == VERDICT_CONFLICT)
            must_have_advice(info->id.data);
    }
    for (int status = 0; status < CODEC_STATUS_COUNT; status++)
        if (codec_status_action((enum codec_status)status) == CODEC_DEAD_LETTER)
            must_have_advice(codec_status_name((enum codec_status)status));
}

static void test_advice_for_unknown_codes(void **state)
{
    (void)state;
    assert_string_equal(dlq_advice(text_of("new.code"))->code, "");
    assert_string_equal(dlq_advice((struct text){NULL, 0})->code, "");
}

static void test_advice_names_the_place(void **state)
{
    char memory[1024];
    struct arena arena = {.at = memory, .end = memory + sizeof memory};
    const struct dlq_letter letter = {.code = text_of("bad-value"), .input = {TOPIC_ORDER, 3, 118}};
    struct text words = dlq_what_to_do(&letter, &arena);

    (void)state;
    char text[512];
    (void)snprintf(text, sizeof text, "%.*s", (int)words.size, words.data);
    assert_string_equal(text, "Correct it: `osbill dlq force order/3/118 FIELD=VALUE`.");
}

/* --- corrections --- */

static const char record[] =
    "{\"event_id\":\"e\",\"occurred_at\":5,\"amount_micros\":1,\"enabled\":true,\"tags\":[\"a\"],"
    "\"change\":{\"Price\":{\"amount_micros\":7}}}";

static void note(void *context, const char *path, const char *before, const char *after)
{
    char *text = context;
    size_t used = strlen(text);

    (void)snprintf(text + used, 256 - used, "%s: %s -> %s;", path, before ? before : "-", after ? after : "-");
}

static void test_edits(void **state)
{
    static const struct {
        const char *assignment, *changes; /* NULL: refused */
    } cases[] = {
        {"event_id=e2", "event_id: \"e\" -> \"e2\";"},
        {"event_id=", "event_id: \"e\" -> \"\";"},
        {"event_id=a=b", "event_id: \"e\" -> \"a=b\";"},
        {"event_id=e", ""},
        {"amount_micros=-20", "amount_micros: 1 -> -20;"},
        {"amount_micros=2025-03-01", NULL},
        {"amount_micros=1.5", NULL},
        {"amount_micros=", NULL},
        {"amount_micros=now", NULL},
        {"occurred_at=2025-03-01", "occurred_at: 5 -> 1740787200000;"},
        {"occurred_at=6", "occurred_at: 5 -> 6;"},
        {"occurred_at=soon", NULL},
        {"enabled=false", "enabled: true -> false;"},
        {"enabled=no", NULL},
        {"tags=[\"b\"]", "tags: [\"a\"] -> [\"b\"];"},
        {"tags=b", NULL},
        {"change.Price.amount_micros=8", "change.Price.amount_micros: 7 -> 8;"},
        {"change.Price.colour=8", NULL},
        {"change.Tariff.title=x", NULL},
        {"colour=red", NULL},
        {"=red", NULL},
        {"event_id", NULL},
        {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *before = json_loads(record, 0, NULL), *after = json_deep_copy(before);
        char changes[256] = "";
        bool taken = dlq_edit(after, cases[i].assignment);
        dlq_changes(before, after, note, changes);
        if (taken != (cases[i].changes != NULL))
            fail_msg("%s: expected it to be %s", cases[i].assignment, taken ? "refused" : "taken");
        if (strcmp(changes, taken ? cases[i].changes : "") != 0)
            fail_msg("%s: expected \"%s\", got \"%s\"", cases[i].assignment, taken ? cases[i].changes : "", changes);
        json_decref(before);
        json_decref(after);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_advice_for_every_code),
        cmocka_unit_test(test_advice_for_unknown_codes),
        cmocka_unit_test(test_advice_names_the_place),
        cmocka_unit_test(test_edits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
