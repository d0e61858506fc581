/* Properties of core over random histories.
 *
 *   properties [--events N] [--seed S] [--seconds T] [--property NAME]... [--plant NAME] [--rules]
 *   properties --history --seed S --events N [--outcome]
 *   properties --history FILE --outcome FILE
 *
 * Each history is made from a seed of its own, S, S + 1 and so on, until N events are decided; all properties are
 * checked on each. A seed says everything: the command that a failure ends with decides exactly that history. */
#include "generate.h"
#include "history_json.h"
#include "property.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

struct options {
    uint64_t seed, events;
    uint32_t length; /* of one history; 0: by its seed */
    double seconds;
    const char *property; /* NULL: all */
    enum plant plant;
    bool rules, history, outcome;
    const char *history_file, *outcome_file;
};

static const char usage[] =
    "usage: properties [--events N] [--seed S | --seed new] [--length L] [--seconds T] [--property NAME] [--plant "
    "NAME]\n"
    "                  [--rules]\n"
    "       properties --history --seed S --events N [--outcome]\n"
    "       properties --history FILE --outcome FILE\n"
    "  --length L      each history has so many steps (else as its seed says)\n"
    "  --seconds T     no new history after so long\n"
    "  --plant NAME    break what core brings: passes when the property that must notice does\n"
    "  --rules         say which rules decided, and fail when one that can be reached did not\n";

/* --- one history --- */

static bool reached[RULE_COUNT];

static void reach(struct text rule)
{
    reached[rule_find(rule)] = true;
}

static void note_rules(const struct run *run)
{
    for (uint32_t step = 0; step < run->count; step++) {
        const struct outcome *outcome = &run->outcomes[step];
        for (uint32_t i = 0; i < outcome->decisions.count; i++) {
            reach(outcome->decisions.items[i].rule);
            for (uint32_t k = 0; k < outcome->decisions.items[i].effects.count; k++)
                reach(outcome->decisions.items[i].effects.items[k].rule);
        }
        for (uint32_t i = 0; i < outcome->charges.count; i++)
            reach(outcome->charges.items[i].rule);
        for (uint32_t i = 0; i < outcome->notifications.count; i++)
            reach(outcome->notifications.items[i].rule);
    }
}

/* What happened to the account and to the catalogue, and how to see it again. */
static void explain(const struct options *options, const struct trial *trial, const struct property *property)
{
    printf("FAILED %s: %s\n  seed %" PRIu64 ", step %u, account %.*s: %s\n", property->name, property->says,
           trial->seed, trial->step, TEXT_ARGUMENTS(trial->account_id), trial->failure);
    for (uint32_t i = 0; i <= trial->step && i < trial->history->count; i++) {
        const struct step *step = &trial->history->steps[i];
        if (is_lane_step(step) || (trial->account_id.size && !text_equal(step->account_id, trial->account_id)))
            continue;
        printf("  %u ", i);
        step_write(step, stdout);
    }
    printf("again: properties --seed %" PRIu64 " --events 1 --property %s", trial->seed, property->name);
    if (options->length)
        printf(" --length %u", options->length);
    printf("\nall of it, with the catalogue: properties --history --seed %" PRIu64 " --events %u\n", trial->seed,
           trial->history->count);
}

/* Checks one property. True: it holds. */
static bool check(const struct options *options, struct trial *trial, const struct property *property)
{
    if (options->property && strcmp(options->property, property->name) != 0)
        return true;
    trial->chance = (struct chance){trial->seed ^ (uint64_t)(property - properties) << 32};
    if (property->holds(trial))
        return true;
    if (options->plant == PLANT_NONE)
        explain(options, trial, property);
    return false;
}

/* Returns the events decided, 0 when a property failed. */
static uint64_t try_seed(const struct options *options, struct codec *codec, uint64_t seed)
{
    const struct world_options world = {.batch = 1, .plant = options->plant};
    struct history history;
    struct run run;
    bool holds;

    generate(seed, options->length, codec, &world, &history, &run);
    struct trial trial = {.seed = seed, .history = &history, .run = &run};
    note_rules(&run);
    holds = !run.problem;
    if (!holds)
        printf("FAILED seed %" PRIu64 ", step %u: %s\n", seed, run.count, run.problem);
    for (const struct property *property = properties; property->name && holds; property++)
        holds = check(options, &trial, property);
    uint64_t decided = run.world.decided + trial.decided;
    run_clear(&run);
    history_clear(&history);
    return holds ? decided : 0;
}

/* --- all of them --- */

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Rules that only the engine makes, or that need limits beyond what a history is long enough for. */
static bool beyond_core(enum rule rule)
{
    return rule == RULE_NONE || rule == RULE_WRONG_PARTITION || rule == RULE_UNREADABLE || rule == RULE_TOO_LARGE ||
           rule == RULE_UNDECIDABLE || rule == RULE_LIMIT_EXCEEDED;
}

static bool all_rules_reached(void)
{
    bool all = true;

    for (enum rule rule = (enum rule)1; rule < RULE_COUNT; rule++) {
        printf("%s %.*s\n",
               reached[rule]       ? "reached    "
               : beyond_core(rule) ? "not core's "
                                   : "NOT REACHED",
               TEXT_ARGUMENTS(rule_info(rule)->id));
        all = all && (reached[rule] || beyond_core(rule));
    }
    return all;
}

static int run_properties(struct options *options, struct codec *codec)
{
    uint64_t decided = 0, histories = 0, seed = options->seed;
    double began = now();

    printf("seed %" PRIu64 "\n", options->seed);
    fflush(stdout);
    if (options->plant != PLANT_NONE)
        options->property = plant_property(options->plant);
    for (; decided < options->events && (options->seconds == 0 || now() - began < options->seconds); seed++) {
        uint64_t events = try_seed(options, codec, seed);
        if (events == 0 && options->plant != PLANT_NONE)
            printf("%s noticed at seed %" PRIu64 "\n", options->property, seed);
        if (events == 0)
            return options->plant == PLANT_NONE;
        decided += events;
        histories++;
    }
    printf("%" PRIu64 " histories, %" PRIu64 " events decided in %.1f s: %s\n", histories, decided, now() - began,
           options->plant == PLANT_NONE ? "all properties hold" : "the defect was not noticed");
    if (options->rules && !all_rules_reached())
        return 1;
    return options->plant != PLANT_NONE;
}

/* --- histories for others --- */

static FILE *opened(const char *name, const char *mode)
{
    FILE *file = fopen(name, mode);

    if (!file)
        give_up("cannot open %s", name);
    return file;
}

static int write_history(const struct options *options, struct codec *codec)
{
    const struct world_options world = {.batch = 1};
    struct history history;
    struct run run;

    if (options->history_file) {
        FILE *file = opened(options->history_file, "r");
        history_init(&history, codec);
        run_init(&run, &history, &world);
        history_read(&history, file);
        fclose(file);
        (void)run_all(&run);
    } else {
        generate(options->seed, (uint32_t)options->events, codec, &world, &history, &run);
    }
    if (run.problem)
        give_up("step %u: %s", run.count, run.problem);
    FILE *file = options->outcome_file ? opened(options->outcome_file, "w") : stdout;
    if (!options->outcome)
        history_write(&history, file);
    else
        outcome_write(&run, file);
    if (file != stdout)
        fclose(file);
    run_clear(&run);
    history_clear(&history);
    return 0;
}

/* --- options --- */

static uint64_t seed_of(const char *text)
{
    return strcmp(text, "new") == 0 ? (uint64_t)time(NULL) * 1000 : strtoull(text, NULL, 10);
}

/* The word behind an option, unless that is an option itself. */
static const char *file_argument(int count, char **arguments)
{
    return optind < count && arguments[optind][0] != '-' ? arguments[optind++] : NULL;
}

static void parse(int count, char **arguments, struct options *options)
{
    static const struct option known[] = {
        {"events", required_argument, NULL, 'e'},   {"seed", required_argument, NULL, 's'},
        {"length", required_argument, NULL, 'l'},   {"seconds", required_argument, NULL, 't'},
        {"property", required_argument, NULL, 'p'}, {"plant", required_argument, NULL, 'x'},
        {"rules", no_argument, NULL, 'r'},          {"history", no_argument, NULL, 'h'},
        {"outcome", no_argument, NULL, 'o'},        {NULL, 0, NULL, 0}};
    int choice;

    while ((choice = getopt_long(count, arguments, "", known, NULL)) != -1)
        switch (choice) {
        case 'e': options->events = strtoull(optarg, NULL, 10); break;
        case 's': options->seed = seed_of(optarg); break;
        case 'l': options->length = (uint32_t)strtoul(optarg, NULL, 10); break;
        case 't': options->seconds = strtod(optarg, NULL); break;
        case 'p': options->property = optarg; break;
        case 'x': options->plant = plant_find(optarg); break;
        case 'r': options->rules = true; break;
        case 'h':
            options->history = true;
            options->history_file = file_argument(count, arguments);
            break;
        case 'o':
            options->outcome = true;
            options->outcome_file = file_argument(count, arguments);
            break;
        default: fputs(usage, stderr); exit(2);
        }
}

int main(int count, char **arguments)
{
    struct options options = {.seed = 1, .events = 100000};
    struct codec *codec = codec_of_this_program();
    int result;

#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 64 << 20); /* the worlds' memory is used again, not given back */
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
    parse(count, arguments, &options);
    if (options.plant == PLANT_COUNT)
        give_up("there is no such plant");
    result = options.history ? write_history(&options, codec) : run_properties(&options, codec);
    codec_free(codec);
    return result;
}
