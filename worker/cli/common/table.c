#include "worker/cli/common/table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "worker/cli/common/decimal.h"
#include "worker/cli/common/moment.h"
#include "worker/cli/common/print.h"

enum { CELL = 1024, CELLS_FIRST = 64 };

static void keep(struct table *table, char *cell)
{
    if (cell && table->cell_count == table->cell_room) {
        uint32_t room = table->cell_room ? table->cell_room * 2 : CELLS_FIRST;
        char **grown = realloc(table->cells, room * sizeof *grown);
        if (grown) {
            table->cells = grown;
            table->cell_room = room;
        }
    }
    if (!cell || table->cell_count == table->cell_room) {
        free(cell);
        table->out_of_memory = true;
        return;
    }
    uint32_t columns = print_columns((struct text){cell, (uint32_t)strlen(cell)});
    uint32_t *width = &table->widths[table->cell_count % table->column_count];
    if (*width < columns)
        *width = columns;
    table->cells[table->cell_count++] = cell;
}

void table_cell(struct table *table, struct text text)
{
    char cell[CELL];

    print_escape(text, false, cell, sizeof cell);
    keep(table, strdup(cell[0] ? cell : "-"));
}

void table_format(struct table *table, const char *format, ...)
{
    char cell[CELL];
    va_list arguments;

    va_start(arguments, format);
    int size = vsnprintf(cell, sizeof cell, format, arguments);
    va_end(arguments);
    size = size < 0 ? 0 : size < CELL ? size : CELL - 1;
    table_cell(table, (struct text){cell, (uint32_t)size});
}

void table_money(struct table *table, int64_t micros)
{
    char amount[DECIMAL_TEXT];

    table_format(table, "%s", decimal_from_micros(micros, amount));
}

void table_time(struct table *table, int64_t millis)
{
    char moment[MOMENT_TEXT];

    table_format(table, "%s", millis > 0 ? moment_text(millis, moment) : "");
}

/* The last column is not padded. */
static void print_one(const struct table *table, uint32_t column, const char *cell)
{
    uint32_t columns = print_columns((struct text){cell, (uint32_t)strlen(cell)});
    uint32_t width = table->widths[column];
    int pad = width > columns ? (int)(width - columns) : 0;
    bool last = column + 1 == table->column_count;

    if (table->columns[column].right)
        put("%*s%s", pad, "", cell);
    else
        put("%s%*s", cell, last ? 0 : pad, "");
    put(last ? "\n" : "  ");
}

static void print_titles(struct table *table)
{
    for (uint32_t i = 0; i < table->column_count; i++) {
        uint32_t size = (uint32_t)strlen(table->columns[i].title);
        if (table->widths[i] < size)
            table->widths[i] = size;
    }
    for (uint32_t i = 0; i < table->column_count; i++)
        print_one(table, i, table->columns[i].title);
    table->titled = true;
}

void table_flush(struct table *table)
{
    if (!table->titled)
        print_titles(table);
    for (uint32_t i = 0; i < table->cell_count; i++) {
        print_one(table, i % table->column_count, table->cells[i]);
        free(table->cells[i]);
    }
    table->cell_count = 0;
    if (table->out_of_memory)
        say("out of memory: some of the table is missing");
    table->out_of_memory = false;
}

void table_free(struct table *table)
{
    for (uint32_t i = 0; i < table->cell_count; i++)
        free(table->cells[i]);
    free(table->cells);
    table->cells = NULL;
    table->cell_count = table->cell_room = 0;
}
