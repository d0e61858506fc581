/* A growable run of bytes. Zero bytes are an empty one. */
#ifndef OSBILL_WORKER_AVRO_BUFFER_H
#define OSBILL_WORKER_AVRO_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
    uint8_t *data;
    size_t size;
    size_t capacity;
};

/* Makes the buffer larger: the slow half of buffer_reserve. */
bool buffer_grow(struct buffer *buffer, size_t extra);

/* Makes room for `extra` more bytes behind size. False: no memory, nothing changed. */
static inline bool buffer_reserve(struct buffer *buffer, size_t extra)
{
    return buffer->capacity - buffer->size >= extra || buffer_grow(buffer, extra);
}

/* Appends. False: no memory, nothing changed. */
bool buffer_append(struct buffer *buffer, const void *data, size_t size);

/* Frees the bytes; the buffer is empty and may be used again. To keep the memory, set size to 0 instead. */
void buffer_release(struct buffer *buffer);

#endif
