/* Fields of any record by the short names that rule files use: `amount` for amount_micros, `vps` for vps_id, ...
 *
 * Money, times, enums, lists and ids are written as a person writes them. An id may be written as the obligation
 * that it names, VPS/START/EPOCH or ACCOUNT/VPS/START/EPOCH, and is then computed (rules.md 6). */
#ifndef OSBILL_TESTS_RULES_FIELD_H
#define OSBILL_TESTS_RULES_FIELD_H

#include "runner_line.h"

/* NULL: the record has no such field. */
const struct field_type *field_find(const struct record_type *record, struct text name);

/* Sets a field from a word; ends the program when the value is not of the field's form. */
void field_set(struct arena *arena, const struct line *line, const struct word *word, const struct field_type *field,
               void *record);

/* Whether the field is what the word says: equal for =, containing for ~. */
bool field_matches(struct arena *arena, const struct line *line, const struct word *word,
                   const struct field_type *field, const void *record);

/* As a rule file would say it. */
struct text field_format(struct arena *arena, const struct field_type *field, const void *record);

#endif
