/* generate: preloads an installation's input topics with the benchmark's workload (workload.h, tests/bench/README.md).
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "preload.h"

static const char usage[] =
    "generate [OPTIONS] WHAT...\n"
    "  WHAT: templates, accounts, orders, installations; written in the order given\n"
    "  --accounts N      accounts, two VPSs each (100000)\n"
    "  --events N        installations, spread over the span (3000000)\n"
    "  --first N         begin with this installation (0)\n"
    "  --count N         so many of them (all)\n"
    "  --start MS        period_start of the orders (1740787200000: March 2025, as the peer)\n"
    "  --span MS         the installations' times go from start to start + span (2592000000: 30 days)\n"
    "  --seed N          (1)\n"
    "  --zipf S          accounts of the installations by Zipf's law (0: uniform)\n"
    "  --deposit-low N, --deposit-high N   micro-units (22000000, 44000000)\n"
    "  --templates N     the first 6 cost something (20)\n"
    "  --active N        installations only of the first so many accounts (0: of all)\n"
    "  --hot N           so many in a hundred installations are those of account 0 (0)\n"
    "  --poor 1          accounts that are not active have no money: their orders become cases (0)\n"
    "  --rate N          records a second, each sent when it is due (0: as fast as it goes)\n"
    "  --prefix TEXT     (OSBILL_TOPIC_PREFIX, else osbill.)\n"
    "Kafka and the schema registry: OSBILL_KAFKA_BOOTSTRAP_SERVERS, OSBILL_REGISTRY_URL. The topics and schemas must "
    "be\n"
    "there (osbill init). Prints one JSON line for each WHAT: records written, seconds, when the first one was due.\n";

struct settings {
    struct workload workload;
    struct preload_options preload;
    double zipf;
};

static bool parse_number(const char *text, int64_t *ret)
{
    char *end;

    errno = 0;
    *ret = strtoll(text, &end, 10);
    return !errno && end != text && !*end && *ret >= 0;
}

static bool parse_real(const char *text, double *ret)
{
    char *end;

    *ret = strtod(text, &end);
    return end != text && !*end && *ret >= 0;
}

enum { OPTION_REALS = 13, OPTION_RATE = OPTION_REALS, OPTION_ZIPF, OPTION_PREFIX, OPTION_HELP };

static const struct option long_options[] = {{"accounts", 1, NULL, 0},       {"events", 1, NULL, 1},
                                             {"first", 1, NULL, 2},          {"count", 1, NULL, 3},
                                             {"start", 1, NULL, 4},          {"span", 1, NULL, 5},
                                             {"seed", 1, NULL, 6},           {"deposit-low", 1, NULL, 7},
                                             {"deposit-high", 1, NULL, 8},   {"templates", 1, NULL, 9},
                                             {"active", 1, NULL, 10},        {"hot", 1, NULL, 11},
                                             {"poor", 1, NULL, 12},          {"rate", 1, NULL, OPTION_RATE},
                                             {"zipf", 1, NULL, OPTION_ZIPF}, {"prefix", 1, NULL, OPTION_PREFIX},
                                             {"help", 0, NULL, OPTION_HELP}, {NULL, 0, NULL, 0}};

static bool take_option(struct settings *settings, int option, const char *value)
{
    int64_t *numbers[OPTION_REALS] = {
        &settings->workload.accounts,  &settings->workload.events,      &settings->preload.first,
        &settings->preload.count,      &settings->workload.start,       &settings->workload.span,
        &settings->workload.seed,      &settings->workload.deposit_low, &settings->workload.deposit_high,
        &settings->workload.templates, &settings->workload.active,      &settings->workload.hot,
        &settings->workload.poor};

    if (option >= 0 && option < OPTION_REALS)
        return parse_number(value, numbers[option]);
    if (option == OPTION_RATE)
        return parse_real(value, &settings->preload.rate);
    if (option == OPTION_ZIPF)
        return parse_real(value, &settings->zipf);
    if (option != OPTION_PREFIX)
        return false;
    settings->preload.prefix = value;
    return true;
}

static const char *environment(const char *name, const char *otherwise)
{
    const char *value = getenv(name);

    return value && *value ? value : otherwise;
}

static bool is_sane(const struct settings *settings)
{
    const struct workload *workload = &settings->workload;

    return workload->accounts > 0 && workload->accounts < INT64_C(1) << 31 && workload->events > 0 &&
           workload->deposit_low < workload->deposit_high && workload->templates > 0 &&
           workload->templates < INT32_MAX && workload->active <= workload->accounts && workload->hot <= 100 &&
           (!workload->span || workload->events < INT64_MAX / workload->span);
}

static bool read_settings(int argc, char **argv, struct settings *settings)
{
    int option;

    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
        if (!take_option(settings, option, optarg))
            return false;
    return optind < argc && is_sane(settings);
}

static const struct {
    const char *name;
    bool (*run)(struct preload *preload);
} parts[] = {{"templates", preload_templates},
             {"accounts", preload_accounts},
             {"orders", preload_orders},
             {"installations", preload_installations}};

static bool run_part(const struct settings *settings, const char *name)
{
    struct preload *preload = NULL;
    int64_t began = 0, took = 0;
    bool done = false;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (!strcmp(parts[i].name, name) && (preload = preload_open(&settings->preload, &settings->workload)))
            done = parts[i].run(preload);
    if (!preload)
        fprintf(stderr, "generate: %s: cannot be written\n", name);
    int64_t written = preload ? preload_written(preload, &began, &took) : 0;
    if (done)
        printf("{\"what\": \"%s\", \"records\": %lld, \"ms\": %lld, \"began\": %lld}\n", name, (long long)written,
               (long long)took, (long long)began);
    preload_close(preload);
    return done;
}

int main(int argc, char **argv)
{
    struct settings settings = {.workload = workload_defaults(), .preload = {.count = -1}};
    bool done = true;

    settings.preload.servers = environment("OSBILL_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092");
    settings.preload.registry = environment("OSBILL_REGISTRY_URL", "http://127.0.0.1:8081/apis/ccompat/v7");
    settings.preload.prefix = environment("OSBILL_TOPIC_PREFIX", "osbill.");
    if (!read_settings(argc, argv, &settings)) {
        fputs(usage, stderr);
        return 2;
    }
    if (!workload_prepare(&settings.workload, settings.zipf)) {
        fputs("generate: no memory\n", stderr);
        return 1;
    }
    for (int i = optind; i < argc && done; i++)
        done = run_part(&settings, argv[i]);
    workload_release(&settings.workload);
    return done ? 0 : 1;
}
