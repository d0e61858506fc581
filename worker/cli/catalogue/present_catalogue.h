/* The catalogue as it is now: catalogue-state read to its end into a book, as the workers follow it. */
#ifndef OSBILL_CLI_PRESENT_CATALOGUE_H
#define OSBILL_CLI_PRESENT_CATALOGUE_H

#include "core/book.h"
#include "worker/cli/cluster/context.h"

struct present_catalogue {
    struct memory memory;
    struct catalogue_book book;
    int64_t version; /* of the lane; 0: nothing was ever applied */
};

/* Release in any case. Whole transactions only: a half-applied change set is never seen. */
enum exit_code present_catalogue_read(struct context *context, struct present_catalogue *ret);
void present_catalogue_release(struct present_catalogue *present);

#endif
