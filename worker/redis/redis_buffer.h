/* A growing buffer of bytes that writes Redis commands in the protocol's own form (RESP2). */
#ifndef OSBILL_REDIS_BUFFER_H
#define OSBILL_REDIS_BUFFER_H

#include "records.h"

struct buffer {
    char *data;
    size_t size, capacity;
    bool failed; /* memory ran out: what was put since is not all there */
};

void redis_buffer_release(struct buffer *buffer);
/* Empties it; keeps the memory unless a rare big request made it larger than `keep` bytes. */
void buffer_clear(struct buffer *buffer, size_t keep);
void buffer_put(struct buffer *buffer, const void *data, size_t size);

/* The header of a command with this many arguments, its name included. */
void buffer_put_command(struct buffer *buffer, size_t arguments);
void buffer_put_argument(struct buffer *buffer, const void *data, size_t size);
void buffer_put_text(struct buffer *buffer, struct text text);
void buffer_put_string(struct buffer *buffer, const char *string);
void buffer_put_number(struct buffer *buffer, int64_t number);

#endif
