#include "core/record_forms.h"
#include "core/record_walk.h"
#include "core/text.h"

static bool copy_fields(struct arena *arena, const struct record_type *type, char *at);
static bool copy_value(struct arena *arena, const struct value_type *type, char *at);

static bool copy_text(struct arena *arena, struct text *text)
{
    uint32_t size = text->size;

    *text = text_copy(arena, *text);
    return text->size == size;
}

static bool copy_array(struct arena *arena, const struct value_type *item, struct any_array *array)
{
    size_t size = (size_t)array->count * item->size;

    if (size == 0)
        return true;
    char *items = arena_alloc(arena, size, item->align);
    if (!items)
        return false;
    memcpy(items, array->items, size);
    array->items = items;
    for (uint32_t i = 0; i < array->count; i++)
        if (!copy_value(arena, item, items + (size_t)i * item->size))
            return false;
    return true;
}

static bool copy_optional(struct arena *arena, const struct value_type *item, void **pointer)
{
    if (!*pointer)
        return true;
    void *copy = arena_alloc(arena, item->size, item->align);
    if (!copy)
        return false;
    memcpy(copy, *pointer, item->size);
    *pointer = copy;
    return copy_value(arena, item, copy);
}

/* `at` holds a shallow copy: gives it its own text and arrays. */
static bool copy_value(struct arena *arena, const struct value_type *type, char *at)
{
    switch (type->kind) {
    case VALUE_STRING:
    case VALUE_BYTES: return copy_text(arena, (struct text *)(void *)at);
    case VALUE_ARRAY: return copy_array(arena, type->of.item, (struct any_array *)(void *)at);
    case VALUE_OPTIONAL: return copy_optional(arena, type->of.item, (void **)(void *)at);
    case VALUE_RECORD: return copy_fields(arena, type->of.record, at);
    case VALUE_UNION: return copy_fields(arena, branch_of(type->of.branches, at), at + type->of.branches->value_offset);
    default: return true;
    }
}

static bool copy_fields(struct arena *arena, const struct record_type *type, char *at)
{
    for (uint32_t i = 0; i < type->field_count; i++)
        if (!copy_value(arena, type->fields[i].type, at + type->fields[i].offset))
            return false;
    return true;
}

void *record_copy(struct arena *arena, const struct record_type *type, const void *record)
{
    char *copy = arena_alloc(arena, type->size, type->align);

    if (!copy)
        return NULL;
    memcpy(copy, record, type->size);
    return copy_fields(arena, type, copy) ? copy : NULL;
}
