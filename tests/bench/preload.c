#include "preload.h"
#include "preload_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "records.h"
#include "worker/avro/codec.h"
#include "worker/http/registry.h"
#include "worker/kafka/kafka_writer.h"

enum { PATIENCE_MS = 120000 };

struct preload {
    struct preload_options options;
    const struct workload *workload;
    struct registry *registry;
    struct codec *codec;
    struct kafka_writer *writer;
    struct buffer bytes;
    char topic[256];
    const struct record_type *type;
    int64_t sent, written, failed, began_wall, began_steady;
};

static int64_t clock_ms(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t steady_ms(void *unused)
{
    (void)unused;
    return clock_ms(CLOCK_MONOTONIC);
}

static bool fail(const char *what, const char *why)
{
    fprintf(stderr, "generate: %s: %s\n", what, why);
    return false;
}

static void on_done(void *context, uint64_t number, int32_t partition, int64_t offset, const char *problem)
{
    struct preload *preload = context;

    (void)number, (void)partition, (void)offset;
    if (!problem)
        preload->written++;
    else if (preload->failed++ == 0)
        (void)fail(preload->topic, problem);
}

const struct workload *preload_workload(const struct preload *preload)
{
    return preload->workload;
}

const struct preload_options *preload_choices(const struct preload *preload)
{
    return &preload->options;
}

static bool open_parts(struct preload *preload)
{
    struct kafka_reason reason;
    /* At a rate, each record goes out when it is due. */
    const struct kafka_property at_once = {.name = "linger.ms", .value = "0"};
    struct kafka_connection connection = {.bootstrap_servers = preload->options.servers,
                                          .client_id = "generate",
                                          .properties = &at_once,
                                          .property_count = preload->options.rate > 0};

    preload->registry =
        registry_new(&(struct registry_options){.url = preload->options.registry, .register_missing = true});
    if (!preload->registry)
        return fail("schema registry", "no memory");
    preload->codec =
        codec_new(&(struct codec_options){.source = registry_source(preload->registry), .now_ms = steady_ms});
    if (!preload->codec)
        return fail("codec", "no memory");
    return kafka_writer_open(&connection, on_done, preload, &reason, &preload->writer).kind == RESULT_OK ||
           fail("Kafka", reason.text);
}

struct preload *preload_open(const struct preload_options *options, const struct workload *workload)
{
    struct preload *preload = calloc(1, sizeof(*preload));

    if (!preload)
        return NULL;
    preload->options = *options;
    preload->workload = workload;
    if (open_parts(preload))
        return preload;
    preload_close(preload);
    return NULL;
}

void preload_close(struct preload *preload)
{
    if (!preload)
        return;
    kafka_writer_close(preload->writer);
    codec_free(preload->codec);
    registry_free(preload->registry);
    buffer_release(&preload->bytes);
    free(preload);
}

int64_t preload_written(const struct preload *preload, int64_t *ret_began, int64_t *ret_took)
{
    *ret_began = preload->began_wall;
    *ret_took = clock_ms(CLOCK_MONOTONIC) - preload->began_steady;
    return preload->written;
}

bool preload_begin(struct preload *preload, const char *topic, const struct record_type *type)
{
    char subject[sizeof(preload->topic) + 8];

    snprintf(preload->topic, sizeof(preload->topic), "%s%s", preload->options.prefix, topic);
    snprintf(subject, sizeof(subject), "%s-value", preload->topic);
    preload->type = type;
    struct codec_result result = codec_identify(preload->codec, type, subject);
    return result.status == CODEC_OK || fail(subject, result.reason);
}

/* Record number n is due n / rate seconds after the first, whatever became of those before it. */
static void wait_for_turn(struct preload *preload)
{
    if (!preload->sent) {
        preload->began_wall = clock_ms(CLOCK_REALTIME);
        preload->began_steady = clock_ms(CLOCK_MONOTONIC);
    }
    if (preload->options.rate <= 0)
        return;
    int64_t due = preload->began_steady + (int64_t)((double)preload->sent * 1000.0 / preload->options.rate);
    struct timespec at = {.tv_sec = (time_t)(due / 1000), .tv_nsec = (long)(due % 1000) * 1000000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

bool preload_send(struct preload *preload, struct text key, const void *record)
{
    preload->bytes.size = 0;
    struct codec_result encoded = codec_encode(preload->codec, preload->type, record, &preload->bytes);
    if (encoded.status != CODEC_OK)
        return fail(preload->topic, encoded.reason);
    struct kafka_record message = {.topic = preload->topic,
                                   .partition = LOG_PARTITION_BY_KEY,
                                   .has_key = true,
                                   .has_value = true,
                                   .key = key,
                                   .value = {(const char *)preload->bytes.data, (uint32_t)preload->bytes.size}};
    int64_t deadline = clock_ms(CLOCK_MONOTONIC) + PATIENCE_MS;
    wait_for_turn(preload);
    for (;;) {
        struct result result = kafka_writer_send(preload->writer, &message, (uint64_t)preload->sent);
        if (result.kind == RESULT_OK)
            break;
        if (result.kind == RESULT_STOP || clock_ms(CLOCK_MONOTONIC) > deadline)
            return fail(preload->topic, result.reason);
        (void)!kafka_writer_flush(preload->writer, 20).kind;
    }
    preload->sent++;
    return !preload->failed;
}

bool preload_finish(struct preload *preload)
{
    struct result result = kafka_writer_flush(preload->writer, PATIENCE_MS);

    if (result.kind != RESULT_OK)
        return fail(preload->topic, result.reason);
    return !preload->failed;
}
