/* Port to the catalogue: the newest snapshot that this process has followed catalogue-state to. */
#ifndef OSBILL_ENGINE_PORTS_CATALOGUE_H
#define OSBILL_ENGINE_PORTS_CATALOGUE_H

#include "core/catalogue.h"

struct catalogue_source {
    void *context;
    /* The newest complete snapshot, held until released; NULL: not followed to END yet. Any thread. */
    const struct catalogue *(*acquire)(void *context);
    void (*release)(void *context, const struct catalogue *catalogue);
};

#endif
