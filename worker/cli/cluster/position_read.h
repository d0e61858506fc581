/* The last position P of each partition, as the state topics say: the truth about what was decided. */
#ifndef OSBILL_CLI_POSITION_READ_H
#define OSBILL_CLI_POSITION_READ_H

#include "worker/cli/cluster/context.h"

struct last_position {
    bool found;
    int64_t offset; /* of the record */
    struct position position;
    struct memory memory; /* of it */
};

/* One for each partition; NULL and a message: out of memory. */
struct last_position *positions_new(int32_t count);
void positions_free(struct last_position *positions, int32_t count);

/* Reads account-state (positions by partition; only one: `partition` is not -1) or catalogue-state (the lane: positions
 * has one). Usually the ends of the partitions are enough. */
enum exit_code positions_read(struct context *context, enum topic topic, int32_t partition,
                              struct last_position *positions, int32_t count);

#endif
