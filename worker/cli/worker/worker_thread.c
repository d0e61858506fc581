/* One thread of a worker: its adapters, its engine, its loop. */
#include <string.h>

#include "worker/cli/cluster/context.h"
#include "worker/cli/common/digest.h"
#include "worker/cli/common/interrupt.h"
#include "worker/cli/common/print.h"
#include "worker/cli/common/system_clock.h"
#include "worker/cli/worker/worker.h"
#include "worker/redis/redis_store.h"

enum { POST_MS = 250 };

/* What a stop means for whoever restarts processes. */
static enum exit_code code_of(const struct worker_ports *ports, struct result result)
{
    if (result.reason && worker_stop_code(result.reason) == EXIT_BROKEN)
        return EXIT_BROKEN;
    if (result.reason && strstr(result.reason, "state format"))
        return EXIT_REFUSED;
    switch (kafka_log_stop_cause(ports->log)) {
    case KAFKA_STOP_FENCED_INSTANCE:
    case KAFKA_STOP_FENCED_PRODUCER: return EXIT_FENCED;
    case KAFKA_STOP_FORBIDDEN:
    case KAFKA_STOP_OTHER: break;
    }
    return EXIT_CONFIGURATION;
}

static void stop(struct worker_ports *ports, struct result result)
{
    enum exit_code code = code_of(ports, result);

    worker_log(&ports->worker->log, LOG_LEVEL_ERROR, ports->thread, "stopped", -1, "%s%s", result.reason,
               code == EXIT_FENCED ? "; another process uses this name: do not restart before it is gone" : "");
    worker_give_up(ports->worker, code);
}

/* Until it is told to stop and has stopped, or cannot go on. */
static void step_on(struct worker_ports *ports, struct engine *engine)
{
    struct worker *worker = ports->worker;
    int64_t posted = 0;
    bool stopping = false;

    while (!engine_stopped(engine)) {
        if (!stopping && worker_stopping(worker)) {
            engine_stop(engine);
            stopping = true;
        }
        engine_set_state_retention(engine, atomic_load(&worker->state_retention_ms));
        struct result result = engine_step(engine);
        if (result.kind == RESULT_STOP) {
            stop(ports, result);
            return;
        }
        if (steady_ms() - posted >= POST_MS) {
            board_post(&worker->board, (uint32_t)ports->thread, engine);
            posted = steady_ms();
        }
    }
    board_post(&worker->board, (uint32_t)ports->thread, engine);
}

static void run_engine(struct worker_ports *ports, struct store *store)
{
    struct worker *worker = ports->worker;
    struct engine_config config = worker_engine_config(worker->config);
    const struct engine_ports engine_ports = {
        .log = ports->log,
        .store = store,
        .clock = &system_clock,
        .codec = &ports->record_codec,
        .hashes = &library_hashes,
        .catalogue = worker->catalogue,
    };

    config.sink = (struct notice_sink){ports, worker_notice};
    struct engine *engine = engine_open(&config, &engine_ports);
    if (!engine) {
        worker_log(&worker->log, LOG_LEVEL_ERROR, ports->thread, "stopped", -1, "out of memory");
        worker_give_up(worker, EXIT_BROKEN);
        return;
    }
    step_on(ports, engine);
    engine_close(engine);
}

static void run_ports(struct worker_ports *ports)
{
    const struct redis_config settings = context_redis(ports->worker->config);
    struct store *store = NULL;
    struct result result = redis_store_open(&settings, &store);
    enum exit_code code = result.kind == RESULT_OK ? EXIT_DONE : worker_stop_code(result.reason);

    if (code != EXIT_DONE)
        worker_log(&ports->worker->log, LOG_LEVEL_ERROR, ports->thread, "refused", -1, "Redis: %s", result.reason);
    else
        code = worker_ports_identify(ports);
    if (code != EXIT_DONE)
        worker_give_up(ports->worker, code);
    else if (!worker_stopping(ports->worker))
        run_engine(ports, store);
    redis_store_close(store);
}

void *worker_thread_run(void *argument)
{
    struct worker_thread *thread = argument;
    struct worker_ports ports;

    if (worker_ports_open(&ports, thread->worker, thread->number))
        run_ports(&ports);
    worker_ports_close(&ports);
    board_ended(&thread->worker->board, (uint32_t)thread->number);
    return NULL;
}
