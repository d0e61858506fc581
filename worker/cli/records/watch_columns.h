/* How records look in a table: which columns each topic has. */
#ifndef OSBILL_CLI_WATCH_COLUMNS_H
#define OSBILL_CLI_WATCH_COLUMNS_H

#include "worker/cli/cluster/topics.h"
#include "worker/cli/common/table.h"
#include "worker/kafka/kafka_reader.h"

/* One row: a message, what it decodes to, and of a decision batch one decision. */
struct watch_row {
    const struct kafka_record *message;
    const struct record_type *type; /* NULL: not decoded */
    const void *record;
    int64_t decided_at;  /* of a decision's batch */
    const char *problem; /* why it was not decoded */
};

/* Prepares the table of a topic. */
void watch_columns_open(enum topic topic, struct table *ret_table);
void watch_columns_add(enum topic topic, struct table *table, const struct watch_row *row);

#endif
