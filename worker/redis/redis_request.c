#include "redis_request.h"

#include "redis_records.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static void put_hash(struct buffer *output, const struct hash *hash)
{
    buffer_put_argument(output, hash->bytes, sizeof(hash->bytes));
}

void request_put_head(struct buffer *output, const char *digest, const char *prefix, int32_t partition,
                      size_t arguments)
{
    static const char *const names[REDIS_KEYS] = {"position", "state:a", "due:a", "held:a",
                                                  "state:b",  "due:b",   "held:b"};
    char key[300];

    buffer_put_command(output, 3 + REDIS_KEYS + arguments);
    buffer_put_string(output, "EVALSHA");
    buffer_put_string(output, digest);
    buffer_put_number(output, REDIS_KEYS);
    for (size_t i = 0; i < REDIS_KEYS; i++) {
        /* The colon keeps prefix x, partition 12 apart from prefix x1, partition 2: no topic name holds one. */
        int size = snprintf(key, sizeof(key), "{%s:%d}:%s", prefix, (int)partition, names[i]);
        assert(size > 0 && (size_t)size < sizeof(key));
        buffer_put_argument(output, key, (size_t)size);
    }
}

/* The overlay holds each key once, so a WRITE needs no look at repeated keys. */
static void encode_write(const struct store_request *request, const char *prefix, const char *digest,
                         struct buffer *output)
{
    struct record_lists lists = records_count(request, NULL);

    request_put_head(output, digest, prefix, request->partition, 4 + records_arguments(&lists));
    put_hash(output, &request->owner);
    put_hash(output, &request->nonces[0]);
    put_hash(output, &request->to);
    buffer_put_text(output, request->position);
    records_put(output, request, NULL, &lists);
}

static void encode_fill(const struct store_request *request, const char *prefix, const char *digest,
                        struct request_scratch *scratch, struct buffer *output)
{
    if (!records_mark_replaced(request, scratch)) {
        output->failed = true;
        return;
    }
    struct record_lists lists = records_count(request, scratch->skip);
    request_put_head(output, digest, prefix, request->partition, 3 + records_arguments(&lists));
    put_hash(output, &request->owner);
    buffer_put_number(output, request->chunk);
    buffer_put_number(output, request->fresh);
    records_put(output, request, scratch->skip, &lists);
}

static void encode_finish(const struct store_request *request, const char *prefix, const char *digest,
                          struct buffer *output)
{
    request_put_head(output, digest, prefix, request->partition, 5);
    put_hash(output, &request->owner);
    buffer_put_number(output, request->chunk);
    buffer_put_number(output, request->fresh);
    put_hash(output, &request->to);
    buffer_put_text(output, request->position);
}

/* READ, DUE, HELD: head, owner, nonces; `arguments` more follow. */
static void encode_guarded(const struct store_request *request, const char *prefix, const char *digest,
                           size_t arguments, struct buffer *output)
{
    assert(request->nonce_count >= 1 && request->nonce_count <= 4);
    request_put_head(output, digest, prefix, request->partition, 2 + request->nonce_count + arguments);
    put_hash(output, &request->owner);
    buffer_put_number(output, request->nonce_count);
    for (uint32_t i = 0; i < request->nonce_count; i++)
        put_hash(output, &request->nonces[i]);
}

static void encode_held(const struct store_request *request, const char *prefix, const char *digest,
                        struct buffer *output)
{
    char bound[512] = "-";
    size_t size = 1;

    if (request->cursor.size > 0) {
        size = request->cursor.size < sizeof(bound) ? request->cursor.size + 1 : sizeof(bound);
        bound[0] = '(';
        memcpy(bound + 1, request->cursor.data, size - 1);
    }
    encode_guarded(request, prefix, digest, 2, output);
    buffer_put_argument(output, bound, size);
    buffer_put_number(output, request->limit);
}

void request_encode(const struct store_request *request, const char *prefix, const char *digest,
                    struct request_scratch *scratch, struct buffer *output)
{
    switch (request->kind) {
    case STORE_CLAIM:
        request_put_head(output, digest, prefix, request->partition, 1);
        put_hash(output, &request->owner);
        break;
    case STORE_READ:
        encode_guarded(request, prefix, digest, request->record_count, output);
        for (uint32_t i = 0; i < request->record_count; i++)
            buffer_put_text(output, request->records[i].key);
        break;
    case STORE_WRITE: encode_write(request, prefix, digest, output); break;
    case STORE_FILL: encode_fill(request, prefix, digest, scratch, output); break;
    case STORE_FINISH: encode_finish(request, prefix, digest, output); break;
    case STORE_DUE:
        encode_guarded(request, prefix, digest, 2, output);
        buffer_put_number(output, request->now);
        buffer_put_number(output, request->limit);
        break;
    case STORE_HELD: encode_held(request, prefix, digest, output); break;
    case STORE_TIME:
        buffer_put_command(output, 3);
        buffer_put_string(output, "EVALSHA");
        buffer_put_string(output, digest);
        buffer_put_number(output, 0);
        break;
    }
}
