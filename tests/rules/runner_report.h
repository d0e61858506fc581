/* Which rules the cases are evidence for. */
#ifndef OSBILL_TESTS_RULES_REPORT_H
#define OSBILL_TESTS_RULES_REPORT_H

#include "runner_case.h"

/* The rule that an expectation names; RULE_NONE: none. */
enum rule report_rule_of(const struct line *line);
/* Whether a decision, effect, charge, notice or dead letter that the case expects is by this rule. */
bool case_expects(const struct book_case *book_case, enum rule rule);

/* Prints one line for each rule: id, clause of rules.md, number of cases that hit it, that nearly do, that are at its
 * boundary. */
void report_rules(const struct book *book);

/* For tests/rules/trace, fields separated by tabs: rule, hit or near or edge, file, case. */
void report_evidence(const struct book *book);
/* Likewise: table, number of the row, rule, the facts that it asks for. */
void report_tables(void);

#endif
