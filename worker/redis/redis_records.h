/* The records of a WRITE or FILL as the lists that lua/apply.lua takes. */
#ifndef OSBILL_REDIS_RECORDS_H
#define OSBILL_REDIS_RECORDS_H

#include "redis_buffer.h"
#include "worker/engine/ports/store.h"

/* How long each list is, in the order of lua/apply.lua. */
struct record_lists {
    uint32_t sets, idle_sets, deletes, idle_deletes, dues, undues, helds, unhelds;
};

/* Memory that one request after the other uses to find repeated keys. Zero: none yet. */
struct request_scratch {
    uint32_t *slots; /* open addressing: record number + 1 */
    uint32_t slot_count;
    bool *skip; /* per record: leave it out */
    uint32_t skip_count;
};
void request_scratch_release(struct request_scratch *scratch);

/* Marks every record that a later one of the same key replaces: a piece of a log may hold a key several times, set
 * and deleted, and the lists lose that order. False: out of memory. */
bool records_mark_replaced(const struct store_request *request, struct request_scratch *scratch);

/* skip NULL: none. */
struct record_lists records_count(const struct store_request *request, const bool *skip);
/* How many arguments records_put writes. */
size_t records_arguments(const struct record_lists *lists);
void records_put(struct buffer *output, const struct store_request *request, const bool *skip,
                 const struct record_lists *lists);

#endif
