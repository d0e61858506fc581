#include "core/text.h"

#include "core/calendar.h"

int text_compare(struct text a, struct text b)
{
    uint32_t common = a.size < b.size ? a.size : b.size;
    int order = common ? memcmp(a.data, b.data, common) : 0;

    return order ? order : (a.size > b.size) - (a.size < b.size);
}

struct text text_join(struct arena *arena, const struct text *parts, uint32_t count)
{
    uint32_t size = 0;

    for (uint32_t i = 0; i < count; i++)
        size += parts[i].size;
    char *at = arena_alloc(arena, size, 1);
    if (!at)
        return TEXT("");
    struct text joined = {at, size};
    for (uint32_t i = 0; i < count; i++) {
        if (parts[i].size)
            memcpy(at, parts[i].data, parts[i].size);
        at += parts[i].size;
    }
    return joined;
}

struct text text_copy(struct arena *arena, struct text text)
{
    return text_join(arena, &text, 1);
}

struct text text_from_enum(const struct enum_type *type, int value)
{
    const char *symbol = (uint32_t)value < type->count ? type->symbols[value] : "";

    return (struct text){symbol, (uint32_t)strlen(symbol)};
}

/* Writes the digits of value before `end`; returns the first. */
static char *digits_before(char *end, uint64_t value)
{
    do
        *--end = (char)('0' + value % 10);
    while (value /= 10);
    return end;
}

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

struct text text_from_int(struct arena *arena, int64_t value)
{
    char buffer[24], *end = buffer + sizeof buffer;
    char *at = digits_before(end, magnitude(value));

    if (value < 0)
        *--at = '-';
    return text_copy(arena, (struct text){at, (uint32_t)(end - at)});
}

struct text text_from_micros(struct arena *arena, int64_t micros)
{
    char buffer[] = "-9223372036854.000000", *end = buffer + sizeof buffer - 1, *point = end - 7;
    uint64_t all = magnitude(micros);
    char *at = digits_before(point, all / 1000000);

    digits_before(end, all % 1000000);
    if (micros < 0)
        *--at = '-';
    for (int places = 6; places > 2 && end[-1] == '0'; places--)
        end--;
    return text_copy(arena, (struct text){at, (uint32_t)(end - at)});
}

struct text text_from_millis(struct arena *arena, int64_t millis)
{
    char buffer[] = "0000-00-00T00:00:00.000Z";
    int64_t shown = millis < 0 ? 0 : millis > CALENDAR_MAX ? CALENDAR_MAX : millis;
    struct civil_date date = civil_from_millis(shown);
    uint64_t rest = (uint64_t)date.millis;

    digits_before(buffer + 23, rest % 1000);
    digits_before(buffer + 19, rest / 1000 % 60);
    digits_before(buffer + 16, rest / 60000 % 60);
    digits_before(buffer + 13, rest / 3600000);
    digits_before(buffer + 10, (uint64_t)date.day);
    digits_before(buffer + 7, (uint64_t)date.month);
    digits_before(buffer + 4, (uint64_t)date.year);
    return text_copy(arena, (struct text){buffer, sizeof buffer - 1});
}
