#include "tests/simulation/scenario.h"

/* A world at rest: everything decided, nothing wrong. */
struct sim *scenario_rested(int parts, int workers)
{
    const struct options options = {.parts = parts, .workers = workers, .actions = 0, .events = 40};
    struct sim *sim = sim_open(&options, 7);

    come_to_rest(sim);
    if (!sim->violation[0])
        check(sim);
    assert_string_equal(sim->violation, "");
    return sim;
}

void scenario_stop_all(struct sim *sim)
{
    for (int who = 0; who < sim->options.workers; who++)
        worker_crash(&sim->workers[who]);
}

/* Lets the workers run on for a while, with everything healthy. */
void scenario_run_on(struct sim *sim, uint32_t steps)
{
    sim->kafka.group.rebalancing = sim->kafka.group.rebalancing || !sim->workers[0].alive;
    for (uint32_t i = 0; i < steps; i++)
        rest_step(sim, i);
}

void scenario_expect_refusal(struct sim *sim, const char *words)
{
    sim->may_refuse = true;
    scenario_run_on(sim, STEPS);
    if (!strstr(sim->refusal, words))
        fail_msg("expected a refusal with \"%s\", got \"%s\" (%s)", words, sim->refusal, sim->violation);
    assert_string_equal(sim->violation, "");
}

struct topic_log *scenario_log_of(struct sim *sim, enum topic topic, int32_t n)
{
    return &sim->kafka.logs[log_number(topic, n)];
}

void scenario_write_account(struct sim *sim, struct text account_id, const char *id, enum account_kind kind,
                            int64_t amount_micros)
{
    struct account_event event = {
        .event_id = {id, (uint32_t)strlen(id)},
        .occurred_at = sim->wall,
        .account_id = account_id,
        .kind = kind,
        .amount_micros = amount_micros,
        .currency = TEXT("USD"),
    };

    kafka_write(sim, TOPIC_ACCOUNT, 0, event.account_id, sim_encode(&account_event_record, &event, &sim->memory.arena));
}

void scenario_write_deposit(struct sim *sim, const char *id)
{
    scenario_write_account(sim, TEXT("a0"), id, ACCOUNT_KIND_DEPOSIT, 1000000);
}
