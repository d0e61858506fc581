#include "runner_compare.h"

#include "runner_check.h"
#include "runner_field.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void check_complain(struct check *check, const struct line *line, const char *format, ...)
{
    va_list arguments;

    printf("%s:%d: case %.*s: ", line->file, line->number, TEXT_ARGUMENTS(check->book_case->name));
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n    %.*s\n", TEXT_ARGUMENTS(line->source));
    check->complaints++;
}

bool check_word(struct check *check, const struct line *line, const struct word *word, const struct record_type *type,
                const void *record)
{
    const struct field_type *field = field_find(type, word->key);

    if (!field)
        return false;
    if (!field_matches(check->arena, line, word, field, record))
        check_complain(check, line, "%s: expected %s%.*s, got %.*s", field->name,
                       word->relation == '~' ? "something with " : "", TEXT_ARGUMENTS(word->value),
                       TEXT_ARGUMENTS(field_format(check->arena, field, record)));
    return true;
}

void check_words(struct check *check, const struct line *line, const char *const *places,
                 const struct record_type *type, const void *record)
{
    for (uint32_t i = 1; i < line->count; i++) {
        struct word word = line->words[i];
        if (!word.relation) {
            if (!*places)
                line_fail(line, "%.*s: what is this?", TEXT_ARGUMENTS(word.value));
            word.key = (struct text){*places, (uint32_t)strlen(*places)};
            word.relation = '=';
            places++;
        }
        if (!check_word(check, line, &word, type, record))
            line_fail(line, "there is no field %.*s", TEXT_ARGUMENTS(word.key));
    }
}

/* What holds for every step, whether the case mentions it or not. */
static void check_always(struct check *check)
{
    const struct outcome *outcome = check->outcome;
    const struct line *line = &check->step->line;
    uint32_t inputs = 0;

    for (uint32_t i = 0; i < outcome->decisions.count; i++) {
        const struct decision *decision = &outcome->decisions.items[i];
        inputs += decision->origin == ORIGIN_INPUT;
        if (rule_find(decision->rule) == RULE_NONE)
            check_complain(check, line, "a decision has the unknown rule %.*s", TEXT_ARGUMENTS(decision->rule));
    }
    if (inputs != (check->step->kind == STEP_INPUT))
        check_complain(check, line, "expected %d decision of the input, got %u", check->step->kind == STEP_INPUT,
                       inputs);
    for (uint32_t i = 0; i < outcome->charges.count; i++) {
        const struct charge *charge = &outcome->charges.items[i];
        int64_t sum = 0;
        for (uint32_t n = 0; n < charge->lines.count; n++)
            sum += charge->lines.items[n].amount_micros;
        if (sum != charge->amount_micros)
            check_complain(check, line, "charge %u is not the sum of its lines", i + 1);
        if (rule_find(charge->rule) == RULE_NONE)
            check_complain(check, line, "a charge has the unknown rule %.*s", TEXT_ARGUMENTS(charge->rule));
    }
    for (uint32_t i = 0; i < outcome->dead_letters.count; i++)
        if (!case_input(check->book_case, outcome->dead_letters.items[i].value))
            check_complain(check, line, "dead letter %u is none of the inputs", i + 1);
}

static bool compare_step(struct check *check)
{
    const struct step *step = check->step;
    struct outcome outcome = {0};
    const char *problem = check->back_end->perform(check->back_end->context, step, &outcome);

    check->outcome = &outcome;
    if (problem) {
        check_complain(check, &step->line, "%s", problem);
    } else {
        check_always(check);
        check_expectations(check);
    }
    if (check->complaints && !problem)
        show_outcome(check->arena, check->book_case, &outcome);
    return check->complaints == 0;
}

bool compare_case(struct arena *arena, struct back_end *back_end, const struct book_case *book_case)
{
    const char *problem = back_end->start(back_end->context, book_case);
    bool good = !problem;

    if (problem)
        printf("%s:%d: %s\n", book_case->line.file, book_case->line.number, problem);
    for (uint32_t i = 0; good && i < book_case->steps.count; i++) {
        struct check check = {
            .arena = arena, .back_end = back_end, .book_case = book_case, .step = &book_case->steps.items[i]};
        good = compare_step(&check);
    }
    problem = back_end->finish(back_end->context, good);
    if (problem && good)
        printf("%s:%d: case %.*s, at its end: %s\n", book_case->line.file, book_case->line.number,
               TEXT_ARGUMENTS(book_case->name), problem);
    return good && !problem;
}
