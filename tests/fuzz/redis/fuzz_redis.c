/* Any bytes as the answers of Redis, through hiredis' reader and ours: each request ends with a result, and what is
 * answered is memory of the reply.
 *
 * Input: byte 0 names the request, the rest is what Redis sends. */
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "tests/fuzz/must.h"
#include "worker/redis/redis_connection.h"
#include "worker/redis/redis_dump.h"
#include "worker/redis/redis_request.h"

#define RECORDS 4
#define KINDS   (STORE_TIME + 1)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static redisReader *reader;

/* --- in place of redis_connection.c, redis_transport.c and the scripts: what was sent is there at once --- */

const struct script redis_scripts[SCRIPT_COUNT] = {{"", "", 0}};

struct result connection_init(struct connection *connection, const struct redis_address *address,
                              int connect_timeout_ms, int answer_timeout_ms)
{
    (void)connect_timeout_ms;
    (void)answer_timeout_ms;
    *connection = (struct connection){.address = *address, .state = CONNECTION_READY};
    return RESULT_SUCCESS;
}

void connection_release(struct connection *connection)
{
    redis_buffer_release(&connection->output);
}

void connection_step(struct connection *connection, int timeout_ms)
{
    (void)timeout_ms;
    connection_fail(connection, RESULT_RETRY, "nothing more comes");
}

void connection_flush(struct connection *connection)
{
    buffer_clear(&connection->output, 0);
}

void connection_expect(struct connection *connection, uint32_t answers)
{
    connection->expected += answers;
}

void connection_fail(struct connection *connection, enum result_kind kind, const char *reason)
{
    connection->failed = true;
    connection->failure = kind;
    (void)snprintf(connection->reason, sizeof connection->reason, "%s", reason);
}

redisReply *connection_answer(struct connection *connection)
{
    void *reply = NULL;

    if (redisReaderGetReply(reader, &reply) != REDIS_OK)
        connection_fail(connection, RESULT_RETRY, reader->errstr);
    return reply;
}

/* --- what is answered --- */

static void check_result(struct result result)
{
    must(result.kind == RESULT_OK || (result.reason && strlen(result.reason) < REASON_CAPACITY));
}

/* A READ's from its values on; of WRITE and FILL two stand for all. */
static uint32_t answers_of(enum store_request_kind kind)
{
    switch (kind) {
    case STORE_READ: return 1 + READ_BEHIND_VALUES;
    case STORE_WRITE:
    case STORE_FILL: return 2;
    default: return 1;
    }
}

static void answer_request(enum store_request_kind kind)
{
    struct store_record records[RECORDS] = {{.key = TEXT("a:1")}, {.key = TEXT("v:1/2")}};
    struct store_request request = {.kind = kind,
                                    .records = records,
                                    .record_count = kind == STORE_READ ? RECORDS : 0,
                                    .limit = RECORDS,
                                    .answers = answers_of(kind)};
    char reason[REASON_CAPACITY], side = 'a';
    void *replies[1 + READ_BEHIND_VALUES] = {NULL};
    bool complete = true;

    for (int i = 0; complete && request.answers > 0; i++) {
        complete = redisReaderGetReply(reader, &replies[i]) == REDIS_OK && replies[i];
        if (complete)
            request_answer(&request, replies[i], reason, sizeof reason, &side);
    }
    if (complete)
        check_result(request.result);
    must(request.record_count <= RECORDS);
    for (uint32_t i = 0; request.result.kind == RESULT_OK && i < request.record_count; i++) {
        must_be_readable(records[i].key);
        must_be_readable(records[i].value);
    }
    if (request.result.kind == RESULT_OK)
        must_be_readable(request.position);
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++)
        freeReplyObject(replies[i]);
}

static bool visit(void *context, struct text key, struct text value)
{
    int *visits = context;

    must_be_readable(key);
    must_be_readable(value);
    return ++*visits < 1000;
}

static void answer_dump(unsigned kind)
{
    struct store_record records[RECORDS] = {{.key = TEXT("a:1")}, {.key = TEXT("v:1/2")}};
    struct redis_config config = {.url = "redis://localhost", .prefix = "osbill."};
    struct redis_dump *dump;
    struct result result;
    struct text position = {NULL, 0};
    bool moved;
    int visits = 0;

    must(redis_dump_open(&config, &dump).kind == RESULT_OK);
    if (kind == 0)
        result = redis_dump_read(dump, 0, records, RECORDS, &position);
    else
        result = redis_dump_scan(dump, 0, (enum redis_dump_kind)(kind - 1), visit, &visits, &position, &moved);
    check_result(result);
    if (result.kind == RESULT_OK)
        must_be_readable(position);
    for (uint32_t i = 0; kind == 0 && result.kind == RESULT_OK && i < RECORDS; i++)
        must_be_readable(records[i].value);
    redis_dump_close(dump);
}

/* hiredis 0.14 allocates an array's elements before they came: what a server with that much memory would send. */
static bool is_huge(const uint8_t *data, size_t size)
{
    unsigned digits = 0;

    for (size_t i = 0; i < size; i++) {
        digits = data[i] >= '0' && data[i] <= '9' ? digits + 1 : 0;
        if (digits > 6)
            return true;
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || is_huge(data, size))
        return 0;
    reader = redisReaderCreate();
    must(reader != NULL);
    unsigned what = data[0] % (KINDS + 4);
    if (redisReaderFeed(reader, (const char *)data + 1, size - 1) == REDIS_OK) {
        if (what < KINDS)
            answer_request((enum store_request_kind)what);
        else
            answer_dump(what - KINDS);
    }
    redisReaderFree(reader);
    return 0;
}
