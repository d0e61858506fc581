/* A catalogue file against the present catalogue: what `catalogue plan`, `apply` and `lint` have in common. */
#ifndef OSBILL_CLI_CATALOGUE_PLAN_H
#define OSBILL_CLI_CATALOGUE_PLAN_H

#include "worker/cli/catalogue/catalogue_usage.h"
#include "worker/cli/catalogue/change_set.h"
#include "worker/cli/catalogue/present_catalogue.h"

/* The file, the catalogue, and the way from one to the other. */
struct plan {
    struct context context;
    struct present_catalogue present;
    struct catalogue_file file;
    struct differences differences;
    struct change_set set;
    struct text refusal; /* why a worker would refuse it; empty: it would not */
};

/* Reads the file and the present catalogue. Close in any case. */
enum exit_code plan_open(struct plan *plan, const struct call *call);
/* The file by itself: the present catalogue is an empty one, and nothing is asked of the network. */
enum exit_code plan_open_file(struct plan *plan, const struct call *call);
void plan_close(struct plan *plan);

/* How a change set is to be named; "" where nothing was said. */
struct plan_names {
    const char *change_set, *actor, *reason;
};
/* Finds the differences and tries them: the book of `present` becomes what it would be. */
enum exit_code plan_make(struct plan *plan, const struct plan_names *names);

/* Why it would be refused, or else the warnings about what comes of it: EXIT_REFUSED, EXIT_FOUND when something
 * changes, EXIT_DONE. `usages` NULL: who uses what is not known. */
enum exit_code plan_conclude(const struct plan *plan, const struct usages *usages, int *ret_warnings);

#endif
