/* The producer: what a transaction shows to whom, and what its failures mean. */
#include "support.h"

#include <dirent.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static int64_t end_of(struct log *log, enum topic topic, int32_t partition, enum log_isolation isolation)
{
    int64_t first, end;

    assert_result(RESULT_OK, log->ops->bounds(log, topic, partition, isolation, 2000, &first, &end));
    return end;
}

/* EndTxn is answered before the marker is written: the stable end follows later. */
static void assert_stable_end(struct log *log, enum topic topic, int32_t partition, int64_t expected)
{
    int64_t until = now_ms() + DEADLINE_MS, end;

    do
        end = end_of(log, topic, partition, LOG_READ_COMMITTED);
    while (end != expected && now_ms() < until);
    assert_int_equal(expected, end);
}

static void committed_records_are_counted_and_seen(void **state)
{
    struct member member;

    member_open(&member, *state, NULL, NULL, NULL, NULL);
    assert_result(RESULT_OK, member.log->ops->recreate(member.log, 1000));
    write_open(member.log, TOPIC_ACCOUNT_STATE, 0, "v", 100);
    assert_int_equal(100, member.log->ops->written(member.log, TOPIC_ACCOUNT_STATE, 0));
    assert_int_equal(-1, member.log->ops->written(member.log, TOPIC_ACCOUNT_STATE, 1));
    assert_result(RESULT_OK, member.log->ops->commit(member.log, 1000));
    assert_int_equal(1, kafka_log_end_requests(member.log));
    assert_stable_end(member.log, TOPIC_ACCOUNT_STATE, 0, 101);
    write_open(member.log, TOPIC_ACCOUNT_STATE, 1, "v", 1);
    assert_int_equal(-1, member.log->ops->written(member.log, TOPIC_ACCOUNT_STATE, 0));
    assert_int_equal(1, member.log->ops->written(member.log, TOPIC_ACCOUNT_STATE, 1));
    assert_result(RESULT_OK, member.log->ops->commit(member.log, 1000));
    member_close(&member);
}

/* Threads of this process whose name begins so and whose priority is `nice`. */
static int threads_of(const char *name, int nice)
{
    DIR *tasks = opendir("/proc/self/task");
    int count = 0;

    assert_non_null(tasks);
    for (const struct dirent *task; (task = readdir(tasks));) {
        char path[300], comm[32] = "";
        snprintf(path, sizeof(path), "/proc/self/task/%s/comm", task->d_name);
        FILE *file = task->d_name[0] == '.' ? NULL : fopen(path, "r");
        bool ours = file && fgets(comm, sizeof(comm), file) && strncmp(comm, name, strlen(name)) == 0;
        count += ours && getpriority(PRIO_PROCESS, (id_t)strtol(task->d_name, NULL, 10)) == nice;
        if (file)
            fclose(file);
    }
    closedir(tasks);
    return count;
}

/* Only the producer's, and only of a librdkafka that spins there; it is made once the broker threads are. */
static void the_main_thread_that_spins_goes_last(void **state)
{
    bool spins = rd_kafka_version() < 0x02040000;
    struct member member;

    member_open(&member, *state, NULL, NULL, NULL, NULL);
    assert_result(RESULT_OK, member.log->ops->recreate(member.log, 1000));
    write_open(member.log, TOPIC_ACCOUNT_STATE, 0, "v", 1);
    assert_int_equal(spins ? 1 : 0, threads_of("rdk:main", 10));
    assert_int_equal(0, threads_of("rdk:broker", 10));
    assert_true(threads_of("rdk:broker", 0) > 0);
    assert_result(RESULT_OK, member.log->ops->commit(member.log, 1000));
    member_close(&member);
}

static void an_open_transaction_holds_the_stable_end(void **state)
{
    struct member member;

    member_open(&member, *state, NULL, NULL, NULL, NULL);
    assert_result(RESULT_OK, member.log->ops->recreate(member.log, 1000));
    write_open(member.log, TOPIC_ACCOUNT_STATE, 2, "v", 5);
    assert_int_equal(5, end_of(member.log, TOPIC_ACCOUNT_STATE, 2, LOG_READ_UNCOMMITTED));
    assert_int_equal(0, end_of(member.log, TOPIC_ACCOUNT_STATE, 2, LOG_READ_COMMITTED));
    assert_result(RESULT_OK, member.log->ops->abort(member.log, 1000));
    assert_int_equal(1, kafka_log_end_requests(member.log));
    assert_stable_end(member.log, TOPIC_ACCOUNT_STATE, 2, 6);
    member_close(&member);
}

static void abort_without_a_transaction_is_nothing(void **state)
{
    struct member member;

    member_open(&member, *state, NULL, NULL, NULL, NULL);
    assert_result_once(RESULT_OK, member.log->ops->abort(member.log, 1000));
    assert_result(RESULT_OK, member.log->ops->recreate(member.log, 1000));
    assert_result(RESULT_OK, member.log->ops->begin(member.log));
    assert_result(RESULT_OK, member.log->ops->abort(member.log, 1000));
    assert_int_equal(0, kafka_log_end_requests(member.log));
    write_committed(member.log, TOPIC_CHARGE, 0, "v", 1);
    member_close(&member);
}

static struct log_record large_record(enum topic topic, uint32_t size)
{
    char *value = malloc(size);

    assert_non_null(value);
    for (uint32_t i = 0; i < size; i++)
        value[i] = (char)(i * 2654435761u >> 24);
    return (struct log_record){.topic = topic, .has_value = true, .value = {value, size}};
}

/* Larger than this client sends: refused at once. */
static void a_record_beyond_the_client_limit_is_poison(void **state)
{
    struct member member;
    struct log_record record = large_record(TOPIC_CHARGE, 3 << 20);

    member_open(&member, *state, NULL, NULL, NULL, NULL);
    assert_result(RESULT_OK, member.log->ops->recreate(member.log, 1000));
    assert_result(RESULT_OK, member.log->ops->begin(member.log));
    assert_result_once(RESULT_ABORT, member.log->ops->produce(member.log, &record));
    assert_true(member.log->ops->poisoned(member.log));
    assert_result(RESULT_OK, member.log->ops->abort(member.log, 1000));
    write_committed(member.log, TOPIC_CHARGE, 0, "v", 1);
    assert_false(member.log->ops->poisoned(member.log));
    free((char *)(uintptr_t)record.value.data);
    member_close(&member);
}

/* Larger than the topic takes: the broker says so, flush reports it. */
static void a_record_beyond_the_topic_limit_is_poison(void **state)
{
    struct member member;
    struct log_record record = large_record(TOPIC_NOTIFICATION, 30000);

    member_open(&member, *state, NULL, NULL, NULL, NULL);
    assert_result(RESULT_OK, member.log->ops->recreate(member.log, 1000));
    assert_result(RESULT_OK, member.log->ops->begin(member.log));
    produce(member.log, TOPIC_CHARGE, 0, "k", "v");
    assert_result(RESULT_OK, member.log->ops->produce(member.log, &record));
    struct result result = EVENTUALLY(member.log->ops->flush(member.log, 1000));
    check_result(RESULT_ABORT, result, "flush", __FILE__, __LINE__);
    assert_non_null(strstr(result.reason, "too large"));
    assert_true(member.log->ops->poisoned(member.log));
    assert_result(RESULT_OK, member.log->ops->abort(member.log, 1000));
    write_committed(member.log, TOPIC_CHARGE, 0, "v", 1);
    free((char *)(uintptr_t)record.value.data);
    member_close(&member);
}

static void a_partition_that_does_not_exist_is_poison(void **state)
{
    struct member member;
    const struct log_record record = {.topic = TOPIC_CHARGE, .partition = PARTITIONS, .has_value = true};

    member_open(&member, *state, NULL, NULL, NULL, NULL);
    assert_result(RESULT_OK, member.log->ops->recreate(member.log, 1000));
    write_committed(member.log, TOPIC_CHARGE, 0, "v", 1);
    assert_result(RESULT_OK, member.log->ops->begin(member.log));
    assert_result_once(RESULT_ABORT, member.log->ops->produce(member.log, &record));
    assert_true(member.log->ops->poisoned(member.log));
    assert_result(RESULT_OK, member.log->ops->abort(member.log, 1000));
    member_close(&member);
}

static void the_next_with_the_same_id_fences_the_first(void **state)
{
    struct member first, second;

    member_open(&first, *state, NULL, "fenced", NULL, NULL);
    member_open(&second, *state, NULL, "fenced", NULL, NULL);
    assert_result(RESULT_OK, first.log->ops->recreate(first.log, 1000));
    write_open(first.log, TOPIC_CHARGE, 1, "zombie", 3);
    assert_result(RESULT_OK, second.log->ops->recreate(second.log, 1000));
    assert_result(RESULT_RECREATE, first.log->ops->commit(first.log, 1000));
    write_committed(second.log, TOPIC_CHARGE, 1, "v", 1);
    /* And a record that the first produces only now is refused as well. */
    assert_result(RESULT_OK, first.log->ops->recreate(first.log, 1000));
    write_committed(first.log, TOPIC_CHARGE, 1, "v", 1);
    assert_result(RESULT_OK, second.log->ops->recreate(second.log, 1000));
    assert_result(RESULT_OK, first.log->ops->begin(first.log));
    produce(first.log, TOPIC_CHARGE, 1, "k", "zombie");
    assert_result(RESULT_RECREATE, first.log->ops->flush(first.log, 1000));
    assert_result(RESULT_RECREATE, first.log->ops->abort(first.log, 1000));
    member_close(&first);
    member_close(&second);
}

static void twins_are_named_after_the_third_fence(void **state)
{
    struct member members[2];
    struct result result = RESULT_SUCCESS;

    member_open(&members[0], *state, NULL, "the-twin", NULL, NULL);
    member_open(&members[1], *state, NULL, "the-twin", NULL, NULL);
    assert_result(RESULT_OK, members[0].log->ops->recreate(members[0].log, 1000));
    for (int round = 0; round < 3; round++) {
        assert_result(RESULT_OK, members[1].log->ops->recreate(members[1].log, 1000));
        assert_result(RESULT_OK, members[0].log->ops->begin(members[0].log));
        produce(members[0].log, TOPIC_CHARGE, 2, "k", "v");
        result = EVENTUALLY(members[0].log->ops->flush(members[0].log, 1000));
        if (round < 2) {
            check_result(RESULT_RECREATE, result, "flush", __FILE__, __LINE__);
            assert_result(RESULT_OK, members[0].log->ops->recreate(members[0].log, 1000));
        }
    }
    check_result(RESULT_STOP, result, "flush", __FILE__, __LINE__);
    assert_non_null(strstr(result.reason, "the-twin"));
    assert_int_equal(KAFKA_STOP_FENCED_PRODUCER, kafka_log_stop_cause(members[0].log));
    member_close(&members[0]);
    member_close(&members[1]);
}

static void recreate_ends_what_was_open(void **state)
{
    struct member member;

    member_open(&member, *state, NULL, NULL, NULL, NULL);
    assert_result(RESULT_OK, member.log->ops->recreate(member.log, 1000));
    write_open(member.log, TOPIC_CHARGE, 3, "lost", 2);
    int64_t open_end = end_of(member.log, TOPIC_CHARGE, 3, LOG_READ_UNCOMMITTED);
    assert_result(RESULT_OK, member.log->ops->recreate(member.log, 1000));
    assert_stable_end(member.log, TOPIC_CHARGE, 3, open_end + 1);
    assert_result_once(RESULT_RECREATE, member.log->ops->commit(member.log, 1000));
    write_committed(member.log, TOPIC_CHARGE, 3, "v", 1);
    member_close(&member);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(committed_records_are_counted_and_seen),
        cmocka_unit_test(the_main_thread_that_spins_goes_last),
        cmocka_unit_test(an_open_transaction_holds_the_stable_end),
        cmocka_unit_test(abort_without_a_transaction_is_nothing),
        cmocka_unit_test(a_record_beyond_the_client_limit_is_poison),
        cmocka_unit_test(a_record_beyond_the_topic_limit_is_poison),
        cmocka_unit_test(a_partition_that_does_not_exist_is_poison),
        cmocka_unit_test(the_next_with_the_same_id_fences_the_first),
        cmocka_unit_test(twins_are_named_after_the_third_fence),
        cmocka_unit_test(recreate_ends_what_was_open),
    };

    return cmocka_run_group_tests(tests, installation_setup, installation_teardown);
}
