/* faults.md 4 at the port: what the store answers while Redis dies, forgets, lies or is full. */
#include "port.h"
#include "server.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static struct server server;

static int setup(void **state)
{
    server_init(&server);
    server_start(&server, NULL);
    *state = port_open(server.url);
    port_begin(*state, 1, 10);
    return 0;
}

static int teardown(void **state)
{
    redis_store_close(*state);
    server_release(&server);
    return 0;
}

static void flushall_is_noticed_by_the_next_write_and_read(void **context)
{
    struct store_record record = state("v:a/1", "one");
    struct store_request request = write_to(1, 10, 11, &record, 1);

    server_command(&server, "FLUSHALL");
    assert_result(*context, &request, RESULT_REFUSED);
    assert_reason(&request, "absent");
    request = read_at(1, 10, &record, 1);
    assert_result(*context, &request, RESULT_REFUSED);
    assert_reason(&request, "absent");
    assert_string_equal(server_command(&server, "DBSIZE"), ":0\r\n");
}

/* An older copy of everything, put in place without a disconnect. */
static void swapdb_with_an_older_copy_is_refused(void **context)
{
    struct store_record record = state("v:a/1", "one");
    struct store_request request = write_to(1, 10, 11, &record, 1);

    server_command(&server, "COPY {test.:7}:position {test.:7}:position DB 1");
    assert_result(*context, &request, RESULT_OK);
    server_command(&server, "SWAPDB 0 1");
    request = read_at(1, 11, &record, 1);
    assert_result(*context, &request, RESULT_REFUSED);
    assert_reason(&request, "position");
    request = write_to(1, 11, 12, &record, 1);
    assert_result(*context, &request, RESULT_REFUSED);
    assert_reason(&request, "position");
}

static void older_snapshot_is_refused_after_a_restart(void **context)
{
    struct store_record record = state("v:a/1", "one");
    struct store_request request = claim(2);
    struct store_request ping = {.kind = STORE_TIME};

    server_command(&server, "SAVE"); /* owner 1, nonce 10 */
    assert_result(*context, &request, RESULT_OK);
    request = write_to(2, 10, 11, &record, 1);
    assert_result(*context, &request, RESULT_OK);
    server_end(&server, SIGKILL);
    server_start(&server, NULL);
    port_recover(*context, &ping);
    request = read_at(2, 11, &record, 1);
    assert_result(*context, &request, RESULT_REFUSED);
    assert_reason(&request, "owner");
    request = read_at(1, 10, &record, 1);
    assert_result(*context, &request, RESULT_OK); /* the old owner's position is whole */
    assert_null(record.value.data);
}

/* A snapshot restored between claim and end of a fill would lose a chunk unseen. */
static void snapshot_restored_within_a_fill_is_refused(void **context)
{
    struct store_record record = state("v:a/1", "one");
    struct store_request request = fill(1, 0, true, &record, 1);
    struct store_request ping = {.kind = STORE_TIME};

    assert_result(*context, &request, RESULT_OK);
    server_command(&server, "SAVE");
    request = fill(1, 1, true, &record, 1);
    assert_result(*context, &request, RESULT_OK);
    server_end(&server, SIGKILL);
    server_start(&server, NULL);
    port_recover(*context, &ping);
    request = fill(1, 2, true, &record, 1);
    assert_result(*context, &request, RESULT_REFUSED);
    assert_reason(&request, "chunk");
    request = finish(1, 2, true, 11);
    assert_result(*context, &request, RESULT_REFUSED);
    assert_reason(&request, "chunk");
}

static void script_flush_recovers(void **context)
{
    struct store_request request = claim(2);

    server_command(&server, "SCRIPT FLUSH");
    assert_result(*context, &request, RESULT_RETRY);
    assert_reason(&request, "scripts");
    assert_result(*context, &request, RESULT_OK);
}

static void kill_and_restart_is_retry_then_works(void **context)
{
    struct store *store = *context;
    struct store_request requests[3] = {claim(2), claim(3), claim(4)};

    kill(server.pid, SIGSTOP); /* so that the requests are surely in flight */
    for (int i = 0; i < 3; i++)
        store->ops->submit(store, &requests[i]);
    server_end(&server, SIGKILL);
    for (int i = 0; i < 3; i++) {
        assert_ptr_equal(store->ops->poll(store, WAIT_MS), &requests[i]);
        assert_int_equal(requests[i].result.kind, RESULT_RETRY);
    }
    assert_result(store, &requests[0], RESULT_RETRY); /* nobody there */
    assert_reason(&requests[0], server.socket);
    server_start(&server, NULL);
    port_recover(store, &requests[0]);
    assert_int_equal(requests[0].position.size, 0);
}

/* Ambiguous, and the late answer must not be taken for that of the next request. */
static void late_answer_is_a_retry_and_does_not_shift_the_stream(void **context)
{
    struct store *store = *context;
    struct store_record record = state("v:a/1", "one");
    struct store_request slow = write_to(1, 10, 11, &record, 1), behind = claim(2);
    int debug = server_send(&server, "DEBUG SLEEP 0.8");

    nanosleep(&(struct timespec){0, 20000000}, NULL); /* it sleeps now, or does so soon: both are in flight */
    store->ops->submit(store, &slow);
    store->ops->submit(store, &behind);
    assert_ptr_equal(store->ops->poll(store, WAIT_MS), &slow);
    assert_ptr_equal(store->ops->poll(store, WAIT_MS), &behind);
    assert_int_equal(slow.result.kind, RESULT_RETRY);
    assert_int_equal(behind.result.kind, RESULT_RETRY);
    struct store_request after = claim(5);
    port_recover(store, &after);
    struct hash ten = hash_of(10), eleven = hash_of(11);
    assert_true(memcmp(&after.to, &ten, sizeof(ten)) == 0 || memcmp(&after.to, &eleven, sizeof(eleven)) == 0);
    close(debug);
}

static void fill_memory(const struct server *full)
{
    server_command(full, "CONFIG SET maxmemory 1");
}

static void out_of_memory_is_a_retry_that_wrote_nothing(void **context)
{
    struct store_record records[] = {deleted("v:a/1", false), state("v:a/2", "two")};
    struct store_record first = state("v:a/1", "one");
    struct store_request request = write_to(1, 10, 11, &first, 1);

    assert_result(*context, &request, RESULT_OK);
    fill_memory(&server);
    request = write_to(1, 11, 12, records, 2);
    assert_result(*context, &request, RESULT_RETRY);
    assert_reason(&request, "maxmemory");
    assert_state(*context, 1, 11, "v:a/1", "one"); /* reads go on */
    request = fill(1, 0, true, records, 2);
    assert_result(*context, &request, RESULT_RETRY);
    request = claim(2); /* frees what an abandoned fill holds, so it works */
    assert_result(*context, &request, RESULT_OK);
    server_command(&server, "CONFIG SET maxmemory 0");
    request = write_to(2, 11, 12, records, 2);
    assert_result(*context, &request, RESULT_OK);
}

static void a_replica_is_a_retry_that_says_so(void **context)
{
    struct store_record record = state("v:a/1", "one");
    struct store_request request = write_to(1, 10, 11, &record, 1);

    server_command(&server, "REPLICAOF 127.0.0.1 1");
    assert_result(*context, &request, RESULT_RETRY);
    assert_reason(&request, "replica");
    server_command(&server, "REPLICAOF NO ONE");
    assert_result(*context, &request, RESULT_OK);
}

static void passwords(void **context)
{
    struct redis_config config = {.url = server.url, .prefix = PREFIX};
    struct store *store = NULL;
    struct store_request request = claim(1);

    (void)context;
    server_command(&server, "CONFIG SET requirepass secret");
    assert_int_equal(redis_store_open(&config, &store).kind, RESULT_OK);
    assert_result(store, &request, RESULT_STOP);
    assert_reason(&request, "password");
    redis_store_close(store);
    config.password = "wrong";
    assert_int_equal(redis_store_open(&config, &store).kind, RESULT_OK);
    assert_result(store, &request, RESULT_STOP);
    assert_reason(&request, "WRONGPASS");
    assert_null(strstr(request.result.reason, "wrong"));
    redis_store_close(store);
    config.password = "secret";
    assert_int_equal(redis_store_open(&config, &store).kind, RESULT_OK);
    assert_result(store, &request, RESULT_OK);
    redis_store_close(store);
}

static void a_user_without_permission_stops(void **context)
{
    struct store_request request = claim(1);

    server_command(&server, "ACL SETUSER default resetkeys ~other:*");
    assert_result(*context, &request, RESULT_STOP);
    assert_reason(&request, "permission");
}

/* Without MULTI the records would go in one by one, whatever the guard said. */
static void a_user_without_transactions_stops(void **context)
{
    static const char *const changes[] = {"ACL SETUSER default -multi", "ACL SETUSER default +multi -eval"};
    struct store_request request = {.kind = STORE_TIME};

    (void)context;
    for (size_t i = 0; i < 2; i++) {
        server_command(&server, changes[i]);
        struct store *store = port_open(server.url);
        assert_result(store, &request, RESULT_STOP);
        assert_reason(&request, "permission");
        redis_store_close(store);
    }
}

/* A server's `timeout`, or a load balancer: nothing was in flight, so nothing is unknown. */
static void closed_while_idle_is_no_failure(void **context)
{
    struct store_request request = claim(2);

    server_command(&server, "CLIENT KILL TYPE normal");
    assert_result(*context, &request, RESULT_OK);
}

static void reset_completes_what_is_in_flight(void **context)
{
    struct store *store = *context;
    struct store_request requests[2] = {claim(2), claim(3)};

    store->ops->submit(store, &requests[0]);
    store->ops->submit(store, &requests[1]);
    store->ops->reset(store);
    for (int i = 0; i < 2; i++) {
        assert_ptr_equal(store->ops->poll(store, 0), &requests[i]);
        assert_int_equal(requests[i].result.kind, RESULT_RETRY);
    }
    assert_result(store, &requests[0], RESULT_OK);
}

static void database_of_the_url_is_used(void **context)
{
    char url[160];
    struct store_request request = claim(1);

    (void)context;
    snprintf(url, sizeof(url), "%s?db=3", server.url);
    struct store *store = port_open(url);
    assert_result(store, &request, RESULT_OK);
    assert_int_equal(request.position.size, 0);
    redis_store_close(store);
    assert_non_null(strstr(server_command(&server, "INFO keyspace"), "db3:keys=1"));
    snprintf(url, sizeof(url), "%s?db=99", server.url);
    store = port_open(url);
    assert_result(store, &request, RESULT_STOP);
    redis_store_close(store);
}

static void unsubmitted_store_survives_a_restart_unnoticed(void **context)
{
    struct store *store = *context;
    struct store_request request = claim(2);

    server_end(&server, SIGTERM);
    assert_null(store->ops->poll(store, 0));
    server_start(&server, NULL);
    assert_null(store->ops->poll(store, 0));
    port_recover(store, &request);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(flushall_is_noticed_by_the_next_write_and_read, setup, teardown),
        cmocka_unit_test_setup_teardown(swapdb_with_an_older_copy_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(older_snapshot_is_refused_after_a_restart, setup, teardown),
        cmocka_unit_test_setup_teardown(snapshot_restored_within_a_fill_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(script_flush_recovers, setup, teardown),
        cmocka_unit_test_setup_teardown(kill_and_restart_is_retry_then_works, setup, teardown),
        cmocka_unit_test_setup_teardown(late_answer_is_a_retry_and_does_not_shift_the_stream, setup, teardown),
        cmocka_unit_test_setup_teardown(out_of_memory_is_a_retry_that_wrote_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_replica_is_a_retry_that_says_so, setup, teardown),
        cmocka_unit_test_setup_teardown(passwords, setup, teardown),
        cmocka_unit_test_setup_teardown(a_user_without_permission_stops, setup, teardown),
        cmocka_unit_test_setup_teardown(a_user_without_transactions_stops, setup, teardown),
        cmocka_unit_test_setup_teardown(closed_while_idle_is_no_failure, setup, teardown),
        cmocka_unit_test_setup_teardown(reset_completes_what_is_in_flight, setup, teardown),
        cmocka_unit_test_setup_teardown(database_of_the_url_is_used, setup, teardown),
        cmocka_unit_test_setup_teardown(unsubmitted_store_survives_a_restart_unnoticed, setup, teardown),
    };
    return cmocka_run_group_tests_name("redis port: faults", tests, NULL, NULL);
}
