#include "cluster.h"

#include "worker/cli/cluster/topics.h"
#include "worker/cli/common/system_clock.h"

#include <stdio.h>
#include <stdlib.h>

#define SCHEMA_PREFIX "rulebook."

int64_t stack_now(void)
{
    return system_clock.monotonic(NULL);
}

static int64_t now_ms(void *clock)
{
    (void)clock;
    return stack_now() / 1000;
}

/* Every record type of every topic, registered where the registry does not have it yet. */
static const char *identify(struct stack *stack)
{
    char subject[SUBJECT_NAME];

    for (int topic = 0; topic < TOPIC_COUNT; topic++) {
        const struct record_type *const *at = topic_row((enum topic)topic)->records;
        for (; at && *at; at++) {
            topic_subject(SCHEMA_PREFIX, (enum topic)topic, *at, subject);
            struct codec_result result = codec_identify(stack->codec, *at, subject);
            if (result.status != CODEC_OK)
                return result.reason;
        }
    }
    return NULL;
}

static const char *open_codec(struct stack *stack, bool may_register)
{
    const char *url = getenv("OSBILL_REGISTRY_URL");

    if (!url)
        return "OSBILL_REGISTRY_URL does not say where the schema registry is";
    stack->registry = registry_new(&(struct registry_options){
        .url = url, .register_missing = may_register, .http = {.total_timeout_ms = STACK_PATIENCE_MS}});
    if (!stack->registry)
        return "out of memory";
    stack->codec = codec_new(
        &(struct codec_options){.source = registry_source(stack->registry), .now_ms = now_ms, .unavailable_ms = 20});
    if (!stack->codec)
        return "out of memory";
    stack->record_codec = codec_port_open(&stack->port, stack->codec);
    return identify(stack);
}

static void close_codec(struct stack *stack)
{
    codec_port_release(&stack->port);
    codec_free(stack->codec);
    registry_free(stack->registry);
}

bool stack_register(void)
{
    struct stack stack = {0};
    const char *problem = open_codec(&stack, true);

    if (problem)
        (void)fprintf(stderr, "rulebook_stack: %s\n", problem);
    close_codec(&stack);
    return !problem;
}

const char *stack_open(struct stack *stack)
{
    const char *bootstrap = getenv("OSBILL_KAFKA_BOOTSTRAP_SERVERS");

    *stack = (struct stack){.redis_url = getenv("OSBILL_REDIS_URL")};
    if (!bootstrap || !stack->redis_url)
        return "OSBILL_KAFKA_BOOTSTRAP_SERVERS and OSBILL_REDIS_URL do not say where Kafka and Redis are";
    stack->kafka = (struct kafka_connection){.bootstrap_servers = bootstrap, .client_id = "rulebook"};
    const char *problem = cluster_open(bootstrap, &stack->cluster);
    return problem ? problem : open_codec(stack, false);
}

void stack_close(struct stack *stack)
{
    cluster_close(stack->cluster);
    close_codec(stack);
}
