/* Which rules the cases are evidence for. */
#ifndef OSBILL_TESTS_RULES_REPORT_H
#define OSBILL_TESTS_RULES_REPORT_H

#include "runner_case.h"

/* The rule that an expectation names; RULE_NONE: none. */
enum rule report_rule_of(const struct line *line);

/* Prints one line for each rule: id, clause of rules.md, number of cases, of those that hit it, that nearly do, that
 * are at its boundary. */
void report_rules(const struct book *book);

#endif
