#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "worker/avro/json.h"

static json_t *write_value(const struct value_type *type, const char *place);

/* A character for each byte; those from 0x80 on take two bytes of UTF-8. */
static json_t *write_bytes(const void *bytes, size_t size)
{
    const uint8_t *from = bytes;
    char *text = malloc(size * 2 + 1);
    size_t length = 0;

    if (!text)
        return NULL;
    for (size_t i = 0; i < size; i++) {
        if (from[i] >= 0x80)
            text[length++] = (char)(0xC0 | from[i] >> 6);
        text[length++] = (char)(from[i] >= 0x80 ? 0x80 | (from[i] & 0x3F) : from[i]);
    }
    json_t *json = json_stringn(text, length);
    free(text);
    return json;
}

static json_t *write_text(const struct text *text, bool is_bytes)
{
    if (is_bytes)
        return write_bytes(text->data, text->size);
    return json_stringn(text->size ? text->data : "", text->size);
}

static json_t *write_enum(const struct enum_type *type, const char *place)
{
    uint32_t value;

    memcpy(&value, place, sizeof value);
    return value < type->count ? json_string(type->symbols[value]) : NULL;
}

static json_t *write_array(const struct value_type *item, const char *place)
{
    json_t *array = json_array();
    const char *items;
    uint32_t count;

    memcpy(&items, place, sizeof items);
    memcpy(&count, place + offsetof(struct text_array, count), sizeof count);
    for (uint32_t i = 0; array && i < count; i++) {
        if (json_array_append_new(array, write_value(item, items + (size_t)i * item->size)) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *write_optional(const struct value_type *item, const char *place)
{
    const char *value;

    memcpy(&value, place, sizeof value);
    return value ? write_value(item, value) : json_null();
}

static json_t *write_union(const struct union_type *type, const char *place)
{
    uint32_t kind;

    memcpy(&kind, place + type->kind_offset, sizeof kind);
    if (kind >= type->count)
        return NULL;
    json_t *wrapper = json_object();
    json_t *value = json_from_record(type->branches[kind], place + type->value_offset);
    if (json_object_set_new(wrapper, type->branches[kind]->name, value) != 0) {
        json_decref(wrapper);
        return NULL;
    }
    return wrapper;
}

static json_t *write_value(const struct value_type *type, const char *place)
{
    const void *value = place;

    switch (type->kind) {
    case VALUE_BOOLEAN: return json_boolean(*(const bool *)value);
    case VALUE_INT: return json_integer(*(const int32_t *)value);
    case VALUE_LONG: return json_integer(*(const int64_t *)value);
    case VALUE_STRING:
    case VALUE_BYTES: return write_text(value, type->kind == VALUE_BYTES);
    case VALUE_FIXED: return write_bytes(value, type->size);
    case VALUE_ENUM: return write_enum(type->of.enumeration, place);
    case VALUE_RECORD: return json_from_record(type->of.record, place);
    case VALUE_ARRAY: return write_array(type->of.item, place);
    case VALUE_OPTIONAL: return write_optional(type->of.item, place);
    case VALUE_UNION: return write_union(type->of.branches, place);
    }
    return NULL;
}

json_t *json_from_record(const struct record_type *type, const void *record)
{
    json_t *object = json_object();

    for (uint32_t i = 0; object && i < type->field_count; i++) {
        const struct field_type *field = &type->fields[i];
        json_t *value = write_value(field->type, (const char *)record + field->offset);
        if (json_object_set_new(object, field->name, value) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}
