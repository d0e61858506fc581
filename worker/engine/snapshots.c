#include "worker/engine/snapshots.h"

#include <stdlib.h>

enum { SNAPSHOT_CHUNK = 64 << 10 };

struct snapshot {
    struct memory memory;
    const struct catalogue *catalogue;
    struct snapshot *base; /* shares its memory; NULL: none */
    uint32_t references;   /* of users, of snapshots for the newest, of those that share */
    struct snapshot *next;
};

bool snapshots_open(struct snapshots *snapshots)
{
    *snapshots = (struct snapshots){.revision = 0};
    return pthread_mutex_init(&snapshots->lock, NULL) == 0;
}

static void drop_reference(struct snapshots *snapshots, struct snapshot *snapshot)
{
    while (snapshot && --snapshot->references == 0) {
        struct snapshot **place = &snapshots->all, *base = snapshot->base;
        while (*place != snapshot)
            place = &(*place)->next;
        *place = snapshot->next;
        memory_clear(&snapshot->memory);
        free(snapshot);
        snapshot = base;
    }
}

void snapshots_close(struct snapshots *snapshots)
{
    drop_reference(snapshots, snapshots->newest);
    pthread_mutex_destroy(&snapshots->lock);
}

const struct catalogue *snapshots_acquire(struct snapshots *snapshots)
{
    const struct catalogue *catalogue = NULL;

    pthread_mutex_lock(&snapshots->lock);
    if (snapshots->newest) {
        snapshots->newest->references++;
        catalogue = snapshots->newest->catalogue;
    }
    pthread_mutex_unlock(&snapshots->lock);
    return catalogue;
}

void snapshots_release(struct snapshots *snapshots, const struct catalogue *catalogue)
{
    pthread_mutex_lock(&snapshots->lock);
    struct snapshot *snapshot = snapshots->all;
    while (snapshot && snapshot->catalogue != catalogue)
        snapshot = snapshot->next;
    drop_reference(snapshots, snapshot);
    pthread_mutex_unlock(&snapshots->lock);
}

/* A change that a snapshot does not show, such as a scan's bookkeeping, only changes the version. */
static const struct catalogue *make(struct snapshots *snapshots, struct snapshot *snapshot,
                                    const struct catalogue_book *book, int64_t version)
{
    struct snapshot *newest = snapshots->newest;

    if (!newest || book->revision != snapshots->revision)
        return catalogue_build(book, version, &snapshot->memory.arena);
    snapshot->base = newest->base ? newest->base : newest;
    return catalogue_renumber(newest->catalogue, version, &snapshot->memory.arena);
}

static void publish(struct snapshots *snapshots, struct snapshot *snapshot)
{
    pthread_mutex_lock(&snapshots->lock);
    struct snapshot *before = snapshots->newest;
    if (snapshot->base)
        snapshot->base->references++;
    snapshot->references = 1;
    snapshot->next = snapshots->all;
    snapshots->all = snapshots->newest = snapshot;
    drop_reference(snapshots, before);
    pthread_mutex_unlock(&snapshots->lock);
}

bool snapshots_build(struct snapshots *snapshots, const struct catalogue_book *book, int64_t version)
{
    struct snapshot *snapshot = calloc(1, sizeof *snapshot);

    if (!snapshot)
        return false;
    memory_init(&snapshot->memory, SNAPSHOT_CHUNK, 0);
    snapshot->catalogue = make(snapshots, snapshot, book, version);
    if (!snapshot->catalogue) {
        memory_clear(&snapshot->memory);
        free(snapshot);
        return false;
    }
    publish(snapshots, snapshot);
    snapshots->revision = book->revision;
    return true;
}
