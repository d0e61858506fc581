#include "redis_request.h"

#include "redis_keys.h"
#include "redis_records.h"

#include <assert.h>
#include <string.h>

static void put_hash(struct buffer *output, const struct hash *hash)
{
    buffer_put_argument(output, hash->bytes, sizeof(hash->bytes));
}

static void put_partition(struct buffer *output, const char *digest, const struct partition_keys *keys,
                          size_t arguments)
{
    buffer_put_command(output, 3 + KEYS + arguments);
    buffer_put_string(output, "EVALSHA");
    buffer_put_string(output, digest);
    partition_keys_put(keys, output);
}

void request_put_head(struct buffer *output, const char *digest, const char *prefix, int32_t partition,
                      size_t arguments)
{
    struct partition_keys keys;

    partition_keys_name(&keys, prefix, partition);
    put_partition(output, digest, &keys, arguments);
}

/* --- many records --- */

static void put_side(struct buffer *output, char side)
{
    buffer_put_argument(output, &side, 1);
}

static void put_single(struct buffer *output, const char *command)
{
    buffer_put_command(output, 1);
    buffer_put_string(output, command);
}

static void put_watch(const struct partition_keys *keys, struct buffer *output)
{
    buffer_put_command(output, 2);
    buffer_put_string(output, "WATCH");
    buffer_put_string(output, keys->text[KEY_POSITION]);
}

static uint32_t encode_read(const struct store_request *request, const struct partition_keys *keys, char side,
                            const char *digest, struct buffer *output)
{
    put_watch(keys, output);
    buffer_put_command(output, 2 + (size_t)request->record_count);
    buffer_put_string(output, "HMGET");
    buffer_put_string(output, partition_key(keys, KEY_STATE, side));
    for (uint32_t i = 0; i < request->record_count; i++)
        buffer_put_text(output, request->records[i].key);
    put_partition(output, digest, keys, 2 + request->nonce_count);
    put_hash(output, &request->owner);
    put_side(output, side);
    for (uint32_t i = 0; i < request->nonce_count; i++)
        put_hash(output, &request->nonces[i]);
    put_single(output, "MULTI");
    put_single(output, "EXEC");
    return 2 + READ_BEHIND_VALUES;
}

/* By its text, not its digest: a script that Redis lost must not let the records pass. */
static void put_guard(const struct store_request *request, const struct partition_keys *keys, char side, bool behind,
                      struct buffer *output)
{
    bool write = request->kind == STORE_WRITE;
    const struct script *script = &redis_scripts[write ? SCRIPT_WRITE : SCRIPT_FILL];

    buffer_put_command(output, 3 + KEYS + (write ? 6 : 5));
    buffer_put_string(output, "EVAL");
    buffer_put_argument(output, script->source, script->size);
    partition_keys_put(keys, output);
    put_hash(output, &request->owner);
    put_side(output, side);
    buffer_put_number(output, behind);
    if (write) {
        put_hash(output, &request->nonces[0]);
        put_hash(output, &request->to);
        buffer_put_text(output, behind ? request->position : (struct text){"", 0}); /* in front nobody reads it */
    } else {
        buffer_put_number(output, request->chunk);
        buffer_put_number(output, request->fresh);
    }
}

/* What an abandoned fill left on the side that nobody sees. */
static void put_unlink(const struct partition_keys *keys, char side, struct buffer *output)
{
    buffer_put_command(output, 1 + KEYS_OF_SIDE);
    buffer_put_string(output, "UNLINK");
    for (int key = KEY_STATE; key <= KEY_HELD; key++)
        buffer_put_string(output, partition_key(keys, key, side));
}

/* The overlay holds each key once, so only a FILL looks for repeated ones. */
static uint32_t encode_records(const struct store_request *request, const struct partition_keys *keys, char side,
                               struct request_scratch *scratch, struct buffer *output)
{
    bool fill = request->kind == STORE_FILL, fresh = fill && request->fresh;
    uint32_t answers = 5; /* WATCH, guard, MULTI, guard, EXEC */

    if (fill && !records_mark_replaced(request, scratch)) {
        output->failed = true;
        return answers;
    }
    put_watch(keys, output);
    put_guard(request, keys, side, false, output);
    put_single(output, "MULTI");
    if (fresh && request->chunk == 0) {
        put_unlink(keys, other_side(side), output);
        answers++;
    }
    answers += records_put(output, request, fill ? scratch->skip : NULL, keys, fresh ? other_side(side) : side);
    put_guard(request, keys, side, true, output);
    put_single(output, "EXEC");
    return answers;
}

/* --- the others --- */

static void encode_finish(const struct store_request *request, const struct partition_keys *keys, const char *digest,
                          struct buffer *output)
{
    put_partition(output, digest, keys, 5);
    put_hash(output, &request->owner);
    buffer_put_number(output, request->chunk);
    buffer_put_number(output, request->fresh);
    put_hash(output, &request->to);
    buffer_put_text(output, request->position);
}

/* DUE, HELD: head, owner, nonces; two arguments more follow. */
static void encode_guarded(const struct store_request *request, const struct partition_keys *keys, const char *digest,
                           struct buffer *output)
{
    put_partition(output, digest, keys, 4 + request->nonce_count);
    put_hash(output, &request->owner);
    buffer_put_number(output, request->nonce_count);
    for (uint32_t i = 0; i < request->nonce_count; i++)
        put_hash(output, &request->nonces[i]);
}

static void encode_held(const struct store_request *request, const struct partition_keys *keys, const char *digest,
                        struct buffer *output)
{
    char bound[512] = "-";
    size_t size = 1;

    if (request->cursor.size > 0) {
        size = request->cursor.size < sizeof(bound) ? request->cursor.size + 1 : sizeof(bound);
        bound[0] = '(';
        memcpy(bound + 1, request->cursor.data, size - 1);
    }
    encode_guarded(request, keys, digest, output);
    buffer_put_argument(output, bound, size);
    buffer_put_number(output, request->limit);
}

void request_encode(struct store_request *request, const char *prefix, char side,
                    const char digests[SCRIPT_COUNT][DIGEST_SIZE + 1], struct request_scratch *scratch,
                    struct buffer *output)
{
    const char *digest = digests[request->kind];
    struct partition_keys keys;

    assert(request->nonce_count <= sizeof(request->nonces) / sizeof(request->nonces[0]));
    partition_keys_name(&keys, prefix, request->partition);
    request->result = RESULT_SUCCESS;
    request->answers = 1;
    switch (request->kind) {
    case STORE_CLAIM:
        put_partition(output, digest, &keys, 1);
        put_hash(output, &request->owner);
        break;
    case STORE_READ: request->answers = encode_read(request, &keys, side, digest, output); break;
    case STORE_WRITE:
    case STORE_FILL: request->answers = encode_records(request, &keys, side, scratch, output); break;
    case STORE_FINISH: encode_finish(request, &keys, digest, output); break;
    case STORE_DUE:
        encode_guarded(request, &keys, digest, output);
        buffer_put_number(output, request->now);
        buffer_put_number(output, request->limit);
        break;
    case STORE_HELD: encode_held(request, &keys, digest, output); break;
    case STORE_TIME:
        buffer_put_command(output, 3);
        buffer_put_string(output, "EVALSHA");
        buffer_put_string(output, digest);
        buffer_put_number(output, 0);
        break;
    }
}
