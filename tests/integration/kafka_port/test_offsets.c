/* Committed offsets, bounds and what the cluster says of itself. */
#include "support.h"

#include <stdio.h>
#include <string.h>

static struct result commit_offset(struct member *member, int64_t offset, const char *metadata, bool commit)
{
    const struct log_offset entry = {
        .topic = TOPIC_ORDER, .partition = 1, .offset = offset, .metadata = {metadata, (uint32_t)strlen(metadata)}};
    struct log_generation *generation;

    assert_result_once(RESULT_OK, member->log->ops->generation(member->log, &generation));
    write_open(member->log, TOPIC_ACCOUNT_STATE, 1, "v", 1);
    struct result result = EVENTUALLY(member->log->ops->send_offsets(member->log, generation, &entry, 1, 1000));
    member->log->ops->generation_free(generation);
    if (commit)
        assert_result(RESULT_OK, member->log->ops->commit(member->log, 1000));
    return result;
}

static void committed_offsets_come_with_their_metadata(void **state)
{
    struct member member;
    struct log_offset offsets[2] = {{.topic = TOPIC_ORDER, .partition = 1}, {.topic = TOPIC_ACCOUNT, .partition = 3}};

    member_open(&member, *state, NULL, NULL, NULL, NULL);
    poll_until_owned(&member, PARTITIONS);
    assert_result(RESULT_OK, member.log->ops->committed(member.log, offsets, 2, 1000));
    assert_int_equal(LOG_NO_OFFSET, offsets[0].offset);
    assert_result_once(RESULT_OK, commit_offset(&member, 42, "seq 7", true));
    assert_result(RESULT_OK, member.log->ops->committed(member.log, offsets, 2, 1000));
    assert_int_equal(42, offsets[0].offset);
    assert_int_equal(5, offsets[0].metadata.size);
    assert_memory_equal("seq 7", offsets[0].metadata.data, 5);
    assert_int_equal(LOG_NO_OFFSET, offsets[1].offset);
    assert_int_equal(0, offsets[1].metadata.size);
    member_close(&member);
}

static void pending_offsets_are_waited_for(void **state)
{
    struct member member, other;
    struct log_offset pending = {.topic = TOPIC_ORDER, .partition = 1};
    struct log_offset free_one = {.topic = TOPIC_ORDER, .partition = 2};

    member_open(&member, *state, "pending", NULL, NULL, NULL);
    member_open(&other, *state, "pending", NULL, NULL, NULL);
    poll_until_owned(&member, PARTITIONS);
    assert_result_once(RESULT_OK, commit_offset(&member, 10, "", true));
    assert_result_once(RESULT_OK, commit_offset(&member, 20, "", false));
    int64_t began = now_ms();
    for (int i = 0; i < 5; i++)
        assert_result_once(RESULT_RETRY, other.log->ops->committed(other.log, &pending, 1, 100));
    assert_in_range(now_ms() - began, 500, 3000);
    /* The other partitions are not held up. */
    assert_result(RESULT_OK, other.log->ops->committed(other.log, &free_one, 1, 100));
    assert_result(RESULT_OK, member.log->ops->abort(member.log, 1000));
    assert_result(RESULT_OK, other.log->ops->committed(other.log, &pending, 1, 1000));
    assert_int_equal(10, pending.offset);
    assert_result_once(RESULT_OK, commit_offset(&member, 30, "", true));
    assert_result(RESULT_OK, other.log->ops->committed(other.log, &pending, 1, 1000));
    assert_int_equal(30, pending.offset);
    member_close(&other);
    member_close(&member);
}

static void bounds_of_a_topic_that_does_not_exist(void **state)
{
    struct installation nowhere = *(struct installation *)*state;
    struct member member;
    int64_t first, end;

    snprintf(nowhere.prefix, sizeof(nowhere.prefix), "nowhere.");
    member_open(&member, &nowhere, NULL, NULL, NULL, NULL);
    struct result result =
        member.log->ops->bounds(member.log, TOPIC_CHARGE, 0, LOG_READ_UNCOMMITTED, 500, &first, &end);
    assert_true(result.kind == RESULT_RETRY || result.kind == RESULT_STOP);
    member_close(&member);
}

static void the_cluster_describes_itself(void **state)
{
    struct installation nowhere = *(struct installation *)*state;
    struct member member;
    struct kafka_cluster cluster;
    struct text id;
    int32_t partitions = 0;

    member_open(&member, *state, NULL, NULL, NULL, NULL);
    assert_result(RESULT_OK, member.log->ops->describe(member.log, TOPIC_ORDER, 2000, &id, &partitions));
    assert_int_equal(PARTITIONS, partitions);
    assert_result(RESULT_OK, member.log->ops->describe(member.log, TOPIC_CATALOGUE, 2000, &id, &partitions));
    assert_int_equal(1, partitions);
    assert_result(RESULT_OK, kafka_admin_cluster(nowhere.admin, 2000, &cluster));
    assert_int_equal(strlen(cluster.id), id.size);
    assert_memory_equal(cluster.id, id.data, id.size);
    assert_true(cluster.brokers >= 1);
    member_close(&member);

    snprintf(nowhere.prefix, sizeof(nowhere.prefix), "nowhere.");
    member_open(&member, &nowhere, NULL, NULL, NULL, NULL);
    struct result result = EVENTUALLY(member.log->ops->describe(member.log, TOPIC_ORDER, 2000, &id, &partitions));
    check_result(RESULT_STOP, result, "describe", __FILE__, __LINE__);
    assert_non_null(strstr(result.reason, "nowhere.order"));
    member_close(&member);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(committed_offsets_come_with_their_metadata),
        cmocka_unit_test(pending_offsets_are_waited_for),
        cmocka_unit_test(bounds_of_a_topic_that_does_not_exist),
        cmocka_unit_test(the_cluster_describes_itself),
    };

    return cmocka_run_group_tests(tests, installation_setup, installation_teardown);
}
