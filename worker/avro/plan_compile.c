/* The half of the plan compiler for what the reader has: Avro 1.11 specification, "Schema Resolution". */
#include <stdio.h>
#include <string.h>

#include "worker/avro/compiler.h"

/* Where a value goes: its type and its place in the C form of the innermost array item or record read. */
struct place {
    const struct value_type *type;
    uint32_t offset;
};

static enum codec_status compile_value(struct compiler *compiler, const struct schema *writer,
                                       const struct value_type *type, uint32_t offset);

static enum codec_status mismatch(struct compiler *compiler, const struct schema *writer, const char *wanted)
{
    return compiler_refuse(compiler, "the writer's %.40s cannot be read as %.40s", writer->name, wanted);
}

static enum codec_status read_simply(struct compiler *compiler, enum op_code code, uint32_t offset)
{
    struct op *op = compiler_emit(compiler, code);
    if (!op)
        return CODEC_OUT_OF_MEMORY;
    op->offset = offset;
    return CODEC_OK;
}

/* Boolean, int, long, string, bytes, with the promotions that the specification has for them. */
static enum codec_status compile_primitive(struct compiler *compiler, const struct schema *writer, enum value_kind kind,
                                           uint32_t offset)
{
    static const struct {
        enum value_kind reader;
        enum schema_kind writer;
        enum op_code code;
    } readable[] = {
        {VALUE_BOOLEAN, SCHEMA_BOOLEAN, OP_BOOLEAN}, {VALUE_INT, SCHEMA_INT, OP_INT},
        {VALUE_LONG, SCHEMA_LONG, OP_LONG},          {VALUE_LONG, SCHEMA_INT, OP_INT_AS_LONG},
        {VALUE_STRING, SCHEMA_STRING, OP_STRING},    {VALUE_STRING, SCHEMA_BYTES, OP_STRING},
        {VALUE_BYTES, SCHEMA_BYTES, OP_BYTES},       {VALUE_BYTES, SCHEMA_STRING, OP_BYTES},
    };
    static const char *const names[] = {"boolean", "int", "long", "string", "bytes"};

    for (size_t i = 0; i < sizeof readable / sizeof readable[0]; i++)
        if (readable[i].reader == kind && readable[i].writer == writer->kind)
            return read_simply(compiler, readable[i].code, offset);
    return mismatch(compiler, writer, names[kind]);
}

static enum codec_status compile_fixed(struct compiler *compiler, const struct schema *writer,
                                       const struct value_type *type, uint32_t offset)
{
    if (writer->kind != SCHEMA_FIXED || writer->size != type->size || strcmp(writer->name, type->of.name) != 0)
        return mismatch(compiler, writer, type->of.name);
    struct op *op = compiler_emit(compiler, OP_FIXED);
    if (!op)
        return CODEC_OUT_OF_MEMORY;
    op->offset = offset;
    op->size = type->size;
    return CODEC_OK;
}

/* "If the writer's symbol is not present in the reader's enum and the reader has a default value, then that value is
 * used, otherwise an error is signalled": when the symbol occurs. */
static int32_t reader_symbol(const struct enum_type *reader, const char *symbol)
{
    for (uint32_t i = 0; i < reader->count; i++)
        if (!strcmp(reader->symbols[i], symbol))
            return (int32_t)i;
    return reader->fallback;
}

static enum codec_status compile_enum(struct compiler *compiler, const struct schema *writer,
                                      const struct enum_type *reader, uint32_t offset)
{
    if (writer->kind != SCHEMA_ENUM || strcmp(writer->name, reader->name) != 0)
        return mismatch(compiler, writer, reader->name);
    uint32_t table = 0;
    enum codec_status status = compiler_table(compiler, writer->count, &table);
    if (status != CODEC_OK)
        return status;
    for (uint32_t i = 0; i < writer->count; i++)
        compiler->plan->table[table + i] = reader_symbol(reader, writer->names[i]);
    struct op *op = compiler_emit(compiler, OP_ENUM);
    if (!op)
        return CODEC_OUT_OF_MEMORY;
    op->offset = offset;
    op->size = writer->count;
    op->table = table;
    return CODEC_OK;
}

static enum codec_status compile_array(struct compiler *compiler, const struct schema *writer,
                                       const struct value_type *item, uint32_t offset)
{
    struct op op = {.code = OP_ARRAY, .offset = offset, .size = item->size, .align = item->align};
    uint32_t index = 0;

    if (writer->kind != SCHEMA_ARRAY)
        return mismatch(compiler, writer, "array");
    enum codec_status status = compiler_open(compiler, &op, &index);
    if (status == CODEC_OK)
        status = compile_value(compiler, writer->types[0], item, 0);
    return status == CODEC_OK ? compiler_close(compiler, index) : status;
}

static enum codec_status compile_copy(struct compiler *compiler, const void *from, uint32_t size, uint32_t offset)
{
    struct op *op = compiler_emit(compiler, OP_COPY);
    if (!op)
        return CODEC_OUT_OF_MEMORY;
    op->from = from;
    op->size = size;
    op->offset = offset;
    return CODEC_OK;
}

static enum codec_status compile_optional(struct compiler *compiler, const struct schema *writer,
                                          const struct value_type *item, uint32_t offset)
{
    static const void *const absent = NULL;
    struct op op = {.code = OP_OPTIONAL, .offset = offset, .size = item->size, .align = item->align};
    uint32_t index = 0;

    if (writer->kind == SCHEMA_NULL)
        return compile_copy(compiler, &absent, sizeof absent, offset);
    enum codec_status status = compiler_open(compiler, &op, &index);
    if (status == CODEC_OK)
        status = compile_value(compiler, writer, item, 0);
    return status == CODEC_OK ? compiler_close(compiler, index) : status;
}

static uint32_t find_field(const struct record_type *reader, const char *name)
{
    uint32_t i = 0;
    while (i < reader->field_count && strcmp(reader->fields[i].name, name) != 0)
        i++;
    return i;
}

/* The writer's fields in the writer's order: read, or skipped. *ret_found has a bit for each reader's field read. */
static enum codec_status compile_fields(struct compiler *compiler, const struct schema *writer,
                                        const struct record_type *reader, uint32_t offset, uint64_t *ret_found)
{
    enum codec_status status = CODEC_OK;

    for (uint32_t i = 0; status == CODEC_OK && i < writer->count; i++) {
        uint32_t found = find_field(reader, writer->names[i]);
        const struct field_type *place = &reader->fields[found];

        compiler->field = found < reader->field_count ? place->name : NULL;
        if (!compiler->field)
            status = compile_skip(compiler, writer->types[i]);
        else if (*ret_found & UINT64_C(1) << found)
            return compiler_refuse(compiler, "the writer has the field twice");
        else
            status = compile_value(compiler, writer->types[i], place->type, offset + place->offset);
        if (found < reader->field_count)
            *ret_found |= UINT64_C(1) << found;
        compiler->record = reader->name;
    }
    return status;
}

/* "If the reader's record schema has a field that contains a default value, and writer's schema does not have a field
 * with the same name, then the reader should use the default value from its field." */
static enum codec_status compile_defaults(struct compiler *compiler, const struct record_type *reader, uint32_t offset,
                                          uint64_t found)
{
    enum codec_status status = CODEC_OK;

    for (uint32_t i = 0; status == CODEC_OK && i < reader->field_count; i++) {
        const struct field_type *field = &reader->fields[i];
        if (found & UINT64_C(1) << i)
            continue;
        compiler->field = field->name;
        if (!field->has_default)
            return compiler_refuse(compiler, "the writer lacks the field, and it has no default");
        status = compile_copy(compiler, (const char *)reader->defaults + field->offset, field->type->size,
                              offset + field->offset);
    }
    return status;
}

static enum codec_status compile_record(struct compiler *compiler, const struct schema *writer,
                                        const struct record_type *reader, uint32_t offset)
{
    const char *record = compiler->record;
    const char *field = compiler->field;
    uint64_t found = 0;

    if (writer->kind != SCHEMA_RECORD || strcmp(writer->name, reader->name) != 0)
        return mismatch(compiler, writer, reader->name);
    compiler->record = reader->name;
    enum codec_status status = compile_fields(compiler, writer, reader, offset, &found);
    if (status == CODEC_OK)
        status = compile_defaults(compiler, reader, offset, found);
    if (status == CODEC_OK) {
        compiler->record = record;
        compiler->field = field;
    }
    return status;
}

/* A record of the writer becomes the reader's branch of the same name. */
static enum codec_status compile_branch_of(struct compiler *compiler, const struct schema *writer,
                                           const struct union_type *reader, uint32_t offset)
{
    for (uint32_t i = 0; writer->kind == SCHEMA_RECORD && i < reader->count; i++) {
        if (strcmp(reader->branches[i]->name, writer->name) != 0)
            continue;
        struct op *op = compiler_emit(compiler, OP_KIND);
        if (!op)
            return CODEC_OUT_OF_MEMORY;
        op->offset = offset + reader->kind_offset;
        op->size = i;
        return compile_record(compiler, writer, reader->branches[i], offset + reader->value_offset);
    }
    return mismatch(compiler, writer, "one of the union's records");
}

static enum codec_status compile_from_branch(struct compiler *compiler, const struct schema *branch, void *context)
{
    const struct place *place = context;
    return compile_value(compiler, branch, place->type, place->offset);
}

static enum codec_status compile_value(struct compiler *compiler, const struct schema *writer,
                                       const struct value_type *type, uint32_t offset)
{
    struct place place = {type, offset};

    if (writer->kind == SCHEMA_UNION)
        return compile_union(compiler, writer, compile_from_branch, &place);
    switch (type->kind) {
    case VALUE_FIXED: return compile_fixed(compiler, writer, type, offset);
    case VALUE_ENUM: return compile_enum(compiler, writer, type->of.enumeration, offset);
    case VALUE_RECORD: return compile_record(compiler, writer, type->of.record, offset);
    case VALUE_ARRAY: return compile_array(compiler, writer, type->of.item, offset);
    case VALUE_OPTIONAL: return compile_optional(compiler, writer, type->of.item, offset);
    case VALUE_UNION: return compile_branch_of(compiler, writer, type->of.branches, offset);
    default: return compile_primitive(compiler, writer, type->kind, offset);
    }
}

static enum codec_status compile_plan(struct compiler *compiler, const struct schema *writer,
                                      const struct record_type *type)
{
    enum codec_status status = compile_record(compiler, writer, type, 0);

    if (status == CODEC_OK && !compiler_emit(compiler, OP_END))
        status = CODEC_OUT_OF_MEMORY;
    if (status == CODEC_OUT_OF_MEMORY && compiler->plan->op_count >= CODEC_MAX_OPS)
        return compiler_refuse(compiler, "the plan would have more than %d steps", CODEC_MAX_OPS);
    return status;
}

enum codec_status plan_compile(struct text writer, const struct record_type *type, struct plan *ret_plan,
                               char *ret_reason)
{
    struct compiler compiler = {.plan = ret_plan, .record = type->name, .reason = ret_reason};
    char detail[REASON_SIZE] = "";
    enum codec_status status;

    ret_reason[0] = '\0';
    *ret_plan = (struct plan){NULL, 0, 0, NULL, 0, 0};
    struct schema_tree *tree = schema_parse(writer, &status, detail);
    if (!tree) {
        if (status != CODEC_OUT_OF_MEMORY)
            snprintf(ret_reason, REASON_SIZE, "the writer's schema is not Avro: %.140s", detail);
        return status;
    }
    status = compile_plan(&compiler, schema_root(tree), type);
    schema_free(tree);
    return status;
}
