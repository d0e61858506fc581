/* Whether somebody works: what Kafka knows of the consumer group. */
#ifndef OSBILL_CLI_GROUP_STATE_H
#define OSBILL_CLI_GROUP_STATE_H

#include "worker/cli/cluster/context.h"
#include "worker/kafka/kafka_admin.h"

/* The group's state as Kafka names it, "Empty" when it knows none. */
enum { GROUP_STATE = 32 };
enum exit_code group_state(struct context *context, struct kafka_admin *admin, char ret_state[GROUP_STATE]);
/* Whether a group in that state has members. */
bool group_has_members(const char *state);

#endif
