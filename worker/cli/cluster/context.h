/* From the configuration to Kafka, registry and Redis: connecting, and failing, in one way for all commands. */
#ifndef OSBILL_CLI_CONTEXT_H
#define OSBILL_CLI_CONTEXT_H

#include "worker/avro/codec.h"
#include "worker/cli/cluster/topics.h"
#include "worker/cli/common/command.h"
#include "worker/engine/memory.h"
#include "worker/http/registry.h"
#include "worker/kafka/kafka_reader.h"
#include "worker/kafka/kafka_writer.h"
#include "worker/redis/redis_dump.h"

/* Longest wait for an answer of Kafka that a person asked for. */
enum { CONTEXT_TIMEOUT_MS = 20000 };

struct context {
    const struct config *config;
    struct kafka_connection kafka;
    struct registry *registry;
    struct codec *codec;
    struct memory memory; /* of the command */
    struct kafka_reason reason;
};

/* Nothing is asked of the network yet. False: a message was printed. Release in any case. */
bool context_open(struct context *context, const struct config *config);
void context_release(struct context *context);

/* Prints "osbill: <doing>: <reason>" and what to do; the exit code that it means. */
enum exit_code context_failed(const char *doing, struct result result);
enum exit_code context_schema_failed(const char *doing, struct schema_result result);
enum exit_code context_codec_failed(const char *doing, struct codec_result result);

const char *context_topic(const struct context *context, enum topic topic, char buffer[TOPIC_NAME]);

/* Asks for the schema id that records of a type are written with to a topic. */
enum exit_code context_identify(struct context *context, enum topic topic, const struct record_type *type);

/* Opens a reader over one topic. */
enum exit_code context_read(struct context *context, enum topic topic, struct kafka_range range,
                            struct kafka_reader **ret_reader);

/* Reads --partition: a number, or empty for all (-1). False: a message was printed. */
bool context_partition_option(const char *text, int32_t *ret);

struct redis_config context_redis(const struct config *config);
/* Partitions of account-state as the cluster has them; 0: a message was printed, *ret_code is set. */
int32_t context_partitions(struct context *context, enum exit_code *ret_code);

#endif
