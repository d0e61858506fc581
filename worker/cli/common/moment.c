#include "worker/cli/common/moment.h"

#include <time.h>

#include "core/calendar.h"
#include "core/text.h"

struct scanner {
    struct text text;
    uint32_t at;
};

/* Exactly `count` digits, at most `most`. */
static bool digits(struct scanner *scanner, int count, int64_t most, int64_t *ret)
{
    *ret = 0;
    for (; count > 0; count--, scanner->at++) {
        if (scanner->at == scanner->text.size)
            return false;
        char digit = scanner->text.data[scanner->at];
        if (digit < '0' || digit > '9')
            return false;
        *ret = *ret * 10 + (digit - '0');
    }
    return *ret <= most;
}

static bool skip(struct scanner *scanner, char expected)
{
    bool found = scanner->at < scanner->text.size && scanner->text.data[scanner->at] == expected;

    scanner->at += found;
    return found;
}

static bool scan_date(struct scanner *scanner, int64_t *ret_millis)
{
    int64_t year, month, day;

    if (!digits(scanner, 4, 9999, &year) || !skip(scanner, '-') || !digits(scanner, 2, 12, &month) ||
        !skip(scanner, '-') || !digits(scanner, 2, 31, &day) || year < 1970 || month < 1 || day < 1)
        return false;
    int64_t months = (year - 1970) * 12 + month - 1;
    int64_t first = months ? calendar_add_months(0, (int32_t)months, 1) : 0;
    *ret_millis = first + (day - 1) * DAY_MS;
    return civil_from_millis(*ret_millis).month == month; /* no February 30 */
}

/* hh:mm[:ss[.fff]] */
static bool scan_time(struct scanner *scanner, int64_t *millis)
{
    int64_t hours, minutes, seconds = 0, fraction = 0;

    if (!digits(scanner, 2, 23, &hours) || !skip(scanner, ':') || !digits(scanner, 2, 59, &minutes))
        return false;
    if (skip(scanner, ':') && !digits(scanner, 2, 59, &seconds))
        return false;
    if (skip(scanner, '.') && !digits(scanner, 3, 999, &fraction))
        return false;
    *millis += ((hours * 60 + minutes) * 60 + seconds) * 1000 + fraction;
    return true;
}

static bool scan_offset(struct scanner *scanner, int64_t *millis)
{
    int64_t hours, minutes;
    bool east = skip(scanner, '+');

    if (skip(scanner, 'Z') || scanner->at == scanner->text.size)
        return !east;
    if (!east && !skip(scanner, '-'))
        return false;
    if (!digits(scanner, 2, 23, &hours) || !skip(scanner, ':') || !digits(scanner, 2, 59, &minutes))
        return false;
    *millis -= (east ? 1 : -1) * (hours * 60 + minutes) * 60000;
    return true;
}

bool moment_from_text(struct text text, int64_t *ret_millis)
{
    struct scanner scanner = {text, 0};
    int64_t millis;

    if (!scan_date(&scanner, &millis))
        return false;
    if (scanner.at < text.size) {
        if (!skip(&scanner, 'T') && !skip(&scanner, ' '))
            return false;
        if (!scan_time(&scanner, &millis) || !scan_offset(&scanner, &millis))
            return false;
    }
    if (scanner.at < text.size || millis < 0 || millis > CALENDAR_MAX)
        return false;
    *ret_millis = millis;
    return true;
}

bool moment_or_millis(struct text text, int64_t *ret_millis)
{
    struct scanner scanner = {text, 0};

    if (!skip(&scanner, '@'))
        return moment_from_text(text, ret_millis);
    return text.size > 1 && text.size <= 16 && digits(&scanner, (int)text.size - 1, CALENDAR_MAX, ret_millis);
}

bool moment_is_field(const char *name)
{
    static const char *const endings[] = {"_at", "_start", "_from"};
    size_t size = strlen(name);

    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t ending = strlen(endings[i]);
        if (size > ending && !strcmp(name + size - ending, endings[i]))
            return true;
    }
    return false;
}

const char *moment_text(int64_t millis, char buffer[MOMENT_TEXT])
{
    struct arena arena = {.at = buffer, .end = buffer + MOMENT_TEXT - 1};
    struct text text = text_from_millis(&arena, millis);

    buffer[text.size] = '\0';
    return buffer;
}

const char *moment_brief(int64_t millis, char buffer[MOMENT_TEXT])
{
    moment_text(millis, buffer);
    if (millis % DAY_MS == 0)
        buffer[10] = '\0';
    return buffer;
}

int64_t moment_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
