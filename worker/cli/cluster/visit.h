/* Reads a topic to its present end, or until there is enough. */
#ifndef OSBILL_CLI_VISIT_H
#define OSBILL_CLI_VISIT_H

#include "worker/cli/cluster/context.h"
#include "worker/cli/common/progress.h"

/* Hands over records until `take` says false, or the end. `progress` has begun, or is NULL. EXIT_UNAVAILABLE and a
 * message: Kafka did not answer for too long, or it was interrupted. */
enum exit_code topic_visit(struct context *context, enum topic topic, struct kafka_range range,
                           bool (*take)(void *listener, const struct kafka_record *record), void *listener,
                           struct progress *progress);

#endif
