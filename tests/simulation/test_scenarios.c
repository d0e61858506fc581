/* Scenarios that no random history should end in: what must be refused, said once, or not done at all. */
#include "tests/simulation/sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { STEPS = 3000 };

/* A world at rest: everything decided, nothing wrong. */
static struct sim *rested(int parts, int workers)
{
    const struct options options = {.parts = parts, .workers = workers, .actions = 0, .events = 40};
    struct sim *sim = sim_open(&options, 7);

    come_to_rest(sim);
    if (!sim->violation[0])
        check(sim);
    assert_string_equal(sim->violation, "");
    return sim;
}

static void stop_all(struct sim *sim)
{
    for (int who = 0; who < sim->options.workers; who++)
        worker_crash(&sim->workers[who]);
}

/* Lets the workers run on for a while, with everything healthy. */
static void run_on(struct sim *sim, uint32_t steps)
{
    sim->kafka.group.rebalancing = sim->kafka.group.rebalancing || !sim->workers[0].alive;
    for (uint32_t i = 0; i < steps; i++)
        rest_step(sim, i);
}

static void expect_refusal(struct sim *sim, const char *words)
{
    sim->may_refuse = true;
    run_on(sim, STEPS);
    if (!strstr(sim->refusal, words))
        fail_msg("expected a refusal with \"%s\", got \"%s\" (%s)", words, sim->refusal, sim->violation);
    assert_string_equal(sim->violation, "");
}

static struct topic_log *log_of(struct sim *sim, enum topic topic, int32_t n)
{
    return &sim->kafka.logs[log_number(topic, n)];
}

static void forget_offsets(struct sim *sim)
{
    memset(sim->kafka.group.offsets, 0, sizeof sim->kafka.group.offsets);
}

/* --- Kafka lost something --- */

static void state_topic_recreated(void **state)
{
    struct sim *sim = rested(1, 1);

    (void)state;
    stop_all(sim);
    log_of(sim, TOPIC_ACCOUNT_STATE, 0)->count = 0;
    memset(&sim->redis, 0, sizeof sim->redis);
    expect_refusal(sim, "lost or recreated");
    sim_close(sim);
}

static void state_topic_truncated(void **state)
{
    struct sim *sim = rested(1, 1);

    (void)state;
    stop_all(sim);
    log_of(sim, TOPIC_ACCOUNT_STATE, 0)->count -= 3;
    expect_refusal(sim, "Kafka lost acknowledged writes");
    sim_close(sim);
}

/* The same process sees P go back, though Redis is empty. */
static void position_goes_back(void **state)
{
    struct sim *sim = rested(1, 1);
    struct topic_log *log = log_of(sim, TOPIC_ACCOUNT_STATE, 0);

    (void)state;
    for (uint32_t i = 0; i < 8; i++) /* the last transactions */
        log->items[log->count - 1 - i].gone = true;
    memset(&sim->redis, 0, sizeof sim->redis);
    sim->kafka.group.rebalancing = true;
    expect_refusal(sim, "Kafka lost acknowledged writes");
    sim_close(sim);
}

static void position_deleted(void **state)
{
    struct sim *sim = rested(1, 1);
    struct topic_log *log = log_of(sim, TOPIC_ACCOUNT_STATE, 0);

    (void)state;
    stop_all(sim);
    for (uint32_t i = 0; i < log->count; i++)
        if (text_equal(log->items[i].key, TEXT("p:0")))
            log->items[i].gone = true;
    memset(&sim->redis, 0, sizeof sim->redis);
    forget_offsets(sim);
    expect_refusal(sim, "no position");
    sim_close(sim);
}

static void input_truncated(void **state)
{
    struct sim *sim = rested(1, 1);

    (void)state;
    stop_all(sim);
    log_of(sim, TOPIC_ORDER, 0)->count--;
    expect_refusal(sim, "was decided up to");
    sim_close(sim);
}

static uint32_t last_message(const struct sim *sim, const struct topic_log *log)
{
    uint32_t i = log->count - 1;

    while (!kafka_committed(&sim->kafka, &log->items[i]))
        i--;
    return i;
}

static void input_recreated(void **state)
{
    struct sim *sim = rested(1, 1);
    struct topic_log *log = log_of(sim, TOPIC_ACCOUNT, 0);

    (void)state;
    stop_all(sim);
    log->items[last_message(sim, log)].value = TEXT("another message at the same offset");
    expect_refusal(sim, "recreated");
    sim_close(sim);
}

static void input_deleted_undecided(void **state)
{
    struct sim *sim = rested(1, 1);
    struct topic_log *log = log_of(sim, TOPIC_OS_INSTALLED, 0);

    (void)state;
    stop_all(sim);
    for (int i = 0; i < 3; i++)
        kafka_write(sim, TOPIC_OS_INSTALLED, 0, TEXT("x"), TEXT("garbage"));
    log->first = log->count - 1;
    expect_refusal(sim, "retention deleted undecided input");
    sim_close(sim);
}

/* Retention removed what was decided: nothing to compare, nothing wrong. */
static void input_deleted_decided(void **state)
{
    struct sim *sim = rested(1, 1);

    (void)state;
    stop_all(sim);
    for (int topic = TOPIC_ACCOUNT; topic <= TOPIC_OS_INSTALLED; topic++)
        log_of(sim, (enum topic)topic, 0)->first = log_of(sim, (enum topic)topic, 0)->count;
    run_on(sim, STEPS);
    assert_true(rests(sim));
    assert_string_equal(sim->violation, "");
    sim_close(sim);
}

/* --- strangers --- */

static struct text changed_position(struct sim *sim, struct text bytes, void (*change)(struct position *))
{
    struct position position;

    assert_int_equal(sim_decode(&position_record, bytes, &sim->memory.arena, &position).status, DECODE_OK);
    change(&position);
    return sim_encode(&position_record, &position, &sim->memory.arena);
}

static void other_cluster(struct position *position)
{
    position->cluster_id = TEXT("another");
}

static void other_count(struct position *position)
{
    position->partitions++;
}

static void newer_format(struct position *position)
{
    position->format = ENGINE_FORMAT + 1;
}

static void refuse_in_redis(void (*change)(struct position *), const char *words)
{
    struct sim *sim = rested(1, 1);

    stop_all(sim);
    sim->redis.parts[0].position = changed_position(sim, sim->redis.parts[0].position, change);
    expect_refusal(sim, words);
    sim_close(sim);
}

static void refuse_in_kafka(void (*change)(struct position *), const char *words)
{
    struct sim *sim = rested(1, 1);
    struct topic_log *log = log_of(sim, TOPIC_ACCOUNT_STATE, 0);

    stop_all(sim);
    memset(&sim->redis, 0, sizeof sim->redis);
    for (uint32_t i = 0; i < log->count; i++)
        if (text_equal(log->items[i].key, TEXT("p:0")))
            log->items[i].value = changed_position(sim, log->items[i].value, change);
    expect_refusal(sim, words);
    sim_close(sim);
}

static void another_installation(void **state)
{
    (void)state;
    refuse_in_redis(other_cluster, "another installation");
    refuse_in_redis(other_count, "another installation");
    refuse_in_kafka(other_cluster, "another installation");
    refuse_in_kafka(other_count, "another installation");
}

static void newer_state_format(void **state)
{
    (void)state;
    refuse_in_redis(newer_format, "upgrade it");
    refuse_in_kafka(newer_format, "upgrade it");
}

static void evicting_store_stops(void **state)
{
    const struct options options = {.parts = 1, .workers = 1, .events = 40};
    struct sim *sim = sim_open(&options, 7);

    (void)state;
    sim->may_stop = sim->evicts = true;
    end_faults(sim);
    run_on(sim, 200);
    assert_non_null(strstr(sim->workers[0].stopped, "noeviction"));
    sim_close(sim);
}

/* --- what is repaired --- */

static void corrupt_state_is_rebuilt(void **state)
{
    struct sim *sim = rested(1, 1);
    struct keyspace *keys = &sim->redis.parts[0].keys;

    (void)state;
    stop_all(sim); /* its cache too */
    for (uint32_t i = 0; i < keys->count; i++)
        keys->items[i].value = TEXT("rotten");
    kafka_write(sim, TOPIC_ACCOUNT, 0, TEXT("a0"), sim->kafka.logs[log_number(TOPIC_ACCOUNT, 0)].items[0].value);
    run_on(sim, STEPS);
    assert_int_equal(said(sim, "repair") > 0, true);
    check(sim);
    assert_string_equal(sim->violation, "");
    sim_close(sim);
}

/* [design.md, "On assignment"] C != P: say so, go on from P. */
static void reset_offsets_are_reported(void **state)
{
    struct sim *sim = rested(1, 1);

    (void)state;
    stop_all(sim);
    sim->kafka.group.offsets[TOPIC_ACCOUNT][0].offset = 0;
    sim->kafka.group.offsets[TOPIC_ORDER][0].set = false;
    uint32_t before = said(sim, "offsets-differ");
    run_on(sim, STEPS);
    assert_int_equal(said(sim, "offsets-differ") - before, 2);
    check(sim);
    assert_string_equal(sim->violation, "");
    sim_close(sim);
}

/* --- outages --- */

static void write_deposit(struct sim *sim, const char *id)
{
    struct account_event event = {
        .event_id = {id, (uint32_t)strlen(id)},
        .occurred_at = sim->wall,
        .account_id = TEXT("a0"),
        .kind = ACCOUNT_KIND_DEPOSIT,
        .amount_micros = 1000000,
        .currency = TEXT("USD"),
    };

    kafka_write(sim, TOPIC_ACCOUNT, 0, event.account_id, sim_encode(&account_event_record, &event, &sim->memory.arena));
}

/* [promise 5] An outage pauses, is said once, and dead-letters nothing. */
static void outage(size_t flag)
{
    struct sim *sim = rested(1, 1);
    bool *down = (bool *)((char *)sim + flag);
    uint32_t dead = log_of(sim, TOPIC_DEAD_LETTER, 0)->count;
    uint64_t paused = said(sim, "paused"), resumed = said(sim, "resumed");

    *down = true;
    write_deposit(sim, "during");
    run_on(sim, STEPS);
    assert_int_equal(said(sim, "paused") - paused, 1);
    assert_int_equal(said(sim, "resumed") - resumed, 0);
    *down = false;
    run_on(sim, STEPS);
    assert_int_equal(said(sim, "paused") - paused, 1);
    assert_int_equal(said(sim, "resumed") - resumed, 1);
    assert_int_equal(log_of(sim, TOPIC_DEAD_LETTER, 0)->count, dead);
    check(sim);
    assert_string_equal(sim->violation, "");
    sim_close(sim);
}

static void outages_are_said_once(void **state)
{
    (void)state;
    outage(offsetof(struct sim, kafka_down));
    outage(offsetof(struct sim, redis_down));
    outage(offsetof(struct sim, registry_down));
}

/* design.md, "Time": a clock far from that of Redis: pause and alarm; nothing is decided meanwhile. */
static void wrong_clock_pauses(void **state)
{
    struct sim *sim = rested(1, 1);
    uint32_t paused = said(sim, "paused"), resumed = said(sim, "resumed");
    uint32_t decided = log_of(sim, TOPIC_DECISION, 0)->count;

    (void)state;
    sim->workers[0].skew = -600000;
    write_deposit(sim, "with a wrong clock");
    run_on(sim, STEPS);
    assert_int_equal(log_of(sim, TOPIC_DECISION, 0)->count, decided);
    assert_int_equal(said(sim, "paused") - paused, 1);
    sim->workers[0].skew = 0;
    run_on(sim, STEPS);
    assert_int_equal(said(sim, "resumed") - resumed, 1);
    check(sim);
    assert_string_equal(sim->violation, "");
    sim_close(sim);
}

/* A transaction on one partition's offsets that nobody ends must not stop the others. */
static void one_waits_others_work(void **state)
{
    struct sim *sim = rested(2, 1);
    struct log_offset offset = {.topic = TOPIC_ORDER, .partition = 1, .offset = 0};
    bool refused;

    (void)state;
    stop_all(sim);
    kafka_offsets(sim, STRANGER, sim->kafka.coordinators[STRANGER].epoch, -1, &offset, 1, &refused);
    run_on(sim, 300);
    struct partition_view views[4];
    uint32_t count = engine_partitions(sim->workers[0].engine, views, 4), active = 0;
    for (uint32_t i = 0; i < count; i++) {
        active += strcmp(views[i].state, "active") == 0;
        if (views[i].partition == 1)
            assert_string_equal(views[i].state, "committed offsets");
    }
    assert_int_equal(active, 2); /* partition 0 and the lane */
    sim_close(sim);
}

/* design.md, "Traps": no transaction when there is nothing to do. */
static void idle_makes_no_transaction(void **state)
{
    struct sim *sim = rested(2, 2);

    (void)state;
    run_on(sim, 5 * STEPS); /* what is due soon */
    int32_t before = sim->kafka.transaction_count;
    run_on(sim, STEPS);
    assert_int_equal(sim->kafka.transaction_count, before);
    sim_close(sim);
}

/* Markers and aborted records of strangers: the position and the group's offsets follow to the end. */
static void idle_follows_markers(void **state)
{
    struct sim *sim = rested(1, 1);
    struct coordinator *stranger = &sim->kafka.coordinators[STRANGER];
    int log = log_number(TOPIC_ORDER, 0);

    (void)state;
    kafka_touch(sim, STRANGER, stranger->epoch, log);
    kafka_append(sim, log, (struct record){.txn = stranger->current, .has_value = true, .value = TEXT("aborted")});
    kafka_end(sim, STRANGER, stranger->epoch, TXN_ABORTED);
    run_on(sim, STEPS);
    assert_int_equal(sim->kafka.group.offsets[TOPIC_ORDER][0].offset, sim->kafka.logs[log].count);
    check(sim);
    assert_string_equal(sim->violation, "");
    sim_close(sim);
}

/* SIGTERM: ends by itself, and what was decided is in the store. */
static void stop_is_graceful(void **state)
{
    struct sim *sim = rested(1, 2);
    struct engine *engine = sim->workers[0].engine;

    (void)state;
    write_deposit(sim, "last");
    engine_stop(engine);
    for (int i = 0; i < 500 && sim->workers[0].alive; i++)
        worker_step(&sim->workers[0]);
    assert_false(sim->workers[0].alive);
    come_to_rest(sim);
    check(sim);
    assert_string_equal(sim->violation, "");
    sim_close(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(state_topic_recreated),
        cmocka_unit_test(state_topic_truncated),
        cmocka_unit_test(position_goes_back),
        cmocka_unit_test(position_deleted),
        cmocka_unit_test(input_truncated),
        cmocka_unit_test(input_recreated),
        cmocka_unit_test(input_deleted_undecided),
        cmocka_unit_test(input_deleted_decided),
        cmocka_unit_test(another_installation),
        cmocka_unit_test(newer_state_format),
        cmocka_unit_test(evicting_store_stops),
        cmocka_unit_test(corrupt_state_is_rebuilt),
        cmocka_unit_test(reset_offsets_are_reported),
        cmocka_unit_test(outages_are_said_once),
        cmocka_unit_test(wrong_clock_pauses),
        cmocka_unit_test(one_waits_others_work),
        cmocka_unit_test(idle_makes_no_transaction),
        cmocka_unit_test(idle_follows_markers),
        cmocka_unit_test(stop_is_graceful),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
