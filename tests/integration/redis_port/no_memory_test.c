/* The Nth allocation fails, for every N, alone or with all that follow, hiredis' too where it takes an allocator (1.0):
 * a request fails with a reason and is to be made again; what Redis holds is what was written. */
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

#include <cmocka.h>
#include <hiredis/hiredis.h>

#include "tests/unit/shortage/shortage.h"

enum { RECORDS = 40 };

static struct server server;
static char keys[RECORDS][16];

static int setup(void **state)
{
    (void)state;
    for (int i = 0; i < RECORDS; i++)
        (void)snprintf(keys[i], sizeof keys[i], "a:%d", i);
    server_init(&server);
    server_start(&server, NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    server_release(&server);
    return 0;
}

static void must_be_known(struct store *store, struct store_request *request, uint64_t number)
{
    enum result_kind kind = port_run(store, request);

    if (kind != RESULT_OK && kind != RESULT_RETRY)
        fail_msg("allocation %d: %d %s", (int)number, (int)kind, request->result.reason);
    if (kind != RESULT_OK && !request->result.reason[0])
        fail_msg("allocation %d: no reason", (int)number);
}

/* A write and a read: each done, or to be made again. */
static void use(struct store *store, uint8_t from, uint64_t number)
{
    struct store_record records[RECORDS];
    struct store_request request;

    for (int i = 0; i < RECORDS; i++)
        records[i] = account(keys[i], "one", 5, i % 2);
    request = write_to(1, from, (uint8_t)(from + 1), records, RECORDS);
    must_be_known(store, &request, number);
    request = read_at(1, (uint8_t)(from + 1), records, RECORDS);
    if (port_run(store, &request) == RESULT_OK)
        assert_memory_equal(records[RECORDS - 1].value.data, "one", 3);
}

/* Redis is at `from` or one further, whatever was answered; then it goes on. */
static void must_go_on(struct store *store, uint8_t from)
{
    struct store_record record = state("v:b/1", "two"), room = state("v:b/1", "");
    struct store_request time = {.kind = STORE_TIME};

    port_recover(store, &time);
    struct store_request read = read_at(1, from, &room, 1);
    uint8_t at = port_run(store, &read) == RESULT_OK ? from : (uint8_t)(from + 1);
    struct store_request write = write_to(1, at, (uint8_t)(from + 2), &record, 1);
    assert_result(store, &write, RESULT_OK);
    assert_state(store, 1, (uint8_t)(from + 2), "v:b/1", "two");
}

static void starve(uint64_t count)
{
    bool refused = true;

    for (uint64_t number = 1; refused; number++) {
        server_command(&server, "FLUSHALL");
        struct store *store = port_open(server.url);
        port_begin(store, 1, 10);
        shortage_begin(number, count);
        use(store, 10, number);
        refused = shortage_end();
        must_go_on(store, 10);
        redis_store_close(store);
    }
}

static void one_allocation_fails(void **state)
{
    (void)state;
    starve(1);
}

static void no_allocation_succeeds(void **state)
{
    (void)state;
    starve(UINT64_MAX);
}

static void it_does_not_open_without_memory(void **state)
{
    bool refused = true;

    (void)state;
    for (uint64_t number = 1; refused; number++) {
        struct redis_config config = {.url = server.url, .prefix = PREFIX};
        struct store *store = NULL;
        shortage_begin(number, 1);
        struct result result = redis_store_open(&config, &store);
        refused = shortage_end();
        assert_int_equal(result.kind, refused ? RESULT_STOP : RESULT_OK);
        if (refused && !strstr(result.reason, "out of memory"))
            fail_msg("allocation %d: %s", (int)number, result.reason);
        redis_store_close(store);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_allocation_fails, setup, teardown),
        cmocka_unit_test_setup_teardown(no_allocation_succeeds, setup, teardown),
        cmocka_unit_test_setup_teardown(it_does_not_open_without_memory, setup, teardown),
    };
#if HIREDIS_MAJOR >= 1
    hiredisAllocFuncs allocators = {.mallocFn = shortage_malloc,
                                    .callocFn = shortage_calloc,
                                    .reallocFn = shortage_realloc,
                                    .strdupFn = shortage_strdup,
                                    .freeFn = free};
    hiredisSetAllocators(&allocators);
#endif
    return cmocka_run_group_tests_name("redis without memory", tests, NULL, NULL);
}
