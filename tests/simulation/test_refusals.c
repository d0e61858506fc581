/* What must be refused, with words that say what is wrong, while nothing is decided. */
#include "tests/simulation/scenario.h"

static void forget_offsets(struct sim *sim)
{
    memset(sim->kafka.group.offsets, 0, sizeof sim->kafka.group.offsets);
}

/* --- Kafka lost something --- */

static void state_topic_recreated(void **state)
{
    struct sim *sim = scenario_rested(1, 1);

    (void)state;
    scenario_stop_all(sim);
    scenario_log_of(sim, TOPIC_ACCOUNT_STATE, 0)->count = 0;
    memset(&sim->redis, 0, sizeof sim->redis);
    scenario_expect_refusal(sim, "lost or recreated");
    sim_close(sim);
}

static void state_topic_truncated(void **state)
{
    struct sim *sim = scenario_rested(1, 1);

    (void)state;
    scenario_stop_all(sim);
    scenario_log_of(sim, TOPIC_ACCOUNT_STATE, 0)->count -= 3;
    scenario_expect_refusal(sim, "Kafka lost acknowledged writes");
    sim_close(sim);
}

/* The same process sees P go back, though Redis is empty. */
static void position_goes_back(void **state)
{
    struct sim *sim = scenario_rested(1, 1);
    struct topic_log *log = scenario_log_of(sim, TOPIC_ACCOUNT_STATE, 0);

    (void)state;
    for (uint32_t i = 0; i < 8; i++) /* the last transactions */
        log->items[log->count - 1 - i].gone = true;
    memset(&sim->redis, 0, sizeof sim->redis);
    sim->kafka.group.rebalancing = true;
    scenario_expect_refusal(sim, "Kafka lost acknowledged writes");
    sim_close(sim);
}

static void position_deleted(void **state)
{
    struct sim *sim = scenario_rested(1, 1);
    struct topic_log *log = scenario_log_of(sim, TOPIC_ACCOUNT_STATE, 0);

    (void)state;
    scenario_stop_all(sim);
    for (uint32_t i = 0; i < log->count; i++)
        if (text_equal(log->items[i].key, TEXT("p:0")))
            log->items[i].gone = true;
    memset(&sim->redis, 0, sizeof sim->redis);
    forget_offsets(sim);
    scenario_expect_refusal(sim, "no position");
    sim_close(sim);
}

static void input_truncated(void **state)
{
    struct sim *sim = scenario_rested(1, 1);

    (void)state;
    scenario_stop_all(sim);
    scenario_log_of(sim, TOPIC_ORDER, 0)->count--;
    scenario_expect_refusal(sim, "was decided up to");
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
    struct sim *sim = scenario_rested(1, 1);
    struct topic_log *log = scenario_log_of(sim, TOPIC_ACCOUNT, 0);

    (void)state;
    scenario_stop_all(sim);
    log->items[last_message(sim, log)].value = TEXT("another message at the same offset");
    scenario_expect_refusal(sim, "recreated");
    sim_close(sim);
}

static void input_deleted_undecided(void **state)
{
    struct sim *sim = scenario_rested(1, 1);
    struct topic_log *log = scenario_log_of(sim, TOPIC_OS_INSTALLED, 0);

    (void)state;
    scenario_stop_all(sim);
    for (int i = 0; i < 3; i++)
        kafka_write(sim, TOPIC_OS_INSTALLED, 0, TEXT("x"), TEXT("garbage"));
    log->first = log->count - 1;
    scenario_expect_refusal(sim, "retention deleted undecided input");
    sim_close(sim);
}

/* Retention removed what was decided: nothing to compare, nothing wrong. */
static void input_deleted_decided(void **state)
{
    struct sim *sim = scenario_rested(1, 1);

    (void)state;
    scenario_stop_all(sim);
    for (int topic = TOPIC_ACCOUNT; topic <= TOPIC_OS_INSTALLED; topic++)
        scenario_log_of(sim, (enum topic)topic, 0)->first = scenario_log_of(sim, (enum topic)topic, 0)->count;
    scenario_run_on(sim, STEPS);
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

static void other_group(struct position *position)
{
    position->group = TEXT("mistyped");
}

static void older_format(struct position *position)
{
    position->format = ENGINE_FORMAT - 1;
}

static void change_in_redis(struct sim *sim, void (*change)(struct position *))
{
    scenario_stop_all(sim);
    sim->redis.parts[0].position = changed_position(sim, sim->redis.parts[0].position, change);
}

/* Redis is empty, too. */
static void change_in_kafka(struct sim *sim, void (*change)(struct position *))
{
    struct topic_log *log = scenario_log_of(sim, TOPIC_ACCOUNT_STATE, 0);

    scenario_stop_all(sim);
    memset(&sim->redis, 0, sizeof sim->redis);
    for (uint32_t i = 0; i < log->count; i++)
        if (text_equal(log->items[i].key, TEXT("p:0")))
            log->items[i].value = changed_position(sim, log->items[i].value, change);
}

static void refuse_in_redis(void (*change)(struct position *), const char *words)
{
    struct sim *sim = scenario_rested(1, 1);

    change_in_redis(sim, change);
    scenario_expect_refusal(sim, words);
    sim_close(sim);
}

static void refuse_in_kafka(void (*change)(struct position *), const char *words)
{
    struct sim *sim = scenario_rested(1, 1);

    change_in_kafka(sim, change);
    scenario_expect_refusal(sim, words);
    sim_close(sim);
}

static void another_installation(void **state)
{
    (void)state;
    refuse_in_redis(other_cluster, "another installation");
    refuse_in_redis(other_count, "another installation");
    refuse_in_kafka(other_cluster, "another installation");
    refuse_in_kafka(other_count, "another installation");
    refuse_in_redis(other_group, "group mistyped");
    refuse_in_kafka(other_group, "group mistyped");
}

/* [design.md, "Upgrade"] The process stops, so that the group gives its partitions to newer ones. */
static void newer_state_format(void **state)
{
    static void (*const changes[])(struct sim *, void (*)(struct position *)) = {change_in_redis, change_in_kafka};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct sim *sim = scenario_rested(1, 1);
        changes[i](sim, newer_format);
        sim->may_stop = true;
        scenario_run_on(sim, STEPS);
        if (!strstr(sim->workers[0].stopped, "state format 2 is newer than 1"))
            fail_msg("expected it to stop for the state format, got \"%s\"", sim->workers[0].stopped);
        sim_close(sim);
    }
}

static int32_t last_format(struct sim *sim)
{
    const struct topic_log *log = scenario_log_of(sim, TOPIC_ACCOUNT_STATE, 0);
    struct position position;
    uint32_t i = log->count - 1;

    while (!text_equal(log->items[i].key, TEXT("p:0")))
        i--;
    assert_int_equal(sim_decode(&position_record, log->items[i].value, &sim->memory.arena, &position).status,
                     DECODE_OK);
    return position.format;
}

/* [design.md, "Upgrade"] What older workers can still read is not taken from them by a newer one that decides. */
static void older_state_format_stays(void **state)
{
    struct sim *sim = scenario_rested(1, 1);
    struct topic_log *log = scenario_log_of(sim, TOPIC_ACCOUNT_STATE, 0);

    (void)state;
    change_in_kafka(sim, older_format);
    uint32_t before = log->count;
    scenario_write_deposit(sim, "later");
    scenario_run_on(sim, STEPS);
    assert_true(log->count > before);
    assert_int_equal(last_format(sim), ENGINE_FORMAT - 1);
    sim_close(sim);
}

static void evicting_store_stops(void **state)
{
    const struct options options = {.parts = 1, .workers = 1, .events = 40};
    struct sim *sim = sim_open(&options, 7);

    (void)state;
    sim->may_stop = sim->evicts = true;
    end_faults(sim);
    scenario_run_on(sim, 200);
    assert_non_null(strstr(sim->workers[0].stopped, "noeviction"));
    sim_close(sim);
}

/* [promise 5] What is in another partition of the catalogue would never be read. */
static void wide_catalogue_stops(void **state)
{
    struct sim *sim = scenario_rested(1, 1);

    (void)state;
    scenario_stop_all(sim);
    sim->may_stop = sim->wide_catalogue = true;
    scenario_run_on(sim, STEPS);
    assert_non_null(strstr(sim->workers[0].stopped, "topic catalogue has 2 partitions, expected 1 (contract.md)"));
    sim_close(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(state_topic_recreated),    cmocka_unit_test(state_topic_truncated),
        cmocka_unit_test(position_goes_back),       cmocka_unit_test(position_deleted),
        cmocka_unit_test(input_truncated),          cmocka_unit_test(input_recreated),
        cmocka_unit_test(input_deleted_undecided),  cmocka_unit_test(input_deleted_decided),
        cmocka_unit_test(another_installation),     cmocka_unit_test(newer_state_format),
        cmocka_unit_test(older_state_format_stays), cmocka_unit_test(evicting_store_stops),
        cmocka_unit_test(wide_catalogue_stops),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
