/* Kafka as the cases need it beside the worker: topics of many cases made in one request while earlier cases run, and
 * inputs. With librdkafka itself: worker/kafka asks for one topic at a time and waits for it, as `osbill init` wants
 * it, and a writer that meets a new topic waits up to a second; both would take longer than a case.
 *
 * Functions that can fail return what went wrong, NULL when nothing did; the text lives until the next call. */
#ifndef OSBILL_TESTS_RULES_STACK_CLUSTER_H
#define OSBILL_TESTS_RULES_STACK_CLUSTER_H

#include "stack.h"

#include "worker/engine/ports/log.h"

struct cluster;
const char *cluster_open(const char *bootstrap_servers, struct cluster **ret_cluster);
void cluster_close(struct cluster *cluster); /* accepts NULL */

/* An installation's topics: settings as `osbill init` makes them, one replica. */
struct topics_plan {
    const char *prefix;
    int32_t partitions;
    enum topic limited; /* takes only record batches of `limit` bytes; limit 0: none is limited */
    int64_t limit;
};
/* Asks for them. */
const char *topics_ask(struct cluster *cluster, const struct topics_plan *plans, uint32_t count);
/* Waits until those that were asked for are there. */
const char *topics_await(struct cluster *cluster);
/* Asks that they be deleted. */
void topics_drop(struct cluster *cluster, const char *prefix);
/* Waits until all that were dropped are gone. */
const char *topics_await_drops(struct cluster *cluster);

/* Inputs go to the topics below this prefix from now on. */
const char *cluster_meet(struct cluster *cluster, const char *prefix);
struct sent {
    int32_t partition;
    int64_t offset;
};
/* The record is copied. */
const char *cluster_send(struct cluster *cluster, const struct log_record *record, uint32_t number);
/* Waits until all is acknowledged; where each went is then in sent[number]. */
const char *cluster_flush(struct cluster *cluster, struct sent *sent);

#endif
