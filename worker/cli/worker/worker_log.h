/* The worker's log: one line for each message on standard error, for people or as JSON. Any thread.
 *
 *   2025-03-01T12:00:00.000Z warning thread 1 partition 3 paused: Redis does not answer
 *   {"time":"2025-...","level":"warning","thread":1,"event":"paused","partition":3,"text":"Redis does not answer"} */
#ifndef OSBILL_CLI_WORKER_LOG_H
#define OSBILL_CLI_WORKER_LOG_H

#include "worker/config/config.h"
#include "worker/engine/engine.h"

enum { LOG_NO_THREAD = -1, LOG_FOLLOWER = -3 };

struct worker_log {
    enum log_level level;
    enum log_format format;
};

/* thread: its number, LOG_NO_THREAD: of the process. partition: -1: none, NOTICE_LANE. Control characters are escaped:
 * whatever a record or broker says stays on its line. */
void worker_log(const struct worker_log *log, enum log_level level, int thread, const char *event, int32_t partition,
                const char *format, ...) __attribute__((format(printf, 6, 7)));

#endif
