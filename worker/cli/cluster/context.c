#include "worker/cli/cluster/context.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "worker/cli/common/print.h"
#include "worker/kafka/kafka_admin.h"

enum { CHUNK = 64 << 10 };

static int64_t steady_ms(void *clock)
{
    struct timespec now;

    (void)clock;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static const char *or_null(const char *text)
{
    return *text ? text : NULL;
}

/* librdkafka's lines, for whoever looks for the reason of an outage. */
static void on_kafka_log(void *context, int level, const char *facility, const char *message)
{
    const struct config *config = context;

    (void)level;
    if (config->log_level == LOG_LEVEL_DEBUG)
        say("%s: %s", facility, message);
}

/* A command reads whole topics as fast as it can. librdkafka 2.0.2 does not fetch for a second when its queue is full,
 * so the queue is larger than a worker's; what the user says comes later and counts. */
static const struct kafka_property *reading_properties(struct context *context, uint32_t *ret_count)
{
    static const struct kafka_property ours[] = {
        {"queued.min.messages", "1000000"},
        {"queued.max.messages.kbytes", "65536"},
        {"fetch.max.bytes", "16777216"},
        {"max.partition.fetch.bytes", "8388608"},
    };
    enum { OURS = sizeof ours / sizeof ours[0] };
    const struct config *config = context->config;
    struct kafka_property *all = memory_zeroed(&context->memory, OURS + config->kafka_property_count, sizeof *all);

    *ret_count = config->kafka_property_count;
    if (!all)
        return config->kafka_properties;
    memcpy(all, ours, sizeof ours);
    if (config->kafka_property_count)
        memcpy(all + OURS, config->kafka_properties, config->kafka_property_count * sizeof *all);
    *ret_count += OURS;
    return all;
}

bool context_open(struct context *context, const struct config *config)
{
    *context = (struct context){.config = config};
    memory_init(&context->memory, CHUNK, 0);
    uint32_t property_count;
    const struct kafka_property *properties = reading_properties(context, &property_count);
    context->kafka = (struct kafka_connection){
        .bootstrap_servers = config->bootstrap_servers,
        .client_id = "osbill",
        .properties = properties,
        .property_count = property_count,
        .log = on_kafka_log,
        .log_context = (void *)(uintptr_t)config,
    };
    context->registry = registry_new(&(struct registry_options){
        .url = config->registry_url,
        .username = or_null(config->registry_user),
        .password = or_null(config->registry_password),
        .cache_folder = or_null(config->registry_cache),
    });
    if (context->registry)
        context->codec = codec_new(&(struct codec_options){
            .source = registry_source(context->registry),
            .now_ms = steady_ms,
            .not_found_tries = 1,
        });
    if (!context->codec)
        say("out of memory");
    return context->codec != NULL;
}

void context_release(struct context *context)
{
    codec_free(context->codec);
    registry_free(context->registry);
    memory_clear(&context->memory);
}

enum exit_code context_failed(const char *doing, struct result result)
{
    const char *reason = result.reason ? result.reason : "failed";
    bool missing = strstr(reason, "missing") != NULL && strstr(reason, "topic") != NULL;

    say("%s: %s%s", doing, reason, missing ? ": `osbill init` creates what is missing" : "");
    switch (result.kind) {
    case RESULT_OK: return EXIT_DONE;
    case RESULT_REFUSED: return EXIT_REFUSED;
    case RESULT_STOP: return EXIT_CONFIGURATION;
    default: return EXIT_UNAVAILABLE;
    }
}

enum exit_code context_schema_failed(const char *doing, struct schema_result result)
{
    say("%s: %s%s", doing, result.reason,
        result.answer == SCHEMA_NOT_FOUND ? ": `osbill init` registers the schemas" : "");
    switch (result.answer) {
    case SCHEMA_OK: return EXIT_DONE;
    case SCHEMA_RETRY: return EXIT_UNAVAILABLE;
    case SCHEMA_REFUSED: return EXIT_REFUSED;
    default: return EXIT_CONFIGURATION;
    }
}

enum exit_code context_codec_failed(const char *doing, struct codec_result result)
{
    enum codec_action action = codec_status_action(result.status);

    say("%s: %s%s", doing, result.reason,
        result.status == CODEC_SCHEMA_UNKNOWN ? ": `osbill init` registers the schemas" : "");
    return action == CODEC_RETRY ? EXIT_UNAVAILABLE : action == CODEC_GO_ON ? EXIT_DONE : EXIT_CONFIGURATION;
}

const char *context_topic(const struct context *context, enum topic topic, char buffer[TOPIC_NAME])
{
    return topic_full_name(context->config->topic_prefix, topic, buffer);
}

enum exit_code context_identify(struct context *context, enum topic topic, const struct record_type *type)
{
    char subject[SUBJECT_NAME];

    topic_subject(context->config->topic_prefix, topic, type, subject);
    struct codec_result result = codec_identify(context->codec, type, subject);
    return result.status == CODEC_OK ? EXIT_DONE : context_codec_failed(subject, result);
}

enum exit_code context_read(struct context *context, enum topic topic, struct kafka_range range,
                            struct kafka_reader **ret_reader)
{
    char name[TOPIC_NAME];
    const char *const topics[] = {context_topic(context, topic, name)};

    range.topics = topics;
    range.topic_count = 1;
    struct result result = kafka_reader_open(&context->kafka, &range, CONTEXT_TIMEOUT_MS, &context->reason, ret_reader);
    return result.kind == RESULT_OK ? EXIT_DONE : context_failed("Kafka", result);
}

bool context_partition_option(const char *text, int32_t *ret)
{
    char *end;
    long number = *text ? strtol(text, &end, 10) : -1;

    *ret = (int32_t)number;
    if (!*text || (text[0] >= '0' && text[0] <= '9' && !*end && number <= INT32_MAX))
        return true;
    say("--partition = \"%s\": expected a number from 0", text);
    return false;
}

struct redis_config context_redis(const struct config *config)
{
    return (struct redis_config){
        .url = config->redis_url,
        .password = or_null(config->redis_password),
        .prefix = config->topic_prefix,
        .answer_timeout_ms = (int)config->redis_timeout,
    };
}

int32_t context_partitions(struct context *context, enum exit_code *ret_code)
{
    struct kafka_admin *admin = NULL;
    struct kafka_topic_facts facts = {0};
    char name[TOPIC_NAME];

    struct result result = kafka_admin_open(&context->kafka, &context->reason, &admin);
    if (result.kind == RESULT_OK)
        result =
            kafka_admin_topic(admin, context_topic(context, TOPIC_ACCOUNT_STATE, name), CONTEXT_TIMEOUT_MS, &facts);
    *ret_code = result.kind == RESULT_OK ? EXIT_DONE : context_failed("Kafka", result);
    kafka_admin_close(admin);
    if (result.kind == RESULT_OK && !facts.exists) {
        say("topic %s is missing: `osbill init` creates it", name);
        *ret_code = EXIT_CONFIGURATION;
    }
    return facts.exists ? facts.partitions : 0;
}
