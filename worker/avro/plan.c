/* The plan as a container: ops, bodies, tables. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "worker/avro/compiler.h"

/* Room for one more in an array that grows by doubling. */
static void *grow(void *items, uint32_t count, uint32_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;
    uint32_t wanted = *capacity ? *capacity * 2 : 32;
    void *grown = realloc(items, wanted * size);
    if (grown)
        *capacity = wanted;
    return grown;
}

struct op *compiler_emit(struct compiler *compiler, enum op_code code)
{
    struct plan *plan = compiler->plan;

    if (plan->op_count >= CODEC_MAX_OPS)
        return NULL;
    struct op *ops = grow(plan->ops, plan->op_count, &plan->op_capacity, sizeof *ops);
    if (!ops)
        return NULL;
    plan->ops = ops;
    struct op *op = &ops[plan->op_count++];
    *op = (struct op){.code = code, .next = 1, .field = compiler->field};
    return op;
}

enum codec_status compiler_open(struct compiler *compiler, const struct op *op, uint32_t *ret_index)
{
    if (++compiler->depth > COMPILER_MAX_DEPTH)
        return compiler_refuse(compiler, "the schema is nested too deeply");
    struct op *opened = compiler_emit(compiler, op->code);
    if (!opened)
        return CODEC_OUT_OF_MEMORY;
    *opened = *op;
    opened->field = compiler->field;
    *ret_index = compiler->plan->op_count - 1;
    return CODEC_OK;
}

/* How many bytes a step takes at least, its body apart. */
static uint32_t least_bytes(const struct op *op)
{
    switch (op->code) {
    case OP_END:
    case OP_COPY:
    case OP_KIND:
    case OP_OPTIONAL:
    case OP_REFUSE:
    case OP_CALL: return 0;
    case OP_FIXED:
    case OP_SKIP_FIXED: return op->size;
    default: return 1;
    }
}

enum codec_status compiler_close(struct compiler *compiler, uint32_t index)
{
    struct plan *plan = compiler->plan;

    if (!compiler_emit(compiler, OP_END))
        return CODEC_OUT_OF_MEMORY;
    struct op *opened = &plan->ops[index];
    opened->next = plan->op_count - index;
    for (uint32_t i = index + 1; i < plan->op_count; i += plan->ops[i].next)
        opened->least += least_bytes(&plan->ops[i]);
    compiler->depth--;
    return CODEC_OK;
}

enum codec_status compiler_table(struct compiler *compiler, size_t count, uint32_t *ret_index)
{
    struct plan *plan = compiler->plan;

    if (count > CODEC_MAX_OPS || plan->table_count + count > CODEC_MAX_OPS)
        return compiler_refuse(compiler, "the schema has too many symbols or branches");
    *ret_index = plan->table_count;
    for (size_t i = 0; i < count; i++) {
        int32_t *table = grow(plan->table, plan->table_count, &plan->table_capacity, sizeof *table);
        if (!table)
            return CODEC_OUT_OF_MEMORY;
        plan->table = table;
        plan->table[plan->table_count++] = -1;
    }
    return CODEC_OK;
}

enum codec_status compiler_refuse(struct compiler *compiler, const char *format, ...)
{
    char detail[REASON_SIZE / 2];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    snprintf(compiler->reason, REASON_SIZE, "%s%s%s: %s", compiler->record, compiler->field ? "." : "",
             compiler->field ? compiler->field : "", detail);
    return CODEC_SCHEMA_INCOMPATIBLE;
}

/* Compiles a branch as a body of its own; a branch without place becomes one that is refused when it occurs. */
static enum codec_status compile_one_branch(struct compiler *compiler, const struct schema *branch,
                                            compile_branch *compile, void *context, bool *any)
{
    struct compiler before = {.depth = compiler->depth, .call_count = compiler->call_count};
    uint32_t start = compiler->plan->op_count;
    const char *record = compiler->record;
    const char *field = compiler->field;
    enum codec_status status = compile(compiler, branch, context);

    compiler->record = record;
    compiler->field = field;
    if (status == CODEC_SCHEMA_INCOMPATIBLE) {
        compiler->plan->op_count = start;
        compiler->depth = before.depth;
        compiler->call_count = before.call_count;
        if (!compiler_emit(compiler, OP_REFUSE))
            return CODEC_OUT_OF_MEMORY;
    } else if (status != CODEC_OK) {
        return status;
    } else {
        *any = true;
    }
    return compiler_emit(compiler, OP_END) ? CODEC_OK : CODEC_OUT_OF_MEMORY;
}

enum codec_status compile_union(struct compiler *compiler, const struct schema *writer, compile_branch *compile,
                                void *context)
{
    uint32_t count = writer->count;
    struct op op = {.code = OP_UNION, .size = count};
    uint32_t index = 0;
    bool any = false;
    enum codec_status status = compiler_table(compiler, count, &op.table);

    if (status == CODEC_OK)
        status = compiler_open(compiler, &op, &index);
    for (uint32_t i = 0; status == CODEC_OK && i < count; i++) {
        compiler->plan->table[op.table + i] = (int32_t)compiler->plan->op_count;
        status = compile_one_branch(compiler, writer->types[i], compile, context, &any);
    }
    if (status == CODEC_OK && !any)
        return compiler_refuse(compiler, "no branch of the writer's union has a place here");
    return status == CODEC_OK ? compiler_close(compiler, index) : status;
}

void plan_free(struct plan *plan)
{
    free(plan->ops);
    free(plan->table);
    *plan = (struct plan){NULL, 0, 0, NULL, 0, 0};
}
