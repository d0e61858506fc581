/* The benchmark's input as pure functions of a seed and an index: the same as the peer's Workload.java, so that both
 * programs bill the same events (peers/kstreams/README.md, "The input"). tests/bench/oracle.py has them once more. */
#ifndef OSBILL_BENCH_WORKLOAD_H
#define OSBILL_BENCH_WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>

enum { WORKLOAD_TARIFFS = 10, WORKLOAD_STREAMS = 8 };

struct workload {
    int64_t seed;
    int64_t accounts; /* two VPSs each */
    int64_t events;   /* os-installed: they are spread over the span */
    int64_t templates;
    int64_t active; /* installations are those of the first so many accounts; 0: of all */
    int64_t hot;    /* so many in a hundred installations are account 0's */
    int64_t poor;   /* not 0: accounts that are not active deposit one micro-unit, so that their orders become cases */
    int64_t deposit_low, deposit_high;
    int64_t start;                   /* ms since 1970: period_start of every order */
    int64_t span;                    /* ms over which the installations are spread */
    double *cumulative;              /* Zipf weights, summed; NULL: uniform */
    uint64_t hash[WORKLOAD_STREAMS]; /* [s] = mix(seed + s) */
};

/* The job of README.md: 100,000 accounts, 3,000,000 installations in March 2025, seed 1. */
struct workload workload_defaults(void);

/* Fills hash and, for zipf > 0, cumulative from the other fields. False: no memory. */
bool workload_prepare(struct workload *workload, double zipf);
void workload_release(struct workload *workload);

int64_t workload_deposit(const struct workload *workload, int64_t account);
int workload_tariff(const struct workload *workload, int64_t vps);
int workload_order_template(const struct workload *workload, int64_t vps);

/* The event that number `i` repeats byte for byte; itself unless it is a redelivery: every 200th is the one 100 before.
 */
int64_t workload_origin(int64_t i);
int64_t workload_event_vps(const struct workload *workload, int64_t origin);
int workload_event_template(const struct workload *workload, int64_t origin);
int64_t workload_event_time(const struct workload *workload, int64_t origin);

#endif
