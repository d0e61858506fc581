/* Values: text to fields and back. */
#include "worker/config/option.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct unit {
    const char *name;
    int64_t factor;
};

/* Ascending, so that the last that divides a value is the best to print it. */
static const struct unit size_units[] = {
    {"", 1}, {"KiB", INT64_C(1) << 10}, {"MiB", INT64_C(1) << 20}, {"GiB", INT64_C(1) << 30}, {NULL, 0}};
static const struct unit duration_units[] = {{"ms", 1},      {"s", 1000},     {"m", 60000},
                                             {"h", 3600000}, {"d", 86400000}, {NULL, 0}};
static const struct unit plain_units[] = {{"", 1}, {NULL, 0}};

static const struct unit *units_of(enum option_type type)
{
    if (type == OPTION_SIZE)
        return size_units;
    return type == OPTION_DURATION ? duration_units : plain_units;
}

static bool is_numeric(enum option_type type)
{
    return type == OPTION_NUMBER || type == OPTION_SIZE || type == OPTION_DURATION;
}

/* Digits, then a unit, perhaps a space between. 0 needs none. */
static bool read_number(const char *text, const struct unit *units, int64_t *ret_value)
{
    int64_t value = 0;

    if (!isdigit((unsigned char)*text))
        return false;
    for (; isdigit((unsigned char)*text); text++) {
        int digit = *text - '0';
        if (value > (INT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    while (*text == ' ')
        text++;
    *ret_value = 0;
    if (value == 0 && *text == '\0')
        return true;
    for (; units->name; units++) {
        if (strcmp(text, units->name) != 0)
            continue;
        if (value > INT64_MAX / units->factor)
            return false;
        *ret_value = value * units->factor;
        return true;
    }
    return false;
}

static bool parse_numeric(const struct option *option, const char *text, void *field)
{
    int64_t value;

    if (!read_number(text, units_of(option->type), &value) || value < option->minimum || value > option->maximum)
        return false;
    memcpy(field, &value, sizeof(value));
    return true;
}

/* The number of the word in a|b|c that equals text, or -1. */
static int choice_index(const char *choices, const char *text, size_t size)
{
    for (int index = 0; *choices; index++) {
        size_t length = strcspn(choices, "|");
        if (length == size && memcmp(choices, text, size) == 0)
            return index;
        choices += length + (choices[length] == '|');
    }
    return -1;
}

static bool parse_choice(const struct option *option, const char *text, void *field)
{
    int index = choice_index(option->choices, text, strlen(text));

    if (index < 0)
        return false;
    memcpy(field, &index, sizeof(index));
    return true;
}

static bool parse_boolean(const char *text, void *field)
{
    bool yes = choice_index("true|yes|on|1", text, strlen(text)) >= 0;

    if (!yes && choice_index("false|no|off|0", text, strlen(text)) < 0)
        return false;
    memcpy(field, &yes, sizeof(yes));
    return true;
}

static bool is_printable(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return false;
    return true;
}

static bool is_name(const char *text)
{
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && !strchr("._-", *text))
            return false;
    return true;
}

static bool is_url(const struct option *option, const char *text)
{
    const char *colon = strstr(text, "://");

    if (!colon || colon[3] == '\0' || choice_index(option->choices, text, (size_t)(colon - text)) < 0)
        return false;
    for (; *text; text++)
        if ((unsigned char)*text <= ' ' || (unsigned char)*text >= 0x7f)
            return false;
    return true;
}

/* host:port within [text, text + size); the host may be an IPv6 address in brackets. */
static bool is_address(const char *text, size_t size, bool port_needed)
{
    size_t host = 0;
    int64_t port = 0;

    if (size > 0 && text[0] == '[') {
        while (host < size && text[host] != ']')
            host++;
        host++;
    } else {
        while (host < size && (isalnum((unsigned char)text[host]) || strchr(".-_", text[host])))
            host++;
    }
    if (host == 0 || host > size)
        return false;
    if (host == size)
        return !port_needed;
    if (text[host] != ':' || host + 1 == size)
        return false;
    for (size_t at = host + 1; at < size; at++) {
        if (!isdigit((unsigned char)text[at]) || port > 65535)
            return false;
        port = port * 10 + (text[at] - '0');
    }
    return port <= 65535;
}

static bool is_servers(const char *text)
{
    while (true) {
        size_t size = strcspn(text, ",");
        if (!is_address(text, size, false))
            return false;
        if (text[size] == '\0')
            return true;
        text += size + 1;
        while (*text == ' ')
            text++;
    }
}

static bool is_text(const struct option *option, const char *text)
{
    size_t length = strlen(text);
    size_t maximum = option->maximum ? (size_t)option->maximum : OPTION_TEXT_MAX;

    if (length > maximum || length < (size_t)option->minimum)
        return false;
    switch (option->type) {
    case OPTION_NAME: return is_name(text);
    case OPTION_URL: return is_url(option, text);
    case OPTION_ADDRESS: return is_address(text, length, true);
    case OPTION_SERVERS: return is_servers(text);
    default: return is_printable(text);
    }
}

bool option_parse(const struct option *option, const char *text, void *base, char *ret_allowed)
{
    void *field = (char *)base + option->offset;
    bool allowed;

    if (is_numeric(option->type)) {
        allowed = parse_numeric(option, text, field);
    } else if (option->type == OPTION_CHOICE) {
        allowed = parse_choice(option, text, field);
    } else if (option->type == OPTION_BOOLEAN) {
        allowed = parse_boolean(text, field);
    } else {
        allowed = is_text(option, text);
        if (allowed)
            memcpy(field, &text, sizeof(text));
    }
    if (!allowed)
        option_allowed(option, ret_allowed, OPTION_VALUE_MAX);
    return allowed;
}

static void format_number(enum option_type type, int64_t value, char *ret_text, size_t capacity)
{
    const struct unit *units = units_of(type), *best = units;

    for (; value != 0 && units->name; units++)
        if (value % units->factor == 0)
            best = units;
    snprintf(ret_text, capacity, "%" PRId64 "%s", value / best->factor, value ? best->name : "");
}

static void format_choice(const char *choices, int index, char *ret_text, size_t capacity)
{
    while (index-- > 0)
        choices += strcspn(choices, "|") + 1;
    snprintf(ret_text, capacity, "%.*s", (int)strcspn(choices, "|"), choices);
}

void option_format(const struct option *option, const void *base, char *ret_text, size_t capacity)
{
    const char *field = (const char *)base + option->offset;
    const char *text = NULL;
    int64_t number = 0;
    int choice = 0;
    bool yes = false;

    if (is_numeric(option->type)) {
        memcpy(&number, field, sizeof(number));
        format_number(option->type, number, ret_text, capacity);
        return;
    }
    if (option->type == OPTION_CHOICE) {
        memcpy(&choice, field, sizeof(choice));
        format_choice(option->choices, choice, ret_text, capacity);
        return;
    }
    if (option->type == OPTION_BOOLEAN) {
        memcpy(&yes, field, sizeof(yes));
        snprintf(ret_text, capacity, "%s", yes ? "true" : "false");
        return;
    }
    memcpy(&text, field, sizeof(text));
    if (option->type == OPTION_URL)
        option_redact_url(text, ret_text, capacity);
    else
        snprintf(ret_text, capacity, "%s", option->secret && text[0] ? "***" : text);
}

static void allowed_numbers(const struct option *option, char *ret_text, size_t capacity)
{
    char least[40], most[40];

    format_number(option->type, option->minimum, least, sizeof(least));
    format_number(option->type, option->maximum, most, sizeof(most));
    if (option->type == OPTION_DURATION)
        snprintf(ret_text, capacity, "a time from %s to %s, with its unit: ms, s, m, h, d", least, most);
    else if (option->type == OPTION_SIZE)
        snprintf(ret_text, capacity, "a size from %s to %s: bytes, or with KiB, MiB, GiB", least, most);
    else
        snprintf(ret_text, capacity, "a number from %s to %s%s%s", least, most, option->unit ? " " : "",
                 option->unit ? option->unit : "");
}

/* "http|https" as "http or https", each followed by `after`. */
static void list_choices(const char *choices, const char *after, char *ret_text, size_t capacity)
{
    size_t size = 0;

    while (*choices && size < capacity) {
        size_t length = strcspn(choices, "|");
        bool last = choices[length] == '\0';
        bool next_is_last = !last && !strchr(choices + length + 1, '|');
        int more = snprintf(ret_text + size, capacity - size, "%.*s%s%s", (int)length, choices, after,
                            last           ? ""
                            : next_is_last ? " or "
                                           : ", ");
        size += more > 0 ? (size_t)more : 0;
        choices += length + !last;
    }
}

void option_allowed(const struct option *option, char *ret_text, size_t capacity)
{
    char list[200] = "";

    if (is_numeric(option->type)) {
        allowed_numbers(option, ret_text, capacity);
        return;
    }
    if (option->choices)
        list_choices(option->choices, option->type == OPTION_URL ? "://" : "", list, sizeof(list));
    int most = option->maximum ? (int)option->maximum : OPTION_TEXT_MAX;
    const char *empty = option->minimum > 0 ? "1 to " : "at most ";
    switch (option->type) {
    case OPTION_CHOICE: snprintf(ret_text, capacity, "%s", list); break;
    case OPTION_BOOLEAN: snprintf(ret_text, capacity, "true or false"); break;
    case OPTION_URL: snprintf(ret_text, capacity, "a URL that begins with %s", list); break;
    case OPTION_ADDRESS: snprintf(ret_text, capacity, "host:port"); break;
    case OPTION_SERVERS: snprintf(ret_text, capacity, "host:port, or several with commas between"); break;
    case OPTION_NAME:
        snprintf(ret_text, capacity, "%s%d letters, digits, dots, dashes or underscores", empty, most);
        break;
    default: snprintf(ret_text, capacity, "%s%d bytes without control characters", empty, most);
    }
}
