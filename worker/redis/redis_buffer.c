#include "redis_buffer.h"

#include <stdlib.h>
#include <string.h>

#define DIGITS 24 /* enough for an int64_t with its sign, and for $...\r\n around it */

void redis_buffer_release(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}

void buffer_clear(struct buffer *buffer, size_t keep)
{
    if (buffer->capacity > keep)
        redis_buffer_release(buffer);
    buffer->size = 0;
    buffer->failed = false;
}

/* Room for `more` bytes at the end; NULL when memory ran out. */
static char *buffer_reserve(struct buffer *buffer, size_t more)
{
    if (buffer->capacity - buffer->size >= more)
        return buffer->data + buffer->size;
    size_t capacity = buffer->capacity ? 2 * buffer->capacity : 4096;
    while (capacity - buffer->size < more)
        capacity *= 2;
    char *data = realloc(buffer->data, capacity);
    if (!data) {
        buffer->failed = true;
        return NULL;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return data + buffer->size;
}

void buffer_put(struct buffer *buffer, const void *data, size_t size)
{
    char *to = size ? buffer_reserve(buffer, size) : NULL;
    if (!to)
        return;
    memcpy(to, data, size);
    buffer->size += size;
}

/* Decimal digits, right-aligned before `end`. */
static char *digits_before(char *end, uint64_t number)
{
    do {
        *--end = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return end;
}

static void put_header(struct buffer *buffer, char type, size_t number)
{
    char line[DIGITS];
    char *end = line + sizeof(line);

    *--end = '\n';
    *--end = '\r';
    end = digits_before(end, number);
    *--end = type;
    buffer_put(buffer, end, (size_t)(line + sizeof(line) - end));
}

void buffer_put_command(struct buffer *buffer, size_t arguments)
{
    put_header(buffer, '*', arguments);
}

void buffer_put_argument(struct buffer *buffer, const void *data, size_t size)
{
    if (!buffer_reserve(buffer, size + DIGITS + 2))
        return;
    put_header(buffer, '$', size);
    buffer_put(buffer, data, size);
    buffer_put(buffer, "\r\n", 2);
}

void buffer_put_text(struct buffer *buffer, struct text text)
{
    buffer_put_argument(buffer, text.data, text.size);
}

void buffer_put_string(struct buffer *buffer, const char *string)
{
    buffer_put_argument(buffer, string, strlen(string));
}

void buffer_put_number(struct buffer *buffer, int64_t number)
{
    char text[DIGITS];
    char *end = text + sizeof(text);
    char *start = digits_before(end, number < 0 ? -(uint64_t)number : (uint64_t)number);

    if (number < 0)
        *--start = '-';
    buffer_put_argument(buffer, start, (size_t)(end - start));
}
