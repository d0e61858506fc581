/* Publishing inputs: encode, write, know where each went. */
#ifndef OSBILL_CLI_PUBLISHER_H
#define OSBILL_CLI_PUBLISHER_H

#include "worker/cli/cluster/decision_wait.h"

struct publisher {
    struct context *context;
    enum topic topic;
    char topic_name[TOPIC_NAME];
    const struct record_type *type;
    struct kafka_writer *writer;
    struct decision_wait *wait; /* NULL: nobody waits */
    struct buffer bytes;
    uint64_t sent, written, failed;
    bool out_of_memory;
    /* Each record that was written or not; may be NULL. */
    void (*reported)(void *context, uint64_t number, int32_t partition, int64_t offset, const char *problem);
    void *listener;
};

/* The publisher must not move while open. `wait`: listen for decisions. */
enum exit_code publisher_open(struct publisher *publisher, struct context *context, enum topic topic, bool wait);
void publisher_release(struct publisher *publisher);

/* Encodes and queues; the record's number is publisher->sent before the call. */
enum exit_code publisher_send(struct publisher *publisher, struct text key, const void *record);
/* Queues bytes as they are, with their key and headers; topic and partition are the publisher's. */
enum exit_code publisher_send_bytes(struct publisher *publisher, const struct kafka_record *bytes);
/* Waits until Kafka has all. EXIT_UNAVAILABLE: some were not written. */
enum exit_code publisher_flush(struct publisher *publisher);

/* "evt-" and 32 random hex digits; NUL-terminated. */
enum { NEW_ID = 40 };
const char *new_id(const char *prefix, char buffer[NEW_ID]);

#endif
