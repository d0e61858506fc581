/* The port to the store over the simulated Redis: one connection per worker, in order; what was sent when it broke may
 * still be executed. */
#include "tests/simulation/sim.h"

static struct sim_store *store_of(struct store *base)
{
    return (struct sim_store *)base;
}

static struct text keep(struct sim *sim, struct text text)
{
    bool failed = false;

    return memory_text(&sim->memory, text, &failed);
}

/* Redis works on its own copy: the worker may be gone by then. */
static void copy_request(struct sim *sim, const struct store_request *from, struct store_request *to)
{
    uint32_t room = from->record_count > from->limit ? from->record_count : from->limit;

    *to = *from;
    to->position = keep(sim, from->position);
    to->cursor = keep(sim, from->cursor);
    to->records = memory_zeroed(&sim->memory, room + 1U, sizeof *to->records);
    for (uint32_t i = 0; i < from->record_count; i++) {
        to->records[i] = from->records[i];
        to->records[i].key = keep(sim, from->records[i].key);
        to->records[i].value = keep(sim, from->records[i].value);
    }
}

static void submit(struct store *base, struct store_request *request)
{
    struct sim_store *store = store_of(base);
    struct sent *sent = memory_zeroed(&store->worker->sim->memory, 1, sizeof *sent);

    sent->request = request;
    copy_request(store->worker->sim, request, &sent->copy);
    if (store->last)
        store->last->next = sent;
    else
        store->first = sent;
    store->last = sent;
}

/* The first request that was not executed yet reaches Redis. */
bool sim_store_deliver(struct sim_store *store)
{
    struct sim *sim = store->worker->sim;

    if (sim->redis_down)
        return false;
    for (struct sent *sent = store->first; sent; sent = sent->next)
        if (!sent->executed) {
            redis_execute(sim, &sent->copy);
            sent->executed = true;
            return true;
        }
    return false;
}

/* What a broken connection had sent is executed later, or never. */
bool sim_store_orphan(struct sim_store *store)
{
    struct sent *sent = store->orphans;

    if (!sent)
        return false;
    store->orphans = sent->next;
    if (!store->worker->sim->redis_down)
        redis_execute(store->worker->sim, &sent->copy);
    return true;
}

static void answer(struct sim_store *store, struct store_request *request)
{
    request->next = NULL;
    if (store->last_answered)
        store->last_answered->next = request;
    else
        store->answered = request;
    store->last_answered = request;
}

/* Nobody knows what happened to what is in flight. */
void sim_store_cut(struct sim_store *store)
{
    struct sent **orphans = &store->orphans;

    while (*orphans)
        orphans = &(*orphans)->next;
    while (store->first) {
        struct sent *sent = store->first;
        store->first = sent->next;
        sent->next = NULL;
        sent->request->result = (struct result){RESULT_RETRY, "connection lost"};
        answer(store, sent->request);
        if (sent->executed)
            continue;
        *orphans = sent;
        orphans = &sent->next;
    }
    store->last = NULL;
}

static void take_answer(struct store_request *request, const struct store_request *copy)
{
    request->result = copy->result;
    if (request->kind == STORE_CLAIM) {
        request->to = copy->to;
        request->position = copy->position;
    }
    if (request->kind == STORE_TIME)
        request->now = copy->now;
    if (copy->result.kind != RESULT_OK)
        return;
    if (request->kind == STORE_DUE || request->kind == STORE_HELD)
        request->record_count = copy->record_count;
    for (uint32_t i = 0; i < request->record_count; i++) {
        if (request->kind == STORE_READ)
            request->records[i].value = copy->records[i].value;
        else if (request->kind == STORE_DUE || request->kind == STORE_HELD)
            request->records[i].key = copy->records[i].key;
    }
}

static bool early(const struct sim_store *store)
{
    return store->worker->sim->options.planted == PLANT_EARLY_ACK && store->first &&
           store->first->copy.kind == STORE_WRITE;
}

/* Planted: the write is acknowledged, and executed some time later. */
static struct store_request *acknowledge_early(struct sim_store *store)
{
    struct sent *sent = store->first;
    struct sent **orphans = &store->orphans;

    while (*orphans)
        orphans = &(*orphans)->next;
    store->first = sent->next;
    if (!store->first)
        store->last = NULL;
    if (!sent->executed) {
        sent->next = NULL;
        *orphans = sent;
        store->worker->sim->redis.parts[sent->copy.partition].nonce = sent->copy.to;
        sent->copy.nonces[0] = sent->copy.to;
    }
    sent->request->result = RESULT_SUCCESS;
    return sent->request;
}

static struct store_request *poll(struct store *base, int timeout_ms)
{
    struct sim_store *store = store_of(base);
    struct sim *sim = store->worker->sim;
    struct store_request *request = store->answered;

    (void)timeout_ms;
    if (request) {
        store->answered = request->next;
        if (!store->answered)
            store->last_answered = NULL;
        return request;
    }
    if (early(store))
        return acknowledge_early(store);
    if (sim->quiet || draw(sim, 3) == 0)
        sim_store_deliver(store);
    struct sent *sent = store->first;
    if (!sent || !sent->executed || (!sim->quiet && draw(sim, 4) == 0))
        return NULL;
    store->first = sent->next;
    if (!store->first)
        store->last = NULL;
    take_answer(sent->request, &sent->copy);
    return sent->request;
}

static void release(struct store *base, struct store_request *request)
{
    (void)base;
    (void)request;
}

static void reset(struct store *base)
{
    sim_store_cut(store_of(base));
}

static const struct store_ops ops = {submit, poll, release, reset};

void sim_store_open(struct worker *worker)
{
    struct sim_store *store = &worker->store;
    struct sent *orphans = store->orphans;

    *store = (struct sim_store){.base = {&ops}, .worker = worker, .orphans = orphans};
}
