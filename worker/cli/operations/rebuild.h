/* Internal to rebuild*.c and command_rebuild.c. */
#ifndef OSBILL_CLI_REBUILD_H
#define OSBILL_CLI_REBUILD_H

#include "worker/cli/cluster/position_read.h"
#include "worker/cli/common/progress.h"
#include "worker/kafka/kafka_admin.h"

struct rebuild_options {
    const char *partition;
    bool dry_run;
    int64_t timeout;
};

struct bounds {
    int64_t first, end;
};

struct rebuilding {
    struct context context;
    const struct rebuild_options *options;
    struct kafka_admin *admin;
    struct redis_dump *redis;
    struct kafka_cluster cluster;
    int32_t partitions;
    struct last_position *positions;
    struct bounds *bounds; /* of account-state, by partition */
    bool *wanted;
    bool workers;
    struct progress progress;
};

/* What Redis holds; its position, zeroed when it has none. */
enum exit_code rebuild_look(struct rebuilding *rebuilding, int32_t partition, struct redis_dump_fill *fill,
                            struct position *ret);
/* Whether Kafka has all that Redis has, and Redis has it for this installation. EXIT_REFUSED and a message: no. */
enum exit_code rebuild_check(struct rebuilding *rebuilding, int32_t partition, const struct position *position);
/* Until Redis has a position again. */
enum exit_code rebuild_watch(struct rebuilding *rebuilding, int32_t partition, const struct redis_dump_fill *before,
                             struct redis_dump_fill *fill);

#endif
