/* osbill worker */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "worker/admin/server.h"
#include "worker/cli/cluster/settings_check.h"
#include "worker/cli/common/command.h"
#include "worker/cli/common/interrupt.h"
#include "worker/cli/common/moment.h"
#include "worker/cli/common/print.h"
#include "worker/cli/common/system_clock.h"
#include "worker/cli/worker/worker.h"

enum { TICK_MS = 100, ASK_SOON_MS = 500, ASK_AGAIN_MS = 5000, RETENTION_MS = 60000, THREADS_MAX = 64 };

struct process {
    struct worker worker;
    struct kafka_property *properties;
    struct worker_follower follower;
    struct worker_thread threads[THREADS_MAX];
    struct admin_server *server;
};

/* librdkafka says every failed connection; the engine says once that it pauses. */
static void on_kafka_log(void *context, int level, const char *facility, const char *message)
{
    const struct worker *worker = context;

    worker_log(&worker->log, level <= 2 ? LOG_LEVEL_ERROR : LOG_LEVEL_DEBUG, LOG_NO_THREAD, "librdkafka", -1, "%s: %s",
               facility, message);
}

static bool prepare(struct process *process, const struct config *config)
{
    struct worker *worker = &process->worker;

    worker->config = config;
    worker->log = (struct worker_log){(enum log_level)config->log_level, (enum log_format)config->log_format};
    atomic_init(&worker->end, -1);
    if (!worker_connection(config, &worker->kafka, &process->properties) ||
        !board_init(&worker->board, (uint32_t)config->threads, moment_now(), steady_ms)) {
        say("out of memory");
        return false;
    }
    worker->kafka.log = on_kafka_log;
    worker->kafka.log_context = worker;
    worker_member_name(config, worker->member);
    return true;
}

static void warn_shared_group(const struct worker *worker)
{
    if (strcmp(worker->config->topic_prefix, "osbill.") != 0 && !strcmp(worker->config->group, "osbill"))
        worker_log(&worker->log, LOG_LEVEL_WARNING, LOG_NO_THREAD, "group", -1,
                   "topic-prefix is %s, but the group is the default one: give each installation a group of its own",
                   worker->config->topic_prefix);
}

static bool serve(struct process *process)
{
    struct result result =
        admin_server_open(process->worker.config->metrics_address, &process->worker.board, &process->server);

    if (result.kind != RESULT_OK)
        say("%s", result.reason);
    else if (process->server)
        worker_log(&process->worker.log, LOG_LEVEL_INFO, LOG_NO_THREAD, "metrics", -1, "on http://%s/metrics",
                   process->worker.config->metrics_address);
    return result.kind == RESULT_OK;
}

/* Signals are for the main thread, so that nanosleep ends at once and no adapter's call is cut. */
static bool start_threads(struct process *process)
{
    struct worker *worker = &process->worker;
    sigset_t signals, before;
    bool good;

    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGTERM);
    (void)pthread_sigmask(SIG_BLOCK, &signals, &before);
    good = worker_follower_start(&process->follower);
    for (int i = 0; i < (int)worker->config->threads && good; i++) {
        struct worker_thread *thread = &process->threads[i];
        thread->worker = worker;
        thread->number = i;
        thread->started = good = pthread_create(&thread->id, NULL, worker_thread_run, thread) == 0;
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!good) {
        say("a thread cannot be started");
        worker_give_up(worker, EXIT_BROKEN);
    }
    return good;
}

static void wait_for_end(struct process *process)
{
    const struct timespec tick = {.tv_nsec = TICK_MS * 1000000L};
    struct worker *worker = &process->worker;
    int64_t safety_at = 0, retention_at = 0; /* when to ask */

    while (!worker_stopping(worker)) {
        if (steady_ms() >= retention_at)
            retention_at = (worker_check_retention(worker) ? RETENTION_MS : ASK_SOON_MS) + steady_ms();
        if (steady_ms() >= safety_at)
            safety_at = worker_check_safety(worker) ? INT64_MAX : ASK_AGAIN_MS + steady_ms();
        (void)nanosleep(&tick, NULL);
    }
    if (interrupted())
        worker_log(&worker->log, LOG_LEVEL_INFO, LOG_NO_THREAD, "stopping", -1,
                   "signal %d: the running transaction is finished", interrupt_signal());
}

static void join_threads(struct process *process)
{
    for (int i = 0; i < THREADS_MAX; i++)
        if (process->threads[i].started)
            (void)pthread_join(process->threads[i].id, NULL);
}

static void release(struct process *process)
{
    admin_server_close(process->server);
    worker_follower_close(&process->follower);
    board_release(&process->worker.board);
    for (int i = 0; process->properties && i < 2; i++)
        free((void *)(uintptr_t)process->properties[i].value);
    free(process->properties);
}

static enum exit_code work(struct process *process)
{
    struct worker *worker = &process->worker;

    if (!worker_follower_open(&process->follower, worker))
        return (enum exit_code)atomic_load(&worker->end);
    if (!serve(process))
        return EXIT_CONFIGURATION;
    worker_log(&worker->log, LOG_LEVEL_INFO, LOG_NO_THREAD, "started", -1, "osbill %s, %" PRId64 " threads, topics %s*",
               OSBILL_VERSION, worker->config->threads, worker->config->topic_prefix);
    warn_shared_group(worker);
    if (start_threads(process))
        wait_for_end(process);
    join_threads(process);
    int end = atomic_load(&worker->end);
    worker_log(&worker->log, LOG_LEVEL_INFO, LOG_NO_THREAD, "ended", -1, "exit code %d", end < 0 ? EXIT_DONE : end);
    return end < 0 ? EXIT_DONE : (enum exit_code)end;
}

static enum exit_code run_worker(const struct call *call)
{
    struct process *process = calloc(1, sizeof *process);
    enum exit_code code = EXIT_CONFIGURATION;

    if (!process) {
        say("out of memory");
        return EXIT_BROKEN;
    }
    interrupt_catch();
    if (settings_check(call->config))
        code = prepare(process, call->config) ? work(process) : EXIT_BROKEN;
    release(process);
    free(process);
    return code;
}

const struct command worker_command = {
    .name = "worker",
    .usage = "",
    .summary = "Decides events: the main job. Any number of copies share the work.",
    .details =
        "It ends at SIGTERM or SIGINT, after the running transaction; another copy takes over. What it says goes\n"
        "to standard error. An outage of Kafka, Redis or the registry pauses it. With metrics-address it serves\n"
        "/metrics (Prometheus), /health, /ready and /partitions over HTTP. /health is 503 when a partition needs a\n"
        "person, or a thread ended or was silent for a minute: an outage that it waits for is no reason to restart\n"
        "it. /ready is 200 while every partition that it owns is decided.",
    .codes =
        "0: ended by a signal; 3: a setting, a topic or a schema is missing or wrong, or Kafka or Redis is set up so\n"
        "that it cannot work; 5: the state is of a newer osbill; 6: fenced; 7: no memory",
    .groups = OPTION_OF_KAFKA | OPTION_OF_REGISTRY | OPTION_OF_REDIS | OPTION_OF_WORKER,
    .run = run_worker,
};
