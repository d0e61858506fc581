/* Writes records outside transactions, each exactly once and in order: `publish`, `dlq replay`. */
#ifndef OSBILL_KAFKA_WRITER_H
#define OSBILL_KAFKA_WRITER_H

#include "kafka_config.h"
#include "kafka_reader.h"

struct kafka_writer;

/* `done` is called once for each record sent, within send and flush, in the caller's thread; problem: why it was not
 * written, NULL: it was, at this partition and offset. `number` is what send was given. */
struct result kafka_writer_open(const struct kafka_connection *connection,
                                void (*done)(void *context, uint64_t number, int32_t partition, int64_t offset,
                                             const char *problem),
                                void *context, struct kafka_reason *reason, struct kafka_writer **ret) WARN_UNUSED;
/* What is not yet written is given up: flush before. Accepts NULL. */
void kafka_writer_close(struct kafka_writer *writer);

/* Copies the record. partition LOG_PARTITION_BY_KEY: murmur2 of the key, as the workers check it; offset and timestamp
 * are not used. RESULT_RETRY: the queue is full, `done` will be called before there is room: flush a little and call
 * again. RESULT_STOP: this record cannot be written, or nothing can. */
struct result kafka_writer_send(struct kafka_writer *writer, const struct kafka_record *record,
                                uint64_t number) WARN_UNUSED;
/* RESULT_OK: all is written or was reported as not written. RESULT_RETRY: not yet. */
struct result kafka_writer_flush(struct kafka_writer *writer, int timeout_ms) WARN_UNUSED;

#endif
