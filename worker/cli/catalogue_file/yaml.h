/* YAML as far as files for people need it: maps, lists and scalars in one document, each with its line.
 *
 * A scalar is text, quoted or not: what it means (amount, number, ON) the field says that it is for, so nothing passes
 * through a double and NO is not false. JSON is read too, being YAML. Not supported, and said so: anchors and aliases,
 * tags, keys that are not scalars, the same key twice, several documents. */
#ifndef OSBILL_CLI_YAML_H
#define OSBILL_CLI_YAML_H

#include <stddef.h>
#include <stdio.h>

#include "core/arena.h"
#include "records.h"

#define YAML_MAX_BYTES (16u << 20)
#define YAML_MAX_DEPTH 16
#define YAML_MAX_NODES (1u << 20)

enum yaml_kind { YAML_TEXT, YAML_LIST, YAML_MAP };

struct yaml_node {
    enum yaml_kind kind;
    bool quoted;      /* of a text */
    uint32_t line;    /* from 1 */
    struct text text; /* of a text; UTF-8 */
    struct text key;  /* in a map */
    uint32_t count;   /* of a map or list */
    struct yaml_node *first, *next;
};

struct yaml_problem {
    uint32_t line; /* 0: of no line */
    char text[200];
};

/* The root, in arena memory; NULL: *ret_problem says where and why. An empty document is an empty map. */
const struct yaml_node *yaml_parse(const char *data, size_t size, struct arena *arena,
                                   struct yaml_problem *ret_problem);

/* NULL: the map has no such key. */
const struct yaml_node *yaml_find(const struct yaml_node *map, const char *key);
/* Nothing was written: `key:`, ~ or null. */
bool yaml_is_null(const struct yaml_node *node);

/* Writes a scalar, in double quotes where another reader of YAML could take it for something else than text. */
void yaml_write_text(FILE *to, struct text text);
/* Always in double quotes. */
void yaml_write_quoted(FILE *to, struct text text);

#endif
