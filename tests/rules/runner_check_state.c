/* Expectations of how things stand after a step. */
#include "runner_check.h"
#include "runner_field.h"
#include "runner_value.h"

#include <string.h>

/* Which account a line is about; a1 unless it says so. */
static struct account_view view_account(struct check *check, const struct line *line)
{
    struct account_view view = {0};
    const struct text *named = line_value(line, "account");
    struct text account_id = named ? *named : (struct text){"a1", 2};
    const char *problem = check->back_end->account(check->back_end->context, account_id, &view);

    if (problem)
        check_complain(check, line, "%s", problem);
    return view;
}

/* balance AMOUNT [account=ID] */
static void check_balance(struct check *check, const struct line *line)
{
    struct account_view view = view_account(check, line);
    int64_t wanted;

    if (line->count < 2 || !value_money(line->words[1].value, &wanted))
        line_fail(line, "an amount is wanted");
    if (view.balance_micros != wanted)
        check_complain(check, line, "expected a balance of %.*s, got %.*s", TEXT_ARGUMENTS(line->words[1].value),
                       TEXT_ARGUMENTS(value_from_money(check->arena, view.balance_micros)));
}

/* cases NUMBER|none [account=ID] */
static void check_cases(struct check *check, const struct line *line)
{
    struct account_view view = view_account(check, line);
    int64_t wanted = 0;

    if (line->count < 2 || (!text_is(line->words[1].value, "none") && !value_integer(line->words[1].value, &wanted)))
        line_fail(line, "a number is wanted, or none");
    if (view.case_count != wanted)
        check_complain(check, line, "expected %d open cases, got %u", (int)wanted, view.case_count);
}

/* A word about an open case: what the account lists of it, or else what its VPS keeps. */
static void check_case_word(struct check *check, const struct line *line, const struct word *word,
                            const struct case_view *open)
{
    if (text_is(word->key, "account"))
        return;
    if (!check_word(check, line, word, &open_case_record, &open->details) &&
        !check_word(check, line, word, &case_ref_record, &open->ref))
        line_fail(line, "a case has no field %.*s", TEXT_ARGUMENTS(word->key));
}

/* open STATE AMOUNT [field=value...]: the next open case of the account */
static void check_open(struct check *check, const struct line *line)
{
    static const struct text places[] = {{"state", 5}, {"amount", 6}};
    struct account_view view = view_account(check, line);
    uint32_t place = 0;

    if (check->open_cases >= view.case_count) {
        check_complain(check, line, "there is no such case");
        return;
    }
    const struct case_view *open = &view.cases[check->open_cases++];
    for (uint32_t i = 1; i < line->count; i++) {
        struct word word = line->words[i];
        if (!word.relation && place == 2)
            line_fail(line, "%.*s: what is this?", TEXT_ARGUMENTS(word.value));
        if (!word.relation)
            word = (struct word){places[place++], word.value, '='};
        check_case_word(check, line, &word, open);
    }
}

static void check_answer(struct check *check, const struct line *line, struct text wanted, bool got)
{
    if (!text_is(wanted, "yes") && !text_is(wanted, "no"))
        line_fail(line, "yes or no is wanted");
    if (text_is(wanted, "yes") != got)
        check_complain(check, line, "expected %.*s, got %s", TEXT_ARGUMENTS(wanted), got ? "yes" : "no");
}

/* linked MODULE TEMPLATE yes|no; orderable TARIFF MODULE TEMPLATE yes|no */
static void check_template(struct check *check, const struct line *line)
{
    const struct word *words = line->words;
    struct back_end *back_end = check->back_end;
    bool linked = text_is(words[0].value, "linked");

    if (line->count != (linked ? 4 : 5))
        line_fail(line, "linked MODULE TEMPLATE yes|no, or orderable TARIFF MODULE TEMPLATE yes|no");
    if (linked)
        check_answer(check, line, words[3].value, back_end->linked(back_end->context, words[1].value, words[2].value));
    else
        check_answer(check, line, words[4].value,
                     back_end->orderable(back_end->context, words[1].value, words[2].value, words[3].value));
}

void check_state(struct check *check, const struct line *line)
{
    if (text_is(line->words[0].value, "balance"))
        check_balance(check, line);
    else if (text_is(line->words[0].value, "cases"))
        check_cases(check, line);
    else if (text_is(line->words[0].value, "open"))
        check_open(check, line);
    else
        check_template(check, line);
}
