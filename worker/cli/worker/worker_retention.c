/* How long account-state remembers that something was deleted: Redis data older than half of that must be built anew,
 * or what was deleted would come back with an older Redis (design.md, "Roll forward"). Whoever operates Kafka may
 * change it at any time, so it is asked for now and then. */
#include "worker/cli/cluster/topics.h"
#include "worker/cli/worker/worker.h"
#include "worker/kafka/kafka_admin.h"

enum { TIMEOUT_MS = 3000 };

#define HOUR_MS  INT64_C(3600000)
#define LEAST_MS HOUR_MS         /* half of it must do for a roll forward from the beginning */
#define USUAL_MS (168 * HOUR_MS) /* what `osbill init` sets */

static void refuse(struct worker *worker, const char *topic, int64_t retention)
{
    worker_log(
        &worker->log, LOG_LEVEL_ERROR, LOG_NO_THREAD, "refused", -1,
        "%s forgets what was deleted after %lld s (delete.retention.ms): an older Redis could bring it back. Set "
        "it to %lld, then run `osbill rebuild`, which fills Redis anew",
        topic, (long long)(retention / 1000), (long long)USUAL_MS);
    worker_give_up(worker, EXIT_CONFIGURATION);
}

/* Not readable: the user may not ask. Then it is taken for what `osbill init` sets. */
static void take(struct worker *worker, const char *topic, int64_t retention)
{
    int64_t before = atomic_exchange(&worker->state_retention_ms, retention ? retention : USUAL_MS);

    if (retention && retention < LEAST_MS)
        refuse(worker, topic, retention);
    else if (!retention && !before)
        worker_log(
            &worker->log, LOG_LEVEL_WARNING, LOG_NO_THREAD, "unsafe", -1,
            "delete.retention.ms of %s cannot be read (DescribeConfigs is not allowed): it must be at least %lld",
            topic, (long long)USUAL_MS);
    else if (retention && retention < USUAL_MS && retention != before)
        worker_log(&worker->log, LOG_LEVEL_WARNING, LOG_NO_THREAD, "retention", -1,
                   "%s forgets what was deleted after %lld h (delete.retention.ms): Redis data older than half of that "
                   "is built anew; `osbill init` sets %lld h",
                   topic, (long long)(retention / HOUR_MS), (long long)(USUAL_MS / HOUR_MS));
}

bool worker_check_retention(struct worker *worker)
{
    struct kafka_topic_facts facts = {0};
    struct kafka_reason reason;
    struct kafka_admin *admin = NULL;
    char name[TOPIC_NAME];
    struct result result = kafka_admin_open(&worker->kafka, &reason, &admin);

    topic_full_name(worker->config->topic_prefix, TOPIC_ACCOUNT_STATE, name);
    if (result.kind == RESULT_OK)
        result = kafka_admin_topic(admin, name, TIMEOUT_MS, &facts);
    kafka_admin_close(admin);
    bool answered = result.kind == RESULT_STOP || (result.kind == RESULT_OK && facts.exists);
    if (answered)
        take(worker, name, result.kind == RESULT_OK ? facts.delete_retention_ms : 0);
    return answered;
}
