#include "settings.h"

#include "errors.h"

#include <string.h>

#define CONSUMERS ((unsigned)(KAFKA_MEMBER | KAFKA_READER | KAFKA_STATES | KAFKA_WATERMARKS | KAFKA_ADMIN))
#define PRODUCERS ((unsigned)(KAFKA_PRODUCER | KAFKA_WRITER))
#define EVERYONE  (CONSUMERS | PRODUCERS)
#define NEWER     (1u << 31) /* than librdkafka 2.0.2: left out where it is not known */

struct role_setting {
    unsigned roles;
    const char *name;
    const char *value;
};

/* Ours, where librdkafka's own defaults do not suit; the user may set them. */
static const struct role_setting defaults[] = {
    {EVERYONE, "client.id", "osbill"},
    {EVERYONE, "topic.metadata.refresh.interval.ms", "60000"},
    {EVERYONE, "reconnect.backoff.max.ms", "2000"},
    {EVERYONE, "log.connection.close", "false"},
    {EVERYONE | NEWER, "enable.metrics.push", "false"},
    {KAFKA_MEMBER, "session.timeout.ms", "10000"},
    /* A member learns from the answer to a heartbeat that another one leaves or joins: so long the partitions of one
     * that was told to end may stand still. */
    {KAFKA_MEMBER, "heartbeat.interval.ms", "500"},
    /* A fetch that returned with each record would load the broker more than all else at some thousand events a second:
     * it returns with a few dozens, or after so long, which is what the first event after a pause may wait; a partition
     * that is started, and the news that its end is reached, wait for it too. */
    {KAFKA_MEMBER, "fetch.min.bytes", "2048"},
    {KAFKA_MEMBER, "fetch.wait.max.ms", "30"},
    /* Of all partitions together, because they share one queue: this decides the resident size. */
    {KAFKA_MEMBER, "queued.min.messages", "20000"},
    {KAFKA_MEMBER, "queued.max.messages.kbytes", "16384"},
    {KAFKA_MEMBER, "fetch.max.bytes", "8388608"},
    {KAFKA_MEMBER, "max.partition.fetch.bytes", "1048576"},
    {CONSUMERS, "fetch.error.backoff.ms", "100"},
    {CONSUMERS | NEWER, "fetch.queue.backoff.ms", "10"},
    /* The last record before the end is nearly always a marker, passed only by an empty fetch that waits this long. */
    {KAFKA_READER | KAFKA_STATES, "fetch.wait.max.ms", "10"},
    {KAFKA_READER | KAFKA_STATES, "queued.min.messages", "10000"},
    {KAFKA_READER | KAFKA_STATES, "queued.max.messages.kbytes", "2048"},
    {KAFKA_READER | KAFKA_STATES, "fetch.max.bytes", "4194304"},
    {PRODUCERS, "linger.ms", "5"},
    /* A batch must stay below the topics' max.message.bytes, whose default is 1 MiB. */
    {PRODUCERS, "batch.size", "900000"},
    {PRODUCERS, "batch.num.messages", "20000"},
    {PRODUCERS, "message.max.bytes", "2097152"},
    {PRODUCERS, "queue.buffering.max.messages", "200000"},
    {PRODUCERS, "queue.buffering.max.kbytes", "65536"},
    {PRODUCERS, "retry.backoff.ms", "20"},
    {KAFKA_PRODUCER, "transaction.timeout.ms", "25000"},
    {KAFKA_WRITER, "message.timeout.ms", "60000"},
};

/* What exactly once and the port's promises rest on. */
static const struct role_setting fixed[] = {
    {CONSUMERS, "enable.auto.commit", "false"},
    {CONSUMERS, "enable.auto.offset.store", "false"},
    {CONSUMERS, "auto.offset.reset", "error"},
    {CONSUMERS, "enable.partition.eof", "true"},
    {CONSUMERS, "check.crcs", "true"},
    {CONSUMERS & ~(unsigned)KAFKA_WATERMARKS, "isolation.level", "read_committed"},
    {KAFKA_WATERMARKS, "isolation.level", "read_uncommitted"},
    /* Only range gives a member the same partition of every input; the classic protocol lets us finish a batch before a
     * partition goes. */
    {KAFKA_MEMBER, "partition.assignment.strategy", "range"},
    {KAFKA_MEMBER | NEWER, "group.protocol", "classic"},
    /* librdkafka assigns partitions only with the name of some group. */
    {KAFKA_READER, "group.id", "osbill-no-group"},
    {EVERYONE, "allow.auto.create.topics", "false"},
    {EVERYONE, "socket.nagle.disable", "true"},
    {PRODUCERS, "enable.idempotence", "true"},
    {PRODUCERS, "acks", "all"},
    {PRODUCERS, "partitioner", "murmur2_random"},
};

/* Fixed, but by other means than the table: own options, or hooks that would change what a call means. */
static const struct {
    const char *name, *why;
} reserved[] = {
    {"bootstrap.servers", "it has an option of its own"},
    {"metadata.broker.list", "it has an option of its own: bootstrap.servers"},
    {"group.id", "it has an option of its own"},
    {"group.instance.id", "it has an option of its own: instance"},
    {"transactional.id", "it has an option of its own"},
    {"message.timeout.ms", "it follows transaction.timeout.ms"},
    {"delivery.timeout.ms", "it follows transaction.timeout.ms"},
    {"request.required.acks", "exactly once needs acks=all"},
    {"max.in.flight", "exactly once needs librdkafka's own value"},
    {"max.in.flight.requests.per.connection", "exactly once needs librdkafka's own value"},
    {"message.send.max.retries", "exactly once needs librdkafka's own value"},
    {"retries", "exactly once needs librdkafka's own value"},
    {"group.protocol.type", "the range assignor and the classic protocol are part of the design"},
    {"group.remote.assignor", "the range assignor and the classic protocol are part of the design"},
    {"offset.store.method", "offsets are committed within transactions only"},
    {"auto.commit.enable", "offsets are committed within transactions only"},
    {"auto.commit.interval.ms", "offsets are committed within transactions only"},
    {"consume.callback.max.messages", "the batch decides"},
    {"dr_cb", "it is a function"},
    {"dr_msg_cb", "it is a function"},
    {"delivery.report.only.error", "offsets of written records are needed"},
    {"produce.offset.report", "offsets of written records are needed"},
    {"log.queue", "log lines go to the worker's log"},
    {"plugin.library.paths", "plug-ins may change records"},
    {"interceptors", "plug-ins may change records"},
    {"opaque", "it is a pointer"},
};

/* NULL: the user may set it. */
static const char *why_fixed(const char *name)
{
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
        if (!strcmp(reserved[i].name, name))
            return reserved[i].why;
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
        if (!strcmp(fixed[i].name, name))
            return "exactly once rests on it";
    return NULL;
}

static struct result set(rd_kafka_conf_t *conf, const char *name, const char *value, struct kafka_reason *reason)
{
    char text[sizeof(reason->text) / 2];

    if (rd_kafka_conf_set(conf, name, value, text, sizeof(text)) != RD_KAFKA_CONF_OK)
        return kafka_result(reason, RESULT_STOP, "kafka.%s: %s", name, text);
    return RESULT_SUCCESS;
}

static bool is_known(const char *name)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char text[512];
    /* Not rd_kafka_conf_get: it does not know a topic's property before one was set. */
    bool known = rd_kafka_conf_set(conf, name, "", text, sizeof(text)) != RD_KAFKA_CONF_UNKNOWN;

    rd_kafka_conf_destroy(conf);
    return known;
}

static struct result set_entries(rd_kafka_conf_t *conf, const struct role_setting *entries, size_t count, unsigned role,
                                 struct kafka_reason *reason)
{
    for (size_t i = 0; i < count; i++) {
        if (!(entries[i].roles & role))
            continue;
        if (entries[i].roles & NEWER && !is_known(entries[i].name))
            continue;
        struct result result = set(conf, entries[i].name, entries[i].value, reason);
        if (result.kind != RESULT_OK)
            return result;
    }
    return RESULT_SUCCESS;
}

static struct result set_property(rd_kafka_conf_t *conf, const struct kafka_property *property,
                                  struct kafka_reason *reason)
{
    const char *why = why_fixed(property->name);

    if (why)
        return kafka_result(reason, RESULT_STOP, "kafka.%s cannot be set: %s", property->name, why);
    return set(conf, property->name, property->value, reason);
}

struct result kafka_check_property(const char *name, const char *value, struct kafka_reason *reason)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    struct result result = set_property(conf, &(struct kafka_property){name, value}, reason);

    rd_kafka_conf_destroy(conf);
    return result;
}

static struct result set_all(rd_kafka_conf_t *conf, const struct kafka_connection *connection, unsigned role,
                             const struct kafka_setting *settings, struct kafka_reason *reason)
{
    struct result result = set_entries(conf, defaults, sizeof(defaults) / sizeof(defaults[0]), role, reason);

    if (result.kind == RESULT_OK && connection->client_id)
        result = set(conf, "client.id", connection->client_id, reason);
    for (uint32_t i = 0; i < connection->property_count && result.kind == RESULT_OK; i++)
        result = set_property(conf, &connection->properties[i], reason);
    if (result.kind == RESULT_OK)
        result = set(conf, "bootstrap.servers", connection->bootstrap_servers, reason);
    if (result.kind == RESULT_OK)
        result = set_entries(conf, fixed, sizeof(fixed) / sizeof(fixed[0]), role, reason);
    for (; settings && settings->name && result.kind == RESULT_OK; settings++)
        result = set(conf, settings->name, settings->value, reason);
    return result;
}

/* Any thread of librdkafka. */
static void on_log(const rd_kafka_t *handle, int level, const char *facility, const char *message)
{
    const struct kafka_observer *observer = rd_kafka_opaque(handle);

    /* CONFWARN: a consumer's property set on a producer and the like; one set of properties serves all handles. */
    if (observer->log && strcmp(facility, "CONFWARN") != 0)
        observer->log(observer->log_context, level, facility, message);
}

static void on_error(rd_kafka_t *handle, int code, const char *text, void *opaque)
{
    struct kafka_observer *observer = opaque;
    char fatal[sizeof(observer->trouble_text.text) / 2];

    observer->trouble = (rd_kafka_resp_err_t)code;
    if (code == RD_KAFKA_RESP_ERR__FATAL) {
        observer->trouble = rd_kafka_fatal_error(handle, fatal, sizeof(fatal));
        text = fatal;
    }
    (void)kafka_result(&observer->trouble_text, RESULT_RETRY, "%s", text);
}

void kafka_observer_init(struct kafka_observer *observer, const struct kafka_connection *connection, void *owner)
{
    *observer = (struct kafka_observer){.log = connection->log, .log_context = connection->log_context, .owner = owner};
}

rd_kafka_conf_t *kafka_settings(const struct kafka_connection *connection, enum kafka_role role,
                                const struct kafka_setting *settings, struct kafka_observer *observer,
                                struct kafka_reason *reason)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    rd_kafka_conf_set_opaque(conf, observer);
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set_error_cb(conf, on_error);
    if (set_all(conf, connection, (unsigned)role, settings, reason).kind == RESULT_OK)
        return conf;
    rd_kafka_conf_destroy(conf);
    return NULL;
}

/* Tokens are refreshed through a queue that somebody must serve: librdkafka's own thread, so that handles which are
 * not polled regularly keep their connection. */
static bool refreshes_tokens(const rd_kafka_conf_t *conf)
{
    char mechanism[32] = "";
    size_t size = sizeof(mechanism);

    return rd_kafka_conf_get(conf, "sasl.mechanisms", mechanism, &size) == RD_KAFKA_CONF_OK &&
           !strcmp(mechanism, "OAUTHBEARER");
}

rd_kafka_t *kafka_handle(enum kafka_role role, rd_kafka_conf_t *conf, struct kafka_reason *reason)
{
    bool tokens = refreshes_tokens(conf);
    char text[sizeof(reason->text) / 2];

    rd_kafka_conf_enable_sasl_queue(conf, tokens);
    rd_kafka_t *handle =
        rd_kafka_new((unsigned)role & PRODUCERS ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf, text, sizeof(text));
    if (!handle) {
        (void)kafka_result(reason, RESULT_STOP, "Kafka client: %s", text);
        rd_kafka_conf_destroy(conf);
        return NULL;
    }
    if (tokens)
        rd_kafka_error_destroy(rd_kafka_sasl_background_callbacks_enable(handle));
    return handle;
}
