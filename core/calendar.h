/* Calendar months in UTC (rules.md 2.5). Times are ms since 1970-01-01, 0 to CALENDAR_MAX. */
#ifndef OSBILL_CORE_CALENDAR_H
#define OSBILL_CORE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#define CALENDAR_MAX INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */
#define DAY_MS       INT64_C(86400000)

struct civil_date {
    int64_t year;
    int32_t month, day; /* from 1 */
    int32_t millis;     /* of the day */
};
struct civil_date civil_from_millis(int64_t millis);

/* The end of a period of `months` (>= 1) calendar months: the same time of day on the anchor day, or on the last day
 * of a shorter month: Jan 31 -> Feb 28 -> Mar 31. May exceed CALENDAR_MAX; the caller checks. */
int64_t calendar_add_months(int64_t start, int32_t months, int32_t anchor_day);

#endif
