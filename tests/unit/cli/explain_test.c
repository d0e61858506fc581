/* `osbill explain` over hand-made records: how a story is told. */
#include "cmocka_all.h"

#include "explain_story.h"

#include <jansson.h>

#include "core/text.h"

static void test_the_whole_story(void **state)
{
    static const char *const parts[] = {
        "case k-00000000000000000000000000000001: settled: the money was taken\n",
        "2025-03-17T00:00:00.000Z  INSUFFICIENT_FUNDS: the money does not suffice",
        "ev-1 in os-installed, partition 1, offset 17",
        "os.insufficient-funds (rules.md 5), decided on its arrival with catalogue version 7",
        "needed 23.25, available 10.00, deficit 13.25\n",
        "\"deposit\\x1b[31m\"",
        "CHARGED by case.settled (rules.md 6), 23.25, VPS vps-1, case k-00000000000000000000000000000001",
        "and 1 on other cases or events",
        "23.25 EUR for VPS vps-1; balance 100.00 before, 76.75 after",
        "OS   23.25 for item windows, OS os__windows, tariff s\n",
        "price 62.00 for the period, since 2025-02-28; covered so far 15.50\n",
        "period 2025-03-01 to 2025-04-01; charged 2025-03-16T12:00:00.000Z to 2025-04-01\n",
        "(62.00 - 15.50) * 1,339,200,000 ms of 2,678,400,000 ms = 23.25, rounded half up to 0.000001\n",
        "opened, os.insufficient-funds (rules.md 5), 23.25, event ev-1\n",
        "settled: the money was taken, case.settled (rules.md 6), 23.25, event dep-1, charge c-0",
    };
    struct explanation all = story_short_of_funds();

    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        must_say(&all, parts[i]);
    must_not_say(&all, "***");
    assert_int_equal(count_differences(&all), 0);
}

static void test_differences_are_loud(void **state)
{
    struct explanation all = story_short_of_funds();

    (void)state;
    story_lines[0].amount_micros++;
    assert_int_equal(count_differences(&all), 2);
    must_say(&all, "*** THIS DOES NOT COME OUT: the line says 23.250001 ***");
    must_say(&all, "*** THE LINES DO NOT ADD UP to 23.25 ***");
}

static void test_a_refund_in_part(void **state)
{
    struct explanation all = story_short_of_funds();
    struct charge_line refund = {.tariff_id = TEXT("s"),
                                 .credited_price_micros = 31 * UNIT,
                                 .period_start = MARCH,
                                 .period_end = APRIL,
                                 .charged_from = APRIL - 10 * DAY_MS,
                                 .charged_until = APRIL,
                                 .amount_micros = -4 * UNIT};

    (void)state;
    story_charges[0].charge.lines = (struct charge_line_array){&refund, 1};
    story_charges[0].charge.amount_micros = -4 * UNIT;
    must_say(&all, "-4.00 EUR for VPS vps-1; balance 72.75 before, 76.75 after");
    must_say(&all, "(0.00 - 31.00) * 864,000,000 ms of 2,678,400,000 ms = -10.00, rounded towards zero to 0.000001\n");
    must_say(&all, "given back 2025-03-22 to 2025-04-01");
    must_say(&all, "of which -4.00 is here: the rest went to what the VPS owed");
    assert_int_equal(count_differences(&all), 0);
}

/* rules.md 9: available and deficit saturate in outputs; so does the balance before. */
static void test_saturated_amounts(void **state)
{
    struct explanation all = story_short_of_funds();

    (void)state;
    story_notifications[0].notification.available_micros = INT64_MIN;
    story_notifications[0].notification.deficit_micros = INT64_MAX;
    must_say(&all, "available -9223372036854.775808 or beyond: a record holds no more");
    must_say(&all, "deficit 9223372036854.775807 or beyond: a record holds no more");
    story_charges[0].charge.balance_after_micros = INT64_MAX;
    assert_true(balance_before(&story_charges[0].charge) == INT64_MAX);
}

/* The tariff's rounding was changed after the charge: the one of then counts, another only if it gives the amount. */
static void test_rounding_of_then(void **state)
{
    struct found_rounding changed[] = {{TEXT("s"), 0, 10000}, {TEXT("other"), 0, 7}, {TEXT("s"), APRIL, 1}};
    struct explanation all = story_short_of_funds();
    struct line_sum sum;

    (void)state;
    all.roundings = (struct found_rounding_list){changed, 3, 3};
    explain_line_sum(&all, &story_lines[0], MARCH + DAY_MS, &sum);
    assert_true(sum.rounding_micros == 10000 && sum.check == LINE_AGREES);
    explain_line_sum(&all, &story_lines[0], APRIL + DAY_MS, &sum);
    assert_true(sum.rounding_micros == 1 && sum.check == LINE_AGREES);
    story_lines[0].price_micros += 1;
    story_lines[0].amount_micros += 1; /* half of a micro-unit goes up: no cents */
    explain_line_sum(&all, &story_lines[0], MARCH + DAY_MS, &sum);
    story_lines[0].price_micros -= 1;
    assert_true(sum.rounding_micros == 1 && sum.check == LINE_AGREES);
}

/* Before the deposit: open, with what the account's state says of it. */
static void test_an_open_case(void **state)
{
    struct explanation all = story_short_of_funds();
    struct open_case waiting = {.case_id = of(STORY_CASE),
                                .state = CASE_STATE_SHORT,
                                .amount_micros = 23250000,
                                .template = TEXT("os__windows"),
                                .lines = {story_lines, 1}};
    struct vps_state vps = {.cases = {&waiting, 1}};
    struct vps_entry entry = {TEXT("vps-1"), &vps};
    struct account_view view = {.partition = 1, .position = {.seq = 4}, .found = true, .vps = &entry, .vps_count = 1};

    (void)state;
    all.decisions.count = 1;
    all.charges.count = 0;
    all.account = &view;
    assert_true(case_is_open(&all, of(STORY_CASE)));
    must_say(&all, "001: open\n");
    must_say(&all, "still open, waits for money: 23.25 for VPS vps-1, OS os__windows\n  as of partition 1, seq 4");
    must_say(&all, "(62.00 - 15.50) * 1,339,200,000 ms");
    story_lines[0].amount_micros++;
    assert_int_equal(count_differences(&all), 1);
    vps.cases.count = 0;
    must_say(&all, "its Decisions leave it open, but the account's state does not hold it any more");
}

/* --- what covers (rules.md 3) --- */

static void must_cover(const struct explanation *all, const char *item, const char *part)
{
    story_decisions[0].decision.rule = TEXT("os.covered");
    story_decisions[0].decision.verdict = VERDICT_COVERED;
    story_decisions[0].decision.item_id = of(item);
    story_decisions[0].decision.vps_id = TEXT("vps-1");
    story_decisions[0].decided_at = APRIL - DAY_MS;
    must_say(all, part);
}

static void test_covers(void **state)
{
    struct explanation all = story_short_of_funds();
    struct period period = {.period_start = MARCH, .period_end = APRIL, .os_level_micros = 5 * UNIT};
    struct vps_state vps = {.periods = {&period, 1}};
    struct vps_entry entry = {TEXT("vps-1"), &vps};
    struct account_view view = {.found = true, .vps = &entry, .vps_count = 1};

    (void)state;
    must_cover(&all, "windows", "covered by  what the period had paid before; no charge of it is in the topics\n");
    all.account = &view;
    must_cover(&all, "cpanel", "the OS level 5.00, than which item cpanel costs no more, in the period 2025-03-01 to");
    all.history = all.charges;
    must_cover(&all, "windows",
               "item windows, which is paid for (62.00) in the period 2025-03-01 to 2025-04-01, charge c-0");
    must_cover(&all, "cpanel", "the OS level 62.00, than which item cpanel costs no more,");
    story_charges[0].charge.decided_at = APRIL; /* only later */
    must_cover(&all, "cpanel", "the OS level 5.00, than which");
}

/* --- events --- */

static void test_a_dead_letter_alone(void **state)
{
    struct found_dead_letter dead = {{TOPIC_DEAD_LETTER, 2, 8},
                                     {TOPIC_ORDER, 1, 4},
                                     TEXT("time-in-future"),
                                     TEXT("occurred_at lies ahead"),
                                     TEXT("2025-03-01T00:00:00.000Z")};
    struct explanation all = {.id = TEXT("ev-9"), .kind = ID_EVENT, .dead_letters = {&dead, 1, 1}};

    (void)state;
    must_say(&all, "event ev-9: only a dead letter holds it\n");
    must_say(&all,
             "time-in-future: occurred_at lies ahead\n              in dead-letter, partition 2, offset 8, written "
             "2025-03-01T00:00:00.000Z, about order, partition 1, offset 4\n");
}

/* An input that retention deleted, and one that was delivered again. */
static void test_deliveries(void **state)
{
    struct explanation all = story_short_of_funds();
    struct found_input gone = {{TOPIC_OS_INSTALLED, 1, 17}, &os_installed_record, NULL, "retention has deleted it"};

    (void)state;
    all.id = TEXT("ev-1");
    all.kind = ID_EVENT;
    all.inputs = (struct found_input_list){&gone, 1, 1};
    must_say(&all, "os-installed, partition 1, offset 17: retention has deleted it\n");
    story_decisions[1].decision = story_decisions[0].decision;
    story_decisions[1].decision.rule = TEXT("os.duplicate");
    story_decisions[1].decision.verdict = VERDICT_DUPLICATE;
    story_decisions[1].decision.case_id = TEXT("");
    must_say(&all, "event ev-1: INSUFFICIENT_FUNDS, then DUPLICATE\n");
}

/* --- JSON: the same numbers --- */

static json_int_t number_in(const json_t *json, const char *list, const char *name)
{
    return json_integer_value(json_object_get(json_array_get(json_object_get(json, list), 0), name));
}

static void test_json(void **state)
{
    struct explanation all = story_short_of_funds();
    json_t *json = explain_json(&all);
    const json_t *charge = json_array_get(json_object_get(json, "charges"), 0);

    (void)state;
    assert_non_null(json);
    assert_int_equal(number_in(json, "charges", "balance_before_micros"), 100 * UNIT);
    assert_int_equal(number_in(charge, "formulas", "expected_micros"), 23250000);
    assert_int_equal(number_in(json, "decisions", "seq"), 4);
    assert_false(json_is_true(json_object_get(json_array_get(json_object_get(json, "cases"), 0), "open")));
    assert_int_equal(json_integer_value(json_object_get(json, "differences")), 0);
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_whole_story),  cmocka_unit_test(test_differences_are_loud),
        cmocka_unit_test(test_a_refund_in_part), cmocka_unit_test(test_saturated_amounts),
        cmocka_unit_test(test_rounding_of_then), cmocka_unit_test(test_an_open_case),
        cmocka_unit_test(test_covers),           cmocka_unit_test(test_a_dead_letter_alone),
        cmocka_unit_test(test_deliveries),       cmocka_unit_test(test_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
