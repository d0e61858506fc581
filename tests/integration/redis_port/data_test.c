/* What is stored and in which order it comes back. */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void values_are_any_bytes(void **context)
{
    char bytes[256 * 3];
    struct store_record record = {.key = TEXT_LITERAL("v:a/\xc3\xa4 \"'\r\n"), .value = {bytes, sizeof(bytes)}};
    struct store_request request = write_to(1, 10, 11, &record, 1);

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(i ^ (i >> 8));
    request.position = record.value;
    assert_result(*context, &request, RESULT_OK);
    request = read_at(1, 11, &record, 1);
    record.value = (struct text){NULL, 0};
    assert_result(*context, &request, RESULT_OK);
    assert_int_equal(record.value.size, sizeof(bytes));
    assert_memory_equal(record.value.data, bytes, sizeof(bytes));
    request = claim(2);
    assert_result(*context, &request, RESULT_OK);
    assert_int_equal(request.position.size, sizeof(bytes));
    assert_memory_equal(request.position.data, bytes, sizeof(bytes));
}

static void empty_is_not_absent(void **context)
{
    struct store_record records[] = {state("v:a/1", ""), state("v:a/2", "two")};
    struct store_request request = write_to(1, 10, 11, records, 2);

    assert_result(*context, &request, RESULT_OK);
    assert_state(*context, 1, 11, "v:a/1", "");
    records[0] = deleted("v:a/1", false);
    request = write_to(1, 11, 12, records, 1);
    assert_result(*context, &request, RESULT_OK);
    assert_state(*context, 1, 12, "v:a/1", NULL);
    assert_state(*context, 1, 12, "v:a/2", "two");
}

static void check_many(struct store *store, uint8_t nonce, struct many *many)
{
    struct store_request request = read_at(1, nonce, many->records, MANY);

    for (int i = 0; i < MANY; i++)
        many->records[i].value = (struct text){NULL, 0};
    assert_result(store, &request, RESULT_OK);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(many->records[i].value.size, strlen(many->values[i]));
        assert_memory_equal(many->records[i].value.data, many->values[i], many->records[i].value.size);
        many->records[i].value = text_of(many->values[i]);
    }
    store->ops->release(store, &request);
}

static void ten_thousand_records_in_one_request(void **context)
{
    struct many *many = make_many();
    struct store_request request = write_to(1, 10, 11, many->records, MANY);

    assert_result(*context, &request, RESULT_OK);
    check_many(*context, 11, many);
    assert_string_equal(server_command(&server, "ZCARD {test.:7}:due:b"), ":6666\r\n");
    assert_string_equal(server_command(&server, "ZCARD {test.:7}:held:b"), ":5000\r\n");
    request = fill(1, 0, true, many->records, MANY);
    assert_result(*context, &request, RESULT_OK);
    request = finish(1, 1, true, 12);
    assert_result(*context, &request, RESULT_OK);
    check_many(*context, 12, many);
    for (int i = 0; i < MANY; i++)
        many->records[i] = deleted(many->keys[i], true);
    request = write_to(1, 12, 13, many->records, MANY);
    assert_result(*context, &request, RESULT_OK);
    assert_string_equal(server_command(&server, "DBSIZE"), ":1\r\n");
    free(many);
}

static void run_list(struct store *store, struct store_request *request, const char *expected)
{
    char got[256] = "";
    size_t size = 0;

    request->record_count = 0;
    assert_result(store, request, RESULT_OK);
    for (uint32_t i = 0; i < request->record_count; i++)
        size += (size_t)snprintf(got + size, sizeof(got) - size, "%.*s ", (int)request->records[i].key.size,
                                 request->records[i].key.data);
    assert_string_equal(got, expected);
}

static void due_is_in_order_of_time(void **context)
{
    struct store_record records[] = {account("a:late", "", 4102444800000, false), account("a:b", "", 20, true),
                                     account("a:a", "", 30, false), account("a:never", "", 0, true),
                                     account("a:c", "", 20, false)};
    struct store_record room[10];
    struct store_request request = write_to(1, 10, 11, records, 5);

    assert_result(*context, &request, RESULT_OK);
    request = read_at(1, 11, room, 0);
    request.kind = STORE_DUE;
    request.limit = 10;
    request.now = 19;
    run_list(*context, &request, "");
    request.now = 30;
    run_list(*context, &request, "b c a ");
    request.limit = 2;
    run_list(*context, &request, "b c ");
    request.limit = 10;
    request.now = 4102444800000;
    run_list(*context, &request, "b c a late ");
}

static void held_is_in_order_of_bytes(void **context)
{
    struct store_record records[] = {account("a:b", "", 0, true), account("a:B", "", 7, true),
                                     account("a:~", "", 0, true), account("a:a", "", 0, true),
                                     account("a:x", "", 7, false)};
    struct store_record room[10];
    struct store_request request = write_to(1, 10, 11, records, 5);

    assert_result(*context, &request, RESULT_OK);
    request = read_at(1, 11, room, 0);
    request.kind = STORE_HELD;
    request.limit = 3;
    run_list(*context, &request, "B a b ");
    request.cursor = text_of("b");
    run_list(*context, &request, "~ ");
    request.cursor = text_of("~");
    run_list(*context, &request, "");
    request.cursor = text_of("aa"); /* one that is no longer held */
    run_list(*context, &request, "b ~ ");
}

static void indexes_follow_the_account(void **context)
{
    struct store_record first[] = {account("a:a", "1", 20, true), account("a:b", "1", 20, true),
                                   account("a:c", "1", 20, true), account("a:d", "1", 20, true)};
    struct store_record then[] = {account("a:a", "2", 0, false), account("a:b", "2", 0, true),
                                  account("a:c", "2", 5, false), deleted("a:d", true)};
    struct store_record room[10];
    struct store_request request = write_to(1, 10, 11, first, 4);

    assert_result(*context, &request, RESULT_OK);
    request = write_to(1, 11, 12, then, 4);
    assert_result(*context, &request, RESULT_OK);
    request = read_at(1, 12, room, 0);
    request.kind = STORE_DUE;
    request.limit = 10;
    request.now = 100;
    run_list(*context, &request, "c ");
    request.kind = STORE_HELD;
    run_list(*context, &request, "b ");
    first[0] = state("a:c", "3"); /* without has_due: the indexes stay */
    request = write_to(1, 12, 13, first, 1);
    assert_result(*context, &request, RESULT_OK);
    request = read_at(1, 13, room, 0);
    request.kind = STORE_DUE;
    request.limit = 10;
    request.now = 100;
    run_list(*context, &request, "c ");
}

/* A piece of a log holds a key several times; its last record counts. */
static void fill_keeps_the_last_record_of_a_key(void **context)
{
    struct store_record records[] = {
        account("a:a", "1", 20, true), state("v:a/1", "1"),    deleted("a:a", true),           deleted("v:a/1", false),
        account("a:b", "1", 20, true), state("v:a/1", "2"),    account("a:a", "2", 30, false), deleted("a:b", true),
        state("v:a/2", "1"),           deleted("v:a/2", false)};
    struct store_record room[10];

    for (int fresh = 0; fresh < 2; fresh++) {
        struct store_request request = claim(1);
        assert_result(*context, &request, RESULT_OK);
        request = fill(1, 0, fresh, records, 10);
        assert_result(*context, &request, RESULT_OK);
        request = finish(1, 1, fresh, 11);
        assert_result(*context, &request, RESULT_OK);
        assert_state(*context, 1, 11, "a:a", "2");
        assert_state(*context, 1, 11, "a:b", NULL);
        assert_state(*context, 1, 11, "v:a/1", "2");
        assert_state(*context, 1, 11, "v:a/2", NULL);
        request = read_at(1, 11, room, 0);
        request.kind = STORE_DUE;
        request.limit = 10;
        request.now = 100;
        run_list(*context, &request, "a ");
        request.kind = STORE_HELD;
        run_list(*context, &request, "");
    }
}

static void requests_complete_in_order(void **context)
{
    struct store *store = *context;
    static struct store_request requests[100];
    struct store_record record = state("v:a/1", "one"), room = state("v:a/1", "");

    for (uint8_t i = 0; i < 100; i++) {
        requests[i] = i % 2 ? read_at(1, (uint8_t)(11 + i / 2), &room, 1)
                            : write_to(1, (uint8_t)(10 + i / 2), (uint8_t)(11 + i / 2), &record, 1);
        store->ops->submit(store, &requests[i]);
    }
    for (uint8_t i = 0; i < 100; i++) {
        assert_ptr_equal(store->ops->poll(store, WAIT_MS), &requests[i]);
        assert_int_equal(requests[i].result.kind, RESULT_OK);
    }
    assert_null(store->ops->poll(store, 0));
}

static void time_answers_the_clock_and_refuses_eviction(void **context)
{
    struct store_request request = {.kind = STORE_TIME};

    assert_result(*context, &request, RESULT_OK);
    assert_in_range(request.now, 1700000000000, 4102444800000);
    server_command(&server, "CONFIG SET maxmemory-policy volatile-lru");
    assert_result(*context, &request, RESULT_OK); /* evicts keys that expire: none of ours */
    server_command(&server, "CONFIG SET maxmemory-policy allkeys-lru");
    assert_result(*context, &request, RESULT_STOP);
    assert_reason(&request, "allkeys-lru");
    server_command(&server, "CONFIG SET maxmemory-policy noeviction");
    assert_result(*context, &request, RESULT_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(values_are_any_bytes, fixture_begin, fixture_close),
        cmocka_unit_test_setup_teardown(empty_is_not_absent, fixture_begin, fixture_close),
        cmocka_unit_test_setup_teardown(ten_thousand_records_in_one_request, fixture_begin, fixture_close),
        cmocka_unit_test_setup_teardown(due_is_in_order_of_time, fixture_begin, fixture_close),
        cmocka_unit_test_setup_teardown(held_is_in_order_of_bytes, fixture_begin, fixture_close),
        cmocka_unit_test_setup_teardown(indexes_follow_the_account, fixture_begin, fixture_close),
        cmocka_unit_test_setup_teardown(fill_keeps_the_last_record_of_a_key, fixture_begin, fixture_close),
        cmocka_unit_test_setup_teardown(requests_complete_in_order, fixture_begin, fixture_close),
        cmocka_unit_test_setup_teardown(time_answers_the_clock_and_refuses_eviction, fixture_begin, fixture_close),
    };
    return cmocka_run_group_tests_name("redis port: data", tests, fixture_start, fixture_stop);
}
