/* Follows catalogue-state from its start and publishes a snapshot at the end of each of the lane's transactions
 * (design.md, "Catalogue lane"). One per process, stepped by one thread; its source is for all threads. */
#ifndef OSBILL_ENGINE_FOLLOWER_H
#define OSBILL_ENGINE_FOLLOWER_H

#include "worker/engine/engine.h"

struct follower;

struct follower_config {
    int32_t port_timeout_ms;   /* longest wait of one step */
    int32_t build_interval_ms; /* under a stream of changes a snapshot is built so often at most; 50 */
    struct notice_sink sink;
};

/* The log and what else is passed must outlive the follower. NULL: no memory. */
struct follower *follower_open(const struct follower_config *config, struct log *log, const struct record_codec *codec,
                               const struct clock *clock);
/* All snapshots must have been released. */
void follower_close(struct follower *follower);

/* One read. RESULT_RETRY: nothing new; RESULT_STOP: only a person can help. */
struct result follower_step(struct follower *follower) WARN_UNUSED;

/* For the engines of this process. acquire answers NULL until the topic's END, as it was at open, is reached. */
const struct catalogue_source *follower_source(const struct follower *follower);

/* Version of the newest snapshot; -1: none yet. Any thread. */
int64_t follower_version(struct follower *follower);

#endif
