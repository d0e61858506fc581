/* What the two halves of the plan compiler share: reading (plan_compile.c) and skipping (plan_skip.c). Private to
 * worker/avro. */
#ifndef OSBILL_WORKER_AVRO_COMPILER_H
#define OSBILL_WORKER_AVRO_COMPILER_H

#include <stdbool.h>

#include "worker/avro/plan.h"
#include "worker/avro/schema.h"

#define COMPILER_MAX_DEPTH 64
#define COMPILER_MAX_CALLS 256

struct compiler {
    struct plan *plan;
    const char *record; /* of the reader, being compiled, for messages */
    const char *field;  /* of that; NULL in what is skipped */
    char *reason;       /* REASON_SIZE bytes */
    uint32_t depth;
    uint32_t call_count;
    struct {
        const struct schema *record;
        uint32_t body;
    } calls[COMPILER_MAX_CALLS]; /* bodies that skip a record */
};

/* Appends an op, its `field` set. NULL: no memory, or more than CODEC_MAX_OPS. */
struct op *compiler_emit(struct compiler *compiler, enum op_code code);

/* Appends an op that a body follows; the body ends with compiler_close. */
enum codec_status compiler_open(struct compiler *compiler, const struct op *op, uint32_t *ret_index);
enum codec_status compiler_close(struct compiler *compiler, uint32_t index);

/* Takes `count` places in the plan's table. */
enum codec_status compiler_table(struct compiler *compiler, size_t count, uint32_t *ret_index);

/* Fails with this reason, which record and field are put before. */
enum codec_status compiler_refuse(struct compiler *compiler, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* One branch of a writer's union: reads it into what `context` says, or skips it. */
typedef enum codec_status compile_branch(struct compiler *compiler, const struct schema *branch, void *context);

/* A writer's union, branch by branch. Fails only when no branch compiles: the others are refused when they occur. */
enum codec_status compile_union(struct compiler *compiler, const struct schema *writer, compile_branch *compile,
                                void *context);

/* Ops that read past a value of this schema. */
enum codec_status compile_skip(struct compiler *compiler, const struct schema *writer);

#endif
