/* One account as Redis holds it, with its VPSs. */
#ifndef OSBILL_CLI_ACCOUNT_VIEW_H
#define OSBILL_CLI_ACCOUNT_VIEW_H

#include "worker/cli/cluster/context.h"

struct vps_entry {
    struct text vps_id;
    const struct vps_state *state; /* NULL: only its id is known */
};

struct account_view {
    int32_t partition;
    struct position position; /* that the answer is for */
    bool found;
    struct account_state account;
    struct vps_entry *vps;
    uint32_t vps_count;
};

enum exit_code redis_open(const struct config *config, struct redis_dump **ret);
/* Opens it for what is spread over the account topics' partitions, and learns how many these are. */
enum exit_code redis_open_accounts(struct context *context, struct redis_dump **ret, int32_t *ret_partitions);

/* All of it in arena memory. found false: Redis knows no such account. EXIT_UNAVAILABLE and a message when Redis holds
 * nothing for the account's partition yet. */
enum exit_code account_view_read(struct context *context, struct redis_dump *redis, int32_t partitions,
                                 struct text account_id, struct account_view *ret);

/* Decodes P; false: a message was printed. */
bool position_decode(struct context *context, int32_t partition, struct text bytes, struct position *ret);

/* "as of partition 3, seq 17, decided 2025-...": what an answer from Redis is worth. */
void position_print(int32_t partition, const struct position *position);

#endif
