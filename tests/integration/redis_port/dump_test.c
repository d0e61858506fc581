/* What people read of Redis, and a partition that they have filled anew (worker/redis/redis_dump.h). */
#include "fixture.h"
#include "worker/redis/redis_dump.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct seen {
    uint32_t count;
    uint64_t bytes;
};

static bool count_seen(void *context, struct text key, struct text value)
{
    struct seen *seen = context;

    seen->count++;
    seen->bytes += key.size + value.size;
    return true;
}

static void dump_sees_what_readers_see(void **context)
{
    struct redis_config config = {.url = server.url, .prefix = PREFIX};
    struct many *many = make_many();
    struct store_record pair[] = {state("a:000001", ""), state("a:none", "")};
    struct store_request request = write_to(1, 10, 11, many->records, MANY);
    struct redis_dump *dump = NULL;
    struct text position;
    struct seen seen = {0, 0};
    bool moved = true;

    assert_result(*context, &request, RESULT_OK);
    assert_int_equal(redis_dump_open(&config, &dump).kind, RESULT_OK);
    assert_int_equal(redis_dump_read(dump, 7, pair, 2, &position).kind, RESULT_OK);
    assert_int_equal(position.size, strlen("position"));
    assert_memory_equal(pair[0].value.data, "value 1", 7);
    assert_null(pair[1].value.data);
    assert_int_equal(redis_dump_scan(dump, 7, REDIS_DUMP_STATE, count_seen, &seen, &position, &moved).kind, RESULT_OK);
    assert_int_equal(seen.count, MANY);
    assert_false(moved);
    seen.count = 0;
    assert_int_equal(redis_dump_scan(dump, 7, REDIS_DUMP_DUE, count_seen, &seen, &position, &moved).kind, RESULT_OK);
    assert_int_equal(seen.count, 6666);
    seen.count = 0;
    assert_int_equal(redis_dump_scan(dump, 8, REDIS_DUMP_STATE, count_seen, &seen, &position, &moved).kind, RESULT_OK);
    assert_int_equal(seen.count, 0);
    assert_null(position.data);
    redis_dump_close(dump);
    free(many);
}

/* [docs/decisions/006-rebuild.md] To its owner a forgotten partition is one that Redis lost; its states stay until the
 * fill that follows has ended. */
static void forgotten_partition_is_filled_anew(void **context)
{
    struct redis_config config = {.url = server.url, .prefix = PREFIX};
    struct store_record one = state("v:a/1", "one"), two = state("v:a/2", "two");
    struct store_request write = write_to(1, 10, 11, &one, 1), again = write_to(1, 11, 12, &one, 1), own = claim(2);
    struct store_request filling = fill(2, 0, true, &two, 1), end = finish(2, 1, true, 20);
    struct redis_dump *dump = NULL;
    struct redis_dump_fill seen;

    assert_result(*context, &write, RESULT_OK);
    assert_int_equal(redis_dump_open(&config, &dump).kind, RESULT_OK);
    assert_int_equal(redis_dump_forget(dump, 7).kind, RESULT_OK);
    assert_int_equal(redis_dump_forget(dump, 7).kind, RESULT_OK);
    assert_result(*context, &again, RESULT_REFUSED);
    assert_reason(&again, "absent");
    assert_int_equal(redis_dump_look(dump, 7, &seen).kind, RESULT_OK);
    assert_null(seen.position.data);
    assert_int_equal(seen.states, 1);
    assert_result(*context, &own, RESULT_OK);
    assert_null(own.position.data);
    assert_result(*context, &filling, RESULT_OK);
    assert_int_equal(redis_dump_forget(dump, 7).kind, RESULT_OK); /* it is the rebuild already */
    assert_int_equal(redis_dump_look(dump, 7, &seen).kind, RESULT_OK);
    assert_int_equal(seen.chunks, 1);
    assert_int_equal(seen.filled, 1);
    assert_memory_equal(&seen.owner, &own.owner, sizeof seen.owner);
    assert_result(*context, &end, RESULT_OK);
    assert_state(*context, 2, 20, "v:a/2", "two");
    assert_state(*context, 2, 20, "v:a/1", NULL);
    redis_dump_close(dump);
}

/* What goes on from a position that is gone would leave out what came before it. */
static void roll_forward_from_a_forgotten_position_is_refused(void **context)
{
    struct redis_config config = {.url = server.url, .prefix = PREFIX};
    struct store_record one = state("v:a/1", "one");
    struct store_request own = claim(2), filling = fill(2, 0, false, &one, 1), end = finish(2, 0, false, 20);
    struct redis_dump *dump = NULL;

    assert_result(*context, &own, RESULT_OK);
    assert_int_equal(redis_dump_open(&config, &dump).kind, RESULT_OK);
    assert_int_equal(redis_dump_forget(dump, 7).kind, RESULT_OK);
    assert_result(*context, &filling, RESULT_REFUSED);
    assert_result(*context, &end, RESULT_REFUSED);
    redis_dump_close(dump);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(dump_sees_what_readers_see, fixture_begin, fixture_close),
        cmocka_unit_test_setup_teardown(forgotten_partition_is_filled_anew, fixture_begin, fixture_close),
        cmocka_unit_test_setup_teardown(roll_forward_from_a_forgotten_position_is_refused, fixture_begin,
                                        fixture_close),
    };
    return cmocka_run_group_tests_name("redis port: dump", tests, fixture_start, fixture_stop);
}
