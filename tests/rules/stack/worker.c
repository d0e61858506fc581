/* A worker in this process, as worker/cli/worker/worker_thread.c and worker_follower.c make one: the real adapters and
 * the real engine, stepped here. Only the clock is the book's. */
#include "place.h"

#include "worker/cli/common/digest.h"

#include <stdio.h>
#include <string.h>

enum {
    IDLE_MS = 2,
    PORT_MS = 100,
    STORE_MS = 60 * 1000, /* the steady clock leaps */
};
#define ANY_CLOCK (INT64_C(1) << 60)

/* What a person would be told of, but for what the worker gets over by itself: outages, and inputs that cannot be
 * decided, of which the dead letters tell. */
static void hear(void *context, const struct notice *notice)
{
    static const char *const harmless[] = {"paused", "lost", "abort", "undecidable"};
    struct place *place = context;
    bool bad = notice->level != NOTICE_INFO;

    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        bad = bad && strcmp(notice->event, harmless[i]) != 0;
    if (notice->level != NOTICE_INFO && !place->bad)
        (void)snprintf(place->said, sizeof place->said, "%s: %s", notice->event, notice->text);
    place->bad = place->bad || bad;
}

static struct engine_config engine_settings(struct place *place)
{
    struct engine_config config = engine_defaults();

    config.prefix = (struct text){place->prefix, (uint32_t)strlen(place->prefix)};
    config.linger_ms = 0;
    config.cache_bytes = place->cache_bytes;
    config.clock_tolerance_ms = ANY_CLOCK;
    config.port_timeout_ms = PORT_MS;
    config.idle_timeout_ms = IDLE_MS;
    config.store_timeout_ms = STORE_MS;
    config.sink = (struct notice_sink){place, hear};
    return config;
}

static const char *open_log(struct place *place, const char *name, struct log **ret_log)
{
    char transactional_id[128];

    (void)snprintf(transactional_id, sizeof transactional_id, "%s%s", place->prefix, name);
    const struct kafka_config config = {.connection = place->stack->kafka,
                                        .topic_prefix = place->prefix,
                                        .group_id = place->prefix,
                                        .transactional_id = transactional_id,
                                        .reason = &place->stack->reason};
    return kafka_log_open(&config, ret_log).reason;
}

static const char *open_store(struct place *place)
{
    const struct redis_config config = {.url = place->stack->redis_url, .prefix = place->prefix};
    struct store *store = NULL;
    struct result result = redis_store_open(&config, &store);

    watched_store_open(&place->store, store);
    return result.reason;
}

static const char *open_parts(struct place *place)
{
    const struct follower_config settings = {.port_timeout_ms = IDLE_MS, .sink = {place, hear}};
    const char *problem = open_log(place, "0", &place->log);

    if (!problem)
        problem = open_log(place, "catalogue", &place->follower_log);
    if (!problem)
        problem = open_store(place);
    if (problem)
        return problem;
    place->follower = follower_open(&settings, place->follower_log, &place->stack->record_codec, &place->clock.port);
    if (!place->follower)
        return "out of memory";
    const struct engine_config config = engine_settings(place);
    const struct engine_ports ports = {.log = place->log,
                                       .store = &place->store.base,
                                       .clock = &place->clock.port,
                                       .codec = &place->stack->record_codec,
                                       .hashes = &library_hashes,
                                       .catalogue = follower_source(place->follower)};
    place->engine = engine_open(&config, &ports);
    return place->engine ? NULL : "out of memory";
}

static void close_parts(struct place *place)
{
    engine_close(place->engine);
    follower_close(place->follower);
    kafka_log_close(place->log);
    kafka_log_close(place->follower_log);
    redis_store_close(place->store.real);
    place->engine = NULL;
    place->follower = NULL;
    place->log = place->follower_log = NULL;
    place->store.real = NULL;
}

static void add_statistics(struct engine_statistics *sum, const struct engine_statistics *one)
{
    sum->decisions += one->decisions;
    sum->charges += one->charges;
    sum->notifications += one->notifications;
    sum->dead_letters += one->dead_letters;
    sum->states += one->states;
}

struct engine_statistics worker_statistics(const struct place *place)
{
    struct engine_statistics sum;

    engine_statistics(place->engine, &sum);
    add_statistics(&sum, &place->before);
    return sum;
}

/* NULL: it goes on; *ret_idle: it has nothing to do but wait. */
static const char *step(struct place *place, bool *ret_idle)
{
    struct result result = engine_step(place->engine);

    *ret_idle = result.kind == RESULT_RETRY && !strcmp(result.reason, "idle") && !place->store.in_flight;
    if (result.kind == RESULT_STOP)
        return result.reason;
    if (follower_version(place->follower) < place->seen.lane_version || follower_version(place->follower) < 0) {
        *ret_idle = false;
        result = follower_step(place->follower);
        if (result.kind == RESULT_STOP)
            return result.reason;
    }
    return place->bad ? place->said : NULL;
}

/* P is written by every transaction and counted by none of the statistics. */
static bool positions_read(const struct place *place)
{
    struct partition_view views[MOST_PARTITIONS + 1];
    uint32_t count = engine_partitions(place->engine, views, MOST_PARTITIONS + 1);

    for (uint32_t i = 0; i < count; i++)
        if (views[i].seq >
            (views[i].partition == NOTICE_LANE ? place->seen.lane_version : mirror_seq(place, views[i].partition)))
            return false;
    return true;
}

static bool all_read(const struct place *place)
{
    struct engine_statistics committed = worker_statistics(place);
    const struct seen *seen = &place->seen;

    return seen->outcome.decisions.count >= committed.decisions && seen->outcome.charges.count >= committed.charges &&
           seen->outcome.notifications.count >= committed.notifications &&
           seen->outcome.dead_letters.count >= committed.dead_letters && seen->states >= committed.states &&
           positions_read(place);
}

const char *worker_settle(struct place *place, bool (*wanted)(const struct place *place, const void *context),
                          const void *context)
{
    int64_t until = stack_now() + (int64_t)STACK_PATIENCE_MS * 1000;
    uint32_t idle = 0;

    while (idle < 2 || (wanted && wanted(place, context))) {
        bool nothing;
        const char *problem = step(place, &nothing);
        if (!problem && !all_read(place)) {
            problem = read_back(place, IDLE_MS);
            nothing = false;
        }
        if (problem)
            return problem;
        if (stack_now() > until)
            return place->said[0] ? place->said : "the worker does not come to the point that was waited for";
        idle = nothing ? idle + 1 : 0;
    }
    return NULL;
}

static bool not_looked(const struct place *place, const void *context)
{
    return place->store.dues == *(const uint32_t *)context;
}

const char *worker_look(struct place *place)
{
    uint32_t before = place->store.dues;

    book_clock_leap(&place->clock);
    return worker_settle(place, not_looked, &before);
}

static bool still_coming(const struct place *place, const void *context)
{
    struct engine_statistics statistics;

    (void)context;
    engine_statistics(place->engine, &statistics);
    return statistics.active < (uint32_t)place->partitions + 1 || place->store.dues == 0;
}

const char *worker_begin(struct place *place)
{
    book_clock_set_slow(&place->clock, false);
    const char *problem = open_parts(place);

    if (!problem)
        problem = worker_settle(place, still_coming, NULL);
    book_clock_set_slow(&place->clock, true);
    /* It looked when it came, an unknown time ago; the next look after this one is when the book says so. */
    return problem ? problem : worker_look(place);
}

/* As SIGTERM ends one. */
const char *worker_end(struct place *place)
{
    int64_t until = stack_now() + (int64_t)STACK_PATIENCE_MS * 1000;
    const char *problem = NULL;

    book_clock_set_slow(&place->clock, false);
    if (place->engine)
        engine_stop(place->engine);
    while (place->engine && !problem && !engine_stopped(place->engine)) {
        struct result result = engine_step(place->engine);
        if (result.kind == RESULT_STOP || stack_now() > until)
            problem = result.reason;
    }
    if (place->engine)
        place->before = worker_statistics(place);
    close_parts(place);
    return problem;
}
