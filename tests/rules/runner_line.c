#include "runner_line.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void line_fail(const struct line *line, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "%s:%d: ", line->file, line->number);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n    %.*s\n", TEXT_ARGUMENTS(line->source));
    exit(2);
}

bool text_is(struct text text, const char *literal)
{
    return text.size == strlen(literal) && memcmp(text.data ? text.data : "", literal, text.size) == 0;
}

const struct text *line_value(const struct line *line, const char *key)
{
    for (uint32_t i = 0; i < line->count; i++)
        if (line->words[i].relation && text_is(line->words[i].key, key))
            return &line->words[i].value;
    return NULL;
}

/* The bytes up to the next blank, or within quotes; moves *at behind them. */
static struct text take_value(struct arena *arena, const struct line *line, const char **at, const char *end)
{
    const char *start = *at;

    if (start < end && *start == '"') {
        const char *quote = memchr(start + 1, '"', (size_t)(end - start - 1));
        if (!quote)
            line_fail(line, "a quote is not closed");
        *at = quote + 1;
        return memory_copy(arena, start + 1, (size_t)(quote - start - 1));
    }
    while (*at < end && **at != ' ' && **at != '\t')
        ++*at;
    return memory_copy(arena, start, (size_t)(*at - start));
}

static void take_word(struct arena *arena, struct line *line, const char **at, const char *end)
{
    struct word *word = LIST_ADD(arena, line->words, line->count);
    const char *key = *at;
    const char *stop = key;

    while (stop < end && (islower((unsigned char)*stop) || *stop == '-'))
        stop++;
    if (stop > key && stop < end && (*stop == '=' || *stop == '~')) {
        word->key = memory_copy(arena, key, (size_t)(stop - key));
        word->relation = *stop;
        *at = stop + 1;
    }
    word->value = take_value(arena, line, at, end);
}

static void split(struct arena *arena, struct line *line, const char *at, const char *end)
{
    while (at < end && isspace((unsigned char)*at))
        at++;
    const char *start = at;
    const char *last = at;
    while (at < end && *at != '#') {
        take_word(arena, line, &at, end);
        last = at;
        while (at < end && isspace((unsigned char)*at))
            at++;
    }
    line->source = memory_copy(arena, start, (size_t)(last - start));
}

static struct text read_all(struct arena *arena, const char *path)
{
    FILE *file = fopen(path, "rb");
    char buffer[65536];
    char *bytes = NULL;
    size_t size = 0;

    if (!file) {
        fprintf(stderr, "rulebook: %s: %s\n", path, strerror(errno));
        exit(2);
    }
    for (size_t count; (count = fread(buffer, 1, sizeof buffer, file)) > 0; size += count) {
        char *larger = memory_take(arena, size + count);
        if (size)
            memcpy(larger, bytes, size);
        memcpy(larger + size, buffer, count);
        bytes = larger;
    }
    fclose(file);
    return (struct text){bytes, (uint32_t)size};
}

struct line_list lines_read(struct arena *arena, const char *path)
{
    struct line_list lines = {0};
    struct text all = read_all(arena, path);
    const char *at = all.data;
    const char *end = at + all.size;

    for (int number = 1; at < end; number++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline ? newline : end;
        struct line line = {.file = path, .number = number};
        split(arena, &line, at, stop);
        if (line.count)
            *LIST_ADD(arena, lines.items, lines.count) = line;
        at = stop + 1;
    }
    return lines;
}
