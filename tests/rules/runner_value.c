#include "runner_value.h"

#include "runner_line.h"

#include <ctype.h>
#include <inttypes.h>

#define DAY_MS INT64_C(86400000)

bool value_integer(struct text text, int64_t *ret_value)
{
    bool negative = text.size && text.data[0] == '-';
    int64_t value = 0;

    if (text.size == negative)
        return false;
    for (uint32_t i = negative; i < text.size; i++) {
        int digit = text.data[i] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, digit, &value)) /* downwards: the least number has no opposite */
            return false;
    }
    if (!negative && value == INT64_MIN)
        return false;
    *ret_value = negative ? value : -value;
    return true;
}

bool value_money(struct text text, int64_t *ret_micros)
{
    char digits[40];
    uint32_t size = 0;
    uint32_t places = 0;
    bool point = false;

    if (text.size > sizeof digits - 8)
        return false;
    for (uint32_t i = 0; i < text.size; i++) {
        if (text.data[i] == '.' && !point) {
            point = true;
        } else {
            digits[size++] = text.data[i];
            places += point;
        }
    }
    if (places > 6 || (point && !places))
        return false;
    for (; places < 6; places++)
        digits[size++] = '0';
    return value_integer((struct text){digits, size}, ret_micros);
}

/* Days since 1970-01-01 of a Gregorian date: whole years by the count of leap days before them, then the months. */
static int64_t days_from_date(int64_t year, int64_t month, int64_t day)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    int64_t past = year - 1;

    return past * 365 + past / 4 - past / 100 + past / 400 - 719162 + before[month - 1] + (leap && month > 2) + day - 1;
}

static bool take_number(const char **at, const char *end, int digits, int64_t *ret_number)
{
    *ret_number = 0;
    for (int i = 0; i < digits; i++, ++*at) {
        if (*at == end || !isdigit((unsigned char)**at))
            return false;
        *ret_number = *ret_number * 10 + (**at - '0');
    }
    return true;
}

static bool take_sign(const char **at, const char *end, char sign)
{
    if (*at == end || **at != sign)
        return false;
    ++*at;
    return true;
}

/* T12:00, T12:00:00, T12:00:00.001 */
static bool take_clock(const char **at, const char *end, int64_t *millis)
{
    int64_t hour, minute, second = 0, fraction = 0;

    if (!take_number(at, end, 2, &hour) || !take_sign(at, end, ':') || !take_number(at, end, 2, &minute))
        return false;
    if (take_sign(at, end, ':') && !take_number(at, end, 2, &second))
        return false;
    if (take_sign(at, end, '.') && !take_number(at, end, 3, &fraction))
        return false;
    *millis += ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
    return hour < 24 && minute < 60 && second < 60;
}

/* Z, +03:00, -05:30: local time is ahead of UTC by that much. */
static bool take_zone(const char **at, const char *end, int64_t *millis)
{
    int64_t hour, minute;
    int sign = take_sign(at, end, '+') ? 1 : take_sign(at, end, '-') ? -1 : 0;

    if (!sign)
        return take_sign(at, end, 'Z') || *at == end;
    if (!take_number(at, end, 2, &hour) || !take_sign(at, end, ':') || !take_number(at, end, 2, &minute))
        return false;
    *millis -= sign * (hour * 60 + minute) * 60000;
    return true;
}

bool value_time(struct text text, int64_t *ret_millis)
{
    const char *at = text.data;
    const char *end = at + text.size;
    int64_t year, month, day;

    if (text_is(text, "lifetime"))
        return *ret_millis = 0, true;
    if (text.size && *at == '@')
        return value_integer((struct text){at + 1, text.size - 1}, ret_millis);
    if (!take_number(&at, end, 4, &year) || !take_sign(&at, end, '-') || !take_number(&at, end, 2, &month) ||
        !take_sign(&at, end, '-') || !take_number(&at, end, 2, &day) || year < 1 || month < 1 || month > 12 ||
        day < 1 || day > 31)
        return false;
    *ret_millis = days_from_date(year, month, day) * DAY_MS;
    if (take_sign(&at, end, 'T') && !take_clock(&at, end, ret_millis))
        return false;
    return take_zone(&at, end, ret_millis) && at == end;
}

struct text value_from_money(struct arena *arena, int64_t micros)
{
    uint64_t size = micros < 0 ? 0 - (uint64_t)micros : (uint64_t)micros;
    struct text text =
        memory_format(arena, "%s%" PRIu64 ".%06" PRIu64, micros < 0 ? "-" : "", size / 1000000, size % 1000000);

    for (int i = 0; i < 4 && text.data[text.size - 1] == '0'; i++)
        text.size--;
    return text;
}

struct text value_from_time(struct arena *arena, int64_t millis)
{
    int64_t day = millis / DAY_MS;
    int64_t rest = millis % DAY_MS;
    int64_t year = 1970, month = 12;

    if (millis <= 0 || millis >= DAY_MS * 2932897) /* 10000-01-01 */
        return memory_format(arena, millis ? "@%" PRId64 : "lifetime", millis);
    while (days_from_date(year + 1, 1, 1) <= day)
        year++;
    while (days_from_date(year, month, 1) > day)
        month--;
    day -= days_from_date(year, month, 1) - 1;
    if (rest == 0)
        return memory_format(arena, "%04" PRId64 "-%02" PRId64 "-%02" PRId64, year, month, day);
    return memory_format(
        arena, "%04" PRId64 "-%02" PRId64 "-%02" PRId64 "T%02" PRId64 ":%02" PRId64 ":%02" PRId64 ".%03" PRId64, year,
        month, day, rest / 3600000, rest / 60000 % 60, rest / 1000 % 60, rest % 1000);
}
