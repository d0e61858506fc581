/* What a generated record looks like: the C forms of Avro's types, and the descriptors by which the codec and the
 * JSON rendering find their way through them.
 *
 *   Avro                  C
 *   string, bytes         struct text (borrowed bytes, not NUL-terminated; strings are UTF-8)
 *   boolean, int, long    bool, int32_t, int64_t
 *   enum Foo              enum foo, symbols FOO_A, FOO_B and their number FOO_COUNT
 *   fixed Foo             struct foo { uint8_t bytes[N]; }
 *   record Foo            struct foo, nested by value
 *   array of Foo          struct foo_array { struct foo *items; uint32_t count; }
 *   ["null", X]           X *, NULL when absent
 *   union of records      struct { enum kind; union as; }, named after record and field
 *
 * No third-party headers: core includes this. */
#ifndef OSBILL_SCHEMAS_RECORD_H
#define OSBILL_SCHEMAS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed bytes. data may be NULL only while size is 0. */
struct text {
    const char *data;
    uint32_t size;
};

struct text_array {
    struct text *items;
    uint32_t count;
};

struct int32_array {
    int32_t *items;
    uint32_t count;
};

struct int64_array {
    int64_t *items;
    uint32_t count;
};

enum value_kind {
    VALUE_BOOLEAN,
    VALUE_INT,
    VALUE_LONG,
    VALUE_STRING,
    VALUE_BYTES,
    VALUE_FIXED,
    VALUE_ENUM,
    VALUE_RECORD,
    VALUE_ARRAY,
    VALUE_OPTIONAL, /* ["null", X] */
    VALUE_UNION     /* of records */
};

/* The symbols of an enum; a value of the C enum is an index into them. */
struct enum_type {
    const char *name;
    const char *const *symbols;
    uint32_t count;
    int32_t fallback; /* taken for a writer's symbol that is not in `symbols`; -1: none, such a value is an error */
};

/* One type and its C form. */
struct value_type {
    enum value_kind kind;
    uint32_t size;  /* of the C form, bytes */
    uint32_t align; /* of the C form, bytes */
    union {
        const struct record_type *record;    /* VALUE_RECORD */
        const struct enum_type *enumeration; /* VALUE_ENUM */
        const struct union_type *branches;   /* VALUE_UNION */
        const struct value_type *item;       /* VALUE_ARRAY, VALUE_OPTIONAL */
        const char *name;                    /* VALUE_FIXED; its size is the C form's */
    } of;
};

/* A union of records. The C form starts with its kind, an index into `branches`. */
struct union_type {
    const struct record_type *const *branches;
    uint32_t count;
    uint32_t kind_offset;
    uint32_t value_offset; /* of `as`, the same for every branch */
};

struct field_type {
    const char *name;
    const struct value_type *type;
    uint32_t offset; /* in the C form of the record */
    bool has_default;
};

struct record_type {
    const char *name;      /* without namespace: OsInstalled */
    const char *full_name; /* osbill.v1.OsInstalled */
    const char *schema;    /* reader schema, JSON, NUL-terminated; NULL for a record that is only used within others */
    const struct field_type *fields;
    uint32_t field_count;
    uint32_t size;        /* of the C form, bytes */
    uint32_t align;       /* of the C form, bytes */
    const void *defaults; /* a C form that holds every default; zero bytes where a field has none */
};

#endif
