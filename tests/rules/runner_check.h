/* One step being compared with its expectations. */
#ifndef OSBILL_TESTS_RULES_CHECK_H
#define OSBILL_TESTS_RULES_CHECK_H

#include "runner_back_end.h"

struct check {
    struct arena *arena;
    struct back_end *back_end;
    const struct book_case *book_case;
    const struct step *step;
    const struct outcome *outcome;
    uint32_t open_cases; /* how many were expected so far */
    int complaints;
};

/* Prints file:line: case NAME: message, and counts it. */
void check_complain(struct check *check, const struct line *line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Complains when the field is not as the word says. False: the record has no such field. */
bool check_word(struct check *check, const struct line *line, const struct word *word, const struct record_type *type,
                const void *record);
/* Every word of an expectation but the first; bare words are the fields in `places` (ended by NULL), in turn. */
void check_words(struct check *check, const struct line *line, const char *const *places,
                 const struct record_type *type, const void *record);

/* balance, cases, open, linked, orderable: how things stand after the step. */
void check_state(struct check *check, const struct line *line);

/* All expectations of the step, and that nothing unexpected happened. */
void check_expectations(struct check *check);

#endif
