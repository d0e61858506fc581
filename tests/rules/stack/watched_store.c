#include "place.h"

static void submit(struct store *store, struct store_request *request)
{
    struct watched_store *watched = (struct watched_store *)store;

    watched->in_flight++;
    watched->real->ops->submit(watched->real, request);
}

static struct store_request *poll(struct store *store, int timeout_ms)
{
    struct watched_store *watched = (struct watched_store *)store;
    struct store_request *request = watched->real->ops->poll(watched->real, timeout_ms);

    if (request) {
        watched->in_flight--;
        watched->dues += request->kind == STORE_DUE;
    }
    return request;
}

static void release(struct store *store, struct store_request *request)
{
    struct watched_store *watched = (struct watched_store *)store;

    watched->real->ops->release(watched->real, request);
}

static void reset(struct store *store)
{
    struct watched_store *watched = (struct watched_store *)store;

    watched->real->ops->reset(watched->real);
}

void watched_store_open(struct watched_store *watched, struct store *real)
{
    static const struct store_ops ops = {submit, poll, release, reset};

    *watched = (struct watched_store){.base = {&ops}, .real = real};
}
