#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static const char *result_name(enum result_kind kind)
{
    static const char *const names[] = {"OK", "RETRY", "ABORT", "REFUSED", "RECREATE", "STOP"};

    return names[kind];
}

void check_result(enum result_kind expected, struct result got, const char *call, const char *file, int line)
{
    if (got.kind == expected)
        return;
    print_error("%s: expected %s, got %s (%s)\n", call, result_name(expected), result_name(got.kind),
                got.kind == RESULT_OK ? "" : got.reason);
    _fail(file, line);
}

static void log_line(void *context, int level, const char *facility, const char *message)
{
    (void)context;
    if (getenv("OSBILL_TEST_LOG"))
        fprintf(stderr, "%d %s %s\n", level, facility, message);
}

const char *full_name(const struct installation *installation, enum topic topic)
{
    static char names[2][128];
    static int turn;
    struct text name = topic_name(topic);

    turn = !turn;
    snprintf(names[turn], sizeof(names[turn]), "%s%.*s", installation->prefix, (int)name.size, name.data);
    return names[turn];
}

static void create_topics(const struct installation *installation)
{
    const struct kafka_property small = {"max.message.bytes", "20000"};

    for (int topic = 0; topic < TOPIC_COUNT; topic++) {
        struct kafka_topic_plan plan = {
            .name = full_name(installation, (enum topic)topic),
            .partitions = topic <= TOPIC_CATALOGUE || topic == TOPIC_CATALOGUE_STATE ? 1 : PARTITIONS,
            .replicas = -1,
        };
        if (topic == TOPIC_NOTIFICATION)
            plan.settings = &small, plan.setting_count = 1;
        assert_result(RESULT_OK, kafka_admin_create(installation->admin, &plan, 1, 10000, NULL, NULL));
    }
}

void installation_create(struct installation *installation)
{
    static int number;
    struct kafka_reason reason;
    const char *servers = getenv("OSBILL_KAFKA_BOOTSTRAP_SERVERS");

    if (!servers)
        fail_msg("OSBILL_KAFKA_BOOTSTRAP_SERVERS is not set: run deploy/local/stack up");
    /* Not used before, even if an earlier test that failed left its topics and had the same process id. */
    snprintf(installation->prefix, sizeof(installation->prefix), "test-%ld-%ld-%d.", (long)time(NULL), (long)getpid(),
             number++);
    installation->connection = (struct kafka_connection){.bootstrap_servers = servers, .log = log_line};
    assert_result_once(RESULT_OK, kafka_admin_open(&installation->connection, &reason, &installation->admin));
    create_topics(installation);
}

void installation_remove(struct installation *installation)
{
    for (int topic = 0; topic < TOPIC_COUNT; topic++)
        assert_result(RESULT_OK,
                      kafka_admin_delete_topic(installation->admin, full_name(installation, (enum topic)topic), 10000));
    kafka_admin_close(installation->admin);
}

int installation_setup(void **state)
{
    struct installation *installation = calloc(1, sizeof(*installation));

    assert_non_null(installation);
    installation_create(installation);
    *state = installation;
    return 0;
}

int installation_teardown(void **state)
{
    installation_remove(*state);
    free(*state);
    return 0;
}

static bool on_message(void *context, const struct log_message *message)
{
    struct member *member = context;
    struct seen *seen = &member->seen[member->seen_count++ % SEEN_MAX];

    *seen = (struct seen){.topic = message->topic, .partition = message->partition, .offset = message->offset};
    snprintf(seen->key, sizeof(seen->key), "%.*s", (int)message->key.size, message->key.data);
    snprintf(seen->value, sizeof(seen->value), "%.*s", (int)message->value.size, message->value.data);
    return ++member->taken != member->stop_after;
}

static void on_end(void *context, enum topic topic, int32_t partition, int64_t offset)
{
    ((struct member *)context)->ends[topic][partition] = offset;
}

static void on_assigned(void *context, const struct log_partition *partitions, uint32_t count)
{
    struct member *member = context;

    member->assigned++;
    for (uint32_t i = 0; i < count; i++) {
        member->owned[partitions[i].topic][partitions[i].partition] = true;
        member->ends[partitions[i].topic][partitions[i].partition] = -1;
        if (member->start)
            assert_result_once(RESULT_OK,
                               member->log->ops->start(member->log, partitions[i].topic, partitions[i].partition, 0));
    }
}

static void forget(struct member *member, const struct log_partition *partitions, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        member->owned[partitions[i].topic][partitions[i].partition] = false;
}

static void on_revoked(void *context, const struct log_partition *partitions, uint32_t count)
{
    ((struct member *)context)->revoked++;
    forget(context, partitions, count);
}

static void on_lost(void *context, const struct log_partition *partitions, uint32_t count)
{
    ((struct member *)context)->lost++;
    forget(context, partitions, count);
}

static void on_failed(void *context, enum topic topic, int32_t partition, const char *reason)
{
    (void)topic, (void)partition;
    assert_non_null(reason);
    ((struct member *)context)->failed++;
}

void member_open(struct member *member, const struct installation *installation, const char *group,
                 const char *transactional_id, const char *instance, const struct kafka_property *properties)
{
    static int number;
    char own[96];
    struct kafka_reason reason;
    struct kafka_config config = {
        .connection = installation->connection,
        .topic_prefix = installation->prefix,
        .group_id = group,
        .transactional_id = transactional_id,
        .instance = instance,
        .reason = &reason,
    };

    snprintf(own, sizeof(own), "%sown-%d", installation->prefix, number++);
    config.group_id = group ? group : own;
    config.transactional_id = transactional_id ? transactional_id : own;
    config.connection.properties = properties;
    for (; properties && properties->name; properties++)
        config.connection.property_count++;
    memset(member, 0, sizeof(*member));
    member->handler = (struct log_handler){member, on_message, on_end, on_assigned, on_revoked, on_lost, on_failed};
    member->start = true;
    assert_result_once(RESULT_OK, kafka_log_open(&config, &member->log));
}

void member_close(struct member *member)
{
    kafka_log_close(member->log);
    member->log = NULL;
}

uint32_t member_owned(const struct member *member, enum topic topic)
{
    uint32_t count = 0;

    for (int i = 0; i < PARTITIONS; i++)
        count += member->owned[topic][i];
    return count;
}

void poll_until(struct member *const *members, uint32_t count, bool (*condition)(void *context), void *context)
{
    int64_t until = now_ms() + DEADLINE_MS;

    while (!condition(context)) {
        if (now_ms() > until)
            fail_msg("the condition did not come true within %d ms", DEADLINE_MS);
        for (uint32_t i = 0; i < count; i++) {
            members[i]->taken = 0;
            struct result result = members[i]->log->ops->poll(members[i]->log, 20, &members[i]->handler);
            if (result.kind != RESULT_OK && result.kind != RESULT_RETRY)
                fail_msg("poll: %s", result.reason);
        }
    }
}

struct owns {
    const struct member *member;
    uint32_t count;
};

static bool owns(void *context)
{
    const struct owns *wanted = context;

    return member_owned(wanted->member, TOPIC_ORDER) == wanted->count;
}

void poll_until_owned(struct member *member, uint32_t count)
{
    poll_until(&member, 1, owns, &(struct owns){member, count});
}

void produce(struct log *log, enum topic topic, int32_t partition, const char *key, const char *value)
{
    const struct log_record record = {
        .topic = topic,
        .partition = partition,
        .has_key = key != NULL,
        .has_value = value != NULL,
        .key = {key, key ? (uint32_t)strlen(key) : 0},
        .value = {value, value ? (uint32_t)strlen(value) : 0},
    };

    assert_result(RESULT_OK, log->ops->produce(log, &record));
}

void write_open(struct log *log, enum topic topic, int32_t partition, const char *label, int count)
{
    assert_result(RESULT_OK, log->ops->begin(log));
    for (int i = 0; i < count; i++) {
        char value[32];
        snprintf(value, sizeof(value), "%s%d", label, i);
        produce(log, topic, partition, "key", value);
    }
    assert_result(RESULT_OK, log->ops->flush(log, 1000));
}

void write_committed(struct log *log, enum topic topic, int32_t partition, const char *label, int count)
{
    write_open(log, topic, partition, label, count);
    assert_result(RESULT_OK, log->ops->commit(log, 1000));
}

void write_aborted(struct log *log, enum topic topic, int32_t partition, const char *label, int count)
{
    write_open(log, topic, partition, label, count);
    assert_result(RESULT_OK, log->ops->abort(log, 1000));
}
