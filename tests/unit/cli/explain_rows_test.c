/* `osbill explain`: the row of a decision table that chose a rule, in words. */
#include "cmocka_all.h"

#include "explain_story.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_in_words),
        cmocka_unit_test(test_rows_of_a_released_event),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
