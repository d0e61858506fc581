#include "redis_error.h"
#include "redis_keys.h"
#include "redis_request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a script's status says; the guard that refused, in words. */
static const struct guard {
    const char *status;
    struct result result;
} guards[] = {
    {"OK", {RESULT_OK, NULL}},
    {"absent", {RESULT_REFUSED, "absent: Redis has no position of this partition, it lost its data"}},
    {"owner", {RESULT_REFUSED, "owner: another worker, or an older copy of Redis, claimed this partition"}},
    {"side", {RESULT_REFUSED, "side: Redis shows another copy of this partition than this worker knows of"}},
    {"type", {RESULT_STOP, "another program uses the same keys: give each its own database or prefix"}},
    {"position", {RESULT_REFUSED, "position: Redis is at another position than this worker"}},
    {"chunk", {RESULT_REFUSED, "chunk: Redis has another number of chunks of this fill"}},
};

struct result reply_unexpected(void)
{
    return (struct result){RESULT_STOP, "Redis gave an answer that none of our scripts gives"};
}

static struct result status_result(const char *status)
{
    for (size_t i = 0; i < sizeof(guards) / sizeof(guards[0]); i++)
        if (strcmp(status, guards[i].status) == 0)
            return guards[i].result;
    return reply_unexpected();
}

struct text reply_text(const redisReply *reply)
{
    if (reply->type != REDIS_REPLY_STRING)
        return (struct text){NULL, 0};
    return (struct text){reply->str, (uint32_t)reply->len};
}

static struct result answer_claim(struct store_request *request, const redisReply *reply, char *ret_side)
{
    if (reply->elements != 3)
        return reply_unexpected();
    struct text nonce = reply_text(reply->element[1]), side = reply_text(reply->element[2]);
    if (side.size != 1)
        return reply_unexpected();
    *ret_side = side.data[0];
    request->position = reply_text(reply->element[0]);
    if (request->position.size == 0)
        request->position.data = NULL;
    request->to = (struct hash){{0}};
    if (nonce.size == sizeof(request->to.bytes))
        memcpy(request->to.bytes, nonce.data, nonce.size);
    else if (nonce.size != 0)
        return reply_unexpected();
    return RESULT_SUCCESS;
}

/* The values, in the order of the keys; whether they count the answers behind them say. */
static struct result answer_values(struct store_request *request, const redisReply *reply)
{
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != request->record_count)
        return reply_unexpected();
    for (size_t i = 0; i < reply->elements; i++) {
        if (reply->element[i]->type != REDIS_REPLY_STRING && reply->element[i]->type != REDIS_REPLY_NIL)
            return reply_unexpected();
        request->records[i].value = reply_text(reply->element[i]);
    }
    return RESULT_SUCCESS;
}

/* What EXEC answers: one of its commands may have failed alone. The last status is that of the guard behind the
 * records. When it refuses they are in, so "nothing happened" would be wrong. */
static struct result answer_records(const redisReply *reply, char *text, size_t capacity)
{
    for (size_t i = 0; i < reply->elements; i++)
        if (reply->element[i]->type == REDIS_REPLY_ERROR)
            return redis_error_result(reply->element[i]->str, RESULT_RETRY, text, capacity);
    if (reply->elements == 0 || reply->element[reply->elements - 1]->type != REDIS_REPLY_STATUS)
        return reply_unexpected();
    struct result result = status_result(reply->element[reply->elements - 1]->str);
    if (result.kind == RESULT_REFUSED)
        result.kind = RESULT_RETRY;
    return result;
}

static struct result answer_ids(struct store_request *request, const redisReply *reply)
{
    if (reply->elements > request->limit)
        return reply_unexpected();
    for (size_t i = 0; i < reply->elements; i++)
        request->records[i] = (struct store_record){.key = reply_text(reply->element[i])};
    request->record_count = (uint32_t)reply->elements;
    return RESULT_SUCCESS;
}

static struct result answer_time(struct store_request *request, const redisReply *reply, char *text, size_t capacity)
{
    if (reply->elements != 2 || reply->element[0]->type != REDIS_REPLY_STRING ||
        reply->element[1]->type != REDIS_REPLY_STRING)
        return reply_unexpected();
    const char *policy = reply->element[1]->str;
    request->now = strtoll(reply->element[0]->str, NULL, 10);
    /* volatile-* evicts keys that expire, and ours never do. */
    if (strcmp(policy, "noeviction") == 0 || strncmp(policy, "volatile-", 9) == 0)
        return RESULT_SUCCESS;
    snprintf(text, capacity, "Redis would evict state (maxmemory-policy is %s): set it to noeviction", policy);
    return (struct result){RESULT_STOP, text};
}

static bool ends_with_exec(const struct store_request *request)
{
    return request->kind == STORE_READ || request->kind == STORE_WRITE || request->kind == STORE_FILL;
}

static struct result answer_status(const struct store_request *request, const char *status, char *side)
{
    struct result result = status_result(status);

    if (result.kind == RESULT_OK && request->kind == STORE_FINISH && request->fresh)
        *side = other_side(*side);
    return result;
}

static struct result answer(struct store_request *request, const redisReply *reply, char *text, size_t capacity,
                            char *side)
{
    if (reply->type == REDIS_REPLY_STATUS && !ends_with_exec(request))
        return answer_status(request, reply->str, side);
    if (reply->type == REDIS_REPLY_NIL && ends_with_exec(request))
        return (struct result){RESULT_REFUSED,
                               "position: another worker, or another copy of Redis, touched it meanwhile"};
    if (reply->type != REDIS_REPLY_ARRAY)
        return reply_unexpected();
    switch (request->kind) {
    case STORE_CLAIM: return answer_claim(request, reply, side);
    case STORE_WRITE:
    case STORE_FILL: return answer_records(reply, text, capacity);
    case STORE_DUE:
    case STORE_HELD: return answer_ids(request, reply);
    case STORE_TIME: return answer_time(request, reply, text, capacity);
    case STORE_READ: return reply->elements == 0 ? RESULT_SUCCESS : reply_unexpected();
    case STORE_FINISH: break;
    }
    return reply_unexpected();
}

/* Those in front of EXEC's: a READ's values, the guard's status, OK and QUEUED. */
static struct result preliminary(struct store_request *request, const redisReply *reply)
{
    if (request->kind == STORE_READ && request->answers == READ_BEHIND_VALUES)
        return answer_values(request, reply);
    if (reply->type != REDIS_REPLY_STATUS)
        return reply_unexpected();
    return strcmp(reply->str, "QUEUED") == 0 ? RESULT_SUCCESS : status_result(reply->str);
}

/* The first thing that went wrong is the one to tell: EXEC's own answer is mostly its echo. */
void request_answer(struct store_request *request, const redisReply *reply, char *text, size_t capacity, char *side)
{
    request->answers--;
    if (request->result.kind != RESULT_OK)
        return;
    if (reply->type == REDIS_REPLY_ERROR)
        request->result = redis_error_result(reply->str, RESULT_RETRY, text, capacity);
    else if (request->answers > 0)
        request->result = preliminary(request, reply);
    else
        request->result = answer(request, reply, text, capacity, side);
}
