/* Waits for the decisions about inputs that this process published. */
#ifndef OSBILL_CLI_DECISION_WAIT_H
#define OSBILL_CLI_DECISION_WAIT_H

#include "worker/cli/cluster/context.h"

struct decision_wait;

/* Begins to listen; before anything is published, so that nothing is missed. */
enum exit_code decision_wait_open(struct context *context, enum topic topic, struct decision_wait **ret);
void decision_wait_close(struct decision_wait *wait); /* accepts NULL */

/* An input that was published. False: out of memory. */
bool decision_wait_expect(struct decision_wait *wait, int32_t partition, int64_t offset);

/* Calls `decided` for each expected input's Decision, valid during the call. EXIT_UNAVAILABLE and a message when some
 * are still missing after the timeout, or when it was interrupted. */
enum exit_code decision_wait_run(struct decision_wait *wait, int64_t timeout_ms,
                                 void (*decided)(void *context, const struct decision *decision), void *context);

#endif
