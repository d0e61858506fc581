#include "redis_store.h"

#include "redis_connection.h"
#include "redis_request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A request is encoded only while less than this waits to be written: until then its memory is the caller's. */
#define OUTPUT_LIMIT       ((size_t)1 << 20)
#define CONNECT_TIMEOUT_MS 2000
#define ANSWER_TIMEOUT_MS  5000

/* Requests in order of submission, linked by their `next`. */
struct queue {
    struct store_request *first, *last;
};

/* What a completed request's answered text points into. */
struct answer {
    const struct store_request *request;
    redisReply *reply;
    struct answer *next;
};

struct redis_store {
    struct store port; /* first: a struct store is a struct redis_store */
    struct connection connection;
    struct request_scratch scratch;
    char prefix[PREFIX_CAPACITY];
    struct queue waiting;   /* not encoded yet */
    struct queue flight;    /* answer due */
    struct queue completed; /* failed together, for poll to return one by one */
    struct answer *answers; /* not released; few: one for each request that the caller keeps */
    struct answer *spare;
    char *sides; /* by partition; 0: not known */
    uint32_t side_count;
    bool scripts_lost;            /* an answer said so */
    char reason[REASON_CAPACITY]; /* of the request that poll returned last */
};

static struct redis_store *own(struct store *store)
{
    return (struct redis_store *)store;
}

static void queue_put(struct queue *queue, struct store_request *request)
{
    request->next = NULL;
    if (queue->last)
        queue->last->next = request;
    else
        queue->first = request;
    queue->last = request;
}

static struct store_request *queue_take(struct queue *queue)
{
    struct store_request *request = queue->first;

    if (!request)
        return NULL;
    queue->first = request->next;
    if (!queue->first)
        queue->last = NULL;
    request->next = NULL;
    return request;
}

static void fail_queue(struct redis_store *store, struct queue *queue, struct result result)
{
    struct store_request *request;

    while ((request = queue_take(queue)) != NULL) {
        request->result = result;
        queue_put(&store->completed, request);
    }
}

/* Completes everything, in order. */
static void fail_all(struct redis_store *store, struct result result)
{
    fail_queue(store, &store->flight, result);
    fail_queue(store, &store->waiting, result);
}

static void collect_failure(struct redis_store *store)
{
    struct connection *connection = &store->connection;

    if (!connection->failed)
        return;
    connection->failed = false;
    store->scripts_lost = false;
    fail_all(store, (struct result){connection->failure, connection->reason});
}

/* --- sides --- */

/* The side that readers see, as far as this worker knows: a claim asked, and finish switched it. */
static char side_of(const struct redis_store *store, int32_t partition)
{
    return (uint32_t)partition < store->side_count && store->sides[partition] ? store->sides[partition] : 'a';
}

/* False: out of memory. */
static bool set_side(struct redis_store *store, int32_t partition, char side)
{
    uint32_t count = (uint32_t)partition + 1;

    if (store->side_count < count) {
        char *sides = realloc(store->sides, count);
        if (!sides)
            return false;
        memset(sides + store->side_count, 0, count - store->side_count);
        store->sides = sides;
        store->side_count = count;
    }
    store->sides[partition] = side;
    return true;
}

/* --- requests --- */

/* Encodes and writes what fits. */
static void feed(struct redis_store *store)
{
    struct connection *connection = &store->connection;

    while (connection->state == CONNECTION_READY && store->waiting.first &&
           connection_backlog(connection) < OUTPUT_LIMIT) {
        struct store_request *request = queue_take(&store->waiting);
        request_encode(request, store->prefix, side_of(store, request->partition), connection->digest, &store->scratch,
                       &connection->output);
        queue_put(&store->flight, request);
        connection_expect(connection, request->answers);
        if (connection->output.failed)
            connection_fail(connection, RESULT_RETRY, "out of memory for a request");
        else
            connection_flush(connection);
    }
    if (connection_backlog(connection) > 0)
        connection_flush(connection);
}

static void store_release(struct store *base, struct store_request *request)
{
    struct redis_store *store = own(base);

    for (struct answer **at = &store->answers; *at;) {
        struct answer *answer = *at;
        if (answer->request != request) {
            at = &answer->next;
            continue;
        }
        freeReplyObject(answer->reply);
        *at = answer->next;
        answer->next = store->spare;
        store->spare = answer;
    }
}

static void store_submit(struct store *base, struct store_request *request)
{
    struct redis_store *store = own(base);

    store_release(base, request);
    connection_probe(&store->connection);
    queue_put(&store->waiting, request);
    feed(store);
}

/* Keeps a reply for as long as the request's text may point into it. */
static void keep_answer(struct redis_store *store, struct store_request *request, redisReply *reply)
{
    struct answer *answer = store->spare;

    if (reply->type != REDIS_REPLY_ARRAY || reply->elements == 0) {
        freeReplyObject(reply);
        return;
    }
    if (answer)
        store->spare = answer->next;
    else
        answer = malloc(sizeof(*answer));
    if (!answer) {
        freeReplyObject(reply);
        request->result = (struct result){RESULT_RETRY, "out of memory for an answer"};
        return;
    }
    *answer = (struct answer){request, reply, store->answers};
    store->answers = answer;
}

/* Takes the next answer of the first request in flight. *ret_last: its last one, so it is complete. */
static bool take_answer(struct redis_store *store, bool *ret_last)
{
    redisReply *reply = connection_answer(&store->connection);
    struct store_request *request = store->flight.first;

    if (!reply)
        return false;
    char known = side_of(store, request->partition), side = known;
    request_answer(request, reply, store->reason, sizeof(store->reason), &side);
    store->scripts_lost |= reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "NOSCRIPT", 8) == 0;
    if (side != known && !set_side(store, request->partition, side))
        request->result = (struct result){RESULT_RETRY, "out of memory for an answer"};
    *ret_last = request->answers == 0;
    keep_answer(store, request, reply);
    return true;
}

/* The next request whose answers are complete, or that failed. */
static struct store_request *next_completed(struct redis_store *store)
{
    bool last = false;

    collect_failure(store);
    if (store->completed.first)
        return queue_take(&store->completed);
    while (!last && take_answer(store, &last))
        ;
    if (!last) {
        collect_failure(store);
        return queue_take(&store->completed);
    }
    struct store_request *request = queue_take(&store->flight);
    if (store->scripts_lost) { /* a new connection loads them; what is behind this request fails with it, in order */
        connection_fail(&store->connection, RESULT_RETRY, "Redis lost its scripts: they are loaded again");
        collect_failure(store);
    }
    return request;
}

static struct store_request *store_poll(struct store *base, int timeout_ms)
{
    struct redis_store *store = own(base);
    int64_t deadline = monotonic_ms() + timeout_ms;
    int64_t left = timeout_ms;
    bool stepped = false;

    for (;;) {
        feed(store);
        struct store_request *request = next_completed(store);
        if (request || (stepped && left <= 0))
            return request;
        connection_step(&store->connection, left > 0 ? (int)left : 0);
        stepped = true;
        left = deadline - monotonic_ms();
    }
}

static void store_reset(struct store *base)
{
    struct redis_store *store = own(base);

    collect_failure(store);
    connection_reset(&store->connection);
    store->scripts_lost = false;
    fail_all(store, (struct result){RESULT_RETRY, "the connection to Redis was reset"});
}

static const struct store_ops redis_store_ops = {
    .submit = store_submit,
    .poll = store_poll,
    .release = store_release,
    .reset = store_reset,
};

struct result redis_store_open(const struct redis_config *config, struct store **ret)
{
    struct redis_address address;
    struct result result = redis_config_address(config, &address);

    *ret = NULL;
    if (result.kind != RESULT_OK)
        return result;
    struct redis_store *store = calloc(1, sizeof(*store));
    if (!store)
        return (struct result){RESULT_STOP, "out of memory"};
    result = connection_init(&store->connection, &address,
                             config->connect_timeout_ms ? config->connect_timeout_ms : CONNECT_TIMEOUT_MS,
                             config->answer_timeout_ms ? config->answer_timeout_ms : ANSWER_TIMEOUT_MS);
    if (result.kind != RESULT_OK) {
        free(store);
        return result;
    }
    store->port.ops = &redis_store_ops;
    snprintf(store->prefix, sizeof(store->prefix), "%s", config->prefix);
    *ret = &store->port;
    return RESULT_SUCCESS;
}

void redis_store_close(struct store *base)
{
    if (!base)
        return;
    struct redis_store *store = own(base);
    while (store->answers)
        store_release(base, (struct store_request *)(uintptr_t)store->answers->request);
    while (store->spare) {
        struct answer *answer = store->spare;
        store->spare = answer->next;
        free(answer);
    }
    connection_release(&store->connection);
    request_scratch_release(&store->scratch);
    free(store->sides);
    free(store);
}
