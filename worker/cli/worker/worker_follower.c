/* One thread of the process follows the catalogue; the engines of all threads use its snapshots. */
#include "worker/cli/common/print.h"
#include "worker/cli/common/system_clock.h"
#include "worker/cli/worker/worker.h"

enum { STEP_MS = 100, BUILD_INTERVAL_MS = 50, PATIENCE_MS = 5000 };

bool worker_follower_open(struct worker_follower *follower, struct worker *worker)
{
    const struct follower_config config = {
        .port_timeout_ms = STEP_MS,
        .build_interval_ms = BUILD_INTERVAL_MS,
        .sink = {&follower->ports, worker_notice},
    };

    follower->worker = worker;
    if (!worker_ports_open(&follower->ports, worker, LOG_FOLLOWER))
        return false;
    follower->follower = follower_open(&config, follower->ports.log, &follower->ports.record_codec, &system_clock);
    if (follower->follower) {
        worker->catalogue = follower_source(follower->follower);
        return true;
    }
    worker_log(&worker->log, LOG_LEVEL_ERROR, LOG_FOLLOWER, "refused", -1, "out of memory");
    worker_give_up(worker, EXIT_BROKEN);
    return false;
}

/* Says once that it waits, if it waits long, and each version. */
static void report(struct worker_follower *follower, struct result result, int64_t *version, int64_t *since)
{
    struct worker *worker = follower->worker;
    int64_t now = follower_version(follower->follower);

    if (now != *version) {
        worker_log(&worker->log, *version < 0 ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG, LOG_FOLLOWER, "followed", -1,
                   "version %lld", (long long)now);
        board_set_catalogue(&worker->board, now);
        *version = now;
    }
    if (result.kind == RESULT_RETRY && now < 0 && result.reason && *since && steady_ms() - *since > PATIENCE_MS) {
        worker_log(&worker->log, LOG_LEVEL_WARNING, LOG_FOLLOWER, "waiting", -1, "for the catalogue: %s",
                   result.reason);
        *since = 0;
    }
}

static void *run(void *argument)
{
    struct worker_follower *follower = argument;
    int64_t version = -1, since = steady_ms();

    while (!atomic_load(&follower->stop)) {
        struct result result = follower_step(follower->follower);
        report(follower, result, &version, &since);
        if (result.kind != RESULT_STOP)
            continue;
        worker_log(&follower->worker->log, LOG_LEVEL_ERROR, LOG_FOLLOWER, "refused", -1, "%s", result.reason);
        worker_give_up(follower->worker, worker_stop_code(result.reason));
        break;
    }
    return NULL;
}

bool worker_follower_start(struct worker_follower *follower)
{
    follower->started = pthread_create(&follower->id, NULL, run, follower) == 0;
    return follower->started;
}

/* After all engines are closed: they hold snapshots. */
void worker_follower_close(struct worker_follower *follower)
{
    atomic_store(&follower->stop, true);
    if (follower->started)
        (void)pthread_join(follower->id, NULL);
    follower_close(follower->follower);
    worker_ports_close(&follower->ports);
}
