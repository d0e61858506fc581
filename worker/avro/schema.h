/* A writer's schema, parsed. Private to worker/avro.
 *
 * Not avro-c's parser: it refuses any schema with \u0000 in it, which is how every decimal's default begins, and it
 * leaks what it had read of a schema that is wrong. avro-c is the reference that the tests compare with.
 *
 * Parsed is what decoding needs: no docs, aliases, defaults, logical types. */
#ifndef OSBILL_WORKER_AVRO_SCHEMA_H
#define OSBILL_WORKER_AVRO_SCHEMA_H

#include <stdint.h>

#include "record.h"
#include "worker/avro/codec.h"

#define SCHEMA_MAX_DEPTH 64   /* types within types */
#define SCHEMA_MAX_NAMED 1024 /* records, enums and fixed types */

enum schema_kind {
    SCHEMA_NULL,
    SCHEMA_BOOLEAN,
    SCHEMA_INT,
    SCHEMA_LONG,
    SCHEMA_FLOAT,
    SCHEMA_DOUBLE,
    SCHEMA_STRING,
    SCHEMA_BYTES,
    SCHEMA_FIXED,
    SCHEMA_ENUM,
    SCHEMA_RECORD,
    SCHEMA_ARRAY,
    SCHEMA_MAP,
    SCHEMA_UNION
};

struct schema {
    enum schema_kind kind;
    const char *name;            /* of named types without namespace, else of the kind: "int" */
    struct text space;           /* namespace of named types */
    uint32_t size;               /* of a fixed, bytes */
    uint32_t count;              /* how many names or types */
    const char **names;          /* of fields, or symbols */
    const struct schema **types; /* of fields, branches, items (one), or a map's values (one) */
};

struct schema_tree;

/* Parses JSON. NULL: *ret_status is CODEC_SCHEMA_INVALID, with ret_reason (REASON_SIZE bytes) saying why, or
 * CODEC_OUT_OF_MEMORY. A schema may refer to itself: follow `types` with care. */
struct schema_tree *schema_parse(struct text json, enum codec_status *ret_status, char *ret_reason);
const struct schema *schema_root(const struct schema_tree *tree);
void schema_free(struct schema_tree *tree);

#endif
