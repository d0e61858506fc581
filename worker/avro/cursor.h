/* Reads Avro's primitive values from bytes, checked against their end. Private to worker/avro.
 *
 * Each function returns CODEC_OK, or what is wrong; then its result is undefined. Here in a header so that they are
 * inlined into the loop over a plan's steps, where nearly all of the codec's time goes. */
#ifndef OSBILL_WORKER_AVRO_CURSOR_H
#define OSBILL_WORKER_AVRO_CURSOR_H

#include <string.h>

#include "worker/avro/codec.h"
#include "worker/avro/utf8.h"

struct cursor {
    const uint8_t *at;
    const uint8_t *end;
};

static inline size_t bytes_left(const struct cursor *cursor)
{
    return (size_t)(cursor->end - cursor->at);
}

/* Specification, "Binary Encoding": variable-length zig-zag. At most 10 bytes; a last byte of 0 adds nothing. */
static inline enum codec_status read_long_varint(struct cursor *cursor, uint64_t *ret_value)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (cursor->at == cursor->end)
            return CODEC_TRUNCATED;
        uint8_t byte = *cursor->at++;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte & 0x80)
            continue;
        bool overlong = byte == 0 || (shift == 63 && byte > 1);
        *ret_value = value;
        return overlong ? CODEC_BAD_VARINT : CODEC_OK;
    }
    return CODEC_BAD_VARINT;
}

static inline enum codec_status read_varint(struct cursor *cursor, int64_t *ret_value)
{
    uint64_t value;

    if (cursor->at < cursor->end && *cursor->at < 0x80) {
        value = *cursor->at++;
    } else {
        enum codec_status status = read_long_varint(cursor, &value);
        if (status != CODEC_OK)
            return status;
    }
    *ret_value = (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
    return CODEC_OK;
}

static inline enum codec_status read_int(struct cursor *cursor, int32_t *ret_value)
{
    int64_t value;
    enum codec_status status = read_varint(cursor, &value);

    if (status != CODEC_OK)
        return status;
    *ret_value = (int32_t)value;
    return value == *ret_value ? CODEC_OK : CODEC_BAD_VARINT;
}

static inline enum codec_status read_length(struct cursor *cursor, uint32_t *ret_length)
{
    int64_t length;
    enum codec_status status = read_varint(cursor, &length);

    if (status != CODEC_OK)
        return status;
    if (length < 0)
        return CODEC_BAD_LENGTH;
    if ((uint64_t)length > bytes_left(cursor))
        return CODEC_TRUNCATED;
    *ret_length = (uint32_t)length;
    return CODEC_OK;
}

static inline enum codec_status read_text(struct cursor *cursor, struct text *ret_text)
{
    enum codec_status status = read_length(cursor, &ret_text->size);

    if (status != CODEC_OK)
        return status;
    ret_text->data = (const char *)cursor->at;
    cursor->at += ret_text->size;
    return CODEC_OK;
}

static inline enum codec_status read_string(struct cursor *cursor, struct text *ret_text)
{
    enum codec_status status = read_text(cursor, ret_text);

    if (status != CODEC_OK)
        return status;
    return utf8_valid((const uint8_t *)ret_text->data, ret_text->size) ? CODEC_OK : CODEC_BAD_UTF8;
}

static inline enum codec_status read_int_as_long(struct cursor *cursor, int64_t *ret_value)
{
    int32_t value = 0;
    enum codec_status status = read_int(cursor, &value);

    *ret_value = value;
    return status;
}

static inline enum codec_status read_boolean(struct cursor *cursor, bool *ret_value)
{
    if (cursor->at == cursor->end)
        return CODEC_TRUNCATED;
    uint8_t byte = *cursor->at++;
    *ret_value = byte != 0;
    return byte > 1 ? CODEC_BAD_BOOLEAN : CODEC_OK;
}

static inline enum codec_status read_fixed(struct cursor *cursor, void *ret_bytes, uint32_t size)
{
    if (size > bytes_left(cursor))
        return CODEC_TRUNCATED;
    if (ret_bytes)
        memcpy(ret_bytes, cursor->at, size);
    cursor->at += size;
    return CODEC_OK;
}

#endif
