#include "worker/cli/operations/partition_list.h"

#include <stdlib.h>

#include "worker/cli/common/print.h"

/* -1: no number from 0 to below - 1. */
static int32_t read_number(const char **at, int32_t below)
{
    char *end;
    long number = **at >= '0' && **at <= '9' ? strtol(*at, &end, 10) : -1;

    if (number < 0 || number >= below)
        return -1;
    *at = end;
    return (int32_t)number;
}

/* "3" or "5-7" */
static bool read_part(const char **at, int32_t partitions, bool *wanted)
{
    int32_t first = read_number(at, partitions), last = first;

    if (first >= 0 && **at == '-') {
        (*at)++;
        last = read_number(at, partitions);
    }
    for (int32_t i = first; first >= 0 && i <= last; i++)
        wanted[i] = true;
    return first >= 0 && last >= first;
}

bool partition_list_read(const char *text, int32_t partitions, bool *ret_wanted)
{
    const char *at = text;
    bool good = true;

    for (int32_t i = 0; i < partitions; i++)
        ret_wanted[i] = !*text;
    while (*at && good) {
        good = read_part(&at, partitions, ret_wanted) && (!*at || (*at == ',' && at[1]));
        at += good && *at == ',';
    }
    if (!good)
        say("--partition = \"%s\": expected partitions from 0 to %d, such as 3 or 0,3,5-7", text, partitions - 1);
    return good;
}
