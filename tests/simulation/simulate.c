/* simulate: runs histories; a failing seed is printed, shrunk and shown. */
#include "tests/simulation/sim.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct run {
    struct options options;
    uint64_t from, seeds;
    double seconds;
    bool expect; /* a violation */
    bool soak;
    const char *past; /* file of histories */
    bool quiet;
};

static void usage(void)
{
    puts("simulate [--from SEED] [--seeds N] [--seconds S] [--parts N] [--workers N] [--actions N] [--events N] "
         "[--plant NAME]\n"
         "         [--calls N] [--expect] [--seed SEED] [--show]\n"
         "  --calls N      calls of the log in one step of a worker, and events that it decides before their states "
         "are encoded\n"
         "  --seed SEED    replays one history, shrunk and shown when it fails\n"
         "  --plant NAME   takes a measure away; --expect: fail unless that is noticed\n"
         "  --from new     begins at a seed of the present time\n"
         "  --past FILE    replays the histories of past failures: parts, workers, actions, events and seed a line\n"
         "  --soak         new seeds in worlds of every shape, until --seconds are over (an hour unless said)");
    for (int i = 1; i < PLANT_COUNT; i++)
        printf("  planted: %s\n", planted_names[i]);
}

static enum planted planted(const char *name)
{
    for (int i = 0; i < PLANT_COUNT; i++)
        if (strcmp(planted_names[i], name) == 0)
            return (enum planted)i;
    usage();
    exit(2);
}

static void parse(int count, char **arguments, struct run *run)
{
    static const struct option options[] = {
        {"from", 1, 0, 'f'},    {"seeds", 1, 0, 'n'},   {"seconds", 1, 0, 's'}, {"parts", 1, 0, 'p'},
        {"workers", 1, 0, 'w'}, {"actions", 1, 0, 'a'}, {"plant", 1, 0, 'x'},   {"expect", 0, 0, 'e'},
        {"seed", 1, 0, '1'},    {"events", 1, 0, 'E'},  {"quiet", 0, 0, 'q'},   {"show", 0, 0, 'v'},
        {"soak", 0, 0, 'S'},    {"past", 1, 0, 'P'},    {"calls", 1, 0, 'c'},   {0, 0, 0, 0}};

    for (int option; (option = getopt_long(count, arguments, "", options, NULL)) != -1;)
        switch (option) {
        case 'f':
            run->from = strcmp(optarg, "new") == 0 ? (uint64_t)time(NULL) * 1000 : strtoull(optarg, NULL, 10);
            break;
        case 'n': run->seeds = strtoull(optarg, NULL, 10); break;
        case 's': run->seconds = strtod(optarg, NULL); break;
        case 'p': run->options.parts = (int)strtol(optarg, NULL, 10); break;
        case 'w': run->options.workers = (int)strtol(optarg, NULL, 10); break;
        case 'a': run->options.actions = (int)strtol(optarg, NULL, 10); break;
        case 'E': run->options.events = (int)strtol(optarg, NULL, 10); break;
        case 'c': run->options.calls = (int)strtol(optarg, NULL, 10); break;
        case 'x': run->options.planted = planted(optarg); break;
        case 'e': run->expect = true; break;
        case 'v': run->options.show = true; break;
        case 'q': run->quiet = true; break;
        case 'S': run->soak = true; break;
        case 'P': run->past = optarg; break;
        case '1':
            run->from = strtoull(optarg, NULL, 10);
            run->seeds = 1;
            break;
        default: usage(); exit(2);
        }
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The shortest history that still fails, then once more with everything shown. */
static void explain(const struct run *run, uint64_t seed)
{
    struct action *actions;
    uint32_t count;
    struct options shown = run->options;

    sim_close(history(&run->options, seed, &actions, &count));
    count = history_shrink(&run->options, seed, actions, count);
    shown.show = true;
    struct sim *sim = history_replay(&shown, seed, actions, count);
    printf("seed %llu, shrunk to %u actions: %s\n", (unsigned long long)seed, count, sim->violation);
    sim_close(sim);
    free(actions);
}

static void sum(struct engine_statistics *to, const struct engine_statistics *from)
{
    uint64_t *total = &to->messages;
    const uint64_t *one = &from->messages;

    for (size_t i = 0; i < offsetof(struct engine_statistics, cache_bytes) / sizeof(uint64_t); i++)
        total[i] += one[i];
}

static void report(const struct run *run, uint64_t histories, double seconds, const struct engine_statistics *s,
                   uint64_t under_fire)
{
    uint64_t repairs = 0;

    for (int i = 0; i < REPAIR_CAUSES; i++)
        repairs += s->repairs[i];
    printf("%s: %llu histories of %d actions, %d partitions, %d workers in %.0f s: no violation\n"
           "  decisions %llu (%llu before the faults ended), commits %llu, aborts %llu, producers recreated %llu, "
           "recoveries %llu, rebuilds %llu, "
           "repairs %llu\n  charges %llu, notifications %llu, dead letters %llu, timers %llu, held %llu, store writes "
           "%llu, reads %llu, "
           "cache hits %llu, misses %llu\n",
           planted_names[run->options.planted], (unsigned long long)histories, run->options.actions, run->options.parts,
           run->options.workers, seconds, (unsigned long long)s->decisions, (unsigned long long)under_fire,
           (unsigned long long)s->commits, (unsigned long long)s->aborts, (unsigned long long)s->recreations,
           (unsigned long long)s->recoveries, (unsigned long long)s->rebuilds, (unsigned long long)repairs,
           (unsigned long long)s->charges, (unsigned long long)s->notifications, (unsigned long long)s->dead_letters,
           (unsigned long long)s->timers, (unsigned long long)s->held, (unsigned long long)s->store_writes,
           (unsigned long long)s->store_reads, (unsigned long long)s->cache_hits, (unsigned long long)s->cache_misses);
    for (int i = 0; i < REPAIR_CAUSES; i++)
        printf("  %s %llu", repair_cause_name((enum repair_cause)i), (unsigned long long)s->repairs[i]);
    puts("");
}

static void add_statistics(const struct sim *sim, struct engine_statistics *total)
{
    for (int who = 0; who < MAX_WORKERS; who++)
        if (sim->workers[who].engine) {
            struct engine_statistics one;
            engine_statistics(sim->workers[who].engine, &one);
            sum(total, &one);
        }
    sum(total, &sim->total);
}

/* False: a violation. */
static bool run_seeds(const struct run *run)
{
    struct engine_statistics total = {0};
    uint64_t seed, under_fire = 0;
    double began = now();

    for (seed = run->from; seed < run->from + run->seeds; seed++) {
        if (run->seconds > 0 && now() - began > run->seconds)
            break;
        struct sim *sim = history(&run->options, seed, NULL, NULL);
        bool failed = sim->violation[0] != 0;
        if (failed)
            printf("%s: --parts %d --workers %d --actions %d --events %d --seed %llu (after %llu): %s\n",
                   planted_names[run->options.planted], run->options.parts, run->options.workers, run->options.actions,
                   run->options.events, (unsigned long long)seed, (unsigned long long)(seed - run->from + 1),
                   sim->violation);
        add_statistics(sim, &total);
        under_fire += sim->under_fire;
        sim_close(sim);
        if (!failed)
            continue;
        if (!run->expect && !run->quiet)
            explain(run, seed);
        return false;
    }
    report(run, seed - run->from, now() - began, &total, under_fire);
    return true;
}

/* A minute with each shape in turn. */
static bool soak(struct run run)
{
    static const struct options shapes[] = {
        {.parts = 1, .workers = 2, .actions = 3000, .events = 40},
        {.parts = 2, .workers = 2, .actions = 3000, .events = 40},
        {.parts = 3, .workers = 3, .actions = 6000, .events = 100},
        {.parts = 1, .workers = 1, .actions = 20000, .events = 400},
        {.parts = 2, .workers = 3, .actions = 4000, .events = 100},
    };
    double end = now() + (run.seconds > 0 ? run.seconds : 3600);

    run.seeds = UINT64_MAX / 2;
    for (unsigned i = 0; now() < end; i++) {
        run.options = shapes[i % (sizeof shapes / sizeof *shapes)];
        run.from = (uint64_t)time(NULL) * 1000;
        run.seconds = end - now() < 60 ? end - now() : 60;
        if (!run_seeds(&run))
            return false;
    }
    return true;
}

/* The histories of a file: what failed once, or would without some measure. */
static bool past(struct run run)
{
    FILE *file = fopen(run.past, "r");
    char line[256];
    bool passed = file != NULL;

    while (passed && fgets(line, sizeof line, file)) {
        unsigned long long seed = 0;
        struct options *o = &run.options;
        if (line[0] == '#')
            continue;
        passed = sscanf(line, "%d %d %d %d %llu", &o->parts, &o->workers, &o->actions, &o->events, &seed) == 5;
        if (!passed)
            fprintf(stderr, "%s: five numbers a line: %s", run.past, line);
        run.from = seed;
        run.seeds = 1;
        passed = passed && run_seeds(&run);
    }
    if (!file)
        perror(run.past);
    else
        fclose(file);
    return passed;
}

int main(int count, char **arguments)
{
    struct run run = {.options = {.parts = 2, .workers = 2, .actions = 3000, .events = 40}, .from = 1, .seeds = 200};

    setvbuf(stdout, NULL, _IOLBF, 0);
    parse(count, arguments, &run);
    bool passed = run.past ? past(run) : run.soak ? soak(run) : run_seeds(&run);
    return passed == run.expect;
}
