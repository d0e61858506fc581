/* Reading and writing outside the group, as the commands do; and what the log itself writes, read from outside. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct records {
    uint32_t count;
    struct seen seen[64];
    int64_t timestamps[64];
    char headers[64][64];
    bool has_key[64], has_value[64];
    uint32_t stop_after;
};

static bool on_record(void *context, const struct kafka_record *record)
{
    struct records *records = context;
    uint32_t index = records->count++ % 64;
    struct seen *seen = &records->seen[index];

    seen->partition = record->partition;
    seen->offset = record->offset;
    snprintf(seen->key, sizeof(seen->key), "%.*s", (int)record->key.size, record->key.data);
    snprintf(seen->value, sizeof(seen->value), "%.*s", (int)record->value.size, record->value.data);
    records->timestamps[index] = record->timestamp;
    records->has_key[index] = record->has_key;
    records->has_value[index] = record->has_value;
    for (uint32_t i = 0; i < record->header_count; i++)
        snprintf(records->headers[index] + strlen(records->headers[index]), 32, "%s=%.*s;", record->headers[i].name,
                 (int)record->headers[i].value.size, record->headers[i].value.data);
    return records->count != records->stop_after;
}

static void read_all(const struct installation *installation, const struct kafka_range *range, struct records *records)
{
    struct kafka_reader *reader;
    struct kafka_reason reason;
    bool done = false;

    memset(records, 0, sizeof(*records));
    assert_result(RESULT_OK, kafka_reader_open(&installation->connection, range, 5000, &reason, &reader));
    for (int64_t until = now_ms() + DEADLINE_MS; !done && now_ms() < until;)
        assert_result(RESULT_OK, kafka_reader_poll(reader, 100, on_record, records, &done));
    assert_true(done);
    kafka_reader_close(reader);
}

struct deliveries {
    uint32_t written, failed;
    int32_t partitions[32];
};

static void on_done(void *context, uint64_t number, int32_t partition, int64_t offset, const char *problem)
{
    struct deliveries *deliveries = context;

    (void)offset;
    deliveries->written += !problem;
    deliveries->failed += problem != NULL;
    deliveries->partitions[number] = partition;
}

static void send(struct kafka_writer *writer, const char *topic, int32_t partition, const char *key, const char *value,
                 uint64_t number)
{
    const struct log_header headers[] = {{"a", {"1", 1}}, {"b", {"", 0}}};
    const struct kafka_record record = {
        .topic = topic,
        .partition = partition,
        .has_key = key != NULL,
        .has_value = value != NULL,
        .key = {key, key ? (uint32_t)strlen(key) : 0},
        .value = {value, value ? (uint32_t)strlen(value) : 0},
        .headers = headers,
        .header_count = 2,
    };

    assert_result(RESULT_OK, kafka_writer_send(writer, &record, number));
}

/* Partitions as the Java client chooses them: murmur2(key) & 0x7fffffff mod 4, from Kafka's own test vectors
 * (UtilsTest: "21" -973932308, "foobar" -790332482, "a-little-bit-long-string" -985981536,
 * "a-little-bit-longer-string" -1486304829). */
static void keys_go_where_java_puts_them(void **state)
{
    static const struct {
        const char *key;
        int32_t hash;
    } vectors[] = {{"21", -973932308},
                   {"foobar", -790332482},
                   {"a-little-bit-long-string", -985981536},
                   {"a-little-bit-longer-string", -1486304829}};
    const struct installation *installation = *state;
    struct kafka_writer *writer;
    struct kafka_reason reason;
    struct deliveries deliveries = {0};

    assert_result(RESULT_OK, kafka_writer_open(&installation->connection, on_done, &deliveries, &reason, &writer));
    for (uint64_t i = 0; i < 4; i++)
        send(writer, full_name(installation, TOPIC_ORDER), LOG_PARTITION_BY_KEY, vectors[i].key, "v", i);
    assert_result(RESULT_OK, kafka_writer_flush(writer, 1000));
    assert_int_equal(4, deliveries.written);
    for (int i = 0; i < 4; i++)
        assert_int_equal((vectors[i].hash & 0x7fffffff) % PARTITIONS, deliveries.partitions[i]);
    kafka_writer_close(writer);
}

static void records_are_written_and_read_with_headers(void **state)
{
    const struct installation *installation = *state;
    const char *topic = full_name(installation, TOPIC_DEAD_LETTER);
    struct kafka_range range = {&topic, 1, -1, KAFKA_FROM_START, 0, false};
    struct kafka_writer *writer;
    struct kafka_reason reason;
    struct deliveries deliveries = {0};
    struct records records;

    assert_result(RESULT_OK, kafka_writer_open(&installation->connection, on_done, &deliveries, &reason, &writer));
    for (uint64_t i = 0; i < 20; i++) {
        char value[16];
        snprintf(value, sizeof(value), "v%d", (int)i);
        send(writer, topic, (int32_t)(i % 2), i % 2 ? "key" : NULL, i == 7 ? NULL : value, i);
    }
    assert_result(RESULT_OK, kafka_writer_flush(writer, 1000));
    assert_int_equal(20, deliveries.written);
    kafka_writer_close(writer);

    read_all(installation, &range, &records);
    assert_int_equal(20, records.count);
    assert_string_equal("a=1;b=;", records.headers[0]);
    int64_t middle = records.timestamps[5];
    range.partition = 1;
    read_all(installation, &range, &records);
    assert_int_equal(10, records.count);
    for (uint32_t i = 0; i < 10; i++)
        assert_int_equal(i, records.seen[i].offset);
    assert_string_equal("key", records.seen[0].key);
    assert_string_equal("", records.seen[3].value);
    range.start = KAFKA_FROM_LATEST;
    range.value = 3;
    read_all(installation, &range, &records);
    assert_int_equal(3, records.count);
    range.start = KAFKA_FROM_OFFSET;
    range.value = 8;
    read_all(installation, &range, &records);
    assert_int_equal(2, records.count);
    range.start = KAFKA_FROM_END;
    read_all(installation, &range, &records);
    assert_int_equal(0, records.count);
    range.start = KAFKA_FROM_TIME;
    range.value = middle;
    read_all(installation, &range, &records);
    assert_true(records.count >= 1);
    range.value = middle + 3600000;
    read_all(installation, &range, &records);
    assert_int_equal(0, records.count);
}

/* Committed records only; the end is reached although the last offsets are markers and aborted records. */
static void a_reader_ends_behind_aborted_records(void **state)
{
    const struct installation *installation = *state;
    const char *topic = full_name(installation, TOPIC_CHARGE);
    const struct kafka_range range = {&topic, 1, -1, KAFKA_FROM_START, 0, false};
    struct member member;
    struct records records;
    int64_t first, end = 0;

    member_open(&member, installation, NULL, NULL, NULL, NULL);
    assert_result(RESULT_OK, member.log->ops->recreate(member.log, 1000));
    write_committed(member.log, TOPIC_CHARGE, 0, "v", 5);
    write_aborted(member.log, TOPIC_CHARGE, 0, "x", 5);
    for (int64_t until = now_ms() + DEADLINE_MS; end < 12 && now_ms() < until;)
        assert_result(RESULT_OK,
                      member.log->ops->bounds(member.log, TOPIC_CHARGE, 0, LOG_READ_COMMITTED, 1000, &first, &end));
    read_all(installation, &range, &records);
    assert_int_equal(5, records.count);
    member_close(&member);
}

static void following_goes_on_at_the_end(void **state)
{
    const struct installation *installation = *state;
    const char *topic = full_name(installation, TOPIC_CATALOGUE);
    const struct kafka_range range = {&topic, 1, -1, KAFKA_FROM_END, 0, true};
    struct kafka_reader *reader;
    struct kafka_writer *writer;
    struct kafka_reason reason;
    struct deliveries deliveries = {0};
    struct records records = {0};
    bool done = false;

    assert_result(RESULT_OK, kafka_reader_open(&installation->connection, &range, 5000, &reason, &reader));
    assert_result(RESULT_OK, kafka_writer_open(&installation->connection, on_done, &deliveries, &reason, &writer));
    for (uint64_t i = 0; i < 3; i++) {
        send(writer, topic, 0, "k", "v", i);
        assert_result(RESULT_OK, kafka_writer_flush(writer, 1000));
        for (int64_t until = now_ms() + DEADLINE_MS; records.count < i + 1 && now_ms() < until;)
            assert_result(RESULT_OK, kafka_reader_poll(reader, 50, on_record, &records, &done));
        assert_int_equal(i + 1, records.count);
        assert_false(done);
    }
    kafka_writer_close(writer);
    kafka_reader_close(reader);
}

static void what_cannot_be_written_is_reported(void **state)
{
    const struct installation *installation = *state;
    const char *topic = full_name(installation, TOPIC_NOTIFICATION);
    struct kafka_writer *writer;
    struct kafka_reason reason;
    struct deliveries deliveries = {0};
    char *large = calloc(1, 30001);

    for (int i = 0; i < 30000; i++)
        large[i] = (char)('a' + (i * 7919 >> 3) % 26);
    assert_result(RESULT_OK, kafka_writer_open(&installation->connection, on_done, &deliveries, &reason, &writer));
    send(writer, topic, 0, "k", large, 0);
    assert_result(RESULT_OK, kafka_writer_flush(writer, 1000));
    assert_int_equal(1, deliveries.failed);
    send(writer, topic, 0, "k", "small", 1);
    assert_result(RESULT_OK, kafka_writer_flush(writer, 1000));
    assert_int_equal(1, deliveries.written);
    kafka_writer_close(writer);
    free(large);
}

/* What the worker writes to dead-letter: key, value or none, headers; and tombstones. */
static void the_log_writes_headers_and_tombstones(void **state)
{
    const struct installation *installation = *state;
    const char *topic = full_name(installation, TOPIC_ACCOUNT_STATE);
    const struct kafka_range range = {&topic, 1, 0, KAFKA_FROM_START, 0, false};
    const struct log_header headers[] = {{"osbill.error.code", {"unreadable", 10}}, {"empty", {NULL, 0}}};
    const struct log_record record = {
        .topic = TOPIC_ACCOUNT_STATE, .has_value = true, .value = {"bytes", 5}, .headers = headers, .header_count = 2};
    struct member member;
    struct records records;

    member_open(&member, installation, NULL, NULL, NULL, NULL);
    assert_result(RESULT_OK, member.log->ops->recreate(member.log, 1000));
    assert_result(RESULT_OK, member.log->ops->begin(member.log));
    assert_result(RESULT_OK, member.log->ops->produce(member.log, &record));
    produce(member.log, TOPIC_ACCOUNT_STATE, 0, "key", NULL);
    produce(member.log, TOPIC_ACCOUNT_STATE, 0, "", "");
    assert_result(RESULT_OK, member.log->ops->flush(member.log, 1000));
    assert_int_equal(3, member.log->ops->written(member.log, TOPIC_ACCOUNT_STATE, 0));
    assert_result(RESULT_OK, member.log->ops->commit(member.log, 1000));
    member_close(&member);
    do
        read_all(installation, &range, &records);
    while (!records.count); /* the marker follows the commit */
    assert_int_equal(3, records.count);
    assert_string_equal("osbill.error.code=unreadable;empty=;", records.headers[0]);
    assert_string_equal("bytes", records.seen[0].value);
    assert_false(records.has_key[0]);
    assert_true(records.has_value[0]);
    assert_true(records.has_key[1]);
    assert_false(records.has_value[1]);
    assert_true(records.has_key[2]);
    assert_true(records.has_value[2]);
}

static void a_cluster_that_is_not_there_is_waited_for(void **state)
{
    struct installation nowhere = *(struct installation *)*state;
    struct member member;
    struct result result = RESULT_SUCCESS;

    nowhere.connection.bootstrap_servers = "127.0.0.1:1";
    member_open(&member, &nowhere, NULL, NULL, NULL, NULL);
    for (int i = 0; i < 3; i++)
        result = member.log->ops->poll(member.log, 100, &member.handler);
    check_result(RESULT_RETRY, result, "poll", __FILE__, __LINE__);
    assert_non_null(strstr(result.reason, "Connection refused"));
    member_close(&member);
}

static void a_wrong_setting_opens_nothing(void **state)
{
    const struct installation *installation = *state;
    const struct kafka_property wrong = {"isolation.level", "read_uncommitted"};
    struct kafka_reason reason;
    struct kafka_config config = {
        .connection = installation->connection,
        .topic_prefix = installation->prefix,
        .group_id = "wrong",
        .transactional_id = "wrong",
        .reason = &reason,
    };
    struct log *log;

    config.connection.properties = &wrong;
    config.connection.property_count = 1;
    struct result result = kafka_log_open(&config, &log);
    check_result(RESULT_STOP, result, "open", __FILE__, __LINE__);
    assert_null(log);
    assert_non_null(strstr(result.reason, "isolation.level"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_go_where_java_puts_them),
        cmocka_unit_test(records_are_written_and_read_with_headers),
        cmocka_unit_test(a_reader_ends_behind_aborted_records),
        cmocka_unit_test(following_goes_on_at_the_end),
        cmocka_unit_test(the_log_writes_headers_and_tombstones),
        cmocka_unit_test(a_cluster_that_is_not_there_is_waited_for),
        cmocka_unit_test(a_wrong_setting_opens_nothing),
        cmocka_unit_test(what_cannot_be_written_is_reported),
    };

    return cmocka_run_group_tests(tests, installation_setup, installation_teardown);
}
