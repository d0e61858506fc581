/* Sends the workload's records to an installation's input topics, encoded with the schema ids of its registry. */
#ifndef OSBILL_BENCH_PRELOAD_H
#define OSBILL_BENCH_PRELOAD_H

#include "tests/bench/workload.h"

struct preload_options {
    const char *servers, *registry, *prefix;
    double rate;          /* records a second; 0: as fast as it goes */
    int64_t first, count; /* which installations; count < 0: all from first on */
};

struct preload;

/* Each call prints why on standard error when it fails. */
struct preload *preload_open(const struct preload_options *options, const struct workload *workload);
void preload_close(struct preload *preload); /* accepts NULL */

bool preload_templates(struct preload *preload);
bool preload_accounts(struct preload *preload);
bool preload_orders(struct preload *preload);
bool preload_installations(struct preload *preload);

/* How many were acknowledged; when the first one was due (ms since 1970), and ms from then on. */
int64_t preload_written(const struct preload *preload, int64_t *ret_began, int64_t *ret_took);

#endif
