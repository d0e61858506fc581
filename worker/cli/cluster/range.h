/* --from: where a reader of a topic begins. */
#ifndef OSBILL_CLI_RANGE_H
#define OSBILL_CLI_RANGE_H

#include "worker/kafka/kafka_reader.h"

/* "beginning", "now", "-N" (about the last N), or a moment; empty: `preset`. Fills start and value. False: a message
 * was printed. */
bool range_start_option(const char *from, const char *preset, struct kafka_range *range);

#endif
