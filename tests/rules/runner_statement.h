/* One line that changes the catalogue: bare words by place, the others set fields. */
#ifndef OSBILL_TESTS_RULES_STATEMENT_H
#define OSBILL_TESTS_RULES_STATEMENT_H

#include "runner_case.h"

struct statement {
    struct reading *reading;
    const struct line *line;
    uint32_t at; /* of the verb */
    int64_t time;
};

/* The nth bare word behind the verb, from 1; ends the program when there is none. */
struct text statement_word(const struct statement *statement, uint32_t n);
/* How many bare words are behind the verb. */
uint32_t statement_words(const struct statement *statement);
/* Sets the fields that the line names, in whichever of the two records has them; inner may be NULL. */
void statement_set_fields(const struct statement *statement, const struct record_type *outer, void *outer_record,
                          const struct record_type *inner, void *inner_record);

/* template MODULE TEMPLATE...: they are there. */
void statement_template(const struct statement *statement);
/* scan MODULE SCAN TEMPLATE...: a whole scan, unless size= says that there are more. */
void statement_scan(const struct statement *statement);

#endif
