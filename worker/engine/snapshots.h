/* The newest catalogue snapshot and those still in use: built by one thread, read by all. */
#ifndef OSBILL_ENGINE_SNAPSHOTS_H
#define OSBILL_ENGINE_SNAPSHOTS_H

#include "core/snapshot.h"
#include "worker/engine/memory.h"

#include <pthread.h>

struct snapshot;

struct snapshots {
    pthread_mutex_t lock; /* of both */
    struct snapshot *all, *newest;
    uint64_t revision; /* of the book that the newest shows */
};

bool snapshots_open(struct snapshots *snapshots);
/* All must have been released. */
void snapshots_close(struct snapshots *snapshots);

/* Publishes the book as it stands. False: out of memory. */
bool snapshots_build(struct snapshots *snapshots, const struct catalogue_book *book, int64_t version);

/* Any thread. NULL: none yet. */
const struct catalogue *snapshots_acquire(struct snapshots *snapshots);
void snapshots_release(struct snapshots *snapshots, const struct catalogue *catalogue);

#endif
