/* The C forms that descriptors (record.h) lead to, for the walks over whole records. Internal to core. */
#ifndef OSBILL_CORE_RECORD_FORMS_H
#define OSBILL_CORE_RECORD_FORMS_H

#include "records.h"

#include <string.h>

/* The C form of every array. */
struct any_array {
    char *items;
    uint32_t count;
};

static inline int enum_value(const void *at)
{
    int value;

    memcpy(&value, at, sizeof value); /* enums without negative constants have the size of int */
    return value;
}

static inline const struct record_type *branch_of(const struct union_type *type, const char *at)
{
    return type->branches[enum_value(at + type->kind_offset)];
}

#endif
