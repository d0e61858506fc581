/* Promise 3 rests on how Kafka keeps acknowledged writes: said loudly at start when it is not so. */
#include <stdio.h>
#include <string.h>

#include "worker/cli/cluster/topics.h"
#include "worker/cli/worker/worker.h"
#include "worker/kafka/kafka_admin.h"

enum { TIMEOUT_MS = 5000, LIST = 600, COPIES = 3, IN_SYNC = 2 };

struct topic_list {
    char names[LIST];
    uint32_t ours;
};

struct safety {
    struct topic_list few_copies, few_in_sync, unclean, missing;
};

/* Kafka's own topics begin with two underscores. */
static void append(struct topic_list *list, const char *topic)
{
    size_t used = strlen(list->names);

    (void)snprintf(list->names + used, LIST - used, "%s%s", used ? ", " : "", topic);
    list->ours += strncmp(topic, "__", 2) != 0;
}

static void judge(struct safety *safety, const char *topic, const struct kafka_topic_facts *facts)
{
    if (!facts->exists) {
        append(&safety->missing, topic);
        return;
    }
    if (facts->replicas < COPIES)
        append(&safety->few_copies, topic);
    if (facts->min_in_sync && facts->min_in_sync < IN_SYNC)
        append(&safety->few_in_sync, topic);
    if (facts->unclean_election)
        append(&safety->unclean, topic);
}

static void warn(const struct worker *worker, const struct topic_list *list, const char *what)
{
    if (list->ours == TOPIC_COUNT)
        worker_log(&worker->log, LOG_LEVEL_WARNING, LOG_NO_THREAD, "unsafe", -1, "%s all topics of this installation",
                   what);
    else if (*list->names)
        worker_log(&worker->log, LOG_LEVEL_WARNING, LOG_NO_THREAD, "unsafe", -1, "%s %s", what, list->names);
}

static void report(const struct worker *worker, const struct safety *safety)
{
    warn(worker, &safety->few_copies,
         "acknowledged writes, charges among them, can be lost with one broker: fewer than 3 copies of");
    warn(worker, &safety->few_in_sync,
         "acknowledged writes may be on one broker alone: min.insync.replicas is less than 2 for");
    warn(worker, &safety->unclean,
         "a broker that lags may become leader and lose acknowledged writes: "
         "unclean.leader.election.enable is true for");
}

bool worker_check_safety(struct worker *worker)
{
    static const char *const internal[] = {"__consumer_offsets", "__transaction_state"};
    struct safety safety = {.missing = {.ours = 0}};
    struct kafka_topic_facts facts;
    struct kafka_reason reason;
    struct kafka_admin *admin = NULL;
    char name[TOPIC_NAME];
    struct result result = kafka_admin_open(&worker->kafka, &reason, &admin);

    for (int topic = 0; topic < TOPIC_COUNT && result.kind == RESULT_OK; topic++) {
        topic_full_name(worker->config->topic_prefix, (enum topic)topic, name);
        result = kafka_admin_topic(admin, name, TIMEOUT_MS, &facts);
        if (result.kind == RESULT_OK)
            judge(&safety, name, &facts);
    }
    for (size_t i = 0; i < sizeof internal / sizeof internal[0] && result.kind == RESULT_OK; i++) {
        result = kafka_admin_topic(admin, internal[i], TIMEOUT_MS, &facts);
        if (result.kind == RESULT_OK && facts.exists) /* made when they are first needed */
            judge(&safety, internal[i], &facts);
    }
    kafka_admin_close(admin);
    if (result.kind != RESULT_OK)
        return false;
    if (safety.missing.ours) {
        worker_log(&worker->log, LOG_LEVEL_ERROR, LOG_NO_THREAD, "refused", -1,
                   "topics are missing, run `osbill init`: %s", safety.missing.names);
        worker_give_up(worker, EXIT_CONFIGURATION);
    }
    report(worker, &safety);
    return true;
}
