/* `osbill explain` over hand-made records: what belongs to a story, what became of a case, and how it is told. */
#include "cmocka_all.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/calendar.h"
#include "core/text.h"
#include "worker/cli/explain/explain.h"

#define MARCH INT64_C(1740787200000) /* 2025-03-01; the month has 31 days */
#define APRIL (MARCH + 31 * DAY_MS)
#define UNIT  INT64_C(1000000)

static const char charge_name[] = "c-00000000000000000000000000000001";
static const char case_name[] = "k-00000000000000000000000000000001";

static struct text of(const char *text)
{
    return (struct text){text, (uint32_t)strlen(text)};
}

/* --- a story: Windows in the middle of March, without money; a deposit settles it --- */

static struct charge_line lines[] = {{
    .kind = LINE_KIND_OS,
    .item_id = {"windows", 7},
    .tariff_id = {"s", 1},
    .template = {"os__windows", 11},
    .price_micros = 62 * UNIT,
    .credited_price_micros = 31 * UNIT / 2,
    .price_effective_from = MARCH - DAY_MS,
    .period_start = MARCH,
    .period_end = APRIL,
    .charged_from = MARCH + 31 * DAY_MS / 2,
    .charged_until = APRIL,
    .amount_micros = 23250000,
}};
static const struct caused_by installation = {{"ev-1", 4}, {"os-installed", 12}, 1, 17};
static const struct caused_by deposit = {{"dep-1", 5}, {"account", 7}, 1, 3};
static struct effect settled = {
    .rule = {"case.settled", 12}, .verdict = VERDICT_CHARGED, .amount_micros = 23250000, .vps_id = {"vps-1", 5}};
static struct effect others[2];
static struct found_decision decisions[2];
static struct found_charge charges[1];
static struct found_notification notifications[1];
static struct found_rounding roundings[] = {{{"s", 1}, 0, 1}};
static struct text events[] = {{"ev-1", 4}}, cases[1], charge_ids[1];

static struct explanation short_of_funds(void)
{
    settled.charge_id = charge_ids[0] = of(charge_name);
    settled.case_id = cases[0] = of(case_name);
    others[0] = settled;
    others[1] = (struct effect){.rule = TEXT("case.settled"), .verdict = VERDICT_CHARGED, .case_id = TEXT("k-other")};
    decisions[0] = (struct found_decision){{TOPIC_DECISION, 1, 5},
                                           4,
                                           MARCH + 16 * DAY_MS,
                                           {.caused_by = installation,
                                            .rule = TEXT("os.insufficient-funds"),
                                            .verdict = VERDICT_INSUFFICIENT_FUNDS,
                                            .event_id = installation.event_id,
                                            .account_id = TEXT("a1"),
                                            .case_id = of(case_name),
                                            .amount_micros = 23250000,
                                            .catalogue_version = 7}};
    decisions[1] = (struct found_decision){{TOPIC_DECISION, 1, 6},
                                           5,
                                           MARCH + 17 * DAY_MS,
                                           {.caused_by = deposit,
                                            .rule = TEXT("account.deposit"),
                                            .verdict = VERDICT_APPLIED,
                                            .event_id = deposit.event_id,
                                            .account_id = TEXT("a1"),
                                            .effects = {others, 2}}};
    charges[0] = (struct found_charge){{TOPIC_CHARGE, 1, 9},
                                       {.caused_by = deposit,
                                        .decided_at = MARCH + 17 * DAY_MS,
                                        .charge_id = of(charge_name),
                                        .case_id = of(case_name),
                                        .account_id = TEXT("a1"),
                                        .vps_id = TEXT("vps-1"),
                                        .currency = TEXT("EUR"),
                                        .amount_micros = 23250000,
                                        .balance_after_micros = 76750000,
                                        .lines = {lines, 1}}};
    notifications[0] = (struct found_notification){{TOPIC_NOTIFICATION, 1, 2},
                                                   {.caused_by = installation,
                                                    .decided_at = MARCH + 16 * DAY_MS,
                                                    .kind = NOTIFICATION_KIND_INSUFFICIENT_FUNDS,
                                                    .severity = SEVERITY_WARNING,
                                                    .case_id = of(case_name),
                                                    .amount_micros = 23250000,
                                                    .available_micros = 10 * UNIT,
                                                    .deficit_micros = 13250000,
                                                    .text = TEXT("deposit\x1b[31m")}};
    lines[0].amount_micros = 23250000;
    return (struct explanation){.id = of(case_name),
                                .kind = ID_CASE,
                                .events = {events, 1, 1},
                                .cases = {cases, 1, 1},
                                .charge_ids = {charge_ids, 1, 1},
                                .decisions = {decisions, 2, 2},
                                .charges = {charges, 1, 1},
                                .notifications = {notifications, 1, 1},
                                .roundings = {roundings, 1, 1}};
}

/* What the explanation writes to standard output. */
static const char *told(const struct explanation *all)
{
    static char text[16000];
    int before = dup(STDOUT_FILENO);
    FILE *file = tmpfile();

    assert_non_null(file);
    (void)fflush(stdout);
    dup2(fileno(file), STDOUT_FILENO);
    explain_put_text(all);
    (void)fflush(stdout);
    dup2(before, STDOUT_FILENO);
    close(before);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    (void)fclose(file);
    return text;
}

static void must_say(const struct explanation *all, const char *part)
{
    const char *text = told(all);

    if (!strstr(text, part))
        fail_msg("expected \"%s\" in:\n%s", part, text);
}

static void must_not_say(const struct explanation *all, const char *part)
{
    const char *text = told(all);

    if (strstr(text, part))
        fail_msg("did not expect \"%s\" in:\n%s", part, text);
}

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
    struct explanation all = short_of_funds();

    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        must_say(&all, parts[i]);
    must_not_say(&all, "***");
    assert_int_equal(count_differences(&all), 0);
}

static void test_differences_are_loud(void **state)
{
    struct explanation all = short_of_funds();

    (void)state;
    lines[0].amount_micros++;
    assert_int_equal(count_differences(&all), 2);
    must_say(&all, "*** THIS DOES NOT COME OUT: the line says 23.250001 ***");
    must_say(&all, "*** THE LINES DO NOT ADD UP to 23.25 ***");
}

static void test_a_refund_in_part(void **state)
{
    struct explanation all = short_of_funds();
    struct charge_line refund = {.tariff_id = TEXT("s"),
                                 .credited_price_micros = 31 * UNIT,
                                 .period_start = MARCH,
                                 .period_end = APRIL,
                                 .charged_from = APRIL - 10 * DAY_MS,
                                 .charged_until = APRIL,
                                 .amount_micros = -4 * UNIT};

    (void)state;
    charges[0].charge.lines = (struct charge_line_array){&refund, 1};
    charges[0].charge.amount_micros = -4 * UNIT;
    must_say(&all, "-4.00 EUR for VPS vps-1; balance 72.75 before, 76.75 after");
    must_say(&all, "(0.00 - 31.00) * 864,000,000 ms of 2,678,400,000 ms = -10.00, rounded towards zero to 0.000001\n");
    must_say(&all, "given back 2025-03-22 to 2025-04-01");
    must_say(&all, "of which -4.00 is here: the rest went to what the VPS owed");
    assert_int_equal(count_differences(&all), 0);
}

/* rules.md 9: available and deficit saturate in outputs; so does the balance before. */
static void test_saturated_amounts(void **state)
{
    struct explanation all = short_of_funds();

    (void)state;
    notifications[0].notification.available_micros = INT64_MIN;
    notifications[0].notification.deficit_micros = INT64_MAX;
    must_say(&all, "available -9223372036854.775808 or beyond: a record holds no more");
    must_say(&all, "deficit 9223372036854.775807 or beyond: a record holds no more");
    charges[0].charge.balance_after_micros = INT64_MAX;
    assert_true(balance_before(&charges[0].charge) == INT64_MAX);
}

/* The tariff's rounding was changed after the charge: the one of then counts, another only if it gives the amount. */
static void test_rounding_of_then(void **state)
{
    struct found_rounding changed[] = {{TEXT("s"), 0, 10000}, {TEXT("other"), 0, 7}, {TEXT("s"), APRIL, 1}};
    struct explanation all = short_of_funds();
    struct line_sum sum;

    (void)state;
    all.roundings = (struct found_rounding_list){changed, 3, 3};
    explain_line_sum(&all, &lines[0], MARCH + DAY_MS, &sum);
    assert_true(sum.rounding_micros == 10000 && sum.check == LINE_AGREES);
    explain_line_sum(&all, &lines[0], APRIL + DAY_MS, &sum);
    assert_true(sum.rounding_micros == 1 && sum.check == LINE_AGREES);
    lines[0].price_micros += 1;
    lines[0].amount_micros += 1; /* half of a micro-unit goes up: no cents */
    explain_line_sum(&all, &lines[0], MARCH + DAY_MS, &sum);
    lines[0].price_micros -= 1;
    assert_true(sum.rounding_micros == 1 && sum.check == LINE_AGREES);
}

/* --- what belongs to a story --- */

static void test_kinds_of_ids(void **state)
{
    (void)state;
    assert_int_equal(id_kind_of(of(charge_name)), ID_CHARGE);
    assert_int_equal(id_kind_of(of(case_name)), ID_CASE);
    assert_int_equal(id_kind_of(of("n-0123456789abcdef0123456789abcdef")), ID_NOTIFICATION);
    assert_int_equal(id_kind_of(of("n-0123456789ABCDEF0123456789abcdef")), ID_EVENT);
    assert_int_equal(id_kind_of(of("c-1")), ID_EVENT);
    assert_int_equal(id_kind_of(of("")), ID_EVENT);
}

static void test_learning(void **state)
{
    struct explanation all = {.kind = ID_CHARGE};
    const struct explanation made = short_of_funds();
    struct memory memory;
    struct deed deed;

    (void)state;
    memory_init(&memory, 4096, 0);
    assert_true(id_add(&memory, &all.charge_ids, of(charge_name)));
    assert_false(id_add(&memory, &all.charge_ids, of(charge_name)));
    assert_true(deed_of(&made.decisions.items[1].decision, 0, &deed) && !deed_matters(&all, &deed));
    assert_true(deed_of(&made.decisions.items[1].decision, 1, &deed) && deed_matters(&all, &deed));
    assert_true(deed_learn(&memory, &all, &deed)); /* the case that the charge settles */
    assert_true(deed_of(&made.decisions.items[0].decision, 0, &deed) && deed_matters(&all, &deed));
    assert_true(deed_learn(&memory, &all, &deed)); /* the event that opened it */
    assert_false(deed_learn(&memory, &all, &deed));
    assert_true(id_has(&all.cases, of(case_name)) && id_has(&all.events, of("ev-1")));
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

/* Before the deposit: open, with what the account's state says of it. */
static void test_an_open_case(void **state)
{
    struct explanation all = short_of_funds();
    struct open_case waiting = {.case_id = of(case_name),
                                .state = CASE_STATE_SHORT,
                                .amount_micros = 23250000,
                                .template = TEXT("os__windows"),
                                .lines = {lines, 1}};
    struct vps_state vps = {.cases = {&waiting, 1}};
    struct vps_entry entry = {TEXT("vps-1"), &vps};
    struct account_view view = {.partition = 1, .position = {.seq = 4}, .found = true, .vps = &entry, .vps_count = 1};

    (void)state;
    all.decisions.count = 1;
    all.charges.count = 0;
    all.account = &view;
    assert_true(case_is_open(&all, of(case_name)));
    must_say(&all, "001: open\n");
    must_say(&all, "still open, waits for money: 23.25 for VPS vps-1, OS os__windows\n  as of partition 1, seq 4");
    must_say(&all, "(62.00 - 15.50) * 1,339,200,000 ms");
    lines[0].amount_micros++;
    assert_int_equal(count_differences(&all), 1);
    vps.cases.count = 0;
    must_say(&all, "its Decisions leave it open, but the account's state does not hold it any more");
}

/* --- what covers (rules.md 3) --- */

static void must_cover(const struct explanation *all, const char *item, const char *part)
{
    decisions[0].decision.rule = TEXT("os.covered");
    decisions[0].decision.verdict = VERDICT_COVERED;
    decisions[0].decision.item_id = of(item);
    decisions[0].decision.vps_id = TEXT("vps-1");
    decisions[0].decided_at = APRIL - DAY_MS;
    must_say(all, part);
}

static void test_covers(void **state)
{
    struct explanation all = short_of_funds();
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
    charges[0].charge.decided_at = APRIL; /* only later */
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
    struct explanation all = short_of_funds();
    struct found_input gone = {{TOPIC_OS_INSTALLED, 1, 17}, &os_installed_record, NULL, "retention has deleted it"};

    (void)state;
    all.id = TEXT("ev-1");
    all.kind = ID_EVENT;
    all.inputs = (struct found_input_list){&gone, 1, 1};
    must_say(&all, "os-installed, partition 1, offset 17: retention has deleted it\n");
    decisions[1].decision = decisions[0].decision;
    decisions[1].decision.rule = TEXT("os.duplicate");
    decisions[1].decision.verdict = VERDICT_DUPLICATE;
    decisions[1].decision.case_id = TEXT("");
    must_say(&all, "event ev-1: INSUFFICIENT_FUNDS, then DUPLICATE\n");
}

/* --- rows of the decision tables --- */

struct row_case {
    const char *topic, *rule;
    enum verdict verdict;
    enum origin origin;
    const struct order *order; /* NULL: the input is gone */
    const char *rows;
};

/* "8 of placed: ... | 9 of placed: ..." */
static void describe(const struct explanation *all, const struct found_decision *found, char *ret, size_t size)
{
    struct matched_row rows[ROWS_MAX];
    char words[ROW_WORDS];
    struct deed own;
    size_t used = 0;

    assert_true(deed_of(&found->decision, 0, &own));
    uint32_t count = explain_rows(all, found, &own, rows);
    *ret = '\0';
    for (uint32_t i = 0; i < count && used < size; i++)
        used += (size_t)snprintf(ret + used, size - used, "%s%u of %s: %s",
                                 i == 0         ? ""
                                 : rows[i].also ? " & "
                                                : " | ",
                                 rows[i].number, rule_table(rows[i].table)->name, row_words(&rows[i], words));
}

static void test_rows_in_words(void **state)
{
    static const struct order placed = {.kind = ORDER_KIND_PLACED}, cancelled = {.kind = ORDER_KIND_CANCELLED};
    static const struct row_case all_rows[] = {
        {"order", "order.tariff-unknown", VERDICT_HELD, ORIGIN_INPUT, &placed,
         "8 of placed: the tariff is unknown, and not: the grace time is over"},
        {"order", "order.tariff-unknown", VERDICT_REJECTED, ORIGIN_INPUT, &placed,
         "9 of placed: the tariff is unknown"},
        {"order", "order.tariff-unknown", VERDICT_REJECTED, ORIGIN_TIMER, &placed,
         "9 of placed: the tariff is unknown"},
        {"order", "order.vps-exists", VERDICT_REJECTED, ORIGIN_INPUT, &placed,
         "5 of placed: the VPS is pending or active | 6 of placed: this order_id had a life of the VPS"},
        {"order", "order.cancelled", VERDICT_REFUNDED, ORIGIN_INPUT, &cancelled,
         "8 of cancelled: otherwise: no row before it matches"},
        {"order", "order.period-overlap", VERDICT_REJECTED, ORIGIN_INPUT, NULL,
         "12 of renewed: the period begins before the last one ends"},
        {"os-installed", "os.charged", VERDICT_CHARGED, ORIGIN_INPUT, NULL,
         "8 of period: otherwise: no row before it matches & 3 of payment: otherwise: no row before it matches"},
        {"os-installed", "os.insufficient-funds", VERDICT_INSUFFICIENT_FUNDS, ORIGIN_INPUT, NULL,
         "2 of payment: more is due than is available"},
        {"os-installed", "os.insufficient-funds", VERDICT_INSUFFICIENT_FUNDS, ORIGIN_CATALOGUE, NULL,
         "11 of case: more is due than is available"},
        {"os-installed", "time-in-future", VERDICT_DEAD_LETTER, ORIGIN_INPUT, NULL,
         "5 of input: it claims to have happened later than the worker's clock tolerates"},
        {"catalogue", "catalogue.applied", VERDICT_RECORDED, ORIGIN_INPUT, NULL,
         "6 of change: not: all parts of the set are there"},
        {"catalogue", "catalogue.applied", VERDICT_APPLIED, ORIGIN_INPUT, NULL,
         "11 of change: otherwise: no row before it matches"},
        {"account", "account.deposit", VERDICT_APPLIED, ORIGIN_INPUT, NULL, "9 of account: it is a DEPOSIT"},
        {"account", "no-such-rule", VERDICT_APPLIED, ORIGIN_INPUT, NULL, ""},
    };
    char got[1000];

    (void)state;
    for (size_t i = 0; i < sizeof all_rows / sizeof all_rows[0]; i++) {
        const struct row_case *row = &all_rows[i];
        struct found_decision found = {.decision = {.caused_by = {TEXT("ev"), of(row->topic), 1, 17},
                                                    .event_id = TEXT("ev"),
                                                    .rule = of(row->rule),
                                                    .verdict = row->verdict,
                                                    .origin = row->origin}};
        struct found_input input = {place_of(&found.decision.caused_by), &order_record, row->order, NULL};
        const struct explanation all = {.decisions = {&found, 1, 1}, .inputs = {&input, 1, 1}};
        describe(&all, &found, got, sizeof got);
        if (strcmp(got, row->rows) != 0)
            fail_msg("%s %s: expected \"%s\", got \"%s\"", row->rule, verdict_names[row->verdict], row->rows, got);
    }
}

/* What a Decision released: the table is that of the released event's kind. */
static void test_rows_of_a_released_event(void **state)
{
    struct effect effect = {.event_id = TEXT("ev"), .rule = TEXT("os.same"), .verdict = VERDICT_RECORDED};
    struct found_decision found[] = {{.decision = {.caused_by = {TEXT("ev"), TEXT("os-installed"), 1, 1},
                                                   .event_id = TEXT("ev"),
                                                   .rule = TEXT("os.vps-unknown"),
                                                   .verdict = VERDICT_PARKED}},
                                     {.decision = {.caused_by = {TEXT("order-1"), TEXT("order"), 1, 2},
                                                   .event_id = TEXT("order-1"),
                                                   .rule = TEXT("order.charged"),
                                                   .verdict = VERDICT_CHARGED,
                                                   .effects = {&effect, 1}}}};
    struct text event = TEXT("ev");
    const struct explanation all = {
        .id = event, .kind = ID_EVENT, .events = {&event, 1, 1}, .decisions = {found, 2, 2}};

    (void)state;
    must_say(&all, "  row         5 of install: the VPS is unknown\n");
    must_say(&all, "  row         9 of install: this template is what is installed\n");
}

/* --- JSON: the same numbers --- */

static json_int_t number_in(const json_t *json, const char *list, const char *name)
{
    return json_integer_value(json_object_get(json_array_get(json_object_get(json, list), 0), name));
}

static void test_json(void **state)
{
    struct explanation all = short_of_funds();
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
        cmocka_unit_test(test_the_whole_story),
        cmocka_unit_test(test_differences_are_loud),
        cmocka_unit_test(test_a_refund_in_part),
        cmocka_unit_test(test_saturated_amounts),
        cmocka_unit_test(test_rounding_of_then),
        cmocka_unit_test(test_kinds_of_ids),
        cmocka_unit_test(test_learning),
        cmocka_unit_test(test_steps_of_a_case),
        cmocka_unit_test(test_an_open_case),
        cmocka_unit_test(test_covers),
        cmocka_unit_test(test_a_dead_letter_alone),
        cmocka_unit_test(test_deliveries),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_rows_in_words),
        cmocka_unit_test(test_rows_of_a_released_event),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
