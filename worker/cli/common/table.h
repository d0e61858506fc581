/* Tables for terminals: columns as wide as their widest cell. */
#ifndef OSBILL_CLI_TABLE_H
#define OSBILL_CLI_TABLE_H

#include "records.h"

struct table_column {
    const char *title;
    bool right; /* numbers */
};

/* Begins as zero bytes but for columns and column_count. */
struct table {
    const struct table_column *columns;
    uint32_t column_count; /* at most TABLE_COLUMNS */
    uint32_t cell_count, cell_room;
    char **cells;
    uint32_t widths[16]; /* only grow: the rows of a table that goes on stay below each other */
    bool titled, out_of_memory;
};
enum { TABLE_COLUMNS = 16 };

/* Adds cells in order, row by row; control characters are escaped. */
void table_cell(struct table *table, struct text text);
void table_format(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
void table_money(struct table *table, int64_t micros);
void table_time(struct table *table, int64_t millis); /* 2025-03-01T00:00:00.000Z, "-" for 0 and less */

/* Prints what was added, titles first time only, and forgets it; the table goes on. */
void table_flush(struct table *table);
void table_free(struct table *table);

#endif
