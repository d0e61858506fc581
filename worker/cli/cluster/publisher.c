#include "worker/cli/cluster/publisher.h"

#include <stdio.h>

#include "worker/cli/common/print.h"
#include "worker/cli/common/system_clock.h"

enum { SLICE_MS = 100 };

static void on_written(void *context, uint64_t number, int32_t partition, int64_t offset, const char *problem)
{
    struct publisher *publisher = context;

    if (problem)
        publisher->failed++;
    else
        publisher->written++;
    if (!problem && publisher->wait && !decision_wait_expect(publisher->wait, partition, offset))
        publisher->out_of_memory = true;
    if (publisher->reported)
        publisher->reported(publisher->listener, number, partition, offset, problem);
}

enum exit_code publisher_open(struct publisher *publisher, struct context *context, enum topic topic, bool wait)
{
    *publisher = (struct publisher){.context = context, .topic = topic, .type = topic_row(topic)->records[0]};
    context_topic(context, topic, publisher->topic_name);
    enum exit_code code = context_identify(context, topic, publisher->type);
    if (code == EXIT_DONE && wait)
        code = decision_wait_open(context, topic, &publisher->wait);
    if (code != EXIT_DONE)
        return code;
    struct result result =
        kafka_writer_open(&context->kafka, on_written, publisher, &context->reason, &publisher->writer);
    return result.kind == RESULT_OK ? EXIT_DONE : context_failed("Kafka", result);
}

void publisher_release(struct publisher *publisher)
{
    kafka_writer_close(publisher->writer);
    decision_wait_close(publisher->wait);
    buffer_release(&publisher->bytes);
}

enum exit_code publisher_send(struct publisher *publisher, struct text key, const void *record)
{
    publisher->bytes.size = 0;
    struct codec_result encoded = codec_encode(publisher->context->codec, publisher->type, record, &publisher->bytes);
    if (encoded.status != CODEC_OK)
        return context_codec_failed(publisher->topic_name, encoded);
    return publisher_send_bytes(publisher,
                                &(struct kafka_record){
                                    .has_key = true,
                                    .has_value = true,
                                    .key = key,
                                    .value = {(const char *)publisher->bytes.data, (uint32_t)publisher->bytes.size},
                                });
}

enum exit_code publisher_send_bytes(struct publisher *publisher, const struct kafka_record *bytes)
{
    struct kafka_record message = *bytes;

    message.topic = publisher->topic_name;
    message.partition = LOG_PARTITION_BY_KEY;
    struct result result = kafka_writer_send(publisher->writer, &message, publisher->sent);
    while (result.kind == RESULT_RETRY) {
        result = kafka_writer_flush(publisher->writer, SLICE_MS);
        if (result.kind != RESULT_STOP)
            result = kafka_writer_send(publisher->writer, &message, publisher->sent);
    }
    if (result.kind != RESULT_OK)
        return context_failed(publisher->topic_name, result);
    publisher->sent++;
    return EXIT_DONE;
}

/* As long as it makes progress. */
static struct result wait_for_kafka(struct publisher *publisher)
{
    uint64_t before;
    struct result result;

    do {
        before = publisher->written + publisher->failed;
        result = kafka_writer_flush(publisher->writer, CONTEXT_TIMEOUT_MS);
    } while (result.kind == RESULT_RETRY && publisher->written + publisher->failed > before);
    return result;
}

enum exit_code publisher_flush(struct publisher *publisher)
{
    struct result result = wait_for_kafka(publisher);

    if (result.kind != RESULT_OK) {
        say("Kafka at %s: %s", publisher->context->config->bootstrap_servers, result.reason);
        return result.kind == RESULT_STOP ? EXIT_CONFIGURATION : EXIT_UNAVAILABLE;
    }
    if (publisher->out_of_memory) {
        say("out of memory");
        return EXIT_BROKEN;
    }
    if (!publisher->failed)
        return EXIT_DONE;
    say("%s: %llu of %llu records were not written", publisher->topic_name, (unsigned long long)publisher->failed,
        (unsigned long long)publisher->sent);
    return EXIT_UNAVAILABLE;
}

const char *new_id(const char *prefix, char buffer[NEW_ID])
{
    const struct hash random = system_clock.nonce(system_clock.context);
    int used = snprintf(buffer, NEW_ID, "%.7s", prefix);

    for (size_t i = 0; i < sizeof random.bytes; i++)
        used += snprintf(buffer + used, (size_t)(NEW_ID - used), "%02x", random.bytes[i]);
    return buffer;
}
