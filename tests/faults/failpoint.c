/* osbill-failpoint: osbill whose worker kills itself at a named point, or whose clock is wrong. The product holds no
 * code for it: the linker's --wrap puts this file before engine_open, where the ports are decorated, and before the
 * hook that librdkafka calls when a request has left.
 *
 *   OSBILL_FAILPOINT=produced:7        SIGKILL when the point is passed for the 7th time
 *   OSBILL_FAILPOINT_SIGNAL=stop       SIGSTOP instead: a zombie when it is continued
 *   OSBILL_FAILPOINT_CLOCK=-600000     the engine's wall clock, in ms beside this machine's
 *
 * For workers with one thread. */
#include <librdkafka/rdkafka.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "worker/engine/engine.h"

enum point {
    AFTER_POLL,      /* a batch is closed: messages taken, nothing read */
    AFTER_READ,      /* Redis answered what the batch needs */
    DECIDED,         /* before the transaction begins */
    PRODUCED,        /* every record is acknowledged */
    OFFSETS_SENT,    /* before EndTxn */
    IN_ENDTXN,       /* EndTxn has left, its answer has not come */
    COMMITTED,       /* Kafka answered, Redis was not told */
    IN_REDIS_CALL,   /* the write has left, its answer has not come */
    IN_ROLL_FORWARD, /* a chunk has left */
    IN_POSITION,     /* the last request of a roll forward has left */
    IN_LANE,         /* catalogue-state is produced, offsets are not sent */
    IN_TIMER_BATCH,  /* timers were decided, offsets are sent, EndTxn is not */
    POINTS
};

static const char *const names[POINTS] = {
    [AFTER_POLL] = "after-poll",
    [AFTER_READ] = "after-read",
    [DECIDED] = "decided",
    [PRODUCED] = "produced",
    [OFFSETS_SENT] = "offsets-sent",
    [IN_ENDTXN] = "in-endtxn",
    [COMMITTED] = "committed",
    [IN_REDIS_CALL] = "in-the-redis-call",
    [IN_LANE] = "in-the-lane",
    [IN_ROLL_FORWARD] = "in-roll-forward",
    [IN_POSITION] = "in-the-position",
    [IN_TIMER_BATCH] = "in-a-timer-batch",
};

enum { END_TXN = 26 }; /* the request's ApiKey */

static struct {
    enum point point; /* POINTS: none */
    atomic_long left; /* passes until then */
    int signal;
    bool lane, timers; /* what the batch in hand holds */
    int64_t clock_ms;
    const struct log_ops *log;
    const struct store_ops *store;
    const struct clock *clock;
    rd_kafka_interceptor_f_on_request_sent_t *sent;
} spy = {.point = POINTS};

static void pass(enum point point)
{
    if (point != spy.point || atomic_fetch_sub(&spy.left, 1) != 1)
        return;
    (void)fprintf(stderr, "failpoint %s\n", names[point]);
    (void)kill(getpid(), spy.signal);
}

static void pass_if(bool reached, enum point point)
{
    if (reached)
        pass(point);
}

/* --- the log --- */

static struct result generation(struct log *log, struct log_generation **ret_generation)
{
    struct result result = spy.log->generation(log, ret_generation);

    pass_if(result.kind == RESULT_OK, AFTER_POLL);
    return result;
}

static struct result begin(struct log *log)
{
    pass(DECIDED);
    spy.lane = false;
    return spy.log->begin(log);
}

static struct result produce(struct log *log, const struct log_record *record)
{
    spy.lane |= record->topic == TOPIC_CATALOGUE_STATE;
    return spy.log->produce(log, record);
}

static struct result flush(struct log *log, int timeout_ms)
{
    struct result result = spy.log->flush(log, timeout_ms);

    pass_if(result.kind == RESULT_OK, PRODUCED);
    pass_if(result.kind == RESULT_OK && spy.lane, IN_LANE);
    return result;
}

static struct result send_offsets(struct log *log, struct log_generation *group, const struct log_offset *offsets,
                                  uint32_t count, int timeout_ms)
{
    struct result result = spy.log->send_offsets(log, group, offsets, count, timeout_ms);

    pass_if(result.kind == RESULT_OK, OFFSETS_SENT);
    pass_if(result.kind == RESULT_OK && spy.timers && !spy.lane, IN_TIMER_BATCH);
    return result;
}

static struct result commit(struct log *log, int timeout_ms)
{
    struct result result = spy.log->commit(log, timeout_ms);

    pass_if(result.kind == RESULT_OK, COMMITTED);
    spy.timers &= result.kind != RESULT_OK || spy.lane;
    return result;
}

/* --- the store --- */

static void submit(struct store *store, struct store_request *request)
{
    enum store_request_kind kind = request->kind;

    spy.store->submit(store, request);
    pass_if(kind == STORE_WRITE, IN_REDIS_CALL);
    pass_if(kind == STORE_FILL, IN_ROLL_FORWARD);
    pass_if(kind == STORE_FINISH, IN_POSITION);
}

static struct store_request *poll_store(struct store *store, int timeout_ms)
{
    struct store_request *request = spy.store->poll(store, timeout_ms);

    if (request && request->result.kind == RESULT_OK) {
        pass_if(request->kind == STORE_READ, AFTER_READ);
        spy.timers |= request->kind == STORE_DUE && request->record_count > 0;
    }
    return request;
}

/* --- the clock --- */

static int64_t wall(void *context)
{
    return spy.clock->wall(context) + spy.clock_ms;
}

/* --- between the product's parts --- */

struct engine *real_engine_open(const struct engine_config *config,
                                const struct engine_ports *ports) __asm__("__real_engine_open");
struct engine *wrap_engine_open(const struct engine_config *config,
                                const struct engine_ports *ports) __asm__("__wrap_engine_open");
rd_kafka_resp_err_t real_add(rd_kafka_t *handle, const char *name, rd_kafka_interceptor_f_on_request_sent_t *sent,
                             void *context) __asm__("__real_rd_kafka_interceptor_add_on_request_sent");
rd_kafka_resp_err_t wrap_add(rd_kafka_t *handle, const char *name, rd_kafka_interceptor_f_on_request_sent_t *sent,
                             void *context) __asm__("__wrap_rd_kafka_interceptor_add_on_request_sent");

static void read_environment(void)
{
    const char *clock = getenv("OSBILL_FAILPOINT_CLOCK"), *point = getenv("OSBILL_FAILPOINT");
    const char *colon = point ? strchr(point, ':') : NULL, *how = getenv("OSBILL_FAILPOINT_SIGNAL");

    spy.signal = how && !strcmp(how, "stop") ? SIGSTOP : SIGKILL;
    spy.clock_ms = clock ? strtoll(clock, NULL, 10) : 0;
    for (int i = 0; colon && i < POINTS; i++)
        if (strlen(names[i]) == (size_t)(colon - point) && !strncmp(names[i], point, (size_t)(colon - point)))
            spy.point = (enum point)i;
    if (point && spy.point == POINTS) {
        (void)fprintf(stderr, "OSBILL_FAILPOINT=%s: no such point\n", point);
        exit(2);
    }
    if (colon)
        atomic_store(&spy.left, strtol(colon + 1, NULL, 10));
}

static void decorate(struct log *log, struct store *store)
{
    static struct log_ops log_ops;
    static struct store_ops store_ops;

    spy.log = log->ops;
    log_ops = *log->ops;
    log_ops.generation = generation;
    log_ops.begin = begin;
    log_ops.produce = produce;
    log_ops.flush = flush;
    log_ops.send_offsets = send_offsets;
    log_ops.commit = commit;
    log->ops = &log_ops;
    spy.store = store->ops;
    store_ops = *store->ops;
    store_ops.submit = submit;
    store_ops.poll = poll_store;
    store->ops = &store_ops;
}

struct engine *wrap_engine_open(const struct engine_config *config, const struct engine_ports *ports)
{
    static struct clock clock;
    struct engine_ports decorated = *ports;

    read_environment();
    decorate(ports->log, ports->store);
    spy.clock = ports->clock;
    clock = *ports->clock;
    clock.wall = wall;
    decorated.clock = &clock;
    return real_engine_open(config, &decorated);
}

/* On one of librdkafka's broker threads. */
static rd_kafka_resp_err_t on_request_sent(rd_kafka_t *handle, int socket, const char *broker, int32_t broker_id,
                                           int16_t api_key, int16_t api_version, int32_t correlation, size_t size,
                                           void *context)
{
    pass_if(api_key == END_TXN, IN_ENDTXN);
    return spy.sent(handle, socket, broker, broker_id, api_key, api_version, correlation, size, context);
}

rd_kafka_resp_err_t wrap_add(rd_kafka_t *handle, const char *name, rd_kafka_interceptor_f_on_request_sent_t *sent,
                             void *context)
{
    spy.sent = sent;
    return real_add(handle, name, on_request_sent, context);
}
