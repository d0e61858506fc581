/* What is repaired, waited for, said once, or not done at all. */
#include "tests/simulation/scenario.h"

/* --- what is repaired --- */

static void corrupt_state_is_rebuilt(void **state)
{
    struct sim *sim = scenario_rested(1, 1);
    struct keyspace *keys = &sim->redis.parts[0].keys;

    (void)state;
    scenario_stop_all(sim); /* its cache too */
    for (uint32_t i = 0; i < keys->count; i++)
        keys->items[i].value = TEXT("rotten");
    kafka_write(sim, TOPIC_ACCOUNT, 0, TEXT("a0"), sim->kafka.logs[log_number(TOPIC_ACCOUNT, 0)].items[0].value);
    scenario_run_on(sim, STEPS);
    assert_int_equal(said(sim, "repair") > 0, true);
    check(sim);
    assert_string_equal(sim->violation, "");
    sim_close(sim);
}

/* [design.md, "On assignment"] C != P: say so, go on from P. */
static void reset_offsets_are_reported(void **state)
{
    struct sim *sim = scenario_rested(1, 1);

    (void)state;
    scenario_stop_all(sim);
    sim->kafka.group.offsets[TOPIC_ACCOUNT][0].offset = 0;
    sim->kafka.group.offsets[TOPIC_ORDER][0].set = false;
    uint32_t before = said(sim, "offsets-differ");
    scenario_run_on(sim, STEPS);
    assert_int_equal(said(sim, "offsets-differ") - before, 2);
    check(sim);
    assert_string_equal(sim->violation, "");
    sim_close(sim);
}

/* --- outages --- */

/* [promise 5] An outage pauses, is said once, and dead-letters nothing. */
static void outage(size_t flag)
{
    struct sim *sim = scenario_rested(1, 1);
    bool *down = (bool *)((char *)sim + flag);
    uint32_t dead = scenario_log_of(sim, TOPIC_DEAD_LETTER, 0)->count;
    uint64_t paused = said(sim, "paused"), resumed = said(sim, "resumed");

    *down = true;
    scenario_write_deposit(sim, "during");
    scenario_run_on(sim, STEPS);
    assert_int_equal(said(sim, "paused") - paused, 1);
    assert_int_equal(said(sim, "resumed") - resumed, 0);
    *down = false;
    scenario_run_on(sim, STEPS);
    assert_int_equal(said(sim, "paused") - paused, 1);
    assert_int_equal(said(sim, "resumed") - resumed, 1);
    assert_int_equal(scenario_log_of(sim, TOPIC_DEAD_LETTER, 0)->count, dead);
    check(sim);
    assert_string_equal(sim->violation, "");
    sim_close(sim);
}

static void outages_are_said_once(void **state)
{
    (void)state;
    outage(offsetof(struct sim, kafka_down));
    outage(offsetof(struct sim, redis_down));
    outage(offsetof(struct sim, redis_full));
    outage(offsetof(struct sim, redis_replica));
    outage(offsetof(struct sim, registry_down));
}

/* design.md, "Time": a clock far from that of Redis: pause and alarm; nothing is decided meanwhile. */
static void wrong_clock_pauses(void **state)
{
    struct sim *sim = scenario_rested(1, 1);
    uint32_t paused = said(sim, "paused"), resumed = said(sim, "resumed");
    uint32_t decided = scenario_log_of(sim, TOPIC_DECISION, 0)->count;

    (void)state;
    sim->workers[0].skew = -600000;
    scenario_write_deposit(sim, "with a wrong clock");
    scenario_run_on(sim, STEPS);
    assert_int_equal(scenario_log_of(sim, TOPIC_DECISION, 0)->count, decided);
    assert_int_equal(said(sim, "paused") - paused, 1);
    sim->workers[0].skew = 0;
    scenario_run_on(sim, STEPS);
    assert_int_equal(said(sim, "resumed") - resumed, 1);
    check(sim);
    assert_string_equal(sim->violation, "");
    sim_close(sim);
}

/* A transaction on one partition's offsets that nobody ends must not stop the others. */
static void one_waits_others_work(void **state)
{
    struct sim *sim = scenario_rested(2, 1);
    struct log_offset offset = {.topic = TOPIC_ORDER, .partition = 1, .offset = 0};
    bool refused;

    (void)state;
    scenario_stop_all(sim);
    kafka_offsets(sim, STRANGER, sim->kafka.coordinators[STRANGER].epoch, -1, &offset, 1, &refused);
    scenario_run_on(sim, 300);
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

/* A message whose schema is not there yet holds up what follows it of its input, and nothing else. */
static void a_missing_schema_holds_up_one_input(void **state)
{
    struct sim *sim = scenario_rested(2, 1);
    const struct topic_log *decisions[2] = {scenario_log_of(sim, TOPIC_DECISION, 0),
                                            scenario_log_of(sim, TOPIC_DECISION, 1)};
    uint32_t before[2] = {decisions[0]->count, decisions[1]->count};

    (void)state;
    sim->schemas_missing = true;
    kafka_write(sim, TOPIC_ACCOUNT, 0, TEXT("a0"), TEXT("odd"));
    kafka_write(sim, TOPIC_ACCOUNT, 0, TEXT("a0"), TEXT("even"));
    scenario_run_on(sim, STEPS);
    assert_int_equal(decisions[0]->count, before[0]);
    kafka_write(sim, TOPIC_ACCOUNT, 1, TEXT("a0"), TEXT("even"));
    kafka_write(sim, TOPIC_ORDER, 0, TEXT("a0"), TEXT("even"));
    scenario_run_on(sim, STEPS);
    assert_int_equal(decisions[0]->count - before[0] > 0, true);
    assert_int_equal(decisions[1]->count - before[1] > 0, true);
    before[0] = decisions[0]->count;
    sim->schemas_missing = false;
    scenario_run_on(sim, STEPS);
    assert_int_equal(decisions[0]->count - before[0] > 0, true);
    check(sim);
    assert_string_equal(sim->violation, "");
    sim_close(sim);
}

static bool last_is_odd(struct sim *sim, enum topic topic)
{
    const struct topic_log *log = scenario_log_of(sim, topic, 0);

    return log->items[log->count - 1].value.size % 2 == 1;
}

/* Of odd size: schemas_missing and decoder_starved concern it. It waits for account "late". */
static void park_order(struct sim *sim)
{
    const struct order order = {.event_id = TEXT("early"),
                                .occurred_at = sim->wall,
                                .account_id = TEXT("late"),
                                .order_id = TEXT("o"),
                                .vps_id = TEXT("vv"),
                                .module_id = TEXT("m"),
                                .tariff_id = TEXT("t"),
                                .template = TEXT("os"),
                                .kind = ORDER_KIND_PLACED,
                                .period_start = sim->wall,
                                .period_months = 1};

    kafka_write(sim, TOPIC_ORDER, 0, order.account_id, sim_encode(&order_record, &order, &sim->memory.arena));
    assert_true(last_is_odd(sim, TOPIC_ORDER));
    scenario_run_on(sim, STEPS);
}

/* The account that the parked order waits for; of even size, so that it is read at once. */
static void open_late_account(struct sim *sim)
{
    scenario_write_account(sim, TEXT("late"), "open", ACCOUNT_KIND_OPENED, 0);
    assert_false(last_is_odd(sim, TOPIC_ACCOUNT));
    scenario_run_on(sim, STEPS);
}

/* [promise 5] A parked event is released while its schema cannot be had: its batch waits, the group is served. */
static void a_parked_event_waits_for_its_schema(void **state)
{
    struct sim *sim = scenario_rested(1, 1);
    uint32_t dead = scenario_log_of(sim, TOPIC_DEAD_LETTER, 0)->count, resumed = said(sim, "resumed");

    (void)state;
    park_order(sim);
    sim->schemas_missing = true;
    uint32_t polls = sim->workers[0].log.polls;
    open_late_account(sim);
    assert_true(sim->workers[0].log.polls - polls > 100);
    assert_int_equal(said(sim, "resumed"), resumed);
    sim->schemas_missing = false;
    scenario_run_on(sim, STEPS);
    assert_int_equal(said(sim, "resumed"), resumed + 1);
    assert_int_equal(scenario_log_of(sim, TOPIC_DEAD_LETTER, 0)->count, dead);
    check(sim);
    assert_string_equal(sim->violation, "");
    sim_close(sim);
}

/* [promise 5] Lack of memory while a parked event is read ends the worker, not the event. */
static void lack_of_memory_condemns_no_parked_event(void **state)
{
    struct sim *sim = scenario_rested(1, 1);
    uint32_t dead = scenario_log_of(sim, TOPIC_DEAD_LETTER, 0)->count;

    (void)state;
    park_order(sim);
    sim->decoder_starved = sim->may_stop = true;
    open_late_account(sim);
    assert_string_equal(sim->workers[0].stopped, "out of memory");
    assert_int_equal(scenario_log_of(sim, TOPIC_DEAD_LETTER, 0)->count, dead);
    sim_close(sim);
}

/* The registry was away during a roll forward: that it is back is said, though no message comes. */
static void a_roll_forward_ends_the_outage(void **state)
{
    struct sim *sim = scenario_rested(1, 1);
    uint32_t paused = said(sim, "paused"), resumed = said(sim, "resumed");

    (void)state;
    scenario_stop_all(sim);
    memset(&sim->redis, 0, sizeof sim->redis);
    sim->registry_down = true;
    scenario_run_on(sim, STEPS);
    assert_int_equal(said(sim, "paused"), paused + 1);
    sim->registry_down = false;
    scenario_run_on(sim, STEPS);
    assert_int_equal(said(sim, "resumed"), resumed + 1);
    check(sim);
    assert_string_equal(sim->violation, "");
    sim_close(sim);
}

/* design.md, "Traps": no transaction when there is nothing to do. */
static void idle_makes_no_transaction(void **state)
{
    struct sim *sim = scenario_rested(2, 2);

    (void)state;
    scenario_run_on(sim, 5 * STEPS); /* what is due soon */
    int32_t before = sim->kafka.transaction_count;
    scenario_run_on(sim, STEPS);
    assert_int_equal(sim->kafka.transaction_count, before);
    sim_close(sim);
}

/* Markers and aborted records of strangers: the position and the group's offsets follow to the end. */
static void idle_follows_markers(void **state)
{
    struct sim *sim = scenario_rested(1, 1);
    struct coordinator *stranger = &sim->kafka.coordinators[STRANGER];
    int log = log_number(TOPIC_ORDER, 0);

    (void)state;
    kafka_touch(sim, STRANGER, stranger->epoch, log);
    kafka_append(sim, log, (struct record){.txn = stranger->current, .has_value = true, .value = TEXT("aborted")});
    kafka_end(sim, STRANGER, stranger->epoch, TXN_ABORTED);
    scenario_run_on(sim, STEPS);
    assert_int_equal(sim->kafka.group.offsets[TOPIC_ORDER][0].offset, sim->kafka.logs[log].count);
    check(sim);
    assert_string_equal(sim->violation, "");
    sim_close(sim);
}

/* design.md, "Traps": a foreign open transaction on an input stalls it, and is named once. */
static void an_open_transaction_is_named(void **state)
{
    struct sim *sim = scenario_rested(1, 1);
    struct coordinator *stranger = &sim->kafka.coordinators[STRANGER];
    int log = log_number(TOPIC_ORDER, 0);
    uint32_t stalled = said(sim, "stalled"), resumed = said(sim, "resumed");

    (void)state;
    kafka_touch(sim, STRANGER, stranger->epoch, log);
    kafka_append(sim, log, (struct record){.txn = stranger->current, .has_value = true, .value = TEXT("open")});
    scenario_run_on(sim, 4 * STEPS);
    assert_int_equal(said(sim, "stalled") - stalled, 1);
    assert_int_equal(said(sim, "resumed") - resumed, 0);
    kafka_end(sim, STRANGER, stranger->epoch, TXN_ABORTED);
    scenario_run_on(sim, STEPS);
    assert_int_equal(said(sim, "stalled") - stalled, 1);
    assert_int_equal(said(sim, "resumed") - resumed, 1);
    check(sim);
    assert_string_equal(sim->violation, "");
    sim_close(sim);
}

/* States are encoded soon after they were edited: what is taken back later in the batch must not take those bytes
 * along. */
static void a_dead_letter_leaves_the_state_before_it(void **state)
{
    struct sim *sim = scenario_rested(1, 1);
    struct topic_log *states = scenario_log_of(sim, TOPIC_ACCOUNT_STATE, 0);
    struct topic_log *dead = scenario_log_of(sim, TOPIC_DEAD_LETTER, 0);
    uint32_t next_dead = dead->count, before = states->count, written = 0;

    (void)state;
    scenario_stop_all(sim);
    sim->config.batch_messages = 3;
    sim->config.batch_records = 100;
    scenario_write_account(sim, TEXT("rich"), "open", ACCOUNT_KIND_OPENED, 0);
    scenario_write_account(sim, TEXT("rich"), "small", ACCOUNT_KIND_DEPOSIT, 1000000);
    scenario_write_account(sim, TEXT("rich"), "beyond-64-bits", ACCOUNT_KIND_DEPOSIT, INT64_MAX);
    scenario_run_on(sim, STEPS);
    assert_int_equal(dead->count, next_dead + 2); /* and the marker */
    assert_string_equal(dead->items[next_dead].code, "amount-overflow");
    for (uint32_t i = before; i < states->count; i++)
        if (text_equal(states->items[i].key, TEXT("a:rich"))) {
            assert_true(states->items[i].has_value);
            written++;
        }
    assert_int_equal(written, 1); /* both were decided in one transaction */
    check(sim);
    assert_string_equal(sim->violation, "");
    sim_close(sim);
}

/* SIGTERM: ends by itself, and what was decided is in the store. */
static void stop_is_graceful(void **state)
{
    struct sim *sim = scenario_rested(1, 2);
    struct engine *engine = sim->workers[0].engine;

    (void)state;
    scenario_write_deposit(sim, "last");
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
        cmocka_unit_test(corrupt_state_is_rebuilt),
        cmocka_unit_test(reset_offsets_are_reported),
        cmocka_unit_test(outages_are_said_once),
        cmocka_unit_test(wrong_clock_pauses),
        cmocka_unit_test(one_waits_others_work),
        cmocka_unit_test(idle_makes_no_transaction),
        cmocka_unit_test(a_missing_schema_holds_up_one_input),
        cmocka_unit_test(a_parked_event_waits_for_its_schema),
        cmocka_unit_test(lack_of_memory_condemns_no_parked_event),
        cmocka_unit_test(a_roll_forward_ends_the_outage),
        cmocka_unit_test(idle_follows_markers),
        cmocka_unit_test(an_open_transaction_is_named),
        cmocka_unit_test(a_dead_letter_leaves_the_state_before_it),
        cmocka_unit_test(stop_is_graceful),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
