#include "worker/cli/cluster/range.h"

#include <stdlib.h>
#include <string.h>

#include "worker/cli/common/moment.h"
#include "worker/cli/common/print.h"

static bool read_start(const char *from, struct kafka_range *range)
{
    char *end;

    range->value = 0;
    if (!strcmp(from, "beginning"))
        range->start = KAFKA_FROM_START;
    else if (!strcmp(from, "now"))
        range->start = KAFKA_FROM_END;
    else if (from[0] == '-') {
        range->start = KAFKA_FROM_LATEST;
        range->value = strtoll(from + 1, &end, 10);
        return from[1] >= '0' && from[1] <= '9' && !*end;
    } else {
        range->start = KAFKA_FROM_TIME;
        return moment_or_millis((struct text){from, (uint32_t)strlen(from)}, &range->value);
    }
    return true;
}

bool range_start_option(const char *from, const char *preset, struct kafka_range *range)
{
    if (read_start(*from ? from : preset, range))
        return true;
    say("--from must be beginning, now, a moment such as 2025-03-01T12:00Z, or -N (--from=-10)");
    return false;
}
