/* `osbill explain`: what belongs to a story, and what became of a case. */
#include "cmocka_all.h"

#include "explain_story.h"

#include "core/text.h"

static void test_kinds_of_ids(void **state)
{
    (void)state;
    assert_int_equal(id_kind_of(of(STORY_CHARGE)), ID_CHARGE);
    assert_int_equal(id_kind_of(of(STORY_CASE)), ID_CASE);
    assert_int_equal(id_kind_of(of("n-0123456789abcdef0123456789abcdef")), ID_NOTIFICATION);
    assert_int_equal(id_kind_of(of("n-0123456789ABCDEF0123456789abcdef")), ID_EVENT);
    assert_int_equal(id_kind_of(of("c-1")), ID_EVENT);
    assert_int_equal(id_kind_of(of("")), ID_EVENT);
}

static void test_learning(void **state)
{
    struct explanation all = {.kind = ID_CHARGE};
    const struct explanation made = story_short_of_funds();
    struct memory memory;
    struct deed deed;

    (void)state;
    memory_init(&memory, 4096, 0);
    assert_true(id_add(&memory, &all.charge_ids, of(STORY_CHARGE)));
    assert_false(id_add(&memory, &all.charge_ids, of(STORY_CHARGE)));
    assert_true(deed_of(&made.decisions.items[1].decision, 0, &deed) && !deed_matters(&all, &deed));
    assert_true(deed_of(&made.decisions.items[1].decision, 1, &deed) && deed_matters(&all, &deed));
    assert_true(deed_learn(&memory, &all, &deed)); /* the case that the charge settles */
    assert_true(deed_of(&made.decisions.items[0].decision, 0, &deed) && deed_matters(&all, &deed));
    assert_true(deed_learn(&memory, &all, &deed)); /* the event that opened it */
    assert_false(deed_learn(&memory, &all, &deed));
    assert_true(id_has(&all.cases, of(STORY_CASE)) && id_has(&all.events, of("ev-1")));
    assert_false(id_has(&all.events, of("dep-1")));
    assert_false(deed_of(&made.decisions.items[1].decision, 3, &deed));
    memory_clear(&memory);
}

static void test_steps_of_a_case(void **state)
{
    static const struct {
        const char *rule;
        enum verdict verdict;
        bool open;
        enum case_step step;
    } rows[] = {
        {"os.price-missing", VERDICT_HELD, false, STEP_OPENED},
        {"os.insufficient-funds", VERDICT_INSUFFICIENT_FUNDS, true, STEP_WAITS},
        {"case.reminder", VERDICT_APPLIED, true, STEP_TOLD},
        {"case.settled", VERDICT_CHARGED, true, STEP_SETTLED},
        {"case.covered", VERDICT_COVERED, true, STEP_COVERED},
        {"case.waived", VERDICT_APPLIED, true, STEP_WAIVED},
        {"case.expired", VERDICT_APPLIED, true, STEP_EXPIRED},
        {"order.tariff-unknown", VERDICT_REJECTED, true, STEP_REJECTED},
        {"case.closed", VERDICT_APPLIED, true, STEP_CLOSED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct deed deed = {.rule = of(rows[i].rule), .verdict = rows[i].verdict};
        enum case_step step = case_step_of(&deed, rows[i].open);
        if (step != rows[i].step)
            fail_msg("%s: expected %s, got %s", rows[i].rule, case_step_names[rows[i].step], case_step_names[step]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds_of_ids),
        cmocka_unit_test(test_learning),
        cmocka_unit_test(test_steps_of_a_case),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
