/* A history: actions drawn from a seed, then everything comes to rest and is checked. */
#include "tests/simulation/sim.h"

#include <stdio.h>
#include <stdlib.h>

enum { REST_ROUNDS = 2, REST_STEPS = 6000 };

/* --- rest --- */

static bool worker_rests(struct sim *sim, const struct worker *worker)
{
    struct partition_view views[TOPIC_INPUTS * MAX_PARTS];

    if (!worker->alive || worker->log.generation != sim->kafka.group.generation || worker->log.waiting)
        return false;
    uint32_t count = engine_partitions(worker->engine, views, TOPIC_INPUTS * MAX_PARTS);
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(views[i].state, "active") != 0 || views[i].lag || views[i].writes_in_flight)
            return false;
    return worker->store.first == NULL;
}

bool rests(struct sim *sim)
{
    if (sim->kafka.group.rebalancing)
        return false;
    for (int who = 0; who < COORDINATORS; who++)
        if (sim->kafka.coordinators[who].state != TXN_NONE)
            return false;
    for (int who = 0; who < sim->options.workers; who++)
        if (!worker_rests(sim, &sim->workers[who]))
            return false;
    return true;
}

void end_faults(struct sim *sim)
{
    sim->quiet = true;
    sim->kafka_down = sim->redis_down = sim->registry_down = sim->schemas_missing = false;
    sim->redis_full = sim->redis_replica = false;
    memset(sim->kafka.ghost_count, 0, sizeof sim->kafka.ghost_count);
    memset(sim->kafka.group.lie, 0, sizeof sim->kafka.group.lie);
    if (sim->kafka.coordinators[STRANGER].state == TXN_ONGOING)
        kafka_end(sim, STRANGER, sim->kafka.coordinators[STRANGER].epoch, TXN_ABORTED);
    for (int who = 0; who < sim->options.workers; who++)
        sim->workers[who].skew = 0;
    sim->wall += 3600000; /* a partition may wait for a clock that was behind */
    sim->steady += INT64_C(3600000) * 1000;
    story_rest(sim);
}

void rest_step(struct sim *sim, uint32_t number)
{
    bool all = true;

    sim->chance = sim->seed + number;
    sim->wall += 20;
    sim->steady += 20000;
    for (int who = 0; who < sim->options.workers; who++) {
        struct worker *worker = &sim->workers[who];
        worker->paused = false;
        worker_start(worker);
        for (int i = 0; i < 4 && worker->alive; i++)
            worker_step(worker);
        sim_log_deliver(&worker->log, 0);
        sim_store_orphan(&worker->store);
        all = all && sim->kafka.group.joined[who];
    }
    for (int who = 0; who < COORDINATORS; who++)
        for (int log = 0; log < LOGS; log++)
            kafka_marker(sim, who, log);
    if (sim->kafka.group.rebalancing && (all || number % 40 == 39))
        kafka_rejoined(sim, number);
}

/* All faults end; once more after a rebalance. */
void come_to_rest(struct sim *sim)
{
    end_faults(sim);
    for (int round = 0; round < REST_ROUNDS && !sim->violation[0]; round++) {
        uint32_t i = 0;
        sim->kafka.group.rebalancing = true;
        for (; i < REST_STEPS && !rests(sim) && !sim->violation[0]; i++)
            rest_step(sim, i);
        if (i == REST_STEPS)
            violate(sim, "does not come to rest");
    }
}

/* --- histories --- */

static void finish(struct sim *sim)
{
    for (int who = 0; who < sim->options.workers; who++)
        if (sim->workers[who].alive) {
            struct engine_statistics now;
            engine_statistics(sim->workers[who].engine, &now);
            sim->under_fire += now.decisions;
        }
    sim->under_fire += sim->total.decisions;
    if (!sim->violation[0])
        come_to_rest(sim);
    if (!sim->violation[0])
        check(sim);
    if (!sim->violation[0])
        replay(sim);
}

static struct action draw_action(uint64_t *chance, const uint32_t *weights, uint32_t sum, uint32_t *current)
{
    uint32_t luck = next_chance(chance, sum), kind = 0;

    while (luck >= weights[kind])
        luck -= weights[kind++];
    struct action action = {(uint8_t)kind, (uint8_t)next_chance(chance, 12), next_chance(chance, 1U << 20)};
    if (next_chance(chance, 12) == 0) /* bursts: the others stand still meanwhile */
        *current = next_chance(chance, 12);
    if (kind == 0) /* step */
        action.a = (uint8_t)*current;
    return action;
}

struct sim *history(const struct options *options, uint64_t seed, struct action **ret_actions, uint32_t *ret_count)
{
    struct sim *sim = sim_open(options, seed);
    uint64_t chance = seed ^ 0x5EED;
    uint32_t weights[ACTION_KINDS_MAX], sum, current = 0, count = 0;
    struct action *actions = ret_actions ? malloc((size_t)options->actions * sizeof *actions) : NULL;

    sum = action_weights(&chance, weights);
    for (int i = 0; i < options->actions && !sim->violation[0]; i++) {
        struct action action = draw_action(&chance, weights, sum, &current);
        bool done = action_run(sim, &action);
        if (done && options->show)
            printf("%4d %-16s %u %u\n", i, action_name(&action), action.a, action.b);
        if (done && actions)
            actions[count++] = action;
    }
    finish(sim);
    if (ret_actions) {
        *ret_actions = actions;
        *ret_count = count;
    }
    return sim;
}

struct sim *history_replay(const struct options *options, uint64_t seed, const struct action *actions, uint32_t count)
{
    struct sim *sim = sim_open(options, seed);

    for (uint32_t i = 0; i < count && !sim->violation[0]; i++) {
        if (options->show)
            printf("%4u %-16s %u %u\n", i, action_name(&actions[i]), actions[i].a, actions[i].b);
        action_run(sim, &actions[i]);
    }
    if (options->show)
        printf("     rest\n");
    finish(sim);
    return sim;
}

/* Removes actions while some violation stays. */
uint32_t history_shrink(const struct options *options, uint64_t seed, struct action *actions, uint32_t count)
{
    struct action *trial = malloc((count + 1U) * sizeof *trial);
    uint32_t size = count / 2;

    while (size > 0) {
        bool cut = false;
        for (uint32_t i = 0; i + size <= count;) {
            memcpy(trial, actions, i * sizeof *trial);
            memcpy(trial + i, actions + i + size, (count - i - size) * sizeof *trial);
            struct sim *sim = history_replay(options, seed, trial, count - size);
            bool fails = sim->violation[0] != 0;
            sim_close(sim);
            if (fails) {
                memcpy(actions, trial, (count - size) * sizeof *trial);
                count -= size;
                cut = true;
            } else
                i += size;
        }
        if (!cut || size > 1)
            size /= 2;
    }
    free(trial);
    return count;
}
