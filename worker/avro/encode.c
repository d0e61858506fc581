/* C structs -> Avro, straight from the descriptors: the record's own schema is the writer's. */
#include <string.h>

#include "worker/avro/plan.h"
#include "worker/avro/utf8.h"

#define VARINT_MAX 10 /* bytes */

struct encoder {
    struct buffer *out;
    const char *field; /* of the innermost value that failed */
    bool failed;
};

static enum codec_status write_value(struct encoder *encoder, const struct value_type *type, const char *place);

/* The caller has reserved VARINT_MAX bytes. */
static inline void put_varint(struct buffer *out, int64_t value)
{
    uint64_t bits = (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
    uint8_t *at = out->data + out->size;

    while (bits >= 0x80) {
        *at++ = (uint8_t)(bits | 0x80);
        bits >>= 7;
    }
    *at++ = (uint8_t)bits;
    out->size = (size_t)(at - out->data);
}

static inline enum codec_status write_varint(struct encoder *encoder, int64_t value)
{
    if (!buffer_reserve(encoder->out, VARINT_MAX))
        return CODEC_OUT_OF_MEMORY;
    put_varint(encoder->out, value);
    return CODEC_OK;
}

static enum codec_status write_text(struct encoder *encoder, const struct text *text)
{
    struct buffer *out = encoder->out;

    if (!buffer_reserve(out, (size_t)VARINT_MAX + text->size))
        return CODEC_OUT_OF_MEMORY;
    put_varint(out, text->size);
    if (text->size)
        memcpy(out->data + out->size, text->data, text->size);
    out->size += text->size;
    return CODEC_OK;
}

/* What is not UTF-8 would be refused by whoever reads it, this program first. */
static enum codec_status write_string(struct encoder *encoder, const struct text *text)
{
    if (!utf8_valid((const uint8_t *)text->data, text->size))
        return CODEC_BAD_UTF8;
    return write_text(encoder, text);
}

static enum codec_status write_byte(struct encoder *encoder, uint8_t byte)
{
    return buffer_append(encoder->out, &byte, 1) ? CODEC_OK : CODEC_OUT_OF_MEMORY;
}

static enum codec_status write_enum(struct encoder *encoder, const struct enum_type *type, const char *place)
{
    uint32_t value;

    memcpy(&value, place, sizeof value);
    return value < type->count ? write_varint(encoder, value) : CODEC_BAD_ENUM;
}

static enum codec_status write_record(struct encoder *encoder, const struct record_type *type, const char *record)
{
    const struct field_type *end = type->fields + type->field_count;

    for (const struct field_type *field = type->fields; field < end; field++) {
        enum codec_status status = write_value(encoder, field->type, record + field->offset);
        if (status == CODEC_OK)
            continue;
        if (!encoder->failed)
            encoder->field = field->name;
        encoder->failed = true;
        return status;
    }
    return CODEC_OK;
}

static enum codec_status write_array(struct encoder *encoder, const struct value_type *item, const char *place)
{
    const char *items;
    uint32_t count;

    memcpy(&items, place, sizeof items);
    memcpy(&count, place + offsetof(struct text_array, count), sizeof count);
    enum codec_status status = write_varint(encoder, count);
    if (!count)
        return status;
    for (; status == CODEC_OK && count; count--, items += item->size)
        status = write_value(encoder, item, items);
    return status == CODEC_OK ? write_varint(encoder, 0) : status;
}

static enum codec_status write_optional(struct encoder *encoder, const struct value_type *item, const char *place)
{
    const char *value;

    memcpy(&value, place, sizeof value);
    enum codec_status status = write_varint(encoder, value ? 1 : 0);
    if (!value || status != CODEC_OK)
        return status;
    return write_value(encoder, item, value);
}

static enum codec_status write_union(struct encoder *encoder, const struct union_type *type, const char *place)
{
    uint32_t kind;

    memcpy(&kind, place + type->kind_offset, sizeof kind);
    if (kind >= type->count)
        return CODEC_BAD_UNION;
    enum codec_status status = write_varint(encoder, kind);
    if (status != CODEC_OK)
        return status;
    return write_record(encoder, type->branches[kind], place + type->value_offset);
}

static enum codec_status write_value(struct encoder *encoder, const struct value_type *type, const char *place)
{
    switch (type->kind) {
    case VALUE_BOOLEAN: return write_byte(encoder, *(const bool *)place);
    case VALUE_INT: return write_varint(encoder, *(const int32_t *)(const void *)place);
    case VALUE_LONG: return write_varint(encoder, *(const int64_t *)(const void *)place);
    case VALUE_STRING: return write_string(encoder, (const struct text *)(const void *)place);
    case VALUE_BYTES: return write_text(encoder, (const struct text *)(const void *)place);
    case VALUE_FIXED: return buffer_append(encoder->out, place, type->size) ? CODEC_OK : CODEC_OUT_OF_MEMORY;
    case VALUE_ENUM: return write_enum(encoder, type->of.enumeration, place);
    case VALUE_RECORD: return write_record(encoder, type->of.record, place);
    case VALUE_ARRAY: return write_array(encoder, type->of.item, place);
    case VALUE_OPTIONAL: return write_optional(encoder, type->of.item, place);
    case VALUE_UNION: return write_union(encoder, type->of.branches, place);
    }
    return CODEC_BAD_UNION;
}

enum codec_status encode_record(const struct record_type *type, const void *record, struct buffer *out,
                                const char **ret_field)
{
    struct encoder encoder = {.out = out};
    enum codec_status status = write_record(&encoder, type, record);

    *ret_field = encoder.field;
    return status;
}
