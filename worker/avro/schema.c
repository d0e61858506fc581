/* Avro 1.11 specification, "Schema Declaration" and "Names". */
#include "worker/avro/schema.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/avro/plan.h"
#include "worker/avro/schema_json.h"

/* The nodes and lists of a tree, freed together. */
struct block {
    struct block *next;
    max_align_t bytes[];
};

struct schema_tree {
    struct block *blocks;
    json_t *json; /* names and symbols are its strings */
    const struct schema *root;
    struct schema *named[SCHEMA_MAX_NAMED];
    uint32_t named_count;
    uint32_t depth;
    enum codec_status status;
    char *reason;
};

static const struct schema primitives[] = {
    {.kind = SCHEMA_NULL, .name = "null"},     {.kind = SCHEMA_BOOLEAN, .name = "boolean"},
    {.kind = SCHEMA_INT, .name = "int"},       {.kind = SCHEMA_LONG, .name = "long"},
    {.kind = SCHEMA_FLOAT, .name = "float"},   {.kind = SCHEMA_DOUBLE, .name = "double"},
    {.kind = SCHEMA_STRING, .name = "string"}, {.kind = SCHEMA_BYTES, .name = "bytes"},
};

static const struct schema *parse(struct schema_tree *tree, const json_t *json, struct text space);

static void *refuse(struct schema_tree *tree, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void *refuse(struct schema_tree *tree, const char *format, ...)
{
    va_list arguments;

    tree->status = CODEC_SCHEMA_INVALID;
    va_start(arguments, format);
    vsnprintf(tree->reason, REASON_SIZE, format, arguments);
    va_end(arguments);
    return NULL;
}

static void *take(struct schema_tree *tree, size_t size)
{
    struct block *block = calloc(1, sizeof *block + size);

    if (!block) {
        tree->status = CODEC_OUT_OF_MEMORY;
        return NULL;
    }
    block->next = tree->blocks;
    tree->blocks = block;
    return block->bytes;
}

/* A string without NUL in it, or NULL. */
static const char *string_of(const json_t *json)
{
    const char *text = json_string_value(json);

    return text && strlen(text) == json_string_length(json) ? text : NULL;
}

static struct schema *node(struct schema_tree *tree, enum schema_kind kind, const char *name, size_t count)
{
    struct schema *schema = take(tree, sizeof *schema);

    if (!schema)
        return NULL;
    schema->kind = kind;
    schema->name = name;
    schema->count = (uint32_t)count;
    schema->names = take(tree, count * sizeof(const char *));
    schema->types = take(tree, count * sizeof(const struct schema *));
    return schema->names && schema->types ? schema : NULL;
}

/* --- names --- */

/* "a.b.C" is C in a.b; "C" is in the namespace given. */
static const char *split_name(const char *full, struct text *space)
{
    const char *dot = strrchr(full, '.');

    if (!dot)
        return full;
    *space = (struct text){full, (uint32_t)(dot - full)};
    return dot + 1;
}

static bool same_space(struct text a, struct text b)
{
    return a.size == b.size && (a.size == 0 || !memcmp(a.data, b.data, a.size));
}

static const struct schema *find_named(const struct schema_tree *tree, const char *name, struct text space)
{
    for (uint32_t i = 0; i < tree->named_count; i++)
        if (!strcmp(tree->named[i]->name, name) && same_space(tree->named[i]->space, space))
            return tree->named[i];
    return NULL;
}

static const struct schema *parse_name(struct schema_tree *tree, const char *full, struct text space)
{
    for (size_t i = 0; i < sizeof primitives / sizeof primitives[0]; i++)
        if (!strcmp(primitives[i].name, full))
            return &primitives[i];
    const char *name = split_name(full, &space);
    const struct schema *found = find_named(tree, name, space);
    return found ? found : refuse(tree, "type %.60s is not known", full);
}

/* A named type, known by its name from here on, within itself too. *space becomes that of the types within it. */
static struct schema *declare(struct schema_tree *tree, enum schema_kind kind, const json_t *json, struct text *space,
                              size_t count)
{
    const char *full = string_of(json_object_get(json, "name"));
    const char *given = string_of(json_object_get(json, "namespace"));

    if (!full)
        return refuse(tree, "a record, enum or fixed type has no name");
    if (given)
        *space = (struct text){given, (uint32_t)strlen(given)};
    const char *name = split_name(full, space);
    if (find_named(tree, name, *space))
        return refuse(tree, "type %.60s is defined twice", full);
    if (tree->named_count == SCHEMA_MAX_NAMED)
        return refuse(tree, "more than %d named types", SCHEMA_MAX_NAMED);
    struct schema *schema = node(tree, kind, name, count);
    if (!schema)
        return NULL;
    schema->space = *space;
    tree->named[tree->named_count++] = schema;
    return schema;
}

/* --- types --- */

static const struct schema *parse_fixed(struct schema_tree *tree, const json_t *json, struct text space)
{
    const json_t *size = json_object_get(json, "size");

    if (!json_is_integer(size) || json_integer_value(size) < 0 || json_integer_value(size) > CODEC_MAX_VALUE)
        return refuse(tree, "a fixed type has no size, or one that is too large");
    struct schema *schema = declare(tree, SCHEMA_FIXED, json, &space, 0);
    if (schema)
        schema->size = (uint32_t)json_integer_value(size);
    return schema;
}

static const struct schema *parse_enum(struct schema_tree *tree, const json_t *json, struct text space)
{
    const json_t *symbols = json_object_get(json, "symbols");
    struct schema *schema = declare(tree, SCHEMA_ENUM, json, &space, json_array_size(symbols));

    for (uint32_t i = 0; schema && i < schema->count; i++) {
        schema->names[i] = string_of(json_array_get(symbols, i));
        if (!schema->names[i])
            return refuse(tree, "enum %.60s has a symbol that is no string", schema->name);
    }
    return schema;
}

static const struct schema *parse_record(struct schema_tree *tree, const json_t *json, struct text space)
{
    const json_t *fields = json_object_get(json, "fields");
    struct schema *schema = declare(tree, SCHEMA_RECORD, json, &space, json_array_size(fields));

    if (schema && !json_is_array(fields))
        return refuse(tree, "record %.60s has no fields", schema->name);
    for (uint32_t i = 0; schema && i < schema->count; i++) {
        const json_t *field = json_array_get(fields, i);
        schema->names[i] = string_of(json_object_get(field, "name"));
        if (!schema->names[i])
            return refuse(tree, "record %.60s has a field without name", schema->name);
        schema->types[i] = parse(tree, json_object_get(field, "type"), space);
        if (!schema->types[i])
            return NULL;
    }
    return schema;
}

static const struct schema *parse_items(struct schema_tree *tree, const json_t *json, struct text space)
{
    bool is_map = json_object_get(json, "values") != NULL;
    struct schema *schema = node(tree, is_map ? SCHEMA_MAP : SCHEMA_ARRAY, is_map ? "map" : "array", 1);

    if (!schema)
        return NULL;
    schema->types[0] = parse(tree, json_object_get(json, is_map ? "values" : "items"), space);
    return schema->types[0] ? schema : NULL;
}

static const struct schema *parse_union(struct schema_tree *tree, const json_t *json, struct text space)
{
    struct schema *schema = node(tree, SCHEMA_UNION, "union", json_array_size(json));

    for (uint32_t i = 0; schema && i < schema->count; i++) {
        schema->types[i] = parse(tree, json_array_get(json, i), space);
        if (!schema->types[i])
            return NULL;
        if (schema->types[i]->kind == SCHEMA_UNION)
            return refuse(tree, "a union directly within a union");
    }
    return schema;
}

static const struct schema *parse_object(struct schema_tree *tree, const json_t *json, struct text space)
{
    const json_t *type = json_object_get(json, "type");
    const char *name = string_of(type);

    if (!name)
        return parse(tree, type, space);
    if (!strcmp(name, "record") || !strcmp(name, "error"))
        return parse_record(tree, json, space);
    if (!strcmp(name, "enum"))
        return parse_enum(tree, json, space);
    if (!strcmp(name, "fixed"))
        return parse_fixed(tree, json, space);
    if (!strcmp(name, "array") || !strcmp(name, "map"))
        return parse_items(tree, json, space);
    return parse_name(tree, name, space);
}

/* The schema, or NULL with tree->status set. */
static const struct schema *parse(struct schema_tree *tree, const json_t *json, struct text space)
{
    const struct schema *schema;

    if (++tree->depth > SCHEMA_MAX_DEPTH)
        return refuse(tree, "types are nested more than %d deep", SCHEMA_MAX_DEPTH);
    if (json_is_array(json))
        schema = parse_union(tree, json, space);
    else if (json_is_object(json))
        schema = parse_object(tree, json, space);
    else if (string_of(json))
        schema = parse_name(tree, string_of(json), space);
    else
        return refuse(tree, "a type is missing, or no type");
    tree->depth--;
    return schema;
}

struct schema_tree *schema_parse(struct text json, enum codec_status *ret_status, char *ret_reason)
{
    struct schema_tree *tree = calloc(1, sizeof *tree);

    *ret_status = CODEC_OUT_OF_MEMORY;
    if (!tree)
        return NULL;
    tree->reason = ret_reason;
    tree->status = schema_json(json, &tree->json, ret_reason);
    if (tree->json)
        tree->root = parse(tree, tree->json, (struct text){"", 0});
    *ret_status = tree->root ? CODEC_OK : tree->status;
    if (tree->root)
        return tree;
    schema_free(tree);
    return NULL;
}

const struct schema *schema_root(const struct schema_tree *tree)
{
    return tree->root;
}

void schema_free(struct schema_tree *tree)
{
    while (tree && tree->blocks) {
        struct block *next = tree->blocks->next;
        free(tree->blocks);
        tree->blocks = next;
    }
    if (tree)
        json_decref(tree->json);
    free(tree);
}
