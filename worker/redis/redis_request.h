/* A store request as commands of Redis, and their answers back.
 *
 * Most kinds are one script. READ, WRITE and FILL move many records, which a script would copy, each several times (it
 * took half of Redis' CPU): their records are plain commands, and scripts guard them.
 *   READ   WATCH position  HMGET  guard  MULTI  EXEC
 *   WRITE  WATCH position  guard  MULTI  HSET, HDEL, ZADD, ZREM  guard again, which moves the position  EXEC
 *   FILL   as WRITE, with the count of chunks in place of the position
 * lua/read.lua and lua/twice.lua say why that is enough; docs/decisions/011. */
#ifndef OSBILL_REDIS_REQUEST_H
#define OSBILL_REDIS_REQUEST_H

#include "redis_records.h"
#include "redis_scripts.h"
#include "worker/engine/ports/store.h"

#include <hiredis/hiredis.h>

/* A READ's answers behind its values: of the guard, MULTI, EXEC. */
#define READ_BEHIND_VALUES 3

/* Writes the request to output and sets how many answers it will get. `side` is the one that readers of the partition
 * see, as CLAIM answered it. output->failed when memory ran out. */
void request_encode(struct store_request *request, const char *prefix, char side,
                    const char digests[SCRIPT_COUNT][DIGEST_SIZE + 1], struct request_scratch *scratch,
                    struct buffer *output);

/* EVALSHA, digest and the partition's keys, for a command that has `arguments` more. */
void request_put_head(struct buffer *output, const char *digest, const char *prefix, int32_t partition,
                      size_t arguments);

/* Takes the next of the request's answers; with the last one its result stands. Answered text points into the reply,
 * which is an array. A reason goes to text. *side, which readers see, is told by CLAIM and switched by FINISH. */
void request_answer(struct store_request *request, const redisReply *reply, char *text, size_t capacity, char *side);

/* A string's bytes, in the reply; of anything else data is NULL. */
struct text reply_text(const redisReply *reply);
/* What no script of ours answers: only a person can help. */
struct result reply_unexpected(void);

#endif
