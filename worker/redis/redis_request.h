/* A store request as one EVALSHA, and its answer back. */
#ifndef OSBILL_REDIS_REQUEST_H
#define OSBILL_REDIS_REQUEST_H

#include "redis_records.h"
#include "redis_scripts.h"
#include "worker/engine/ports/store.h"

#include <hiredis/hiredis.h>

#define REDIS_KEYS 7 /* of a partition; lua/guard.lua names them */

/* Writes the request to output. output->failed when memory ran out. */
void request_encode(const struct store_request *request, const char *prefix, const char *digest,
                    struct request_scratch *scratch, struct buffer *output);

/* EVALSHA, digest and the partition's keys, for a command that has `arguments` more. */
void request_put_head(struct buffer *output, const char *digest, const char *prefix, int32_t partition,
                      size_t arguments);

/* Sets the request's result and answers. Answered text points into the reply. A reason goes to text. */
void request_answer(struct store_request *request, const redisReply *reply, char *text, size_t capacity);

#endif
