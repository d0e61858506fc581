/* The broker stands still for a while (SIGSTOP): what is retried, and that a second EndTxn is noticed. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void stack(const char *arguments)
{
    char command[512];
    const char *directory = getenv("STACK_DIR");

    if (!directory)
        fail_msg("STACK_DIR is not set: the folder of the local stack");
    snprintf(command, sizeof(command), STACK_COMMAND " %s --dir '%s'", arguments, directory);
    assert_int_equal(0, system(command));
}

static const struct kafka_property hurried[] = {
    {"socket.timeout.ms", "1000"},
    {"reconnect.backoff.ms", "50"},
    {"reconnect.backoff.max.ms", "100"},
    {NULL, NULL},
};

/* EndTxn is sent, not answered in time, and sent again: which of the two ends which transaction is not known. */
static void a_commit_that_was_sent_twice_recreates_the_producer(void **state)
{
    struct member member;
    struct result result = {RESULT_RETRY, ""};

    member_open(&member, *state, NULL, NULL, NULL, hurried);
    assert_result(RESULT_OK, member.log->ops->recreate(member.log, 1000));
    write_open(member.log, TOPIC_CHARGE, 0, "v", 1);
    stack("pause kafka");
    for (int64_t until = now_ms() + 3000; now_ms() < until && result.kind == RESULT_RETRY;)
        result = member.log->ops->commit(member.log, 100);
    stack("resume kafka");
    check_result(RESULT_RETRY, result, "commit of a silent broker", __FILE__, __LINE__);
    assert_result(RESULT_RECREATE, member.log->ops->commit(member.log, 100));
    assert_true(kafka_log_end_requests(member.log) > 1);
    assert_result(RESULT_OK, member.log->ops->recreate(member.log, 1000));
    write_committed(member.log, TOPIC_CHARGE, 0, "v", 1);
    assert_int_equal(1, kafka_log_end_requests(member.log));
    member_close(&member);
}

static void calls_keep_their_timeouts(void **state)
{
    struct member member;
    struct log_offset offset = {.topic = TOPIC_ORDER, .partition = 0};
    struct text id;
    int64_t first, end, from = 0, began;
    int32_t partitions;

    member_open(&member, *state, NULL, NULL, NULL, NULL);
    poll_until_owned(&member, PARTITIONS);
    write_committed(member.log, TOPIC_ACCOUNT_STATE, 0, "v", 1);
    assert_result(RESULT_OK, member.log->ops->bounds(member.log, TOPIC_ACCOUNT_STATE, 0, LOG_READ_UNCOMMITTED, 1000,
                                                     &first, &end));
    stack("pause kafka");
    began = now_ms();
    struct result results[] = {
        member.log->ops->poll(member.log, 200, &member.handler),
        member.log->ops->bounds(member.log, TOPIC_ACCOUNT_STATE, 0, LOG_READ_UNCOMMITTED, 200, &first, &end),
        member.log->ops->committed(member.log, &offset, 1, 200),
        member.log->ops->read(member.log, TOPIC_ACCOUNT_STATE, 0, &from, 2, 200, &member.handler),
        member.log->ops->describe(member.log, TOPIC_ORDER, 200, &id, &partitions),
    };
    int64_t took = now_ms() - began;
    stack("resume kafka");
    check_result(RESULT_OK, results[0], "poll", __FILE__, __LINE__);
    for (int i = 1; i < 5; i++)
        check_result(RESULT_RETRY, results[i], "call of a silent broker", __FILE__, __LINE__);
    assert_in_range(took, 600, 3500);
    assert_result(RESULT_OK, member.log->ops->committed(member.log, &offset, 1, 1000));
    while (from < 2)
        assert_result(RESULT_OK,
                      member.log->ops->read(member.log, TOPIC_ACCOUNT_STATE, 0, &from, 2, 200, &member.handler));
    member_close(&member);
}

static void records_outlive_a_pause(void **state)
{
    struct member member;

    member_open(&member, *state, NULL, NULL, NULL, hurried);
    poll_until_owned(&member, PARTITIONS);
    assert_result(RESULT_OK, member.log->ops->begin(member.log));
    stack("pause kafka");
    produce(member.log, TOPIC_ORDER, 0, "k", "v");
    assert_result_once(RESULT_RETRY, member.log->ops->flush(member.log, 1500));
    stack("resume kafka");
    assert_result(RESULT_OK, member.log->ops->flush(member.log, 1000));
    assert_result(RESULT_OK, member.log->ops->commit(member.log, 1000));
    for (int64_t until = now_ms() + DEADLINE_MS; !member.seen_count && now_ms() < until;) {
        struct result result = member.log->ops->poll(member.log, 20, &member.handler);
        assert_true(result.kind == RESULT_OK || result.kind == RESULT_RETRY);
    }
    assert_int_equal(1, member.seen_count);
    member_close(&member);
}

/* Without a coordinator of the group librdkafka does not come back from this call (confluentinc/librdkafka 5456). */
static void offsets_do_not_hold_up_their_caller(void **state)
{
    struct member member;
    struct log_generation *generation;
    struct log_offset offset = {.topic = TOPIC_ORDER, .partition = 0, .offset = 0};
    struct result results[3];

    member_open(&member, *state, NULL, NULL, NULL, hurried);
    poll_until_owned(&member, PARTITIONS);
    assert_result(RESULT_OK, member.log->ops->generation(member.log, &generation));
    write_open(member.log, TOPIC_CHARGE, 0, "v", 1);
    stack("pause kafka");
    for (int i = 0; i < 3; i++)
        results[i] = member.log->ops->send_offsets(member.log, generation, &offset, 1, 100);
    struct result abort = member.log->ops->abort(member.log, 100);
    stack("resume kafka");
    for (int i = 0; i < 3; i++)
        check_result(RESULT_RETRY, results[i], "offsets to a silent broker", __FILE__, __LINE__);
    check_result(RESULT_RETRY, abort, "an abort while they are under way", __FILE__, __LINE__);
    results[0] = EVENTUALLY(member.log->ops->send_offsets(member.log, generation, &offset, 1, 100));
    assert_true(results[0].kind == RESULT_OK || results[0].kind == RESULT_ABORT);
    member.log->ops->generation_free(generation);
    assert_result(RESULT_OK, member.log->ops->abort(member.log, 1000));
    member_close(&member);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_that_was_sent_twice_recreates_the_producer),
        cmocka_unit_test(calls_keep_their_timeouts),
        cmocka_unit_test(records_outlive_a_pause),
        cmocka_unit_test(offsets_do_not_hold_up_their_caller),
    };

    return cmocka_run_group_tests(tests, installation_setup, installation_teardown);
}
