#include "core/calendar.h"

/* Days and civil dates by the proleptic Gregorian calendar, in eras of 400 years that begin on March 1
 * (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
static int64_t days_from_civil(int64_t year, int32_t month, int32_t day)
{
    year -= month <= 2;
    int64_t era = year / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

struct civil_date civil_from_millis(int64_t millis)
{
    int64_t days = millis / DAY_MS + 719468;
    int64_t era = days / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int32_t month = (int32_t)((5 * day_of_year + 2) / 153);
    struct civil_date date = {
        .year = year_of_era + era * 400,
        .month = month < 10 ? month + 3 : month - 9,
        .day = (int32_t)(day_of_year - (153 * month + 2) / 5 + 1),
        .millis = (int32_t)(millis % DAY_MS),
    };
    date.year += date.month <= 2;
    return date;
}

static int32_t days_in_month(int64_t year, int32_t month)
{
    int32_t next = month == 12 ? 1 : month + 1;
    return (int32_t)(days_from_civil(year + (month == 12), next, 1) - days_from_civil(year, month, 1));
}

int64_t calendar_add_months(int64_t start, int32_t months, int32_t anchor_day)
{
    struct civil_date date = civil_from_millis(start);
    int64_t month_index = date.year * 12 + date.month - 1 + months;
    int64_t year = month_index / 12;
    int32_t month = (int32_t)(month_index % 12) + 1;
    int32_t last = days_in_month(year, month);
    int32_t day = anchor_day < last ? anchor_day : last;

    return days_from_civil(year, month, day) * DAY_MS + date.millis;
}
