/* The group: assignments, take-over, and the generation that fences a member whose partitions went to another. */
#include "support.h"

#include <string.h>

static bool shares_equally(void *context)
{
    struct member *const *members = context;

    for (int i = 0; i < 2; i++)
        if (member_owned(members[i], TOPIC_ORDER) != PARTITIONS / 2)
            return false;
    return true;
}

static void poll_until_shared(struct member *const *members)
{
    poll_until(members, 2, shares_equally, (void *)(uintptr_t)members);
}

static void members_share_the_same_partitions_of_every_input(void **state)
{
    struct member first, second;
    struct member *members[] = {&first, &second};

    member_open(&first, *state, "share", NULL, NULL, NULL);
    poll_until_owned(&first, PARTITIONS);
    assert_int_equal(1, first.assigned);
    assert_int_equal(0, first.revoked);
    assert_int_equal(1, member_owned(&first, TOPIC_CATALOGUE));
    member_open(&second, *state, "share", NULL, NULL, NULL);
    poll_until_shared(members);
    assert_int_equal(1, first.revoked);
    assert_int_equal(0, first.lost);
    assert_int_equal(1, member_owned(&first, TOPIC_CATALOGUE) + member_owned(&second, TOPIC_CATALOGUE));
    for (int i = 0; i < PARTITIONS; i++) {
        assert_true(first.owned[TOPIC_ORDER][i] != second.owned[TOPIC_ORDER][i]);
        assert_int_equal(first.owned[TOPIC_ORDER][i], first.owned[TOPIC_ACCOUNT][i]);
        assert_int_equal(first.owned[TOPIC_ORDER][i], first.owned[TOPIC_OS_INSTALLED][i]);
    }
    member_close(&second);
    poll_until_owned(&first, PARTITIONS);
    member_close(&first);
}

/* After a rebalance a member delivers what it owns, and only that. */
static void records_follow_their_partition(void **state)
{
    struct member first, second, writer;
    struct member *members[] = {&first, &second};

    member_open(&first, *state, "follow", NULL, NULL, NULL);
    member_open(&second, *state, "follow", NULL, NULL, NULL);
    member_open(&writer, *state, NULL, NULL, NULL, NULL);
    poll_until_owned(&first, PARTITIONS);
    poll_until_shared(members);
    assert_result(RESULT_OK, writer.log->ops->recreate(writer.log, 1000));
    for (int32_t i = 0; i < PARTITIONS; i++)
        write_committed(writer.log, TOPIC_ACCOUNT, i, "v", 3);
    int64_t until = now_ms() + DEADLINE_MS;
    while (first.seen_count + second.seen_count < 3 * PARTITIONS && now_ms() < until)
        for (int i = 0; i < 2; i++)
            assert_result(RESULT_OK, members[i]->log->ops->poll(members[i]->log, 20, &members[i]->handler));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(3 * PARTITIONS / 2, members[i]->seen_count);
        for (uint32_t j = 0; j < members[i]->seen_count; j++)
            assert_true(members[i]->owned[TOPIC_ACCOUNT][members[i]->seen[j].partition]);
    }
    member_close(&second);
    member_close(&first);
    member_close(&writer);
}

static bool has_lost(void *context)
{
    return ((struct member *)context)->lost > 0;
}

static const struct kafka_property impatient[] = {
    {"session.timeout.ms", "2000"},
    {"heartbeat.interval.ms", "500"},
    {"max.poll.interval.ms", "3000"},
    {NULL, NULL},
};

static bool is_member(struct member *member)
{
    struct log_generation *generation;
    struct result result = member->log->ops->generation(member->log, &generation);

    assert_true(result.kind == RESULT_OK || result.kind == RESULT_REFUSED);
    member->log->ops->generation_free(generation);
    return result.kind == RESULT_OK;
}

static void a_member_that_does_not_poll_loses_its_partitions(void **state)
{
    struct member member;
    struct member *members[] = {&member};

    member_open(&member, *state, "lose", NULL, NULL, impatient);
    poll_until_owned(&member, PARTITIONS);
    for (int64_t until = now_ms() + DEADLINE_MS; is_member(&member) && now_ms() < until;)
        ;
    assert_false(is_member(&member));
    poll_until(members, 1, has_lost, &member);
    assert_int_equal(0, member.revoked);
    assert_int_equal(1, member.lost);
    assert_int_equal(0, member_owned(&member, TOPIC_ORDER));
    /* And gets them again. */
    poll_until_owned(&member, PARTITIONS);
    member_close(&member);
}

static struct result send(struct member *member, struct log_generation *generation)
{
    const struct log_offset offset = {.topic = TOPIC_ORDER, .partition = 0, .offset = 0};

    return EVENTUALLY(member->log->ops->send_offsets(member->log, generation, &offset, 1, 1000));
}

static void an_old_generation_is_refused(void **state)
{
    struct member first, second;
    struct member *members[] = {&first, &second};
    struct log_generation *generation;

    member_open(&first, *state, "generation", NULL, NULL, NULL);
    assert_result_once(RESULT_REFUSED, first.log->ops->generation(first.log, &generation));
    poll_until_owned(&first, PARTITIONS);
    assert_result_once(RESULT_OK, first.log->ops->generation(first.log, &generation));
    write_open(first.log, TOPIC_CHARGE, 0, "v", 1);
    assert_result_once(RESULT_OK, send(&first, generation));
    assert_result(RESULT_OK, first.log->ops->commit(first.log, 1000));

    member_open(&second, *state, "generation", NULL, NULL, NULL);
    poll_until_shared(members);
    write_open(first.log, TOPIC_CHARGE, 0, "stale", 1);
    assert_result_once(RESULT_REFUSED, send(&first, generation));
    assert_result(RESULT_OK, first.log->ops->abort(first.log, 1000));
    first.log->ops->generation_free(generation);
    /* The producer is as good as before. */
    assert_result_once(RESULT_OK, first.log->ops->generation(first.log, &generation));
    write_open(first.log, TOPIC_CHARGE, 0, "v", 1);
    assert_result_once(RESULT_OK, send(&first, generation));
    assert_result(RESULT_OK, first.log->ops->commit(first.log, 1000));
    first.log->ops->generation_free(generation);
    member_close(&second);
    member_close(&first);
}

/* The brokers threw it out while it was being told to give its partitions back: librdkafka notices only later. */
static void a_member_that_was_thrown_out_is_refused(void **state)
{
    struct member first, second;
    struct log_generation *generation;

    member_open(&first, *state, "thrown-out", NULL, NULL, impatient);
    poll_until_owned(&first, PARTITIONS);
    assert_result_once(RESULT_OK, first.log->ops->generation(first.log, &generation));
    member_open(&second, *state, "thrown-out", NULL, NULL, impatient);
    poll_until_owned(&second, PARTITIONS);
    write_open(first.log, TOPIC_CHARGE, 0, "zombie", 1);
    assert_result_once(RESULT_REFUSED, send(&first, generation));
    assert_result(RESULT_OK, first.log->ops->abort(first.log, 1000));
    first.log->ops->generation_free(generation);
    member_close(&second);
    member_close(&first);
}

static void no_offsets_is_no_transaction(void **state)
{
    struct member member;
    struct log_generation *generation;

    member_open(&member, *state, NULL, NULL, NULL, NULL);
    poll_until_owned(&member, PARTITIONS);
    assert_result_once(RESULT_OK, member.log->ops->generation(member.log, &generation));
    write_open(member.log, TOPIC_CHARGE, 0, "v", 1);
    assert_result_once(RESULT_ABORT, member.log->ops->send_offsets(member.log, generation, NULL, 0, 1000));
    assert_result(RESULT_OK, member.log->ops->abort(member.log, 1000));
    member.log->ops->generation_free(generation);
    member_close(&member);
}

static void a_static_member_comes_back_to_its_partitions(void **state)
{
    struct member first, second, again;
    struct member *members[] = {&first, &second};

    member_open(&first, *state, "static", NULL, "one", NULL);
    poll_until_owned(&first, PARTITIONS);
    member_open(&second, *state, "static", NULL, "two", NULL);
    poll_until_shared(members);
    member_close(&first);
    member_open(&again, *state, "static", NULL, "one", NULL);
    poll_until_owned(&again, PARTITIONS / 2);
    /* Nobody else noticed. */
    assert_result(RESULT_OK, second.log->ops->poll(second.log, 20, &second.handler));
    assert_int_equal(1, second.assigned);
    member_close(&again);
    member_close(&second);
}

static void a_second_static_instance_stops_the_first(void **state)
{
    struct member first, second;
    struct result result = RESULT_SUCCESS;

    member_open(&first, *state, "instance", NULL, "same", NULL);
    poll_until_owned(&first, PARTITIONS);
    member_open(&second, *state, "instance", NULL, "same", NULL);
    poll_until_owned(&second, PARTITIONS);
    for (int64_t until = now_ms() + DEADLINE_MS; result.kind != RESULT_STOP && now_ms() < until;)
        result = first.log->ops->poll(first.log, 20, &first.handler);
    check_result(RESULT_STOP, result, "poll", __FILE__, __LINE__);
    assert_int_equal(KAFKA_STOP_FENCED_INSTANCE, kafka_log_stop_cause(first.log));
    member_close(&first);
    member_close(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_share_the_same_partitions_of_every_input),
        cmocka_unit_test(records_follow_their_partition),
        cmocka_unit_test(a_member_that_does_not_poll_loses_its_partitions),
        cmocka_unit_test(an_old_generation_is_refused),
        cmocka_unit_test(a_member_that_was_thrown_out_is_refused),
        cmocka_unit_test(no_offsets_is_no_transaction),
        cmocka_unit_test(a_static_member_comes_back_to_its_partitions),
        cmocka_unit_test(a_second_static_instance_stops_the_first),
    };

    return cmocka_run_group_tests(tests, installation_setup, installation_teardown);
}
