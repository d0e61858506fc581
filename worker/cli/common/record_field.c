#include "worker/cli/common/record_field.h"

#include <string.h>

#include "core/text.h"

const struct field_type *record_field(const struct record_type *type, const char *name)
{
    for (uint32_t i = 0; i < type->field_count; i++)
        if (!strcmp(type->fields[i].name, name))
            return &type->fields[i];
    return NULL;
}

struct text record_text(const struct record_type *type, const void *record, const char *name)
{
    const struct field_type *field = record_field(type, name);

    if (!field || field->type->kind != VALUE_STRING)
        return TEXT("");
    return *(const struct text *)(const void *)((const char *)record + field->offset);
}
