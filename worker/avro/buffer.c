#include "worker/avro/buffer.h"

#include <stdlib.h>
#include <string.h>

bool buffer_grow(struct buffer *buffer, size_t extra)
{
    if (extra > SIZE_MAX / 4 || buffer->capacity > SIZE_MAX / 4)
        return false;
    size_t capacity = buffer->capacity * 2 + 256;
    if (capacity < buffer->size + extra)
        capacity = buffer->size + extra;
    uint8_t *data = realloc(buffer->data, capacity);
    if (!data)
        return false;
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

bool buffer_append(struct buffer *buffer, const void *data, size_t size)
{
    if (!buffer_reserve(buffer, size))
        return false;
    if (size)
        memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
    return true;
}

void buffer_release(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){NULL, 0, 0};
}
