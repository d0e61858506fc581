/* What no event of the rule book leads to: unknown names, lists that grow without memory, totals that do not add up. */
#include "core/book.h"
#include "core/decide.h"
#include "core/input.h"
#include "core/money.h"
#include "core/record_walk.h"
#include "core/rules.h"
#include "core/snapshot.h"
#include "core/text.h"

#include "tests/unit/cmocka_all.h"
#include "tests/unit/core/memory.h"

static void what_has_no_name(void **state)
{
    (void)state;
    assert_int_equal(topic_name(TOPIC_COUNT).size, 0);
    assert_int_equal(topic_find(TEXT("charges")), TOPIC_COUNT);
    assert_int_equal(topic_find(topic_name(TOPIC_DEAD_LETTER)), TOPIC_DEAD_LETTER);
    assert_int_equal(topic_find(topic_name((enum topic)0)), 0);
    assert_int_equal(rule_find(TEXT("order.charge")), RULE_NONE);
    assert_int_equal(rule_find(rule_info((enum rule)(RULE_COUNT - 1))->id), RULE_COUNT - 1);
    assert_ptr_equal(rule_info(RULE_COUNT), rule_info(RULE_NONE));
    assert_ptr_equal(rule_info((enum rule)(RULE_COUNT + 1)), rule_info(RULE_NONE));
    assert_null(state_record_type(STATE_KINDS));
    assert_int_equal(state_key_kind(TEXT("a:")), STATE_KINDS);
    assert_int_equal(state_key_kind(TEXT("a/1")), STATE_KINDS);
    assert_int_equal(state_key_kind(TEXT("a:1")), STATE_ACCOUNT);
    assert_int_equal(text_from_enum(&verdict_enum, -1).size, 0);
    assert_int_equal(text_from_enum(&verdict_enum, (int)verdict_enum.count).size, 0);
    assert_true(text_equal(text_from_enum(&verdict_enum, VERDICT_FREE), TEXT("FREE")));
}

static void keys_of_odd_ids(void **state)
{
    char buffer[STATE_KEY_MAX];
    const struct state_key key = {.kind = STATE_VPS, .account_id = TEXT("a%/")};

    (void)state;
    assert_true(text_equal(state_key_format(&key, buffer), TEXT("v:a%25%2F/")));
}

static void an_undecidable_input_is_a_dead_letter(void **state)
{
    struct memory memory, scarce;
    struct overlay overlay;
    struct outcome outcome;
    const struct input input = {.topic = TOPIC_ORDER, .partition = 3, .offset = 4, .key = TEXT("a1")};
    struct desk desk = {.arena = memory_arena(&memory), .overlay = &overlay};
    struct catalogue_book book;

    (void)state;
    assert_true(book_init(&book, desk.arena));
    desk.catalogue = catalogue_build(&book, 1, desk.arena);
    assert_non_null(desk.catalogue);
    outcome_init(&outcome, desk.arena);
    assert_int_equal(decide_dead_letter(&desk, &input, TEXT(""), INPUT_UNREADABLE, "no-schema", TEXT("why"), &outcome),
                     DECIDE_DONE);
    assert_int_equal(decide_dead_letter(&desk, &input, TEXT("e"), INPUT_UNREADABLE, NULL, TEXT("why"), &outcome),
                     DECIDE_DONE);
    assert_int_equal(outcome.decisions.count, 2);
    assert_string_equal(outcome.dead_letters.items[0].code, "no-schema");
    assert_string_equal(outcome.dead_letters.items[1].code, "unreadable");
    assert_int_equal(outcome.dead_letters.items[1].offset, 4);
    assert_int_equal(outcome.decisions.items[1].verdict, VERDICT_DEAD_LETTER);
    assert_true(text_equal(outcome.decisions.items[1].event_id, TEXT("e")));
    assert_int_equal(outcome.decisions.items[1].catalogue_version, 1);
    desk.arena = memory_arena(&scarce);
    for (size_t room = 0;; room += 256) {
        scarce.arena.end = scarce.arena.at + room;
        outcome_init(&outcome, desk.arena);
        if (decide_dead_letter(&desk, &input, TEXT(""), INPUT_UNREADABLE, NULL, TEXT("why"), &outcome) == DECIDE_DONE)
            break;
        assert_int_equal(outcome.decisions.count + outcome.dead_letters.count, 0);
    }
    assert_int_equal(outcome.decisions.count, 1);
}

/* What failed before is over; without memory for a state it is not asked for. */
static void memory_that_failed_before_and_fails_now(void **state)
{
    struct memory memory;
    struct overlay overlay;
    struct outcome outcome;
    const struct input nothing = {.topic = TOPIC_ORDER};
    const struct state_key key = {.kind = STATE_ACCOUNT, .account_id = TEXT("a1")};
    const struct decide_settings settings = decide_defaults();
    struct desk desk = {.arena = memory_arena(&memory), .overlay = &overlay, .settings = &settings};
    struct catalogue_book book;

    (void)state;
    assert_true(book_init(&book, desk.arena));
    desk.catalogue = catalogue_build(&book, 1, desk.arena);
    assert_true(overlay_init(&overlay, desk.arena, 1));
    outcome_init(&outcome, desk.arena);
    overlay_state(&overlay, &key)->known = true;
    memory.arena.failed = true;
    assert_int_equal(decide_due(&desk, TEXT("a1"), &outcome), DECIDE_DONE);
    memory.arena.failed = true;
    assert_int_equal(decide_input(&desk, &nothing, (struct wanted_states){0}, &outcome), DECIDE_DONE);
    memory.arena.failed = true;
    assert_int_equal(decide_dead_letter(&desk, &nothing, TEXT(""), INPUT_UNREADABLE, NULL, TEXT("why"), &outcome),
                     DECIDE_DONE);
    memory.arena.end = memory.arena.at;
    assert_int_equal(decide_due(&desk, TEXT("a2"), &outcome), DECIDE_NO_MEMORY);
}

/* Room for `count` decisions, charges, ... and no more: the next one is thrown away, and what was there stays. */
static void outcomes_that_cannot_grow(void **state)
{
    (void)state;
    for (uint32_t before = 0; before <= 16; before += 16) {
        struct memory memory;
        struct outcome outcome;
        outcome_init(&outcome, memory_arena(&memory));
        for (uint32_t i = 0; i < before; i++) {
            outcome_decision(&outcome)->amount_micros = i;
            outcome_charge(&outcome)->amount_micros = i;
            outcome_notification(&outcome)->amount_micros = i;
            outcome_dead_letter(&outcome)->offset = i;
            outcome_move(&outcome)->amount_micros = i;
        }
        assert_false(outcome.out_of_memory);
        memory.arena.end = memory.arena.at;
        assert_non_null(outcome_decision(&outcome));
        assert_true(outcome.out_of_memory);
        assert_non_null(outcome_charge(&outcome));
        assert_non_null(outcome_notification(&outcome));
        assert_non_null(outcome_dead_letter(&outcome));
        assert_non_null(outcome_move(&outcome));
        assert_int_equal(outcome.decisions.count, before);
        assert_int_equal(outcome.charges.count, before);
        assert_int_equal(outcome.notifications.count, before);
        assert_int_equal(outcome.dead_letters.count, before);
        assert_int_equal(outcome.moves.count, before);
    }
}

static void add_one_of_each(struct outcome *outcome)
{
    outcome_decision(outcome);
    outcome_charge(outcome);
    outcome_notification(outcome);
    outcome_dead_letter(outcome);
    outcome_move(outcome);
}

/* What was there before the mark stays. */
static void outcomes_are_taken_back_to_a_mark(void **state)
{
    struct memory memory;
    struct outcome outcome;

    (void)state;
    outcome_init(&outcome, memory_arena(&memory));
    add_one_of_each(&outcome);
    struct outcome_mark mark = outcome_mark(&outcome);
    add_one_of_each(&outcome);
    outcome_reset(&outcome, mark);
    assert_int_equal(outcome.decisions.count, 1);
    assert_int_equal(outcome.charges.count, 1);
    assert_int_equal(outcome.notifications.count, 1);
    assert_int_equal(outcome.dead_letters.count, 1);
    assert_int_equal(outcome.moves.count, 1);
}

static void outcomes_grow(void **state)
{
    struct memory memory;
    struct outcome outcome;

    (void)state;
    outcome_init(&outcome, memory_arena(&memory));
    for (int64_t i = 0; i < 40; i++)
        outcome_move(&outcome)->amount_micros = i;
    for (uint32_t i = 0; i < 40; i++)
        assert_int_equal(outcome.moves.items[i].amount_micros, i);
}

static void overlays_for_many_states(void **state)
{
    struct memory memory;
    struct overlay overlay;

    (void)state;
    assert_true(overlay_init(&overlay, memory_arena(&memory), 32));
    assert_int_equal(overlay.bucket_count, 64);
    assert_true(overlay_init(&overlay, memory_arena(&memory), 33));
    assert_int_equal(overlay.bucket_count, 128);
    assert_false(overlay_init(&overlay, memory_arena(&memory), UINT32_MAX / 2)); /* a million at most: too many here */
    assert_int_equal(overlay.bucket_count, 1U << 20);
}

/* --- totals --- */

static void account_changes(struct overlay *overlay, const char *id, const struct account_state *before,
                            const struct account_state *after)
{
    struct state_key key = {.kind = STATE_ACCOUNT, .account_id = {id, 1}};
    struct state *it = overlay_state(overlay, &key);

    overlay_put(it, before);
    overlay_set(overlay, it, after);
}

static void move(struct outcome *outcome, enum move_kind kind, struct text currency, int64_t amount)
{
    *outcome_move(outcome) = (struct move){kind, currency, amount};
}

static void totals_add_up_by_currency(void **state)
{
    struct memory memory;
    struct arena *arena = memory_arena(&memory);
    struct overlay overlay;
    struct outcome outcome;
    struct currency_total last[] = {{.currency = TEXT("EUR"), .deposited_micros = 7, .balance_micros = 7}};
    struct currency_total_array totals = {last, 1};
    const struct account_state poor = {.currency = TEXT("USD")}, rich = {.currency = TEXT("USD"), .balance_micros = 5},
                               nobody = {0}, idle = {.currency = TEXT("CHF"), .balance_micros = 3};
    const struct state_key key_of_idle = {.kind = STATE_ACCOUNT, .account_id = TEXT("c")};

    (void)state;
    assert_true(overlay_init(&overlay, arena, 4));
    outcome_init(&outcome, arena);
    account_changes(&overlay, "a", &poor, &rich);
    account_changes(&overlay, "b", NULL, &nobody);
    overlay_put(overlay_state(&overlay, &key_of_idle), &idle); /* read only: no row */
    move(&outcome, MOVE_DEPOSIT, TEXT("USD"), 9);
    move(&outcome, MOVE_WITHDRAWAL, TEXT("USD"), 1);
    move(&outcome, MOVE_CHARGE, TEXT("USD"), 3);
    assert_int_equal(decide_totals(&overlay, &outcome, arena, &totals), TOTALS_OK);
    assert_int_equal(totals.count, 2);
    assert_int_equal(totals.items[0].balance_micros, 7);
    assert_int_equal(totals.items[1].deposited_micros, 9);
    assert_int_equal(totals.items[1].withdrawn_micros, 1);
    assert_int_equal(totals.items[1].charged_micros, 3);
    assert_int_equal(totals.items[1].balance_micros, 5);
    assert_ptr_not_equal(totals.items, last);
    move(&outcome, MOVE_CHARGE, TEXT("USD"), 1);
    totals = (struct currency_total_array){last, 1};
    assert_int_equal(decide_totals(&overlay, &outcome, arena, &totals), TOTALS_UNBALANCED);
    move(&outcome, MOVE_DEPOSIT, TEXT("USD"), 2);
    totals = (struct currency_total_array){last, 1};
    assert_int_equal(decide_totals(&overlay, &outcome, arena, &totals), TOTALS_UNBALANCED);
    move(&outcome, MOVE_WITHDRAWAL, TEXT("USD"), 1);
    move(&outcome, MOVE_DEPOSIT, TEXT("EUR"), 1);
    totals = (struct currency_total_array){last, 1};
    assert_int_equal(decide_totals(&overlay, &outcome, arena, &totals), TOTALS_UNBALANCED);
    assert_int_equal(last[0].deposited_micros, 7);
}

/* Totals wrap, both ways of counting alike, also where the negative of an amount is none (fails under UBSan else). */
static void totals_wrap(void **state)
{
    struct memory memory;
    struct arena *arena = memory_arena(&memory);
    struct overlay overlay;
    struct outcome outcome;
    struct currency_total_array totals = {NULL, 0};
    const struct account_state before = {.currency = TEXT("USD")},
                               deepest = {.currency = TEXT("USD"), .balance_micros = INT64_MIN},
                               back = {.currency = TEXT("USD"), .balance_micros = -1};

    (void)state;
    assert_true(overlay_init(&overlay, arena, 4));
    outcome_init(&outcome, arena);
    account_changes(&overlay, "a", &before, &deepest);
    move(&outcome, MOVE_WITHDRAWAL, TEXT("USD"), INT64_MAX);
    move(&outcome, MOVE_WITHDRAWAL, TEXT("USD"), 1);
    assert_int_equal(decide_totals(&overlay, &outcome, arena, &totals), TOTALS_OK);
    assert_true(totals.items[0].withdrawn_micros == INT64_MIN && totals.items[0].balance_micros == INT64_MIN);
    assert_true(overlay_init(&overlay, arena, 4));
    outcome_init(&outcome, arena);
    account_changes(&overlay, "a", &deepest, &back);
    move(&outcome, MOVE_DEPOSIT, TEXT("USD"), INT64_MAX);
    assert_int_equal(decide_totals(&overlay, &outcome, arena, &totals), TOTALS_OK);
    assert_int_equal(totals.items[0].balance_micros, -1);
}

/* The Nth allocation fails; with all of them it is done. */
static void totals_without_memory(void **state)
{
    struct currency_total last[] = {{.currency = TEXT("EUR"), .deposited_micros = 7, .balance_micros = 7}};
    const struct account_state rich = {.currency = TEXT("USD"), .balance_micros = 5};
    int failures = 0;

    (void)state;
    for (size_t room = 0;; room++) {
        struct memory memory, scarce;
        struct overlay overlay;
        struct outcome outcome;
        struct currency_total_array totals = {last, 1};
        assert_true(overlay_init(&overlay, memory_arena(&memory), 4));
        outcome_init(&outcome, &memory.arena);
        account_changes(&overlay, "a", NULL, &rich);
        move(&outcome, MOVE_DEPOSIT, TEXT("USD"), 6);
        move(&outcome, MOVE_CHARGE, TEXT("USD"), 1);
        move(&outcome, MOVE_DEPOSIT, TEXT("GBP"), 1);
        move(&outcome, MOVE_WITHDRAWAL, TEXT("GBP"), 1);
        memory_arena(&scarce)->end = scarce.bytes + room;
        enum totals_status status = decide_totals(&overlay, &outcome, &scarce.arena, &totals);
        assert_int_equal(last[0].balance_micros, 7);
        if (status == TOTALS_OK)
            break;
        assert_int_equal(status, TOTALS_NO_MEMORY);
        failures++;
    }
    assert_in_range(failures, 6, INT32_MAX);
}

/* Nothing needs memory after what lacked it: it may not be forgotten. */
static enum totals_status totals_with(size_t room, const struct account_state *first, enum move_kind kind,
                                      struct text currency)
{
    struct currency_total last[] = {{.currency = TEXT("EUR"), .deposited_micros = 7, .balance_micros = 7}};
    struct currency_total_array totals = {last, 1};
    const struct account_state euros = {.currency = TEXT("EUR")};
    struct memory memory, scarce;
    struct overlay overlay;
    struct outcome outcome;

    assert_true(overlay_init(&overlay, memory_arena(&memory), 4));
    outcome_init(&outcome, &memory.arena);
    account_changes(&overlay, "a", NULL, first);
    account_changes(&overlay, "b", &euros, &euros);
    move(&outcome, kind, currency, 0);
    move(&outcome, MOVE_DEPOSIT, TEXT("EUR"), 0);
    memory_arena(&scarce)->end = scarce.bytes + room;
    return decide_totals(&overlay, &outcome, &scarce.arena, &totals);
}

static void lack_of_memory_is_not_forgotten(void **state)
{
    const struct account_state dollars = {.currency = TEXT("USD")}, euros = {.currency = TEXT("EUR")};
    const size_t copy = sizeof(struct currency_total), grown = 2 * copy;

    (void)state;
    assert_int_equal(totals_with(copy, &dollars, MOVE_DEPOSIT, TEXT("EUR")), TOTALS_NO_MEMORY);
    assert_int_equal(totals_with(copy + grown, &dollars, MOVE_DEPOSIT, TEXT("EUR")), TOTALS_NO_MEMORY);
    assert_int_equal(totals_with(copy + grown + 3, &dollars, MOVE_DEPOSIT, TEXT("EUR")), TOTALS_OK);
    assert_int_equal(totals_with(copy, &euros, MOVE_DEPOSIT, TEXT("USD")), TOTALS_NO_MEMORY);
    assert_int_equal(totals_with(copy + grown + 3, &euros, MOVE_DEPOSIT, TEXT("USD")), TOTALS_OK);
}

/* The rows of the last P are the caller's. */
static void rows_are_copied_before_they_change(void **state)
{
    struct memory memory;
    struct overlay overlay;
    struct outcome outcome;
    struct currency_total last[] = {{.currency = TEXT("EUR"), .deposited_micros = 7, .balance_micros = 7}};
    struct currency_total_array totals = {last, 1};
    const struct account_state rich = {.currency = TEXT("EUR"), .balance_micros = 5};

    (void)state;
    assert_true(overlay_init(&overlay, memory_arena(&memory), 4));
    outcome_init(&outcome, &memory.arena);
    account_changes(&overlay, "a", NULL, &rich);
    move(&outcome, MOVE_DEPOSIT, TEXT("EUR"), 5);
    assert_int_equal(decide_totals(&overlay, &outcome, &memory.arena, &totals), TOTALS_OK);
    assert_int_equal(totals.items[0].balance_micros, 12);
    assert_int_equal(last[0].balance_micros, 7);
}

static void a_loss_beyond_64_bits(void **state)
{
    int64_t amount;

    (void)state;
    assert_false(money_prorata(INT64_MIN, 3, 2, 1, &amount));
    assert_false(money_prorata(INT64_MAX, 3, 2, 1, &amount));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_no_name),
        cmocka_unit_test(keys_of_odd_ids),
        cmocka_unit_test(an_undecidable_input_is_a_dead_letter),
        cmocka_unit_test(memory_that_failed_before_and_fails_now),
        cmocka_unit_test(outcomes_that_cannot_grow),
        cmocka_unit_test(outcomes_are_taken_back_to_a_mark),
        cmocka_unit_test(outcomes_grow),
        cmocka_unit_test(overlays_for_many_states),
        cmocka_unit_test(totals_add_up_by_currency),
        cmocka_unit_test(totals_wrap),
        cmocka_unit_test(totals_without_memory),
        cmocka_unit_test(lack_of_memory_is_not_forgotten),
        cmocka_unit_test(rows_are_copied_before_they_change),
        cmocka_unit_test(a_loss_beyond_64_bits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
