/* The half of the plan compiler for what the writer has and the reader does not. */
#include "worker/avro/compiler.h"

static enum codec_status skip_simply(struct compiler *compiler, enum op_code code, uint32_t size)
{
    struct op *op = compiler_emit(compiler, code);
    if (!op)
        return CODEC_OUT_OF_MEMORY;
    op->size = size;
    return CODEC_OK;
}

static enum codec_status skip_items(struct compiler *compiler, const struct schema *items, bool keyed)
{
    struct op op = {.code = OP_SKIP_ARRAY};
    uint32_t index = 0;
    enum codec_status status = compiler_open(compiler, &op, &index);

    if (status == CODEC_OK && keyed)
        status = skip_simply(compiler, OP_SKIP_TEXT, 0);
    if (status == CODEC_OK)
        status = compile_skip(compiler, items);
    return status == CODEC_OK ? compiler_close(compiler, index) : status;
}

static enum codec_status skip_branch(struct compiler *compiler, const struct schema *branch, void *context)
{
    (void)context;
    return compile_skip(compiler, branch);
}

static enum codec_status skip_fields(struct compiler *compiler, const struct schema *record)
{
    enum codec_status status = CODEC_OK;

    for (uint32_t i = 0; status == CODEC_OK && i < record->count; i++)
        status = compile_skip(compiler, record->types[i]);
    return status;
}

/* A record's body is compiled where it first occurs and called from elsewhere, so that a schema that names itself, or
 * names others many times, stays small. */
static enum codec_status skip_record(struct compiler *compiler, const struct schema *record)
{
    struct op op = {.code = OP_CALL, .next = 1};
    uint32_t index = 0;

    for (uint32_t i = 0; i < compiler->call_count; i++) {
        if (compiler->calls[i].record == record) {
            struct op *call = compiler_emit(compiler, OP_CALL);
            if (call)
                call->table = compiler->calls[i].body;
            return call ? CODEC_OK : CODEC_OUT_OF_MEMORY;
        }
    }
    if (compiler->call_count == COMPILER_MAX_CALLS)
        return compiler_refuse(compiler, "the schema has too many record types");
    op.table = compiler->plan->op_count + 1;
    compiler->calls[compiler->call_count].record = record;
    compiler->calls[compiler->call_count++].body = op.table;
    enum codec_status status = compiler_open(compiler, &op, &index);
    if (status == CODEC_OK)
        status = skip_fields(compiler, record);
    return status == CODEC_OK ? compiler_close(compiler, index) : status;
}

enum codec_status compile_skip(struct compiler *compiler, const struct schema *writer)
{
    switch (writer->kind) {
    case SCHEMA_NULL: return CODEC_OK;
    case SCHEMA_BOOLEAN: return skip_simply(compiler, OP_SKIP_FIXED, 1);
    case SCHEMA_INT:
    case SCHEMA_LONG:
    case SCHEMA_ENUM: return skip_simply(compiler, OP_SKIP_VARINT, 0);
    case SCHEMA_FLOAT: return skip_simply(compiler, OP_SKIP_FIXED, 4);
    case SCHEMA_DOUBLE: return skip_simply(compiler, OP_SKIP_FIXED, 8);
    case SCHEMA_STRING:
    case SCHEMA_BYTES: return skip_simply(compiler, OP_SKIP_TEXT, 0);
    case SCHEMA_FIXED: return skip_simply(compiler, OP_SKIP_FIXED, writer->size);
    case SCHEMA_ARRAY: return skip_items(compiler, writer->types[0], false);
    case SCHEMA_MAP: return skip_items(compiler, writer->types[0], true);
    case SCHEMA_UNION: return compile_union(compiler, writer, skip_branch, NULL);
    case SCHEMA_RECORD: return skip_record(compiler, writer);
    }
    return compiler_refuse(compiler, "the writer's schema has an unknown type");
}
