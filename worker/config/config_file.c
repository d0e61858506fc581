/* The lines of a configuration file. */
#include "worker/config/config.h"

#include <string.h>

#define LINE_MAX_BYTES (OPTION_VALUE_MAX + 256)

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

/* Cuts blanks off both ends of a NUL-terminated line. */
static char *trim(char *text)
{
    size_t size;

    while (is_blank(*text))
        text++;
    size = strlen(text);
    while (size > 0 && is_blank(text[size - 1]))
        text[--size] = '\0';
    return text;
}

static void parse_line(char *line, uint32_t number, const struct config_lines *lines)
{
    char *name = trim(line);
    char *equals;

    if (*name == '\0' || *name == '#')
        return;
    if (*name == '[') {
        lines->problem(lines->context, "there are no [sections]: expected name = value", number);
        return;
    }
    equals = strchr(name, '=');
    if (!equals || equals == name) {
        lines->problem(lines->context, "expected name = value", number);
        return;
    }
    *equals = '\0';
    char *value = trim(equals + 1);
    size_t size = strlen(value);
    if (size >= 2 && value[0] == '"' && value[size - 1] == '"') {
        value[size - 1] = '\0';
        value++;
    }
    lines->setting(lines->context, trim(name), value, number);
}

void config_parse_buffer(const char *data, size_t size, const struct config_lines *lines)
{
    char line[LINE_MAX_BYTES];
    uint32_t number = 0;
    size_t at = size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* a byte order mark */

    while (at < size) {
        const char *start = data + at;
        const char *end = memchr(start, '\n', size - at);
        size_t length = end ? (size_t)(end - start) : size - at;
        at += length + 1;
        number++;
        if (length >= sizeof(line)) {
            lines->problem(lines->context, "the line is too long", number);
        } else if (memchr(start, '\0', length)) {
            lines->problem(lines->context, "the line holds a zero byte", number);
        } else {
            memcpy(line, start, length);
            line[length] = '\0';
            parse_line(line, number, lines);
        }
    }
}
