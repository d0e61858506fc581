/* starve: histories in which the engine gets no memory: a worker stops with "out of memory", as the process would, or
 * goes on; afterwards the history goes on, and is checked as all histories are.
 *
 *   starve [--seed SEED] [--seconds S]      every history with one allocation failing at a time, and with thirty in a
 * row
 *
 * The linker's --wrap puts this file before what the simulation calls of the engine: only what the engine and its ports
 * ask for fails, with arenas so small that a decision takes many chunks. What the simulated Kafka and Redis keep has
 * memory. */
#include "tests/simulation/sim.h"
#include "tests/unit/shortage/shortage.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { CHUNK_BYTES = 256, LONG_SHORTAGE = 30, AT_MOST = 400 /* failures of a history */ };

static struct {
    uint64_t shortages, stopped;
    bool (*grow)(struct arena *arena, size_t size); /* of all arenas */
} starved;

/* --- before the engine: NOLINTBEGIN(bugprone-reserved-identifier) --- */

void __real_memory_init(struct memory *arena, size_t chunk_bytes, size_t keep_bytes);
struct engine *__real_engine_open(const struct engine_config *config, const struct engine_ports *ports);
struct result __real_engine_step(struct engine *engine);
struct follower *__real_follower_open(const struct follower_config *config, struct log *log,
                                      const struct record_codec *codec, const struct clock *clock);
struct result __real_follower_step(struct follower *follower);

void __wrap_memory_init(struct memory *arena, size_t chunk_bytes, size_t keep_bytes);
struct engine *__wrap_engine_open(const struct engine_config *config, const struct engine_ports *ports);
struct result __wrap_engine_step(struct engine *engine);
struct follower *__wrap_follower_open(const struct follower_config *config, struct log *log,
                                      const struct record_codec *codec, const struct clock *clock);
struct result __wrap_follower_step(struct follower *follower);

static bool grow_always(struct arena *arena, size_t size)
{
    bool paused = shortage_pause();
    bool grown = starved.grow(arena, size);

    shortage_resume(paused);
    return grown;
}

void __wrap_memory_init(struct memory *arena, size_t chunk_bytes, size_t keep_bytes)
{
    bool of_engine = shortage_pause();

    __real_memory_init(arena, of_engine ? CHUNK_BYTES : chunk_bytes, of_engine ? 0 : keep_bytes);
    starved.grow = arena->arena.grow;
    if (!of_engine)
        arena->arena.grow = grow_always;
    shortage_resume(of_engine);
}

struct engine *__wrap_engine_open(const struct engine_config *config, const struct engine_ports *ports)
{
    shortage_resume(true);
    struct engine *engine = __real_engine_open(config, ports);
    shortage_pause();
    starved.stopped += !engine;
    return engine;
}

struct result __wrap_engine_step(struct engine *engine)
{
    shortage_resume(true);
    struct result result = __real_engine_step(engine);
    shortage_pause();
    starved.stopped += result.kind == RESULT_STOP;
    return result;
}

struct follower *__wrap_follower_open(const struct follower_config *config, struct log *log,
                                      const struct record_codec *codec, const struct clock *clock)
{
    shortage_resume(true);
    struct follower *follower = __real_follower_open(config, log, codec, clock);
    shortage_pause();
    starved.stopped += !follower;
    return follower;
}

struct result __wrap_follower_step(struct follower *follower)
{
    shortage_resume(true);
    struct result result = __real_follower_step(follower);
    shortage_pause();
    starved.stopped += result.kind == RESULT_STOP;
    return result;
}

/* NOLINTEND(bugprone-reserved-identifier) */

/* --- histories --- */

static const struct options shapes[] = {
    {.parts = 1, .workers = 1, .actions = 600, .events = 20, .starves = true},
    {.parts = 2, .workers = 2, .actions = 1200, .events = 30, .starves = true},
};

/* How many allocations there were; 0: a violation. */
static uint64_t run(uint64_t seed, uint64_t from, uint64_t failures)
{
    const struct options *options = &shapes[seed % (sizeof shapes / sizeof *shapes)];

    shortage_begin(from, failures);
    shortage_pause();
    struct sim *sim = history(options, seed, NULL, NULL);
    uint64_t asked = shortage_asked();
    bool good = sim->violation[0] == 0;
    starved.shortages += shortage_end();
    if (!good)
        printf("--seed %llu, allocations %llu to %llu of %llu: %s\n", (unsigned long long)seed,
               (unsigned long long)from, (unsigned long long)(from + failures - 1), (unsigned long long)asked,
               sim->violation);
    sim_close(sim);
    return good ? asked : 0;
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Each of the first allocations, which a worker makes when it starts, then some of all others. */
static bool starve(uint64_t seed, double end)
{
    uint64_t count = run(seed, 0, 0), left = count;
    bool good = count > 0;

    for (uint64_t from = 1; good && from <= count && now() < end; from += from < AT_MOST / 4 ? 1 : 1 + left / AT_MOST)
        good = run(seed, from, 1) && run(seed, from, LONG_SHORTAGE);
    return good;
}

int main(int count, char **arguments)
{
    static const struct option options[] = {{"seed", 1, 0, 'f'}, {"seconds", 1, 0, 's'}, {0, 0, 0, 0}};
    uint64_t first = 1, seed;
    double end = now() + 10;
    bool good = true;

    for (int option; (option = getopt_long(count, arguments, "", options, NULL)) != -1;)
        switch (option) {
        case 'f': first = strtoull(optarg, NULL, 10); break;
        case 's': end = now() + strtod(optarg, NULL); break;
        default: return 2;
        }
    for (seed = first; good && now() < end; seed++)
        good = starve(seed, end);
    printf("%llu seeds from %llu on: %llu shortages, %llu times the worker stopped\n",
           (unsigned long long)(seed - first), (unsigned long long)first, (unsigned long long)starved.shortages,
           (unsigned long long)starved.stopped);
    return !good || !starved.stopped;
}
