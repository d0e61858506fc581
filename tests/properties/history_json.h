/* Histories and their outcomes as JSON lines, for tests/oracle and for people.
 *
 * A history:  {"do":"input","now":ms,"topic":"account","partition":0,"offset":17,"key":"a1","value":{...}}
 *             {"do":"due","now":ms,"account_id":"a1"}
 * An outcome: {"decisions":[...],"charges":[...],"notifications":[...],"dead_letters":[{"code":...}]} for each line of
 * the history, then one line with the accounts at the end. Records as worker/avro/json.h writes them. */
#ifndef OSBILL_TESTS_PROPERTIES_HISTORY_JSON_H
#define OSBILL_TESTS_PROPERTIES_HISTORY_JSON_H

#include "run.h"

#include <stdio.h>

void step_write(const struct step *step, FILE *file);
void history_write(const struct history *history, FILE *file);
/* Adds what the file holds. What is no history ends the program. */
void history_read(struct history *history, FILE *file);
/* Of a run that is through. */
void outcome_write(struct run *run, FILE *file);

#endif
