/* The records of a WRITE or FILL as commands: state hash, due and held index of one side. */
#ifndef OSBILL_REDIS_RECORDS_H
#define OSBILL_REDIS_RECORDS_H

#include "redis_buffer.h"
#include "redis_keys.h"
#include "worker/engine/ports/store.h"

/* Memory that one request after the other uses to find repeated keys. Zero: none yet. */
struct request_scratch {
    uint32_t *slots; /* open addressing: record number + 1 */
    uint32_t slot_count;
    bool *skip; /* per record: leave it out */
    uint32_t skip_count;
};
void request_scratch_release(struct request_scratch *scratch);

/* Marks every record that a later one of the same key replaces: a piece of a log may hold a key several times, set
 * and deleted, and the commands lose that order. False: out of memory. */
bool records_mark_replaced(const struct store_request *request, struct request_scratch *scratch);

/* Writes HSET, HDEL, ZADD and ZREM, those that have something to do; returns how many. skip NULL: none. */
uint32_t records_put(struct buffer *output, const struct store_request *request, const bool *skip,
                     const struct partition_keys *keys, char side);

#endif
