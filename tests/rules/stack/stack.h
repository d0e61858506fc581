/* What the cases of one process share of the real stack: Kafka, Redis and a schema registry.
 *
 * Functions that can fail return what went wrong, NULL when nothing did; the text lives until the next call. */
#ifndef OSBILL_TESTS_RULES_STACK_H
#define OSBILL_TESTS_RULES_STACK_H

#include "worker/avro/codec_port.h"
#include "worker/http/registry.h"
#include "worker/kafka/kafka_config.h"

#include "core/outcome.h"

/* One attempt of anything; what takes longer is an error. */
enum { STACK_PATIENCE_MS = 30000 };

struct stack {
    const char *redis_url;
    struct kafka_connection kafka;
    struct cluster *cluster;
    struct registry *registry;
    struct codec *codec;
    struct codec_port port;
    struct record_codec record_codec;
    struct kafka_reason reason;
};

/* Registers the schemas below the prefix "rulebook."; they are used for the topics of all cases, since decoding knows
 * ids only. Once, before any process opens the stack: two that register the same schema at once disturb each other.
 * False: said why. */
bool stack_register(void);
/* From OSBILL_KAFKA_BOOTSTRAP_SERVERS, OSBILL_REDIS_URL and OSBILL_REGISTRY_URL. */
const char *stack_open(struct stack *stack);
void stack_close(struct stack *stack);

/* Microseconds that only go on. */
int64_t stack_now(void);

#endif
