#include "redis_error.h"
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
    {"position", {RESULT_REFUSED, "position: Redis is at another position than this worker"}},
    {"chunk", {RESULT_REFUSED, "chunk: Redis has another number of chunks of this fill"}},
};

static struct result unexpected(void)
{
    return (struct result){RESULT_STOP, "Redis gave an answer that none of our scripts gives"};
}

static struct result status_result(const char *status)
{
    for (size_t i = 0; i < sizeof(guards) / sizeof(guards[0]); i++)
        if (strcmp(status, guards[i].status) == 0)
            return guards[i].result;
    return unexpected();
}

static struct text reply_text(const redisReply *reply)
{
    if (reply->type != REDIS_REPLY_STRING)
        return (struct text){NULL, 0};
    return (struct text){reply->str, (uint32_t)reply->len};
}

static struct result answer_claim(struct store_request *request, const redisReply *reply)
{
    if (reply->elements != 2)
        return unexpected();
    struct text nonce = reply_text(reply->element[1]);
    request->position = reply_text(reply->element[0]);
    if (request->position.size == 0)
        request->position.data = NULL;
    request->to = (struct hash){{0}};
    if (nonce.size == sizeof(request->to.bytes))
        memcpy(request->to.bytes, nonce.data, nonce.size);
    else if (nonce.size != 0)
        return unexpected();
    return RESULT_SUCCESS;
}

/* Lists of values, in the order of the keys. */
static struct result answer_read(struct store_request *request, const redisReply *reply)
{
    uint32_t at = 0;

    for (size_t i = 0; i < reply->elements; i++) {
        const redisReply *list = reply->element[i];
        if (list->type != REDIS_REPLY_ARRAY || list->elements > request->record_count - at)
            return unexpected();
        for (size_t k = 0; k < list->elements; k++)
            request->records[at++].value = reply_text(list->element[k]);
    }
    return at == request->record_count ? RESULT_SUCCESS : unexpected();
}

static struct result answer_ids(struct store_request *request, const redisReply *reply)
{
    if (reply->elements > request->limit)
        return unexpected();
    for (size_t i = 0; i < reply->elements; i++)
        request->records[i] = (struct store_record){.key = reply_text(reply->element[i])};
    request->record_count = (uint32_t)reply->elements;
    return RESULT_SUCCESS;
}

static struct result answer_time(struct store_request *request, const redisReply *reply, char *text, size_t capacity)
{
    if (reply->elements != 2 || reply->element[0]->type != REDIS_REPLY_STRING ||
        reply->element[1]->type != REDIS_REPLY_STRING)
        return unexpected();
    const char *policy = reply->element[1]->str;
    request->now = strtoll(reply->element[0]->str, NULL, 10);
    /* volatile-* evicts keys that expire, and ours never do. */
    if (strcmp(policy, "noeviction") == 0 || strncmp(policy, "volatile-", 9) == 0)
        return RESULT_SUCCESS;
    snprintf(text, capacity, "Redis would evict state (maxmemory-policy is %s): set it to noeviction", policy);
    return (struct result){RESULT_STOP, text};
}

void request_answer(struct store_request *request, const redisReply *reply, char *text, size_t capacity)
{
    if (reply->type == REDIS_REPLY_ERROR) {
        request->result = redis_error_result(reply->str, RESULT_RETRY, text, capacity);
        return;
    }
    if (reply->type == REDIS_REPLY_STATUS) {
        request->result = status_result(reply->str);
        return;
    }
    request->result = unexpected();
    if (reply->type != REDIS_REPLY_ARRAY)
        return;
    if (request->kind == STORE_CLAIM)
        request->result = answer_claim(request, reply);
    else if (request->kind == STORE_READ)
        request->result = answer_read(request, reply);
    else if (request->kind == STORE_DUE || request->kind == STORE_HELD)
        request->result = answer_ids(request, reply);
    else if (request->kind == STORE_TIME)
        request->result = answer_time(request, reply, text, capacity);
}
