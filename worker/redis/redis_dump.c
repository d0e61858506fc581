#include "redis_dump.h"

#include "redis_connection.h"
#include "redis_error.h"
#include "redis_keys.h"
#include "redis_request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DUMP_CONNECT_MS 5000
#define DUMP_ANSWER_MS  30000
#define SCAN_COUNT      1000

struct redis_dump {
    struct connection connection;
    char prefix[PREFIX_CAPACITY];
    redisReply *reply;      /* that answered text points into */
    struct buffer position; /* of the start of a scan */
    char reason[REASON_CAPACITY];
};

static struct result connection_result(struct redis_dump *dump)
{
    dump->connection.failed = false;
    return (struct result){dump->connection.failure, dump->connection.reason};
}

static struct result wait_ready(struct redis_dump *dump)
{
    struct connection *connection = &dump->connection;

    while (connection->state != CONNECTION_READY) {
        connection_step(connection, DUMP_CONNECT_MS);
        if (connection->failed)
            return connection_result(dump);
    }
    return RESULT_SUCCESS;
}

/* Sends the command that is in the output buffer and waits for its answer. */
static struct result exchange(struct redis_dump *dump)
{
    struct connection *connection = &dump->connection;
    redisReply *reply = NULL;

    if (connection->output.failed)
        connection_fail(connection, RESULT_RETRY, "out of memory");
    connection_expect(connection, 1);
    connection_flush(connection);
    while (!connection->failed && (reply = connection_answer(connection)) == NULL)
        if (!connection->failed)
            connection_step(connection, DUMP_ANSWER_MS);
    if (!reply)
        return connection_result(dump);
    if (dump->reply)
        freeReplyObject(dump->reply);
    dump->reply = reply;
    if (reply->type == REDIS_REPLY_ERROR)
        return redis_error_result(reply->str, RESULT_RETRY, dump->reason, sizeof(dump->reason));
    return reply->type == REDIS_REPLY_ARRAY ? RESULT_SUCCESS : reply_unexpected();
}

/* Runs peek.lua: side and position, then lists of values. */
static struct result peek(struct redis_dump *dump, int32_t partition, const struct store_record *records,
                          uint32_t count)
{
    struct buffer *output = &dump->connection.output;
    struct result result = wait_ready(dump);

    if (result.kind != RESULT_OK)
        return result;
    request_put_head(output, dump->connection.digest[SCRIPT_PEEK], dump->prefix, partition, count);
    for (uint32_t i = 0; i < count; i++)
        buffer_put_text(output, records[i].key);
    result = exchange(dump);
    if (result.kind == RESULT_OK && (dump->reply->elements < 2 || dump->reply->element[0]->type != REDIS_REPLY_STRING))
        return reply_unexpected();
    return result;
}

struct result redis_dump_read(struct redis_dump *dump, int32_t partition, struct store_record *records, uint32_t count,
                              struct text *ret_position)
{
    struct result result = peek(dump, partition, records, count);
    uint32_t at = 0;

    if (result.kind != RESULT_OK)
        return result;
    *ret_position = reply_text(dump->reply->element[1]);
    if (ret_position->size == 0)
        ret_position->data = NULL;
    for (size_t i = 2; i < dump->reply->elements; i++) {
        const redisReply *list = dump->reply->element[i];
        for (size_t k = 0; k < list->elements && at < count; k++)
            records[at++].value = reply_text(list->element[k]);
    }
    return at == count ? RESULT_SUCCESS : reply_unexpected();
}

static void put_scan(struct redis_dump *dump, int32_t partition, enum redis_dump_kind kind, char side,
                     const char *cursor)
{
    static const int places[] = {KEY_STATE, KEY_DUE, KEY_HELD};
    struct buffer *output = &dump->connection.output;
    struct partition_keys keys;

    partition_keys_name(&keys, dump->prefix, partition);
    buffer_put_command(output, 5);
    buffer_put_string(output, kind == REDIS_DUMP_STATE ? "HSCAN" : "ZSCAN");
    buffer_put_string(output, partition_key(&keys, places[kind], side));
    buffer_put_string(output, cursor);
    buffer_put_string(output, "COUNT");
    buffer_put_number(output, SCAN_COUNT);
}

/* Visits one page; cursor becomes the next one, "0" at the end. */
static struct result scan_page(struct redis_dump *dump, redis_dump_visit *visit, void *context, char cursor[32],
                               bool *ret_stopped)
{
    struct result result = exchange(dump);

    if (result.kind != RESULT_OK)
        return result;
    const redisReply *reply = dump->reply;
    if (reply->elements != 2 || reply->element[0]->type != REDIS_REPLY_STRING ||
        reply->element[1]->type != REDIS_REPLY_ARRAY)
        return reply_unexpected();
    snprintf(cursor, 32, "%s", reply->element[0]->str);
    const redisReply *page = reply->element[1];
    for (size_t i = 0; i + 1 < page->elements && !*ret_stopped; i += 2)
        *ret_stopped = !visit(context, reply_text(page->element[i]), reply_text(page->element[i + 1]));
    return RESULT_SUCCESS;
}

/* After a scan: whether the position is still the one kept; RESULT_RETRY when the side is another. */
static struct result compare_end(struct redis_dump *dump, int32_t partition, char side, bool *ret_moved)
{
    struct result result = peek(dump, partition, NULL, 0);

    if (result.kind != RESULT_OK)
        return result;
    struct text position = reply_text(dump->reply->element[1]);
    *ret_moved = position.size != dump->position.size ||
                 (position.size > 0 && memcmp(position.data, dump->position.data, position.size) != 0);
    if (dump->reply->element[0]->str[0] != side)
        return (struct result){RESULT_RETRY, "the partition was rebuilt while it was read"};
    return RESULT_SUCCESS;
}

struct result redis_dump_scan(struct redis_dump *dump, int32_t partition, enum redis_dump_kind kind,
                              redis_dump_visit *visit, void *context, struct text *ret_position, bool *ret_moved)
{
    struct result result = peek(dump, partition, NULL, 0);
    char cursor[32] = "0";
    bool stopped = false;

    *ret_moved = false;
    if (result.kind != RESULT_OK)
        return result;
    char side = dump->reply->element[0]->str[0];
    struct text position = reply_text(dump->reply->element[1]);
    buffer_clear(&dump->position, OUTPUT_KEEP);
    buffer_put(&dump->position, position.data, position.size);
    do {
        put_scan(dump, partition, kind, side, cursor);
        result = scan_page(dump, visit, context, cursor, &stopped);
        if (result.kind != RESULT_OK)
            return result;
    } while (!stopped && strcmp(cursor, "0") != 0);
    result = compare_end(dump, partition, side, ret_moved);
    *ret_position = (struct text){dump->position.size ? dump->position.data : NULL, (uint32_t)dump->position.size};
    return result;
}

static struct result run_script(struct redis_dump *dump, enum script_id script, int32_t partition, size_t elements)
{
    struct connection *connection = &dump->connection;
    struct result result = wait_ready(dump);

    if (result.kind != RESULT_OK)
        return result;
    request_put_head(&connection->output, connection->digest[script], dump->prefix, partition, 0);
    result = exchange(dump);
    return result.kind == RESULT_OK && dump->reply->elements != elements ? reply_unexpected() : result;
}

struct result redis_dump_look(struct redis_dump *dump, int32_t partition, struct redis_dump_fill *ret)
{
    struct result result = run_script(dump, SCRIPT_LOOK, partition, 5);

    if (result.kind != RESULT_OK)
        return result;
    redisReply *const *element = dump->reply->element;
    struct text position = reply_text(element[0]), owner = reply_text(element[1]);
    *ret = (struct redis_dump_fill){
        .position = {position.size ? position.data : NULL, position.size},
        .chunks = (uint32_t)element[2]->integer,
        .states = (uint64_t)element[3]->integer,
        .filled = (uint64_t)element[4]->integer,
    };
    if (owner.size == sizeof ret->owner.bytes)
        memcpy(ret->owner.bytes, owner.data, owner.size);
    return RESULT_SUCCESS;
}

struct result redis_dump_forget(struct redis_dump *dump, int32_t partition)
{
    return run_script(dump, SCRIPT_FORGET, partition, 1);
}

struct result redis_dump_open(const struct redis_config *config, struct redis_dump **ret)
{
    struct redis_address address;
    struct result result = redis_config_address(config, &address);

    *ret = NULL;
    if (result.kind != RESULT_OK)
        return result;
    struct redis_dump *dump = calloc(1, sizeof(*dump));
    if (!dump)
        return (struct result){RESULT_STOP, "out of memory"};
    snprintf(dump->prefix, sizeof(dump->prefix), "%s", config->prefix);
    result = connection_init(&dump->connection, &address,
                             config->connect_timeout_ms ? config->connect_timeout_ms : DUMP_CONNECT_MS,
                             config->answer_timeout_ms ? config->answer_timeout_ms : DUMP_ANSWER_MS);
    if (result.kind != RESULT_OK) {
        redis_dump_close(dump);
        return result;
    }
    *ret = dump;
    return RESULT_SUCCESS;
}

void redis_dump_close(struct redis_dump *dump)
{
    if (!dump)
        return;
    if (dump->reply)
        freeReplyObject(dump->reply);
    redis_buffer_release(&dump->position);
    connection_release(&dump->connection);
    free(dump);
}
