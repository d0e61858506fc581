#include "runner_compare.h"

#include "runner_check.h"
#include "runner_field.h"

#include "core/text.h"

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

/* What caused an output is an input of the case, and named in full. */
static void check_cause(struct check *check, const char *what, const struct caused_by *cause)
{
    const struct step_list *steps = &check->book_case->steps;

    if (!check->back_end->exact)
        return;
    for (uint32_t i = 0; i < steps->count; i++) {
        const struct input *input = steps->items[i].input;
        if (input && text_equal(topic_name(input->topic), cause->topic) && input->partition == cause->partition &&
            input->offset == cause->offset && text_equal(case_event_id(input), cause->event_id))
            return;
    }
    check_complain(check, &check->step->line, "%s is caused by %.*s %d/%d \"%.*s\", which is none of the inputs", what,
                   TEXT_ARGUMENTS(cause->topic), (int)cause->partition, (int)cause->offset,
                   TEXT_ARGUMENTS(cause->event_id));
}

static void check_decision(struct check *check, const struct decision *decision)
{
    const struct line *line = &check->step->line;

    if (rule_find(decision->rule) == RULE_NONE)
        check_complain(check, line, "a decision has the unknown rule %.*s", TEXT_ARGUMENTS(decision->rule));
    check_cause(check, "a decision", &decision->caused_by);
    if (check->back_end->exact && (!text_equal(decision->event_id, decision->caused_by.event_id) ||
                                   !text_equal(decision->input, decision->caused_by.topic)))
        check_complain(check, line, "a decision is of another event than the one that caused it");
}

/* The time of what an input brings is that of the worker's clock; timers have their own. */
static void check_moment(struct check *check, const char *what, int64_t decided_at)
{
    if (check->back_end->exact && check->step->kind == STEP_INPUT && decided_at != check->step->now)
        check_complain(check, &check->step->line, "%s is not of now", what);
}

static void check_charge(struct check *check, const struct charge *charge)
{
    const struct line *line = &check->step->line;
    int64_t sum = 0;

    for (uint32_t n = 0; n < charge->lines.count; n++)
        sum += charge->lines.items[n].amount_micros;
    if (sum != charge->amount_micros)
        check_complain(check, line, "a charge is not the sum of its lines");
    if (rule_find(charge->rule) == RULE_NONE)
        check_complain(check, line, "a charge has the unknown rule %.*s", TEXT_ARGUMENTS(charge->rule));
    check_cause(check, "a charge", &charge->caused_by);
    check_moment(check, "a charge", charge->decided_at);
}

/* It holds the message as it came. */
static void check_dead_letter(struct check *check, const struct dead_letter *letter)
{
    const struct input *input = case_input(check->book_case, letter->value);

    if (!input || (check->back_end->exact && (input->topic != letter->topic || input->partition != letter->partition ||
                                              input->offset != letter->offset || !text_equal(input->key, letter->key))))
        check_complain(check, &check->step->line, "a dead letter is none of the inputs");
    if (text_empty(letter->message))
        check_complain(check, &check->step->line, "a dead letter does not say why");
}

/* What holds for every step, whether the case mentions it or not. */
static void check_always(struct check *check)
{
    const struct outcome *outcome = check->outcome;
    uint32_t inputs = 0;

    for (uint32_t i = 0; i < outcome->decisions.count; i++) {
        inputs += outcome->decisions.items[i].origin == ORIGIN_INPUT;
        check_decision(check, &outcome->decisions.items[i]);
    }
    if (inputs != (check->step->kind == STEP_INPUT))
        check_complain(check, &check->step->line, "expected %d decision of the input, got %u",
                       check->step->kind == STEP_INPUT, inputs);
    for (uint32_t i = 0; i < outcome->charges.count; i++)
        check_charge(check, &outcome->charges.items[i]);
    for (uint32_t i = 0; i < outcome->notifications.count; i++) {
        check_cause(check, "a notification", &outcome->notifications.items[i].caused_by);
        check_moment(check, "a notification", outcome->notifications.items[i].decided_at);
    }
    for (uint32_t i = 0; i < outcome->dead_letters.count; i++)
        check_dead_letter(check, &outcome->dead_letters.items[i]);
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
