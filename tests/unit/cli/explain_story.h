/* A story for the tests of `osbill explain`: Windows in the middle of March, without money; a deposit settles it. */
#ifndef OSBILL_TESTS_UNIT_CLI_EXPLAIN_STORY_H
#define OSBILL_TESTS_UNIT_CLI_EXPLAIN_STORY_H

#include "core/calendar.h"
#include "worker/cli/explain/explain.h"

#define MARCH INT64_C(1740787200000) /* 2025-03-01; the month has 31 days */
#define APRIL (MARCH + 31 * DAY_MS)
#define UNIT  INT64_C(1000000)

#define STORY_CHARGE "c-00000000000000000000000000000001"
#define STORY_CASE   "k-00000000000000000000000000000001"

/* What the explanation is made of; a test may change it after story_short_of_funds(). */
extern struct charge_line story_lines[1];
extern struct found_decision story_decisions[2];
extern struct found_charge story_charges[1];
extern struct found_notification story_notifications[1];

struct explanation story_short_of_funds(void);

struct text of(const char *text);
/* Of what the explanation writes to standard output. */
void must_say(const struct explanation *all, const char *part);
void must_not_say(const struct explanation *all, const char *part);

#endif
