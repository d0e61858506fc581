#include "runner_check.h"

#include "runner_field.h"

#include <stdio.h>
#include <string.h>

static const char *const decision_places[] = {"rule", "verdict", NULL};
static const char *const amount_place[] = {"amount", NULL};
static const char *const line_places[] = {"kind", "amount", NULL};
static const char *const notice_places[] = {"kind", "severity", NULL};

/* How far the expectations have come. */
struct cursor {
    struct check *check;
    uint32_t decisions[ORIGIN_COUNT];
    const struct decision *decision; /* the last expected one, and how many of its effects were expected */
    const struct line *decision_line;
    uint32_t effects;
    uint32_t charges;
    const struct charge *charge;
    const struct line *charge_line;
    uint32_t lines;
    bool *noticed; /* which notifications were expected */
    uint32_t dead_letters;
};

static const struct decision *nth_decision(const struct outcome *outcome, enum origin origin, uint32_t n)
{
    for (uint32_t i = 0; i < outcome->decisions.count; i++)
        if (outcome->decisions.items[i].origin == origin && n-- == 0)
            return &outcome->decisions.items[i];
    return NULL;
}

/* Effects and lines are compared as a whole as soon as one is mentioned. */
static void close_decision(struct cursor *cursor)
{
    if (cursor->decision && cursor->effects && cursor->decision->effects.count > cursor->effects)
        check_complain(cursor->check, cursor->decision_line, "expected %u effects, got %u", cursor->effects,
                       cursor->decision->effects.count);
    cursor->effects = 0;
}

static void close_charge(struct cursor *cursor)
{
    if (cursor->charge && cursor->lines && cursor->charge->lines.count > cursor->lines)
        check_complain(cursor->check, cursor->charge_line, "expected %u lines, got %u", cursor->lines,
                       cursor->charge->lines.count);
    cursor->lines = 0;
}

static void expect_decision(struct cursor *cursor, const struct line *line, enum origin origin)
{
    close_decision(cursor);
    cursor->decision = nth_decision(cursor->check->outcome, origin, cursor->decisions[origin]++);
    cursor->decision_line = line;
    if (cursor->decision)
        check_words(cursor->check, line, decision_places, &decision_record, cursor->decision);
    else
        check_complain(cursor->check, line, "there was no such decision");
}

static void expect_input(struct cursor *cursor, const struct line *line)
{
    expect_decision(cursor, line, ORIGIN_INPUT);
}

static void expect_timer(struct cursor *cursor, const struct line *line)
{
    expect_decision(cursor, line, ORIGIN_TIMER);
}

static void expect_catalogue(struct cursor *cursor, const struct line *line)
{
    expect_decision(cursor, line, ORIGIN_CATALOGUE);
}

static bool says_none(const struct line *line)
{
    return line->count == 2 && text_is(line->words[1].value, "none");
}

static void expect_effect(struct cursor *cursor, const struct line *line)
{
    if (!cursor->decision_line) { /* effects alone are those of the input's decision */
        cursor->decision = nth_decision(cursor->check->outcome, ORIGIN_INPUT, 0);
        cursor->decision_line = line;
    }
    if (!cursor->decision)
        return;
    if (says_none(line)) {
        if (cursor->decision->effects.count)
            check_complain(cursor->check, line, "got %u effects", cursor->decision->effects.count);
    } else if (cursor->effects >= cursor->decision->effects.count) {
        check_complain(cursor->check, line, "there was no such effect");
    } else {
        check_words(cursor->check, line, decision_places, &effect_record,
                    &cursor->decision->effects.items[cursor->effects++]);
    }
}

static void expect_charge(struct cursor *cursor, const struct line *line)
{
    const struct outcome *outcome = cursor->check->outcome;

    close_charge(cursor);
    cursor->charge = cursor->charges < outcome->charges.count ? &outcome->charges.items[cursor->charges] : NULL;
    cursor->charge_line = line;
    cursor->charges++;
    if (cursor->charge)
        check_words(cursor->check, line, amount_place, &charge_record, cursor->charge);
    else
        check_complain(cursor->check, line, "there was no such charge");
}

static void expect_line(struct cursor *cursor, const struct line *line)
{
    if (!cursor->charge_line)
        line_fail(line, "a line of which charge?");
    if (!cursor->charge)
        return;
    if (cursor->lines >= cursor->charge->lines.count)
        check_complain(cursor->check, line, "there was no such line");
    else
        check_words(cursor->check, line, line_places, &charge_line_record,
                    &cursor->charge->lines.items[cursor->lines++]);
}

/* The first notification of that kind that nothing was said of yet: their order among kinds does not matter. */
static void expect_notice(struct cursor *cursor, const struct line *line)
{
    const struct outcome *outcome = cursor->check->outcome;
    static const struct text kind_name = {"kind", 4};
    struct word kind = {kind_name, line->count > 1 ? line->words[1].value : kind_name, '='};

    for (uint32_t i = 0; i < outcome->notifications.count; i++) {
        const struct notification *notification = &outcome->notifications.items[i];
        if (cursor->noticed[i] || !field_matches(cursor->check->arena, line, &kind,
                                                 field_find(&notification_record, kind_name), notification))
            continue;
        cursor->noticed[i] = true;
        check_words(cursor->check, line, notice_places, &notification_record, notification);
        return;
    }
    check_complain(cursor->check, line, "there was no such notification");
}

/* dead CODE [event=ID] [message~TEXT] */
static void expect_dead(struct cursor *cursor, const struct line *line)
{
    struct check *check = cursor->check;
    const struct dead_letter_list *letters = &check->outcome->dead_letters;

    if (cursor->dead_letters >= letters->count) {
        check_complain(check, line, "there was no such dead letter");
        return;
    }
    const struct dead_letter *letter = &letters->items[cursor->dead_letters++];
    const struct input *input = case_input(check->book_case, letter->value);
    /* a decision has fields of just these kinds: borrow them */
    struct decision shown = {.rule = {letter->code, (uint32_t)strlen(letter->code)},
                             .event_id = input ? case_event_id(input) : (struct text){0},
                             .reason = letter->message};
    check_words(check, line, (const char *const[]){"rule", NULL}, &decision_record, &shown);
}

/* Whatever reaches people or money must be expected. */
static void expect_nothing_more(struct cursor *cursor)
{
    struct check *check = cursor->check;
    const struct outcome *outcome = check->outcome;
    const struct line *line = &check->step->line;

    close_decision(cursor);
    close_charge(cursor);
    if (outcome->charges.count > cursor->charges)
        check_complain(check, line, "expected %u charges, got %u", cursor->charges, outcome->charges.count);
    if (outcome->dead_letters.count > cursor->dead_letters)
        check_complain(check, line, "expected %u dead letters, got %u", cursor->dead_letters,
                       outcome->dead_letters.count);
    for (uint32_t i = 0; i < outcome->notifications.count; i++)
        if (!cursor->noticed[i])
            check_complain(check, line, "unexpected notification %s",
                           notification_kind_names[outcome->notifications.items[i].kind]);
    if (nth_decision(outcome, ORIGIN_TIMER, cursor->decisions[ORIGIN_TIMER]))
        check_complain(check, line, "unexpected decision by timer");
    if (nth_decision(outcome, ORIGIN_CATALOGUE, cursor->decisions[ORIGIN_CATALOGUE]))
        check_complain(check, line, "unexpected decision by catalogue");
}

void check_expectations(struct check *check)
{
    static const struct {
        const char *name;
        void (*expect)(struct cursor *cursor, const struct line *line);
    } keywords[] = {
        {"=>", expect_input},      {"by-timer", expect_timer}, {"by-catalogue", expect_catalogue},
        {"effect", expect_effect}, {"charge", expect_charge},  {"line", expect_line},
        {"notice", expect_notice}, {"dead", expect_dead},
    };
    struct cursor cursor = {.check = check};

    cursor.noticed = memory_take(check->arena, check->outcome->notifications.count + 1);
    for (uint32_t i = 0; i < check->step->expected_count; i++) {
        const struct line *line = &check->step->expected[i];
        size_t k = 0;
        while (k < sizeof keywords / sizeof *keywords && !text_is(line->words[0].value, keywords[k].name))
            k++;
        if (k < sizeof keywords / sizeof *keywords)
            keywords[k].expect(&cursor, line);
        else
            check_state(check, line);
    }
    expect_nothing_more(&cursor);
}
