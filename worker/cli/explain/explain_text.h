/* Parts of the explanation for people. Internal to explain_text*.c and explain_json.c. */
#ifndef OSBILL_CLI_EXPLAIN_TEXT_H
#define OSBILL_CLI_EXPLAIN_TEXT_H

#include "worker/cli/explain/explain.h"

/* For "%.*s". */
#define TEXT_OF(text) (int)(text).size, (text).size ? (text).data : ""

/* A verdict in words. */
const char *verdict_meaning(enum verdict verdict);

void explain_put_place(const struct record_place *place);
/* The message that was decided, its fields the first time. */
void explain_put_input(const struct explanation *all, const struct found_decision *found);
void explain_put_line(const struct explanation *all, const struct charge_line *line, int64_t moment);
/* The charges that the Decision and its effects name. */
void explain_put_charges(const struct explanation *all, const struct decision *decision);
void explain_put_cover(const struct explanation *all, const struct found_decision *found);
/* Those that came with the Decision. */
void explain_put_notifications(const struct explanation *all, const struct found_decision *found);
void explain_put_dead_letter(const struct found_dead_letter *dead);

#endif
