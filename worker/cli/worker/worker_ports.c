/* The adapters that one thread of a worker speaks through. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "worker/cli/cluster/topics.h"
#include "worker/cli/common/interrupt.h"
#include "worker/cli/common/print.h"
#include "worker/cli/common/system_clock.h"
#include "worker/cli/worker/worker.h"

enum { PAUSE_MS = 500 };

static int64_t steady(void *clock)
{
    (void)clock;
    return steady_ms();
}

static const char *or_null(const char *text)
{
    return *text ? text : NULL;
}

static bool expect_inputs(struct worker_ports *ports)
{
    char subject[SUBJECT_NAME];

    for (int topic = 0; topic < TOPIC_INPUTS; topic++) {
        const struct record_type *type = topic_row((enum topic)topic)->records[0];
        topic_subject(ports->worker->config->topic_prefix, (enum topic)topic, type, subject);
        if (!codec_expect(ports->codec, type, subject))
            return false;
    }
    return true;
}

static bool open_codec(struct worker_ports *ports)
{
    const struct config *config = ports->worker->config;

    ports->registry = registry_new(&(struct registry_options){
        .url = config->registry_url,
        .username = or_null(config->registry_user),
        .password = or_null(config->registry_password),
        .cache_folder = or_null(config->registry_cache),
        .http = {.connect_timeout_ms = 1000, .total_timeout_ms = 3000}, /* the group is not served meanwhile */
    });
    if (ports->registry)
        ports->codec = codec_new(&(struct codec_options){.source = registry_source(ports->registry), .now_ms = steady});
    if (!ports->codec || !expect_inputs(ports))
        return false;
    ports->record_codec = codec_port_open(&ports->port, ports->codec);
    return true;
}

static bool open_log(struct worker_ports *ports)
{
    const struct worker *worker = ports->worker;
    char transactional_id[WORKER_ID + 16], instance[WORKER_ID];
    bool follower = ports->thread == LOG_FOLLOWER;

    if (follower)
        (void)snprintf(transactional_id, sizeof transactional_id, "%s-catalogue", worker->member);
    else
        (void)snprintf(transactional_id, sizeof transactional_id, "%s-%d", worker->member, ports->thread);
    (void)snprintf(instance, sizeof instance, "%s-%d", worker->config->instance, ports->thread);
    const struct kafka_config settings = {
        .connection = worker->kafka,
        .topic_prefix = worker->config->topic_prefix,
        .group_id = worker->config->group,
        .transactional_id = transactional_id,
        .instance = *worker->config->instance && !follower ? instance : NULL,
        .reason = &ports->reason,
    };
    struct result result = kafka_log_open(&settings, &ports->log);
    if (result.kind == RESULT_OK)
        return true;
    worker_log(&worker->log, LOG_LEVEL_ERROR, ports->thread, "refused", -1, "Kafka: %s", result.reason);
    worker_give_up(ports->worker, worker_stop_code(result.reason));
    return false;
}

bool worker_ports_open(struct worker_ports *ports, struct worker *worker, int thread)
{
    *ports = (struct worker_ports){.worker = worker, .thread = thread};
    if (!open_codec(ports)) {
        worker_log(&worker->log, LOG_LEVEL_ERROR, thread, "refused", -1, "out of memory");
        worker_give_up(worker, EXIT_BROKEN);
        return false;
    }
    return open_log(ports);
}

void worker_ports_close(struct worker_ports *ports)
{
    kafka_log_close(ports->log);
    codec_port_release(&ports->port);
    codec_free(ports->codec);
    registry_free(ports->registry);
}

/* --- schema ids --- */

static void pause_a_little(void)
{
    const struct timespec time = {.tv_nsec = PAUSE_MS * 1000000L};

    (void)nanosleep(&time, NULL);
}

/* Says once that it waits. */
static enum exit_code identify(struct worker_ports *ports, enum topic topic, const struct record_type *type,
                               bool *waiting)
{
    struct worker *worker = ports->worker;
    char subject[SUBJECT_NAME];

    topic_subject(worker->config->topic_prefix, topic, type, subject);
    while (!worker_stopping(worker)) {
        struct codec_result result = codec_identify(ports->codec, type, subject);
        if (result.status == CODEC_OK)
            return EXIT_DONE;
        if (codec_status_action(result.status) != CODEC_RETRY) {
            worker_log(&worker->log, LOG_LEVEL_ERROR, ports->thread, "refused", -1, "%s: %s%s", subject, result.reason,
                       result.status == CODEC_SCHEMA_UNKNOWN ? ": run `osbill init`" : "");
            return EXIT_CONFIGURATION;
        }
        if (!*waiting)
            worker_log(&worker->log, LOG_LEVEL_WARNING, ports->thread, "paused", -1, "schema registry: %s",
                       result.reason);
        *waiting = true;
        pause_a_little();
    }
    return EXIT_DONE;
}

enum exit_code worker_ports_identify(struct worker_ports *ports)
{
    bool waiting = false;
    enum exit_code code = EXIT_DONE;

    for (int topic = TOPIC_INPUTS; topic < TOPIC_COUNT && code == EXIT_DONE; topic++) {
        const struct record_type *const *at = topic_row((enum topic)topic)->records;
        for (; at && *at && code == EXIT_DONE; at++)
            code = identify(ports, (enum topic)topic, *at, &waiting);
    }
    if (waiting && code == EXIT_DONE && !worker_stopping(ports->worker))
        worker_log(&ports->worker->log, LOG_LEVEL_INFO, ports->thread, "resumed", -1, "the schema registry answers");
    return code;
}

/* --- messages --- */

void worker_notice(void *context, const struct notice *notice)
{
    static const enum log_level levels[] = {
        [NOTICE_INFO] = LOG_LEVEL_INFO, [NOTICE_WARNING] = LOG_LEVEL_WARNING, [NOTICE_ERROR] = LOG_LEVEL_ERROR};
    const struct worker_ports *ports = context;

    worker_log(&ports->worker->log, levels[notice->level], ports->thread, notice->event, notice->partition, "%s",
               notice->text);
}

enum exit_code worker_stop_code(const char *reason)
{
    return strstr(reason, "out of memory") ? EXIT_BROKEN : EXIT_CONFIGURATION;
}

void worker_give_up(struct worker *worker, enum exit_code code)
{
    int none = -1;

    (void)atomic_compare_exchange_strong(&worker->end, &none, (int)code);
}

bool worker_stopping(struct worker *worker)
{
    return interrupted() || atomic_load(&worker->end) >= 0;
}
