/* What the topics are: numbers of partitions and the cluster, anew for each assignment (design.md, "On assignment":
 * other partition count: refuse). */
#include "worker/engine/inside.h"

#include <stdlib.h>

static int32_t wanted_partitions(const struct engine *engine, enum topic topic)
{
    switch (topic) {
    case TOPIC_ACCOUNT: return 0; /* tells the number */
    case TOPIC_TEMPLATE_DISCOVERED:
    case TOPIC_CATALOGUE:
    case TOPIC_CATALOGUE_STATE: return 1;
    default: return engine->here.partitions;
    }
}

static bool take_description(struct engine *engine, enum topic topic, struct text cluster_id, int32_t partitions)
{
    int32_t wanted = wanted_partitions(engine, topic);

    if (wanted > 0 && partitions != wanted) {
        fail(engine, "topic %.*s has %d partitions, expected %d%s (contract.md); `osbill init` says what differs",
             (int)topic_name(topic).size, topic_name(topic).data, partitions, wanted,
             wanted == 1 ? "" : " as topic account has");
        return false;
    }
    if (topic != TOPIC_ACCOUNT)
        return true;
    char *copy = malloc(cluster_id.size + 1U);
    if (!copy) {
        fail(engine, "out of memory");
        return false;
    }
    if (cluster_id.size)
        memcpy(copy, cluster_id.data, cluster_id.size);
    free(engine->cluster_id);
    engine->cluster_id = copy;
    engine->here.cluster_id = (struct text){copy, cluster_id.size};
    engine->here.partitions = partitions;
    return true;
}

/* One topic a step, anew for each assignment: partitions may have been added meanwhile. */
void describe_step(struct engine *engine)
{
    static const enum topic order[] = {TOPIC_ACCOUNT,         TOPIC_ORDER,     TOPIC_OS_INSTALLED,
                                       TOPIC_CHARGE,          TOPIC_DECISION,  TOPIC_ACCOUNT_STATE,
                                       TOPIC_CATALOGUE_STATE, TOPIC_CATALOGUE, TOPIC_TEMPLATE_DISCOVERED};
    enum topic topic = order[engine->describe_topic];
    struct text cluster_id = {NULL, 0};
    int32_t partitions = 0;
    struct result result =
        engine->log->ops->describe(engine->log, topic, engine->config.port_timeout_ms, &cluster_id, &partitions);

    if (result.kind == RESULT_STOP) {
        fail(engine, "%s", result.reason);
        return;
    }
    if (result.kind != RESULT_OK) {
        outage_begin(engine, OUTAGE_LOG, result.reason);
        return;
    }
    outage_end(engine, OUTAGE_LOG);
    if (!take_description(engine, topic, cluster_id, partitions))
        return;
    if (++engine->describe_topic == (int32_t)(sizeof order / sizeof *order)) {
        engine->describe_topic = 0;
        engine->described = engine->assignment;
    }
}
