/* What becomes of a request whose records are plain commands, whatever Redis answers to each of them. */
#include "tests/unit/cmocka_all.h"

#include <string.h>

#include "core/text.h"
#include "redis_request.h"

#define WATCHED   "+OK\r\n"
#define PERMITTED "+OK\r\n"
#define BEGUN     "+OK\r\n"
#define QUEUED    "+QUEUED\r\n"
#define VALUES    "*2\r\n$1\r\nx\r\n$-1\r\n"
#define BUSY      "-BUSY a script runs\r\n"

struct conversation {
    enum store_request_kind kind;
    uint32_t answers;
    const char *said;
    enum result_kind result;
    const char *reason; /* a word of it */
};

static redisReply *next_reply(redisReader *reader)
{
    void *reply = NULL;

    assert_int_equal(redisReaderGetReply(reader, &reply), REDIS_OK);
    assert_non_null(reply);
    return reply;
}

static void hold(const struct conversation *conversation, struct store_request *request)
{
    redisReader *reader = redisReaderCreate();
    char text[512], side = 'a';

    assert_int_equal(redisReaderFeed(reader, conversation->said, strlen(conversation->said)), REDIS_OK);
    request->answers = conversation->answers;
    while (request->answers > 0) {
        redisReply *reply = next_reply(reader);
        request_answer(request, reply, text, sizeof text, &side);
        freeReplyObject(reply);
    }
    redisReaderFree(reader);
    assert_int_equal(request->result.kind, conversation->result);
    if (conversation->reason && !strstr(request->result.reason, conversation->reason))
        fail_msg("%s lacks %s", request->result.reason, conversation->reason);
}

static void records_are_written_only_when_every_answer_says_so(void **state)
{
    static const struct conversation conversations[] = {
        {STORE_WRITE, 6, WATCHED PERMITTED BEGUN QUEUED QUEUED "*2\r\n:1\r\n+OK\r\n", RESULT_OK, NULL},
        {STORE_FILL, 6, WATCHED PERMITTED BEGUN QUEUED QUEUED "*2\r\n:1\r\n+OK\r\n", RESULT_OK, NULL},
        /* Refused in front: EXEC does nothing. */
        {STORE_WRITE, 6, WATCHED "+owner\r\n" BEGUN QUEUED QUEUED "*-1\r\n", RESULT_REFUSED, "owner"},
        {STORE_FILL, 6, WATCHED "+chunk\r\n" BEGUN QUEUED QUEUED "*-1\r\n", RESULT_REFUSED, "chunk"},
        /* Touched between guard and EXEC. */
        {STORE_WRITE, 6, WATCHED PERMITTED BEGUN QUEUED QUEUED "*-1\r\n", RESULT_REFUSED, "touched"},
        /* An error in front that was over when MULTI came: written or not, it counts as unknown. */
        {STORE_WRITE, 6, WATCHED BUSY BEGUN QUEUED QUEUED "*2\r\n:1\r\n+OK\r\n", RESULT_RETRY, "script blocks"},
        {STORE_WRITE, 6, WATCHED BUSY BEGUN QUEUED QUEUED "*2\r\n:1\r\n+owner\r\n", RESULT_RETRY, "script blocks"},
        {STORE_WRITE, 6, WATCHED PERMITTED BEGUN QUEUED QUEUED "*2\r\n:1\r\n+owner\r\n", RESULT_RETRY, "owner"},
        /* One command is refused, so EXEC is. */
        {STORE_WRITE, 6, WATCHED PERMITTED BEGUN "-OOM command not allowed\r\n" QUEUED "-EXECABORT discarded\r\n",
         RESULT_RETRY, "maxmemory"},
        /* One command failed, and EXEC went on. */
        {STORE_WRITE, 6, WATCHED PERMITTED BEGUN QUEUED QUEUED "*2\r\n-WRONGTYPE a string\r\n+OK\r\n", RESULT_STOP,
         "another program"},
        {STORE_WRITE, 6, WATCHED PERMITTED BEGUN QUEUED QUEUED "*2\r\n:1\r\n+type\r\n", RESULT_STOP, "another program"},
        {STORE_WRITE, 6, WATCHED PERMITTED BEGUN QUEUED QUEUED "-EXECABORT discarded\r\n", RESULT_RETRY, "as a whole"},
        {STORE_WRITE, 6, WATCHED PERMITTED BEGUN QUEUED QUEUED "*0\r\n", RESULT_STOP, "none of our scripts"},
        {STORE_WRITE, 6, WATCHED PERMITTED BEGUN QUEUED QUEUED "+OK\r\n", RESULT_STOP, "none of our scripts"},
        {STORE_WRITE, 6, WATCHED PERMITTED ":1\r\n" QUEUED QUEUED "*2\r\n:1\r\n+OK\r\n", RESULT_STOP,
         "none of our scripts"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof conversations / sizeof conversations[0]; i++)
        hold(&conversations[i], &(struct store_request){.kind = conversations[i].kind});
}

static void values_count_only_with_their_guard(void **state)
{
    static const struct conversation conversations[] = {
        {STORE_READ, 5, WATCHED VALUES PERMITTED BEGUN "*0\r\n", RESULT_OK, NULL},
        {STORE_READ, 5, WATCHED VALUES "+position\r\n" BEGUN "*0\r\n", RESULT_REFUSED, "position"},
        {STORE_READ, 5, WATCHED VALUES "+side\r\n" BEGUN "*0\r\n", RESULT_REFUSED, "side"},
        {STORE_READ, 5, WATCHED VALUES PERMITTED BEGUN "*-1\r\n", RESULT_REFUSED, "touched"},
        {STORE_READ, 5, WATCHED VALUES "-NOSCRIPT none\r\n" BEGUN "*0\r\n", RESULT_RETRY, "scripts"},
        {STORE_READ, 5, WATCHED "*1\r\n$1\r\nx\r\n" PERMITTED BEGUN "*0\r\n", RESULT_STOP, "none of our scripts"},
        {STORE_READ, 5, WATCHED "*2\r\n$1\r\nx\r\n:1\r\n" PERMITTED BEGUN "*0\r\n", RESULT_STOP, "none of our scripts"},
        {STORE_READ, 5, WATCHED PERMITTED PERMITTED BEGUN "*0\r\n", RESULT_STOP, "none of our scripts"},
        {STORE_READ, 5, WATCHED VALUES PERMITTED BEGUN "+OK\r\n", RESULT_STOP, "none of our scripts"},
        {STORE_READ, 5, WATCHED "-WRONGTYPE a string\r\n" PERMITTED BEGUN "*0\r\n", RESULT_STOP, "another program"},
        {STORE_READ, 5, WATCHED VALUES PERMITTED BEGUN "*1\r\n:1\r\n", RESULT_STOP, "none of our scripts"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof conversations / sizeof conversations[0]; i++) {
        struct store_record records[2] = {{.key = TEXT("a:1")}, {.key = TEXT("a:2"), .value = TEXT("old")}};
        struct store_request request = {.kind = STORE_READ, .records = records, .record_count = 2};
        hold(&conversations[i], &request);
        if (request.result.kind == RESULT_OK) {
            assert_int_equal(records[0].value.size, 1); /* its reply is gone */
            assert_null(records[1].value.data);
        }
    }
}

static void a_claim_tells_the_side(void **state)
{
    const char *said = "*3\r\n$0\r\n\r\n$0\r\n\r\n$1\r\nb\r\n";
    redisReader *reader = redisReaderCreate();
    struct store_request request = {.kind = STORE_CLAIM, .answers = 1};
    char text[512], side = 'a';

    (void)state;
    assert_int_equal(redisReaderFeed(reader, said, strlen(said)), REDIS_OK);
    redisReply *reply = next_reply(reader);
    request_answer(&request, reply, text, sizeof text, &side);
    assert_int_equal(request.result.kind, RESULT_OK);
    assert_int_equal(side, 'b');
    freeReplyObject(reply);
    redisReaderFree(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_written_only_when_every_answer_says_so),
        cmocka_unit_test(values_count_only_with_their_guard),
        cmocka_unit_test(a_claim_tells_the_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
