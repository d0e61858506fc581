/* starve: histories in which the engine gets no memory: a worker stops with "out of memory", as the process would, or goes
 * on; afterwards the history goes on, and is checked as all histories are.
 *
 *   starve [--seed SEED] [--seconds S]      every history with one allocation failing at a time, and with thirty in a row
 *
 * The linker's --wrap puts this file before malloc and before what the simulation calls of the engine: only what the
 * engine asks for fails, with arenas so small that a decision takes many chunks. What the simulation itself keeps, and what
 * it does in its ports, has memory always. */
#include "tests/simulation/sim.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { CHUNK_BYTES = 256, LONG_SHORTAGE = 30, AT_MOST = 400 /* failures of a history */ };

static struct {
    bool armed;              /* the engine runs */
    uint64_t asked;          /* allocations of the engine */
    uint64_t from, failures; /* from the `from`th on so many fail */
    uint64_t failed, stopped;
    bool (*grow)(struct arena *arena, size_t size);
} memory;

static bool fails(void)
{
    if (!memory.armed || ++memory.asked < memory.from || memory.asked >= memory.from + memory.failures)
        return false;
    memory.failed++;
    return true;
}

/* --- before the libraries: NOLINTBEGIN(bugprone-reserved-identifier) --- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_memory_init(struct memory *arena, size_t chunk_bytes, size_t keep_bytes);
struct engine *__real_engine_open(const struct engine_config *config, const struct engine_ports *ports);
struct result __real_engine_step(struct engine *engine);
struct follower *__real_follower_open(const struct follower_config *config, struct log *log,
                                      const struct record_codec *codec, const struct clock *clock);
struct result __real_follower_step(struct follower *follower);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_memory_init(struct memory *arena, size_t chunk_bytes, size_t keep_bytes);
struct engine *__wrap_engine_open(const struct engine_config *config, const struct engine_ports *ports);
struct result __wrap_engine_step(struct engine *engine);
struct follower *__wrap_follower_open(const struct follower_config *config, struct log *log,
                                      const struct record_codec *codec, const struct clock *clock);
struct result __wrap_follower_step(struct follower *follower);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

static bool grow_always(struct arena *arena, size_t size)
{
    bool armed = memory.armed;

    memory.armed = false;
    bool grown = memory.grow(arena, size);
    memory.armed = armed;
    return grown;
}

void __wrap_memory_init(struct memory *arena, size_t chunk_bytes, size_t keep_bytes)
{
    __real_memory_init(arena, memory.armed ? CHUNK_BYTES : chunk_bytes, memory.armed ? 0 : keep_bytes);
    memory.grow = arena->arena.grow;
    if (!memory.armed)
        arena->arena.grow = grow_always;
}

struct engine *__wrap_engine_open(const struct engine_config *config, const struct engine_ports *ports)
{
    memory.armed = true;
    struct engine *engine = __real_engine_open(config, ports);
    memory.armed = false;
    memory.stopped += !engine;
    return engine;
}

struct result __wrap_engine_step(struct engine *engine)
{
    memory.armed = true;
    struct result result = __real_engine_step(engine);
    memory.armed = false;
    memory.stopped += result.kind == RESULT_STOP;
    return result;
}

struct follower *__wrap_follower_open(const struct follower_config *config, struct log *log,
                                      const struct record_codec *codec, const struct clock *clock)
{
    memory.armed = true;
    struct follower *follower = __real_follower_open(config, log, codec, clock);
    memory.armed = false;
    memory.stopped += !follower;
    return follower;
}

struct result __wrap_follower_step(struct follower *follower)
{
    memory.armed = true;
    struct result result = __real_follower_step(follower);
    memory.armed = false;
    memory.stopped += result.kind == RESULT_STOP;
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

    memory.asked = 0;
    memory.from = from;
    memory.failures = failures;
    struct sim *sim = history(options, seed, NULL, NULL);
    bool good = sim->violation[0] == 0;
    if (!good)
        printf("--seed %llu, allocations %llu to %llu of %llu: %s\n", (unsigned long long)seed, (unsigned long long)from,
               (unsigned long long)(from + failures - 1), (unsigned long long)memory.asked, sim->violation);
    sim_close(sim);
    return good ? memory.asked : 0;
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
    printf("%llu seeds from %llu on: %llu allocations failed, %llu times the worker stopped\n",
           (unsigned long long)(seed - first), (unsigned long long)first, (unsigned long long)memory.failed,
           (unsigned long long)memory.stopped);
    return !good || !memory.stopped;
}
