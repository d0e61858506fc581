/* Requests to the store: taken from a pool, submitted, answered in order. */
#include "worker/engine/inside.h"

#include <stdlib.h>

enum { CALL_CHUNK = 8 << 10, CALL_KEEP = 1 << 20 };

struct call *call_take(struct engine *engine, enum store_request_kind kind, struct part *part)
{
    struct call *call = engine->free_calls;

    if (call) {
        engine->free_calls = call->next;
        memory_reset(&call->memory);
    } else {
        call = malloc(sizeof *call);
        if (!call) {
            fail(engine, "out of memory");
            return NULL;
        }
        memory_init(&call->memory, CALL_CHUNK, CALL_KEEP);
    }
    struct memory memory = call->memory;
    *call = (struct call){.part = part, .epoch = part ? part->epoch : 0};
    call->memory = memory;
    call->memory.arena.owner = &call->memory;
    call->request.kind = kind;
    if (part) {
        call->request.partition = part->partition;
        call->request.owner = part->owner;
    }
    return call;
}

void call_drop(struct engine *engine, struct call *call)
{
    call->next = engine->free_calls;
    engine->free_calls = call;
}

void call_submit(struct engine *engine, struct call *call)
{
    call->next = NULL;
    call->submitted_at = steady_now(engine);
    call->request.tag = call;
    call->request.result = RESULT_SUCCESS;
    if (engine->last_call)
        engine->last_call->next = call;
    else
        engine->sent_calls = call;
    engine->last_call = call;
    engine->calls_in_flight++;
    engine->store->ops->submit(engine->store, &call->request);
}

static void take_back(struct engine *engine, struct call *call)
{
    struct call **place = &engine->sent_calls, *before = NULL;

    while (*place != call) {
        before = *place;
        place = &before->next;
    }
    *place = call->next;
    if (engine->last_call == call)
        engine->last_call = before;
    engine->calls_in_flight--;
}

/* What a call was for goes on; an answer from before a loss or a repair of its partition counts for nothing. */
static void answered(struct engine *engine, struct call *call)
{
    if (call->part && call->part->epoch != call->epoch)
        return;
    switch (call->request.kind) {
    case STORE_CLAIM: claim_answered(engine, call); break;
    case STORE_READ: read_answered(engine, call); break;
    case STORE_WRITE: flight_answered(engine, call); break;
    case STORE_FILL: fill_answered(engine, call); break;
    case STORE_FINISH: finish_answered(engine, call); break;
    case STORE_DUE: due_answered(engine, call); break;
    case STORE_HELD: held_answered(engine, call); break;
    case STORE_TIME: time_answered(engine, call); break;
    }
}

/* How much a request asks of the store: a replica still answers what only reads, a full Redis still lets itself be
 * claimed. Only who grants as much as was asked in vain is there again; a guard's refusal grants nothing. */
enum demand { DEMAND_READ, DEMAND_CLAIM, DEMAND_WRITE };

static enum demand demand_of(enum store_request_kind kind)
{
    switch (kind) {
    case STORE_WRITE:
    case STORE_FILL:
    case STORE_FINISH: return DEMAND_WRITE;
    case STORE_CLAIM: return DEMAND_CLAIM;
    case STORE_READ:
    case STORE_DUE:
    case STORE_HELD:
    case STORE_TIME: break;
    }
    return DEMAND_READ;
}

static void watch_outage(struct engine *engine, enum demand demand, const struct result *result)
{
    if (result->kind == RESULT_RETRY) {
        engine->demanded = (int)demand > engine->demanded ? (int)demand : engine->demanded;
        outage_begin(engine, OUTAGE_STORE, result->reason);
    } else if (result->kind == RESULT_OK && (int)demand >= engine->demanded) {
        engine->demanded = DEMAND_READ;
        outage_end(engine, OUTAGE_STORE);
    }
}

static void complete(struct engine *engine, struct call *call)
{
    const struct result *result = &call->request.result;

    take_back(engine, call);
    if (result->kind == RESULT_STOP)
        fail(engine, "Redis: %s", result->reason);
    else
        watch_outage(engine, demand_of(call->request.kind), result);
    answered(engine, call);
    engine->store->ops->release(engine->store, &call->request);
    call_drop(engine, call);
}

/* A request that nobody answers: the connection is of no use; all in flight is then of unknown outcome. */
static void watch(struct engine *engine)
{
    int64_t limit = (int64_t)engine->config.store_timeout_ms * 1000;

    if (engine->sent_calls && steady_now(engine) - engine->sent_calls->submitted_at > limit) {
        outage_since(engine, OUTAGE_STORE, "no answer in time", engine->sent_calls->submitted_at);
        engine->store->ops->reset(engine->store);
    }
}

void calls_serve(struct engine *engine, int timeout_ms)
{
    if (!engine->sent_calls)
        return;
    struct store_request *request = engine->store->ops->poll(engine->store, timeout_ms);
    while (request) {
        complete(engine, request->tag);
        request = engine->sent_calls ? engine->store->ops->poll(engine->store, 0) : NULL;
    }
    watch(engine);
}

static void free_call(struct call *call)
{
    memory_clear(&call->memory);
    free(call);
}

void calls_close(struct engine *engine)
{
    if (engine->sent_calls)
        engine->store->ops->reset(engine->store);
    while (engine->sent_calls) {
        struct store_request *request = engine->store->ops->poll(engine->store, 10);
        if (!request)
            continue;
        struct call *call = request->tag;
        take_back(engine, call);
        engine->store->ops->release(engine->store, request);
        free_call(call);
    }
    while (engine->free_calls) {
        struct call *call = engine->free_calls;
        engine->free_calls = call->next;
        free_call(call);
    }
}
