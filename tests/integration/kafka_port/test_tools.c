/* What the commands use: topics, lag, reading and writing outside the group; and which settings are refused. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct differences {
    uint32_t count;
    char text[1024];
};

static void on_difference(void *context, const struct kafka_difference *difference)
{
    struct differences *differences = context;
    size_t used = strlen(differences->text);

    differences->count++;
    snprintf(differences->text + used, sizeof(differences->text) - used, "%s: %s -> %s; ",
             difference->setting ? difference->setting : "missing", difference->expected ? difference->expected : "",
             difference->actual ? difference->actual : "");
}

static void on_created(void *context, const char *topic, bool existed)
{
    (void)topic;
    ((uint32_t *)context)[existed]++;
}

static void topics_are_created_once_and_compared(void **state)
{
    const struct installation *installation = *state;
    struct kafka_property settings[] = {{"cleanup.policy", "compact"}, {"segment.ms", "3600000"}};
    char name[128];
    struct kafka_topic_plan plan = {name, 3, -1, settings, 2};
    struct differences differences = {0};
    struct kafka_topic_facts facts;
    uint32_t created[2] = {0};

    snprintf(name, sizeof(name), "%sextra", installation->prefix);
    assert_result(RESULT_OK, kafka_admin_compare(installation->admin, &plan, 1, 5000, on_difference, &differences));
    assert_string_equal("missing:  -> ; ", differences.text);
    for (int i = 0; i < 2; i++)
        assert_result(RESULT_OK, kafka_admin_create(installation->admin, &plan, 1, 10000, on_created, created));
    assert_int_equal(1, created[0]);
    assert_int_equal(1, created[1]);
    differences = (struct differences){0};
    assert_result(RESULT_OK, kafka_admin_compare(installation->admin, &plan, 1, 5000, on_difference, &differences));
    assert_string_equal("", differences.text);
    plan.partitions = 4;
    plan.replicas = 7;
    settings[1].value = "1";
    assert_result(RESULT_OK, kafka_admin_compare(installation->admin, &plan, 1, 5000, on_difference, &differences));
    assert_int_equal(3, differences.count);
    assert_non_null(strstr(differences.text, "partitions: 4 -> 3"));
    assert_non_null(strstr(differences.text, "replicas: 7 -> "));
    assert_non_null(strstr(differences.text, "segment.ms: 1 -> 3600000"));
    assert_result(RESULT_OK, kafka_admin_topic(installation->admin, name, 5000, &facts));
    assert_true(facts.exists);
    assert_int_equal(3, facts.partitions);
    assert_true(facts.replicas >= 1);
    assert_true(facts.min_in_sync >= 1);
    assert_false(facts.unclean_election);
    assert_result(RESULT_OK, kafka_admin_delete_topic(installation->admin, name, 10000));
    assert_result(RESULT_OK, kafka_admin_delete_topic(installation->admin, name, 10000));
}

static void a_topic_that_cannot_be_created_is_a_stop(void **state)
{
    const struct installation *installation = *state;
    const struct kafka_property wrong = {"cleanup.policy", "nonsense"};
    const struct kafka_topic_plan plans[] = {{"osbill-wrong-setting", 1, -1, &wrong, 1},
                                             {"osbill-too-many-replicas", 1, 99, NULL, 0}};

    for (int i = 0; i < 2; i++) {
        struct result result = kafka_admin_create(installation->admin, &plans[i], 1, 10000, NULL, NULL);
        check_result(RESULT_STOP, result, "create", __FILE__, __LINE__);
        assert_non_null(strstr(result.reason, plans[i].name));
    }
}

struct records {
    uint32_t count;
    struct seen seen[64];
    int64_t timestamps[64];
    char headers[64][64];
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

struct lags {
    int64_t lag, committed;
    uint32_t partitions, groups;
    char metadata[32], group[64];
};

static void on_lag(void *context, const struct kafka_group_lag *lag)
{
    struct lags *lags = context;

    lags->partitions++;
    lags->lag += lag->end - (lag->committed >= 0 ? lag->committed : lag->first);
    if (lag->committed >= 0) {
        lags->committed = lag->committed;
        snprintf(lags->metadata, sizeof(lags->metadata), "%.*s", (int)lag->metadata.size, lag->metadata.data);
    }
}

static void on_group(void *context, const char *group_id, const char *state)
{
    struct lags *lags = context;

    lags->groups += !strcmp(group_id, "lag-of") && !strcmp(state, "Stable");
}

static void lag_and_groups_are_told(void **state)
{
    const struct installation *installation = *state;
    const char *topic = full_name(installation, TOPIC_OS_INSTALLED);
    const struct log_offset offset = {.topic = TOPIC_OS_INSTALLED, .partition = 2, .offset = 3, .metadata = {"m", 1}};
    struct log_generation *generation;
    struct member member;
    struct lags lags = {0};

    member_open(&member, installation, "lag-of", NULL, NULL, NULL);
    poll_until_owned(&member, PARTITIONS);
    assert_result_once(RESULT_OK, member.log->ops->generation(member.log, &generation));
    write_open(member.log, TOPIC_OS_INSTALLED, 2, "v", 9);
    assert_result(RESULT_OK, member.log->ops->send_offsets(member.log, generation, &offset, 1, 1000));
    assert_result(RESULT_OK, member.log->ops->commit(member.log, 1000));
    member.log->ops->generation_free(generation);
    for (int64_t until = now_ms() + DEADLINE_MS; lags.lag != 7 && now_ms() < until;) {
        lags = (struct lags){0};
        assert_result(RESULT_OK, kafka_admin_lag(installation->admin, "lag-of", &topic, 1, 5000, on_lag, &lags));
    }
    assert_int_equal(7, lags.lag); /* 9 records and a marker, 3 consumed */
    assert_int_equal(3, lags.committed);
    assert_string_equal("m", lags.metadata);
    assert_int_equal(PARTITIONS, lags.partitions);
    assert_result(RESULT_OK, kafka_admin_groups(installation->admin, 5000, on_group, &lags));
    assert_int_equal(1, lags.groups);
    member_close(&member);
}

static void settings_of_the_design_cannot_be_changed(void **state)
{
    static const char *const refused[] = {
        "isolation.level",
        "enable.auto.commit",
        "auto.offset.reset",
        "partition.assignment.strategy",
        "transactional.id",
        "enable.idempotence",
        "acks",
        "request.required.acks",
        "bootstrap.servers",
        "group.id",
        "group.instance.id",
        "partitioner",
        "enable.partition.eof",
        "plugin.library.paths",
    };
    struct kafka_reason reason;

    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct result result = kafka_check_property(refused[i], "1", &reason);
        check_result(RESULT_STOP, result, refused[i], __FILE__, __LINE__);
        assert_non_null(strstr(result.reason, refused[i]));
    }
    assert_result_once(RESULT_OK, kafka_check_property("security.protocol", "SASL_SSL", &reason));
    assert_result_once(RESULT_OK, kafka_check_property("queued.max.messages.kbytes", "1024", &reason));
    assert_result_once(RESULT_OK, kafka_check_property("compression.type", "lz4", &reason));
    assert_result_once(RESULT_STOP, kafka_check_property("no.such.property", "1", &reason));
    assert_result_once(RESULT_STOP, kafka_check_property("security.protocol", "nonsense", &reason));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(topics_are_created_once_and_compared),
        cmocka_unit_test(a_topic_that_cannot_be_created_is_a_stop),
        cmocka_unit_test(keys_go_where_java_puts_them),
        cmocka_unit_test(records_are_written_and_read_with_headers),
        cmocka_unit_test(a_reader_ends_behind_aborted_records),
        cmocka_unit_test(following_goes_on_at_the_end),
        cmocka_unit_test(what_cannot_be_written_is_reported),
        cmocka_unit_test(lag_and_groups_are_told),
        cmocka_unit_test(settings_of_the_design_cannot_be_changed),
    };

    return cmocka_run_group_tests(tests, installation_setup, installation_teardown);
}
