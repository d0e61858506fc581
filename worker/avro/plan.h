/* A decode plan: what to do, step by step, to read values of one writer's schema into one C struct. Compiled once
 * (plan_compile.c), run for every value (decode.c). Private to worker/avro. */
#ifndef OSBILL_WORKER_AVRO_PLAN_H
#define OSBILL_WORKER_AVRO_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "record.h"
#include "worker/avro/codec.h"

enum op_code {
    OP_END, /* of the plan, or of a body */
    /* Read into the C form. */
    OP_BOOLEAN,
    OP_INT,
    OP_LONG,
    OP_INT_AS_LONG,
    OP_STRING,
    OP_BYTES,
    OP_FIXED,    /* size */
    OP_ENUM,     /* table: the reader's index for each of the writer's `size` symbols */
    OP_ARRAY,    /* body reads one item; size, align of its C form; least bytes that an item takes */
    OP_OPTIONAL, /* body reads the value, which is of size, align */
    /* Set without reading. */
    OP_COPY, /* size bytes from `from`: a default */
    OP_KIND, /* the kind of a union: size */
    /* The writer's unions: bodies, the table says where each of the `size` branches starts. */
    OP_UNION,
    OP_REFUSE, /* a branch that the reader has no place for */
    /* Read what the reader does not have. */
    OP_SKIP_VARINT,
    OP_SKIP_TEXT,
    OP_SKIP_FIXED, /* size */
    OP_SKIP_ARRAY, /* body skips one item */
    OP_CALL        /* the body at `table` skips a record; the first call of each contains it */
};

struct op {
    enum op_code code;
    uint32_t next;   /* ops from here to the next one, the body in between: 1 when there is none */
    uint32_t offset; /* in the C form */
    uint32_t size;
    uint32_t align;
    uint32_t least;
    uint32_t table; /* index into plan.table, or of an op */
    const void *from;
    const char *field; /* the reader's, for messages; NULL in what is skipped */
};

struct plan {
    struct op *ops;
    uint32_t op_count;
    uint32_t op_capacity;
    int32_t *table;
    uint32_t table_count;
    uint32_t table_capacity;
};

#define REASON_SIZE 200

/* Compiles the writer's schema (JSON) for the record type. *ret_plan is to be freed also on error; *ret_reason, of
 * REASON_SIZE bytes, says why not: CODEC_SCHEMA_INVALID, CODEC_SCHEMA_INCOMPATIBLE, CODEC_OUT_OF_MEMORY. */
enum codec_status plan_compile(struct text writer, const struct record_type *type, struct plan *ret_plan,
                               char *ret_reason);
void plan_free(struct plan *plan);

/* Runs the plan on the bytes behind the header. On error *ret_field names the field, or is NULL. */
enum codec_status plan_run(const struct plan *plan, struct text value, struct arena *arena, void *ret_record,
                           const char **ret_field);

/* Appends the record in its own schema, without header. On error *ret_field names the field, or is NULL. */
enum codec_status encode_record(const struct record_type *type, const void *record, struct buffer *out,
                                const char **ret_field);

#endif
