#include "core/record_forms.h"
#include "core/record_walk.h"
#include "core/text.h"

/* --- canonical bytes --- */

/* Where the bytes go; at stays NULL when they are only counted. */
struct byte_sink {
    uint8_t *at;
    size_t count;
};

static void put_bytes(struct byte_sink *sink, const void *data, size_t size)
{
    if (sink->at && size) {
        memcpy(sink->at, data, size);
        sink->at += size;
    }
    sink->count += size;
}

static void put_number(struct byte_sink *sink, int64_t number)
{
    uint8_t bytes[8];

    for (unsigned i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)number >> (8 * i));
    put_bytes(sink, bytes, sizeof bytes);
}

static void put_text(struct byte_sink *sink, const struct text *text)
{
    put_number(sink, text->size);
    put_bytes(sink, text->data, text->size);
}

static void put_fields(struct byte_sink *sink, const struct record_type *type, const char *at);
static void put_value(struct byte_sink *sink, const struct value_type *type, const char *at);

static void put_array(struct byte_sink *sink, const struct value_type *item, const struct any_array *array)
{
    put_number(sink, array->count);
    for (uint32_t i = 0; i < array->count; i++)
        put_value(sink, item, array->items + (size_t)i * item->size);
}

static void put_optional(struct byte_sink *sink, const struct value_type *item, const char *const *pointer)
{
    put_number(sink, *pointer != NULL);
    if (*pointer)
        put_value(sink, item, *pointer);
}

static void put_union(struct byte_sink *sink, const struct union_type *type, const char *at)
{
    put_number(sink, enum_value(at + type->kind_offset));
    put_fields(sink, branch_of(type, at), at + type->value_offset);
}

static void put_value(struct byte_sink *sink, const struct value_type *type, const char *at)
{
    switch (type->kind) {
    case VALUE_BOOLEAN: return put_number(sink, *(const bool *)(const void *)at);
    case VALUE_INT: return put_number(sink, *(const int32_t *)(const void *)at);
    case VALUE_LONG: return put_number(sink, *(const int64_t *)(const void *)at);
    case VALUE_ENUM: return put_number(sink, enum_value(at));
    case VALUE_FIXED: return put_bytes(sink, at, type->size);
    case VALUE_STRING:
    case VALUE_BYTES: return put_text(sink, (const struct text *)(const void *)at);
    case VALUE_ARRAY: return put_array(sink, type->of.item, (const struct any_array *)(const void *)at);
    case VALUE_OPTIONAL: return put_optional(sink, type->of.item, (const char *const *)(const void *)at);
    case VALUE_RECORD: return put_fields(sink, type->of.record, at);
    case VALUE_UNION: return put_union(sink, type->of.branches, at);
    }
}

static void put_fields(struct byte_sink *sink, const struct record_type *type, const char *at)
{
    for (uint32_t i = 0; i < type->field_count; i++)
        put_value(sink, type->fields[i].type, at + type->fields[i].offset);
}

size_t record_bytes(const struct record_type *type, const void *record, uint8_t *ret_bytes)
{
    struct byte_sink sink = {ret_bytes, 0};

    put_fields(&sink, type, record);
    return sink.count;
}

/* --- comparison --- */

static bool equal_fields(const struct record_type *type, const char *a, const char *b);
static bool equal_value(const struct value_type *type, const char *a, const char *b);

static bool equal_arrays(const struct value_type *item, const struct any_array *a, const struct any_array *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (!equal_value(item, a->items + (size_t)i * item->size, b->items + (size_t)i * item->size))
            return false;
    return true;
}

static bool equal_optional(const struct value_type *item, const char *a, const char *b)
{
    return (!a && !b) || (a && b && equal_value(item, a, b));
}

static bool equal_unions(const struct union_type *type, const char *a, const char *b)
{
    return enum_value(a + type->kind_offset) == enum_value(b + type->kind_offset) &&
           equal_fields(branch_of(type, a), a + type->value_offset, b + type->value_offset);
}

static bool equal_value(const struct value_type *type, const char *a, const char *b)
{
    switch (type->kind) {
    case VALUE_STRING:
    case VALUE_BYTES: return text_equal(*(const struct text *)(const void *)a, *(const struct text *)(const void *)b);
    case VALUE_ARRAY:
        return equal_arrays(type->of.item, (const struct any_array *)(const void *)a,
                            (const struct any_array *)(const void *)b);
    case VALUE_OPTIONAL:
        return equal_optional(type->of.item, *(const char *const *)(const void *)a,
                              *(const char *const *)(const void *)b);
    case VALUE_RECORD: return equal_fields(type->of.record, a, b);
    case VALUE_UNION: return equal_unions(type->of.branches, a, b);
    default: return memcmp(a, b, type->size) == 0; /* numbers, enums, fixed: no padding */
    }
}

static bool equal_fields(const struct record_type *type, const char *a, const char *b)
{
    for (uint32_t i = 0; i < type->field_count; i++) {
        uint32_t offset = type->fields[i].offset;
        if (!equal_value(type->fields[i].type, a + offset, b + offset))
            return false;
    }
    return true;
}

bool record_equal(const struct record_type *type, const void *a, const void *b)
{
    return equal_fields(type, a, b);
}
