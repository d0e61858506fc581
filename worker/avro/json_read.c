#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "worker/avro/json.h"

/* Where in the JSON a value is, from the inside out: printed only when something is wrong. */
struct path {
    const struct path *parent;
    const char *field; /* NULL: an item of a list */
    size_t index;
};

struct importer {
    struct arena *arena;
    char *error; /* JSON_ERROR_SIZE bytes */
};

static bool read_record(struct importer *importer, const struct path *path, const struct record_type *type,
                        const json_t *json, char *record);
static bool read_value(struct importer *importer, const struct path *path, const struct value_type *type,
                       const json_t *json, char *place);

static size_t append(char *text, size_t length, const char *format, ...) __attribute__((format(printf, 3, 4)));

static size_t append(char *text, size_t length, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int added = vsnprintf(text + length, JSON_ERROR_SIZE - length, format, arguments);
    va_end(arguments);
    size_t full = length + (added < 0 ? 0 : (size_t)added);
    return full < JSON_ERROR_SIZE ? full : JSON_ERROR_SIZE - 1;
}

static size_t print_path(char *text, const struct path *path)
{
    if (!path)
        return 0;
    size_t length = print_path(text, path->parent);
    if (!path->field)
        return append(text, length, "[%zu]", path->index);
    return append(text, length, "%s%s", length ? "." : "", path->field);
}

static bool fail(struct importer *importer, const struct path *path, const char *problem)
{
    size_t length = print_path(importer->error, path);

    append(importer->error, length, "%s%s", length ? ": " : "", problem);
    return false;
}

static bool fail_symbol(struct importer *importer, const struct path *path, const struct enum_type *type)
{
    size_t length = print_path(importer->error, path);

    length = append(importer->error, length, ": must be one of ");
    for (uint32_t i = 0; i < type->count; i++)
        length = append(importer->error, length, "%s%s", i ? ", " : "", type->symbols[i]);
    return false;
}

static char *take(struct importer *importer, size_t size, size_t align)
{
    return arena_alloc(importer->arena, size ? size : 1, align);
}

static bool read_string(struct importer *importer, const struct path *path, const json_t *json, struct text *place)
{
    size_t size = json_string_length(json);

    if (!json_is_string(json))
        return fail(importer, path, "must be a string");
    char *copy = take(importer, size, 1);
    if (!copy || size > UINT32_MAX)
        return fail(importer, path, "no memory");
    memcpy(copy, json_string_value(json), size);
    *place = (struct text){copy, (uint32_t)size};
    return true;
}

/* The bytes of a string of characters U+0000 to U+00FF: as many at most as the string has. *ret_size bytes are written;
 * false: there are other characters in it. */
static bool narrow(const json_t *json, char *ret_bytes, uint32_t *ret_size)
{
    const char *text = json_string_value(json);
    size_t length = json_string_length(json);

    *ret_size = 0;
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = (uint8_t)text[i];
        if (byte > 0xC3)
            return false;
        if (byte >= 0xC2) /* of two bytes; jansson takes nothing but well-formed UTF-8 */
            byte = (uint8_t)((byte & 3) << 6 | (text[++i] & 0x3F));
        ret_bytes[(*ret_size)++] = (char)byte;
    }
    return true;
}

static bool read_bytes(struct importer *importer, const struct path *path, const json_t *json, struct text *place)
{
    if (!json_is_string(json))
        return fail(importer, path, "must be a string");
    char *bytes = take(importer, json_string_length(json), 1);
    if (!bytes)
        return fail(importer, path, "no memory");
    place->data = bytes;
    return narrow(json, bytes, &place->size) ||
           fail(importer, path, "must hold characters from U+0000 to U+00FF only, one for each byte");
}

static bool read_fixed(struct importer *importer, const struct path *path, const json_t *json, char *place,
                       uint32_t size)
{
    struct text text;

    if (!read_bytes(importer, path, json, &text))
        return false;
    if (text.size != size)
        return fail(importer, path, "has the wrong length");
    memcpy(place, text.data, size);
    return true;
}

static bool read_integer(struct importer *importer, const struct path *path, const json_t *json, bool is_long,
                         void *place)
{
    int64_t value = json_integer_value(json);
    int32_t narrow_value = (int32_t)value;

    if (!json_is_integer(json))
        return fail(importer, path, "must be an integer");
    if (!is_long && value != narrow_value)
        return fail(importer, path, "must fit in 32 bits");
    if (is_long)
        memcpy(place, &value, sizeof value);
    else
        memcpy(place, &narrow_value, sizeof narrow_value);
    return true;
}

static bool read_boolean(struct importer *importer, const struct path *path, const json_t *json, bool *place)
{
    if (!json_is_boolean(json))
        return fail(importer, path, "must be true or false");
    *place = json_is_true(json);
    return true;
}

static bool read_enum(struct importer *importer, const struct path *path, const struct enum_type *type,
                      const json_t *json, char *place)
{
    for (uint32_t i = 0; json_is_string(json) && i < type->count; i++) {
        if (!strcmp(type->symbols[i], json_string_value(json))) {
            memcpy(place, &i, sizeof i);
            return true;
        }
    }
    return fail_symbol(importer, path, type);
}

static bool read_array(struct importer *importer, const struct path *path, const struct value_type *item,
                       const json_t *json, char *place)
{
    size_t size = json_array_size(json);
    uint32_t count = (uint32_t)size;

    if (!json_is_array(json) || size > JSON_MAX_ITEMS)
        return fail(importer, path, json_is_array(json) ? "has too many items" : "must be a list");
    char *items = take(importer, size * item->size, item->align);
    if (!items)
        return fail(importer, path, "no memory");
    for (size_t i = 0; i < size; i++) {
        struct path here = {path, NULL, i};
        if (!read_value(importer, &here, item, json_array_get(json, i), items + i * item->size))
            return false;
    }
    memcpy(place, &items, sizeof items);
    memcpy(place + offsetof(struct text_array, count), &count, sizeof count);
    return true;
}

static bool read_optional(struct importer *importer, const struct path *path, const struct value_type *item,
                          const json_t *json, char *place)
{
    char *value = NULL;

    if (!json_is_null(json)) {
        value = take(importer, item->size, item->align);
        if (!value)
            return fail(importer, path, "no memory");
        if (!read_value(importer, path, item, json, value))
            return false;
    }
    memcpy(place, &value, sizeof value);
    return true;
}

static bool read_union(struct importer *importer, const struct path *path, const struct union_type *type,
                       const json_t *json, char *place)
{
    for (uint32_t i = 0; json_object_size(json) == 1 && i < type->count; i++) {
        const struct record_type *branch = type->branches[i];
        const json_t *value = json_object_get(json, branch->name);
        struct path here = {path, branch->name, 0};
        if (!value)
            continue;
        memcpy(place + type->kind_offset, &i, sizeof i);
        return read_record(importer, &here, branch, value, place + type->value_offset);
    }
    size_t length = print_path(importer->error, path);
    length = append(importer->error, length, ": must be an object with one member, named ");
    for (uint32_t i = 0; i < type->count; i++)
        length = append(importer->error, length, "%s%s", i ? ", " : "", type->branches[i]->name);
    return false;
}

static bool read_value(struct importer *importer, const struct path *path, const struct value_type *type,
                       const json_t *json, char *place)
{
    void *value = place;

    switch (type->kind) {
    case VALUE_BOOLEAN: return read_boolean(importer, path, json, value);
    case VALUE_INT:
    case VALUE_LONG: return read_integer(importer, path, json, type->kind == VALUE_LONG, value);
    case VALUE_STRING: return read_string(importer, path, json, value);
    case VALUE_BYTES: return read_bytes(importer, path, json, value);
    case VALUE_FIXED: return read_fixed(importer, path, json, place, type->size);
    case VALUE_ENUM: return read_enum(importer, path, type->of.enumeration, json, place);
    case VALUE_RECORD: return read_record(importer, path, type->of.record, json, place);
    case VALUE_ARRAY: return read_array(importer, path, type->of.item, json, place);
    case VALUE_OPTIONAL: return read_optional(importer, path, type->of.item, json, place);
    case VALUE_UNION: return read_union(importer, path, type->of.branches, json, place);
    }
    return false;
}

/* Names the first member that the record type does not have. */
static bool fail_unknown(struct importer *importer, const struct path *path, const struct record_type *type,
                         const json_t *json)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)json, name, value)
    {
        uint32_t i = 0;
        while (i < type->field_count && strcmp(type->fields[i].name, name) != 0)
            i++;
        struct path here = {path, name, 0};
        if (i == type->field_count)
            return fail(importer, &here, "is no field of this record");
    }
    return false;
}

static bool read_record(struct importer *importer, const struct path *path, const struct record_type *type,
                        const json_t *json, char *record)
{
    size_t known = 0;

    if (!json_is_object(json))
        return fail(importer, path, "must be an object");
    for (uint32_t i = 0; i < type->field_count; i++) {
        const struct field_type *field = &type->fields[i];
        const json_t *value = json_object_get(json, field->name);
        struct path here = {path, field->name, 0};
        if (!value && !field->has_default)
            return fail(importer, &here, "is required");
        if (!value)
            memcpy(record + field->offset, (const char *)type->defaults + field->offset, field->type->size);
        else if (known++, !read_value(importer, &here, field->type, value, record + field->offset))
            return false;
    }
    return known == json_object_size(json) || fail_unknown(importer, path, type, json);
}

bool record_from_json(const struct record_type *type, const json_t *json, struct arena *arena, void *ret_record,
                      char *ret_error)
{
    struct importer importer = {arena, ret_error};

    ret_error[0] = '\0';
    return read_record(&importer, NULL, type, json, ret_record);
}
