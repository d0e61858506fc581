/* What poll and read deliver: committed records only, in order, from where they were told to start. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A member that writes as well; the group's partitions are all its own. */
static void open_alone(struct member *member, void **state)
{
    member_open(member, *state, NULL, NULL, NULL, NULL);
    poll_until_owned(member, PARTITIONS);
}

struct expectation {
    const struct member *member;
    uint32_t seen;
    enum topic topic;
    int32_t partition;
    int64_t end;
};

static bool is_seen(void *context)
{
    const struct expectation *expected = context;

    return expected->member->seen_count >= expected->seen &&
           expected->member->ends[expected->topic][expected->partition] >= expected->end;
}

static void poll_until_seen(struct member *member, uint32_t seen, enum topic topic, int32_t partition, int64_t end)
{
    poll_until(&member, 1, is_seen, &(struct expectation){member, seen, topic, partition, end});
}

static void assert_seen(const struct member *member, uint32_t index, int64_t offset, const char *value)
{
    assert_true(index < member->seen_count);
    assert_string_equal(value, member->seen[index].value);
    assert_int_equal(offset, member->seen[index].offset);
}

/* 0 1 | marker 2 | aborted 3 4 | marker 5 | 6 | marker 7 | end 8 */
static void write_with_gaps(struct log *log, enum topic topic, int32_t partition)
{
    write_committed(log, topic, partition, "a", 2);
    write_aborted(log, topic, partition, "x", 2);
    write_committed(log, topic, partition, "b", 1);
}

static void poll_skips_markers_and_aborted_records(void **state)
{
    struct member member;

    open_alone(&member, state);
    write_with_gaps(member.log, TOPIC_ORDER, 0);
    poll_until_seen(&member, 3, TOPIC_ORDER, 0, 8);
    assert_int_equal(3, member.seen_count);
    assert_seen(&member, 0, 0, "a0");
    assert_seen(&member, 1, 1, "a1");
    assert_seen(&member, 2, 6, "b0");
    assert_int_equal(8, member.ends[TOPIC_ORDER][0]);
    int64_t stable, high;
    member.log->ops->ends(member.log, TOPIC_ORDER, 0, &stable, &high);
    assert_int_equal(8, stable);
    assert_int_equal(8, high);
    member_close(&member);
}

static void an_open_transaction_holds_the_partition(void **state)
{
    struct member member;
    int64_t stable = -1, high = 0, until = now_ms() + DEADLINE_MS;

    open_alone(&member, state);
    write_open(member.log, TOPIC_ORDER, 1, "open", 3);
    while ((high != 3 || stable < 0) && now_ms() < until) {
        assert_result(RESULT_OK, member.log->ops->poll(member.log, 20, &member.handler));
        member.log->ops->ends(member.log, TOPIC_ORDER, 1, &stable, &high);
    }
    assert_int_equal(3, high);
    assert_int_equal(0, stable);
    assert_int_equal(0, member.seen_count);
    assert_result(RESULT_OK, member.log->ops->commit(member.log, 1000));
    poll_until_seen(&member, 3, TOPIC_ORDER, 1, 4);
    member_close(&member);
}

static void the_handler_stops_a_poll_and_nothing_is_lost(void **state)
{
    struct member member;

    open_alone(&member, state);
    member.stop_after = 7;
    write_committed(member.log, TOPIC_ACCOUNT, 2, "v", 100);
    poll_until_seen(&member, 100, TOPIC_ACCOUNT, 2, 101);
    assert_int_equal(100, member.seen_count);
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(i, member.seen[i].offset);
    member.seen_count = member.taken = 0;
    assert_result_once(RESULT_OK, member.log->ops->start(member.log, TOPIC_ACCOUNT, 2, 0));
    while (!member.seen_count)
        assert_result(RESULT_OK, member.log->ops->poll(member.log, 20, &member.handler));
    assert_int_equal(7, member.seen_count);
    member_close(&member);
}

static void start_goes_forth_and_back_and_halt_stops(void **state)
{
    struct member member;

    open_alone(&member, state);
    write_committed(member.log, TOPIC_ACCOUNT, 3, "v", 50);
    poll_until_seen(&member, 50, TOPIC_ACCOUNT, 3, 51);
    for (int64_t from = 49; from >= 0; from -= 7) {
        member.seen_count = 0;
        member.ends[TOPIC_ACCOUNT][3] = -1;
        assert_result_once(RESULT_OK, member.log->ops->start(member.log, TOPIC_ACCOUNT, 3, from));
        poll_until_seen(&member, (uint32_t)(50 - from), TOPIC_ACCOUNT, 3, 51);
        assert_int_equal(50 - from, member.seen_count);
        assert_int_equal(from, member.seen[0].offset);
    }
    member.seen_count = 0;
    member.log->ops->halt(member.log, TOPIC_ACCOUNT, 3);
    write_committed(member.log, TOPIC_ACCOUNT, 3, "later", 1);
    write_committed(member.log, TOPIC_ACCOUNT, 1, "other", 1);
    poll_until_seen(&member, 1, TOPIC_ACCOUNT, 1, 2);
    assert_int_equal(1, member.seen_count);
    assert_result_once(RESULT_OK, member.log->ops->start(member.log, TOPIC_ACCOUNT, 3, 51));
    poll_until_seen(&member, 2, TOPIC_ACCOUNT, 3, 53);
    assert_seen(&member, 1, 51, "later0");
    member_close(&member);
}

/* In the middle of what was fetched: what librdkafka still holds of before must not be delivered. */
static void start_while_records_are_queued(void **state)
{
    struct member member;

    open_alone(&member, state);
    write_committed(member.log, TOPIC_OS_INSTALLED, 0, "v", 1000);
    member.stop_after = 10;
    for (uint32_t round = 0; round < 50; round++) {
        int64_t from = (round * 397) % 990;

        member.seen_count = 0;
        assert_result_once(RESULT_OK, member.log->ops->start(member.log, TOPIC_OS_INSTALLED, 0, from));
        poll_until_seen(&member, 10, TOPIC_OS_INSTALLED, 0, -1);
        for (uint32_t i = 0; i < 10; i++)
            assert_int_equal(from + i, member.seen[i].offset);
    }
    member_close(&member);
}

static bool has_failed(void *context)
{
    return ((struct member *)context)->failed > 0;
}

static void an_offset_out_of_range_fails_one_partition_only(void **state)
{
    struct member member;
    struct member *members[] = {&member};

    open_alone(&member, state);
    write_committed(member.log, TOPIC_OS_INSTALLED, 1, "v", 3);
    poll_until_seen(&member, 3, TOPIC_OS_INSTALLED, 1, 4);
    assert_result_once(RESULT_OK, member.log->ops->start(member.log, TOPIC_OS_INSTALLED, 1, 1000000));
    poll_until(members, 1, has_failed, &member);
    assert_int_equal(1, member.failed);
    write_committed(member.log, TOPIC_OS_INSTALLED, 2, "other", 1);
    poll_until_seen(&member, 4, TOPIC_OS_INSTALLED, 2, 2);
    assert_seen(&member, 3, 0, "other0");
    assert_result_once(RESULT_OK, member.log->ops->start(member.log, TOPIC_OS_INSTALLED, 1, 2));
    poll_until_seen(&member, 5, TOPIC_OS_INSTALLED, 1, 4);
    assert_seen(&member, 4, 2, "v2");
    write_committed(member.log, TOPIC_OS_INSTALLED, 2, "more", 1);
    poll_until_seen(&member, 6, TOPIC_OS_INSTALLED, 2, 4);
    assert_int_equal(6, member.seen_count);
    assert_seen(&member, 5, 2, "more0");
    assert_int_equal(1, member.failed);
    member_close(&member);
}

static void what_is_not_assigned_cannot_be_started(void **state)
{
    struct member member;

    member_open(&member, *state, NULL, NULL, NULL, NULL);
    assert_result_once(RESULT_REFUSED, member.log->ops->start(member.log, TOPIC_ORDER, 0, 0));
    member_close(&member);
}

/* read: markers and aborted records at both ends and within. */
static void read_passes_gaps_up_to_the_end(void **state)
{
    struct member member;
    int64_t first, end, from = 0;

    member_open(&member, *state, NULL, NULL, NULL, NULL);
    assert_result(RESULT_OK, member.log->ops->recreate(member.log, 1000));
    write_with_gaps(member.log, TOPIC_ACCOUNT_STATE, 0);
    write_aborted(member.log, TOPIC_ACCOUNT_STATE, 0, "y", 3);
    assert_result(RESULT_OK, member.log->ops->bounds(member.log, TOPIC_ACCOUNT_STATE, 0, LOG_READ_UNCOMMITTED, 1000,
                                                     &first, &end));
    assert_int_equal(0, first);
    assert_true(end >= 11);
    while (from < end)
        assert_result(RESULT_OK,
                      member.log->ops->read(member.log, TOPIC_ACCOUNT_STATE, 0, &from, end, 100, &member.handler));
    assert_int_equal(end, from);
    assert_int_equal(3, member.seen_count);
    assert_seen(&member, 2, 6, "b0");
    /* A range that ends between records and one that begins behind the last. */
    member.seen_count = 0;
    from = 1;
    assert_result(RESULT_OK, member.log->ops->read(member.log, TOPIC_ACCOUNT_STATE, 0, &from, 6, 100, &member.handler));
    while (from < 6)
        assert_result(RESULT_OK,
                      member.log->ops->read(member.log, TOPIC_ACCOUNT_STATE, 0, &from, 6, 100, &member.handler));
    assert_int_equal(6, from);
    assert_int_equal(1, member.seen_count);
    from = 7;
    while (from < end)
        assert_result(RESULT_OK,
                      member.log->ops->read(member.log, TOPIC_ACCOUNT_STATE, 0, &from, end, 100, &member.handler));
    assert_int_equal(1, member.seen_count);
    member_close(&member);
}

static void read_waits_for_an_open_transaction(void **state)
{
    struct member writer, reader;
    int64_t from = 0;

    member_open(&writer, *state, NULL, NULL, NULL, NULL);
    member_open(&reader, *state, NULL, NULL, NULL, NULL);
    assert_result(RESULT_OK, writer.log->ops->recreate(writer.log, 1000));
    write_committed(writer.log, TOPIC_ACCOUNT_STATE, 1, "a", 1);
    write_open(writer.log, TOPIC_ACCOUNT_STATE, 1, "b", 2);
    assert_result(RESULT_OK, reader.log->ops->read(reader.log, TOPIC_ACCOUNT_STATE, 1, &from, 4, 100, &reader.handler));
    assert_int_equal(1, reader.seen_count);
    for (int i = 0; i < 5; i++)
        assert_result_once(RESULT_RETRY,
                           reader.log->ops->read(reader.log, TOPIC_ACCOUNT_STATE, 1, &from, 4, 50, &reader.handler));
    assert_int_equal(2, from);
    assert_result(RESULT_OK, writer.log->ops->commit(writer.log, 1000));
    while (from < 4)
        assert_result(RESULT_OK,
                      reader.log->ops->read(reader.log, TOPIC_ACCOUNT_STATE, 1, &from, 4, 100, &reader.handler));
    assert_int_equal(3, reader.seen_count);
    member_close(&reader);
    member_close(&writer);
}

static void write_large(struct log *log, enum topic topic, int32_t partition, int count)
{
    static char value[50000];
    const struct log_record record = {
        .topic = topic, .partition = partition, .has_value = true, .value = {value, sizeof(value)}};

    for (uint32_t i = 0; i < sizeof(value); i++)
        value[i] = (char)('a' + i % 26);
    assert_result(RESULT_OK, log->ops->begin(log));
    for (int i = 0; i < count; i++)
        assert_result(RESULT_OK, log->ops->produce(log, &record));
    assert_result(RESULT_OK, log->ops->flush(log, 5000));
    assert_result(RESULT_OK, log->ops->commit(log, 1000));
}

static void reads_of_several_partitions_interleave_in_chunks(void **state)
{
    struct member member;
    int64_t from[2] = {0, 0};
    uint32_t calls = 0, largest = 0;

    member_open(&member, *state, NULL, NULL, NULL, NULL);
    assert_result(RESULT_OK, member.log->ops->recreate(member.log, 1000));
    for (int32_t i = 0; i < 2; i++)
        write_large(member.log, TOPIC_ACCOUNT_STATE, 2 + i, 100);
    while (from[0] < 101 || from[1] < 101) {
        for (int32_t i = 0; i < 2; i++) {
            uint32_t before = member.seen_count;
            assert_result(RESULT_OK, member.log->ops->read(member.log, TOPIC_ACCOUNT_STATE, 2 + i, &from[i], 101, 200,
                                                           &member.handler));
            if (member.seen_count - before > largest)
                largest = member.seen_count - before;
            calls++;
        }
    }
    assert_int_equal(200, member.seen_count);
    assert_in_range(largest, 1, 22);
    assert_true(calls >= 10);
    member_close(&member);
}

/* librdkafka 2.0 sleeps up to a second when its queue is full, ten calls long: each of several fillings would show. */
static void a_queue_that_was_full_is_filled_again(void **state)
{
    enum { RECORDS = 400 };
    struct member member;
    int64_t from = 0;
    int idle = 0;

    member_open(&member, *state, NULL, NULL, NULL, NULL);
    assert_result(RESULT_OK, member.log->ops->recreate(member.log, 1000));
    write_large(member.log, TOPIC_ACCOUNT_STATE, 0, RECORDS);
    while (from <= RECORDS) {
        struct result result =
            member.log->ops->read(member.log, TOPIC_ACCOUNT_STATE, 0, &from, RECORDS + 1, 100, &member.handler);
        assert_true(result.kind == RESULT_OK || result.kind == RESULT_RETRY);
        idle += result.kind == RESULT_RETRY;
    }
    assert_int_equal(RECORDS, member.seen_count);
    assert_in_range(idle, 0, 9);
    member_close(&member);
}

static void following_goes_on_where_it_stands(void **state)
{
    struct member member;
    int64_t from = 0;

    member_open(&member, *state, NULL, NULL, NULL, NULL);
    assert_result(RESULT_OK, member.log->ops->recreate(member.log, 1000));
    for (uint32_t round = 0; round < 5; round++) {
        write_committed(member.log, TOPIC_CATALOGUE_STATE, 0, "v", 2);
        while (member.seen_count < 2 * (round + 1))
            assert_result(RESULT_OK, member.log->ops->read(member.log, TOPIC_CATALOGUE_STATE, 0, &from, LOG_FOLLOW, 100,
                                                           &member.handler));
        assert_result_once(RESULT_RETRY, member.log->ops->read(member.log, TOPIC_CATALOGUE_STATE, 0, &from, LOG_FOLLOW,
                                                               20, &member.handler));
    }
    assert_int_equal(10, member.seen_count);
    member_close(&member);
}

/* The one that answers false ends the call; the rest comes with the next. */
static void a_read_that_is_stopped_goes_on(void **state)
{
    struct member member;
    int64_t from = 0;

    member_open(&member, *state, NULL, NULL, NULL, NULL);
    assert_result(RESULT_OK, member.log->ops->recreate(member.log, 1000));
    write_committed(member.log, TOPIC_DEAD_LETTER, 0, "v", 10);
    member.stop_after = 3;
    while (from < 11) {
        member.taken = 0;
        assert_result(RESULT_OK,
                      member.log->ops->read(member.log, TOPIC_DEAD_LETTER, 0, &from, 11, 100, &member.handler));
        if (member.seen_count <= 9 && from < 10)
            assert_int_equal(member.seen_count, from);
    }
    assert_int_equal(10, member.seen_count);
    member_close(&member);
}

static void read_of_what_is_not_there_is_a_stop(void **state)
{
    struct member member;
    int64_t from = 1000;

    member_open(&member, *state, NULL, NULL, NULL, NULL);
    assert_result(RESULT_STOP, member.log->ops->read(member.log, TOPIC_CHARGE, 0, &from, 2000, 100, &member.handler));
    member_close(&member);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(poll_skips_markers_and_aborted_records, installation_setup,
                                        installation_teardown),
        cmocka_unit_test_setup_teardown(an_open_transaction_holds_the_partition, installation_setup,
                                        installation_teardown),
        cmocka_unit_test_setup_teardown(the_handler_stops_a_poll_and_nothing_is_lost, installation_setup,
                                        installation_teardown),
        cmocka_unit_test_setup_teardown(start_goes_forth_and_back_and_halt_stops, installation_setup,
                                        installation_teardown),
        cmocka_unit_test_setup_teardown(start_while_records_are_queued, installation_setup, installation_teardown),
        cmocka_unit_test_setup_teardown(an_offset_out_of_range_fails_one_partition_only, installation_setup,
                                        installation_teardown),
        cmocka_unit_test_setup_teardown(what_is_not_assigned_cannot_be_started, installation_setup,
                                        installation_teardown),
        cmocka_unit_test_setup_teardown(read_passes_gaps_up_to_the_end, installation_setup, installation_teardown),
        cmocka_unit_test_setup_teardown(read_waits_for_an_open_transaction, installation_setup, installation_teardown),
        cmocka_unit_test_setup_teardown(reads_of_several_partitions_interleave_in_chunks, installation_setup,
                                        installation_teardown),
        cmocka_unit_test_setup_teardown(a_queue_that_was_full_is_filled_again, installation_setup,
                                        installation_teardown),
        cmocka_unit_test_setup_teardown(following_goes_on_where_it_stands, installation_setup, installation_teardown),
        cmocka_unit_test_setup_teardown(a_read_that_is_stopped_goes_on, installation_setup, installation_teardown),
        cmocka_unit_test_setup_teardown(read_of_what_is_not_there_is_a_stop, installation_setup, installation_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
