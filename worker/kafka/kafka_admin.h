/* What commands such as `init` and the worker's start need of the cluster besides records.
 *
 * Calls block up to their timeout. RESULT_RETRY: the cluster does not answer; RESULT_STOP: it said no. Strings that
 * callbacks get are valid during the callback. Settings are compared only, never altered: the request that librdkafka
 * 2.0.2 has would reset every setting that it does not name. */
#ifndef OSBILL_KAFKA_ADMIN_H
#define OSBILL_KAFKA_ADMIN_H

#include "kafka_config.h"

#include "records.h"

#include <stdbool.h>

struct kafka_admin;
struct result kafka_admin_open(const struct kafka_connection *connection, struct kafka_reason *reason,
                               struct kafka_admin **ret) WARN_UNUSED;
void kafka_admin_close(struct kafka_admin *admin); /* accepts NULL */

struct kafka_cluster {
    char id[64];
    int32_t brokers;
};
struct result kafka_admin_cluster(struct kafka_admin *admin, int timeout_ms, struct kafka_cluster *ret) WARN_UNUSED;

/* A topic as it should be. */
struct kafka_topic_plan {
    const char *name; /* with prefix */
    int32_t partitions;
    int16_t replicas;                      /* -1: the brokers' default */
    const struct kafka_property *settings; /* e.g. cleanup.policy = compact */
    uint32_t setting_count;
};

/* Creates the topics that are missing; leaves the others as they are. `done` is called for each; existed: nothing was
 * done. The first topic that cannot be created ends it: RESULT_STOP names it. */
struct result kafka_admin_create(struct kafka_admin *admin, const struct kafka_topic_plan *plans, uint32_t count,
                                 int timeout_ms, void (*done)(void *context, const char *topic, bool existed),
                                 void *context) WARN_UNUSED;

struct kafka_difference {
    const char *topic;
    const char *setting;  /* "partitions", "replicas", or a setting; NULL: the topic is missing */
    const char *expected; /* NULL if the topic is missing */
    const char *actual;
};
/* Compares what is planned with what is. Settings that the plan does not name are not looked at. */
struct result kafka_admin_compare(struct kafka_admin *admin, const struct kafka_topic_plan *plans, uint32_t count,
                                  int timeout_ms,
                                  void (*differs)(void *context, const struct kafka_difference *difference),
                                  void *context) WARN_UNUSED;

struct kafka_topic_facts {
    bool exists;
    int32_t partitions;
    int32_t replicas;            /* of the partition that has the fewest */
    int32_t min_in_sync;         /* min.insync.replicas; 0: not readable */
    bool unclean_election;       /* unclean.leader.election.enable */
    int64_t delete_retention_ms; /* delete.retention.ms; 0: not readable */
};
/* For any topic, internal ones too: what promise 3 and the roll forward rest on. */
struct result kafka_admin_topic(struct kafka_admin *admin, const char *topic, int timeout_ms,
                                struct kafka_topic_facts *ret) WARN_UNUSED;

struct result kafka_admin_groups(struct kafka_admin *admin, int timeout_ms,
                                 void (*group)(void *context, const char *group_id, const char *state),
                                 void *context) WARN_UNUSED;

struct kafka_group_lag {
    const char *topic;
    int32_t partition;
    int64_t committed;    /* next offset; -1: none */
    int64_t first, end;   /* end: the last stable offset */
    struct text metadata; /* of the committed offset; may be empty */
};
/* What the group has committed for every partition of these topics, pending transactions left out. */
struct result kafka_admin_lag(struct kafka_admin *admin, const char *group_id, const char *const *topics,
                              uint32_t count, int timeout_ms,
                              void (*partition)(void *context, const struct kafka_group_lag *lag),
                              void *context) WARN_UNUSED;

/* Deletes a topic with all its records; one that does not exist counts as deleted. */
struct result kafka_admin_delete_topic(struct kafka_admin *admin, const char *topic, int timeout_ms) WARN_UNUSED;

#endif
