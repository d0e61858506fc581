/* Every guard of the scripts, and what each request does to the partition (design.md, "On assignment", "Redis"). */
#include "fixture.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <hiredis/hiredis.h>

#include "redis_keys.h"
#include "redis_scripts.h"

static void claim_of_nothing_answers_none(void **context)
{
    struct store_request request = claim(1);

    request.to = hash_of(9);
    assert_result(*context, &request, RESULT_OK);
    assert_null(request.position.data);
    assert_memory_equal(&request.to, &(struct hash){{0}}, sizeof(struct hash));
}

static void claim_answers_position_and_nonce(void **context)
{
    struct store_request request = claim(2);

    port_begin(*context, 1, 10);
    assert_result(*context, &request, RESULT_OK);
    assert_int_equal(request.position.size, strlen("position"));
    assert_memory_equal(request.position.data, "position", strlen("position"));
    struct hash nonce = hash_of(10);
    assert_memory_equal(&request.to, &nonce, sizeof(nonce));
}

static void write_moves_the_position(void **context)
{
    struct store_record records[] = {state("v:a/1", "one"), account("a:a", "two", 0, false)};
    struct store_request request = write_to(1, 10, 11, records, 2);

    port_begin(*context, 1, 10);
    assert_result(*context, &request, RESULT_OK);
    assert_state(*context, 1, 11, "v:a/1", "one");
    assert_state(*context, 1, 11, "a:a", "two");
    assert_state(*context, 1, 11, "a:b", NULL);
    request = write_to(1, 11, 12, records, 0);
    assert_result(*context, &request, RESULT_OK);
}

static void write_of_another_owner_is_refused(void **context)
{
    struct store_record record = state("v:a/1", "one");
    struct store_request taken = claim(2);
    struct store_request request = write_to(1, 10, 11, &record, 1);

    port_begin(*context, 1, 10);
    assert_result(*context, &taken, RESULT_OK);
    assert_result(*context, &request, RESULT_REFUSED);
    assert_reason(&request, "owner");
    assert_state(*context, 2, 10, "v:a/1", NULL);
}

static void write_from_another_position_is_refused(void **context)
{
    struct store_record record = state("v:a/1", "one");
    struct store_request request = write_to(1, 9, 11, &record, 1);

    port_begin(*context, 1, 10);
    assert_result(*context, &request, RESULT_REFUSED);
    assert_reason(&request, "position");
    assert_state(*context, 1, 10, "v:a/1", NULL);
}

/* design.md, Traps: a guard of the form "absent or equal" lets total loss pass. */
static void absent_never_matches(void **context)
{
    struct store_record record = state("v:a/1", "one");
    struct store_request request = write_to(1, 0, 11, &record, 1);

    request.nonces[0] = (struct hash){{0}};
    assert_result(*context, &request, RESULT_REFUSED);
    assert_reason(&request, "absent");
    struct store_request only_claimed = claim(1);
    assert_result(*context, &only_claimed, RESULT_OK);
    assert_result(*context, &request, RESULT_REFUSED);
    assert_reason(&request, "absent");
    request = read_at(1, 0, &record, 1);
    request.nonces[0] = (struct hash){{0}};
    assert_result(*context, &request, RESULT_REFUSED);
    assert_reason(&request, "absent");
    assert_string_equal(server_command(&server, "DBSIZE"), ":1\r\n");
}

static void read_takes_any_of_its_nonces(void **context)
{
    struct store_record record = state("v:a/1", "");
    struct store_request request = read_at(1, 7, &record, 1);

    port_begin(*context, 1, 10);
    assert_result(*context, &request, RESULT_REFUSED);
    assert_reason(&request, "position");
    for (uint32_t at = 0; at < 4; at++) {
        request.nonce_count = 4;
        for (uint32_t i = 0; i < 4; i++)
            request.nonces[i] = hash_of(i == at ? 10 : (uint8_t)(20 + i));
        assert_result(*context, &request, RESULT_OK);
    }
    request.owner = hash_of(2);
    assert_result(*context, &request, RESULT_REFUSED);
    assert_reason(&request, "owner");
}

static void due_and_held_are_guarded_as_reads(void **context)
{
    struct store_record room[2];
    enum store_request_kind kinds[] = {STORE_DUE, STORE_HELD};

    port_begin(*context, 1, 10);
    for (size_t i = 0; i < 2; i++) {
        struct store_request request = read_at(1, 11, room, 0);
        request.kind = kinds[i];
        request.limit = 2;
        assert_result(*context, &request, RESULT_REFUSED);
        assert_reason(&request, "position");
        request.nonces[0] = hash_of(10);
        request.owner = hash_of(2);
        assert_result(*context, &request, RESULT_REFUSED);
        assert_reason(&request, "owner");
    }
}

static void claim_resets_the_chunk_count(void **context)
{
    struct store_record record = state("v:a/1", "one");
    struct store_request first = fill(1, 0, true, &record, 1);
    struct store_request second = fill(1, 1, true, &record, 1);
    struct store_request again = claim(1);

    port_begin(*context, 1, 10);
    assert_result(*context, &first, RESULT_OK);
    assert_result(*context, &again, RESULT_OK);
    assert_result(*context, &second, RESULT_REFUSED);
    assert_reason(&second, "chunk");
    assert_result(*context, &first, RESULT_OK);
    assert_result(*context, &second, RESULT_OK);
}

static void fill_counts_its_chunks(void **context)
{
    struct store_record record = state("v:a/1", "one");
    struct store_request request = fill(1, 1, false, &record, 1);

    port_begin(*context, 1, 10);
    assert_result(*context, &request, RESULT_REFUSED);
    assert_reason(&request, "chunk");
    request = fill(2, 0, false, &record, 1);
    assert_result(*context, &request, RESULT_REFUSED);
    assert_reason(&request, "owner");
    request = fill(1, 0, false, &record, 1);
    assert_result(*context, &request, RESULT_OK);
    assert_result(*context, &request, RESULT_REFUSED); /* not twice */
    request = finish(1, 0, false, 11);
    assert_result(*context, &request, RESULT_REFUSED);
    assert_reason(&request, "chunk");
    request = finish(1, 2, false, 11);
    assert_result(*context, &request, RESULT_REFUSED);
    request = finish(1, 1, false, 11);
    assert_result(*context, &request, RESULT_OK);
    assert_state(*context, 1, 11, "v:a/1", "one");
}

static void fill_of_nothing_must_be_fresh(void **context)
{
    struct store_record record = state("v:a/1", "one");
    struct store_request taken = claim(1);
    struct store_request request = fill(1, 0, false, &record, 1);

    assert_result(*context, &taken, RESULT_OK);
    assert_result(*context, &request, RESULT_REFUSED);
    assert_reason(&request, "absent");
    request = finish(1, 0, false, 11);
    assert_result(*context, &request, RESULT_REFUSED);
    assert_reason(&request, "absent");
}

static void fresh_fill_is_seen_only_when_finished(void **context)
{
    struct store_record old = state("v:a/1", "old"), new = state("v:a/2", "new");
    struct store_request request = write_to(1, 10, 11, &old, 1);

    port_begin(*context, 1, 10);
    assert_result(*context, &request, RESULT_OK);
    request = claim(2);
    assert_result(*context, &request, RESULT_OK);
    request = fill(2, 0, true, &new, 1);
    assert_result(*context, &request, RESULT_OK);
    assert_state(*context, 2, 11, "v:a/1", "old");
    assert_state(*context, 2, 11, "v:a/2", NULL);
    request = finish(2, 1, true, 12);
    assert_result(*context, &request, RESULT_OK);
    assert_state(*context, 2, 12, "v:a/1", NULL);
    assert_state(*context, 2, 12, "v:a/2", "new");
    assert_string_equal(server_command(&server, "DBSIZE"), ":2\r\n"); /* position and one side */
}

/* fault 11: what was deleted stays deleted, whatever an abandoned fill or an older side held. */
static void abandoned_fresh_fill_leaves_nothing(void **context)
{
    struct store_record ghost = account("a:ghost", "ghost", 5, true), new = state("v:a/2", "new");
    struct store_request request = fill(1, 0, true, &ghost, 1);

    port_begin(*context, 1, 10);
    assert_result(*context, &request, RESULT_OK);
    request = claim(2);
    assert_result(*context, &request, RESULT_OK);
    assert_string_equal(server_command(&server, "DBSIZE"), ":1\r\n");
    request = fill(2, 0, true, &new, 1);
    assert_result(*context, &request, RESULT_OK);
    request = finish(2, 1, true, 12);
    assert_result(*context, &request, RESULT_OK);
    assert_state(*context, 2, 12, "a:ghost", NULL);
    request = claim(3);
    assert_result(*context, &request, RESULT_OK);
    request = finish(3, 0, true, 13); /* an empty partition: no chunk at all */
    assert_result(*context, &request, RESULT_OK);
    assert_state(*context, 3, 13, "v:a/2", NULL);
}

static void partitions_and_prefixes_do_not_mix(void **context)
{
    struct redis_config config = {.url = server.url, .prefix = PREFIX "1"};
    struct store *other = NULL;
    struct store_record record = state("v:a/1", "one");
    struct store_request request = claim(1);

    assert_int_equal(redis_store_open(&config, &other).kind, RESULT_OK);
    request.partition = 12; /* test. 12 */
    assert_result(*context, &request, RESULT_OK);
    request.partition = 2; /* test.1 2 */
    assert_result(other, &request, RESULT_OK);
    assert_string_equal(server_command(&server, "DBSIZE"), ":2\r\n");
    request = write_to(1, 10, 11, &record, 1); /* partition 7 */
    assert_result(*context, &request, RESULT_REFUSED);
    assert_reason(&request, "absent");
    redis_store_close(other);
}

/* What a write or fill of owner 1 does behind its records (lua/twice.lua), without what should have stopped it in
 * front. */
static void run_behind(const char *nonce_or_chunk, enum script_id id)
{
    struct partition_keys keys;
    struct hash owner = hash_of(1);
    const struct script *script = &redis_scripts[id];
    const char *arguments[16] = {"EVAL", script->source, "7"};
    size_t sizes[16] = {4, script->size, 1}, count = 3;
    redisContext *redis = redisConnectUnix(server.socket);

    partition_keys_name(&keys, PREFIX, 7);
    for (int i = 0; i < KEYS; i++, count++) {
        arguments[count] = keys.text[i];
        sizes[count] = strlen(keys.text[i]);
    }
    arguments[count] = (const char *)owner.bytes;
    sizes[count++] = sizeof(owner.bytes);
    for (size_t i = 0; i < 5; i++, count++) {
        arguments[count] = (const char *[]){"b", "1", nonce_or_chunk, "1", "new"}[i];
        sizes[count] = strlen(arguments[count]);
    }
    redisReply *reply = redisCommandArgv(redis, (int)count, arguments, sizes);
    assert_int_equal(reply->type, REDIS_REPLY_STATUS);
    assert_string_not_equal(reply->str, "OK");
    freeReplyObject(reply);
    redisFree(redis);
}

/* Records that came in wrongly cannot be taken out again, so the partition is filled anew. */
static void refused_behind_its_records_the_partition_is_lost(void **context)
{
    struct store_record record = state("v:a/1", "one");
    struct store_request taken = claim(2), request = write_to(2, 10, 11, &record, 1);

    port_begin(*context, 1, 10);
    assert_result(*context, &taken, RESULT_OK);
    run_behind("nonce", SCRIPT_WRITE);
    assert_result(*context, &request, RESULT_REFUSED);
    assert_reason(&request, "absent");
    request = read_at(2, 10, &record, 1);
    assert_result(*context, &request, RESULT_REFUSED);
    assert_result(*context, &taken, RESULT_OK);
    assert_null(taken.position.data);
}

static void refused_behind_its_records_a_fill_is_lost(void **context)
{
    struct store_record record = state("v:a/1", "one");
    struct store_request taken = claim(2), request = fill(2, 0, true, &record, 1);

    port_begin(*context, 1, 10);
    assert_result(*context, &taken, RESULT_OK);
    assert_result(*context, &request, RESULT_OK);
    run_behind("1", SCRIPT_FILL);
    request = fill(2, 1, true, &record, 1);
    assert_result(*context, &request, RESULT_REFUSED);
    assert_reason(&request, "chunk");
    request = finish(2, 1, true, 12);
    assert_result(*context, &request, RESULT_REFUSED);
}

static void a_refusal_changes_nothing(void **context)
{
    struct store_record record = state("v:a/1", "one");
    struct store_request taken = claim(2), write = write_to(1, 10, 11, &record, 1);
    struct store_request chunk = fill(1, 0, true, &record, 1);
    char before[4096];

    port_begin(*context, 1, 10);
    assert_result(*context, &taken, RESULT_OK);
    snprintf(before, sizeof(before), "%s", server_command(&server, "HGETALL {test.:7}:position"));
    assert_result(*context, &write, RESULT_REFUSED);
    assert_result(*context, &chunk, RESULT_REFUSED);
    assert_string_equal(server_command(&server, "HGETALL {test.:7}:position"), before);
    assert_string_equal(server_command(&server, "DBSIZE"), ":1\r\n");
}

static void a_store_that_never_claimed_is_refused(void **context)
{
    struct store_record record = state("v:a/1", "one");
    struct store_request request = read_at(1, 10, &record, 1), taken = claim(1);
    struct store *other = port_open(server.url);

    port_begin(*context, 1, 10); /* on side b */
    assert_result(other, &request, RESULT_REFUSED);
    assert_reason(&request, "side");
    request = write_to(1, 10, 11, &record, 1);
    assert_result(other, &request, RESULT_REFUSED);
    assert_reason(&request, "side");
    request = fill(1, 0, false, &record, 1);
    assert_result(other, &request, RESULT_REFUSED);
    assert_result(other, &taken, RESULT_OK);
    request = read_at(1, 10, &record, 1);
    assert_result(other, &request, RESULT_OK);
    redis_store_close(other);
}

static void keys_of_another_program_stop(void **context)
{
    static const char *const foreign[] = {"SET {test.:7}:state:b x", "SET {test.:7}:due:b x", "SET {test.:7}:held:b x"};
    struct store_record record = state("v:a/1", "one");

    for (size_t i = 0; i < 3; i++) {
        struct store_request request = write_to(1, 10, 11, &record, 1);
        server_command(&server, "FLUSHALL");
        port_begin(*context, 1, 10);
        server_command(&server, foreign[i]);
        assert_result(*context, &request, RESULT_STOP);
        assert_reason(&request, "another program");
        request = fill(1, 0, false, &record, 1);
        assert_result(*context, &request, RESULT_STOP);
        request = claim(1);
        assert_result(*context, &request, RESULT_OK);
        struct hash nonce = hash_of(10);
        assert_memory_equal(&request.to, &nonce, sizeof(nonce)); /* not moved */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(claim_of_nothing_answers_none, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(claim_answers_position_and_nonce, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(write_moves_the_position, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(write_of_another_owner_is_refused, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(write_from_another_position_is_refused, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(absent_never_matches, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(read_takes_any_of_its_nonces, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(due_and_held_are_guarded_as_reads, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(claim_resets_the_chunk_count, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(fill_counts_its_chunks, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(fill_of_nothing_must_be_fresh, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(fresh_fill_is_seen_only_when_finished, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(abandoned_fresh_fill_leaves_nothing, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(partitions_and_prefixes_do_not_mix, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(refused_behind_its_records_the_partition_is_lost, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(refused_behind_its_records_a_fill_is_lost, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(a_refusal_changes_nothing, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(a_store_that_never_claimed_is_refused, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(keys_of_another_program_stop, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests_name("redis port: guards", tests, fixture_start, fixture_stop);
}
