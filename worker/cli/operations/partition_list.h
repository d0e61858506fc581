/* Partitions as people name them: "3", "0,3,5-7"; empty: all. */
#ifndef OSBILL_CLI_PARTITION_LIST_H
#define OSBILL_CLI_PARTITION_LIST_H

#include <stdbool.h>
#include <stdint.h>

/* Sets ret_wanted[0..partitions). False: it is no such list, or names others; a message was printed. */
bool partition_list_read(const char *text, int32_t partitions, bool *ret_wanted);

#endif
