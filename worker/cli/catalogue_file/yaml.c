#include "worker/cli/catalogue_file/yaml.h"

#include <stdarg.h>
#include <string.h>
#include <yaml.h>

#include "core/name_index.h"
#include "core/text.h"

/* A collection that is being read. */
struct level {
    struct yaml_node *node, *last;
    struct text key; /* of the value to come */
    bool has_key;
};

struct reader {
    struct arena *arena;
    struct yaml_problem *problem;
    struct yaml_node *root;
    struct level levels[YAML_MAX_DEPTH];
    uint32_t depth, nodes, documents;
    bool failed, ended;
};

static void fail(struct reader *reader, size_t line, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void fail(struct reader *reader, size_t line, const char *format, ...)
{
    va_list arguments;

    if (reader->failed)
        return;
    reader->failed = true;
    reader->problem->line = (uint32_t)line;
    va_start(arguments, format);
    vsnprintf(reader->problem->text, sizeof reader->problem->text, format, arguments);
    va_end(arguments);
}

static struct yaml_node *new_node(struct reader *reader, enum yaml_kind kind, size_t line)
{
    struct yaml_node *node = NULL;

    if (++reader->nodes <= YAML_MAX_NODES)
        node = arena_alloc(reader->arena, sizeof *node, _Alignof(struct yaml_node));
    if (!node) {
        fail(reader, line, reader->nodes > YAML_MAX_NODES ? "more than %u values" : "out of memory", YAML_MAX_NODES);
        return NULL;
    }
    *node = (struct yaml_node){.kind = kind, .line = (uint32_t)line};
    return node;
}

/* Puts a value where it belongs: the root, the next of a list, the value of the key before it. */
static void attach(struct reader *reader, struct yaml_node *node)
{
    struct level *level = reader->depth ? &reader->levels[reader->depth - 1] : NULL;

    if (!level) {
        reader->root = node;
        return;
    }
    if (level->node->kind == YAML_MAP) {
        node->key = level->key;
        level->has_key = false;
    }
    *(level->last ? &level->last->next : &level->node->first) = node;
    level->last = node;
    level->node->count++;
}

static void begin(struct reader *reader, enum yaml_kind kind, size_t line)
{
    struct level *level = reader->depth ? &reader->levels[reader->depth - 1] : NULL;
    struct yaml_node *node = new_node(reader, kind, line);

    if (!node)
        return;
    if (level && level->node->kind == YAML_MAP && !level->has_key) {
        fail(reader, line, "a key must be a word or a quoted text");
        return;
    }
    attach(reader, node);
    if (reader->depth == YAML_MAX_DEPTH) {
        fail(reader, line, "nested deeper than %d", YAML_MAX_DEPTH);
        return;
    }
    reader->levels[reader->depth++] = (struct level){.node = node};
}

/* All at once: a search for each key would take hours for what a 16 MiB file can hold. */
static void end_map(struct reader *reader, const struct yaml_node *map)
{
    struct name_index index;
    uint32_t number = 0;

    if (!name_index_init(&index, reader->arena, map->count)) {
        fail(reader, map->line, "out of memory");
        return;
    }
    for (const struct yaml_node *entry = map->first; entry; entry = entry->next)
        if (name_add(&index, entry->key) < number++)
            fail(reader, entry->line, "the key %.*s stands here twice",
                 (int)(entry->key.size < 100 ? entry->key.size : 100), entry->key.data);
}

static void end(struct reader *reader)
{
    const struct yaml_node *node = reader->depth ? reader->levels[--reader->depth].node : NULL;

    if (node && node->kind == YAML_MAP)
        end_map(reader, node);
}

static void scalar(struct reader *reader, const yaml_event_t *event, size_t line)
{
    struct level *level = reader->depth ? &reader->levels[reader->depth - 1] : NULL;
    struct text raw = {(const char *)event->data.scalar.value, (uint32_t)event->data.scalar.length};
    struct text text = text_copy(reader->arena, raw);

    if (text.size != raw.size) {
        fail(reader, line, "out of memory");
    } else if (level && level->node->kind == YAML_MAP && !level->has_key) {
        level->key = text;
        level->has_key = true;
    } else {
        struct yaml_node *node = new_node(reader, YAML_TEXT, line);
        if (!node)
            return;
        node->text = text;
        node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
        attach(reader, node);
    }
}

static bool is_tagged(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT: return event->data.scalar.tag || event->data.scalar.anchor;
    case YAML_SEQUENCE_START_EVENT: return event->data.sequence_start.tag || event->data.sequence_start.anchor;
    case YAML_MAPPING_START_EVENT: return event->data.mapping_start.tag || event->data.mapping_start.anchor;
    default: return false;
    }
}

static void take(struct reader *reader, const yaml_event_t *event)
{
    size_t line = event->start_mark.line + 1;

    if (is_tagged(event) || event->type == YAML_ALIAS_EVENT) {
        fail(reader, line, "anchors, aliases and tags (& * !) are not supported: write the value itself");
        return;
    }
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (reader->documents++)
            fail(reader, line, "a second document begins here: put all into one");
        break;
    case YAML_SCALAR_EVENT: scalar(reader, event, line); break;
    case YAML_SEQUENCE_START_EVENT: begin(reader, YAML_LIST, line); break;
    case YAML_MAPPING_START_EVENT: begin(reader, YAML_MAP, line); break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: end(reader); break;
    case YAML_STREAM_END_EVENT: reader->ended = true; break;
    default: break;
    }
}

const struct yaml_node *yaml_parse(const char *data, size_t size, struct arena *arena, struct yaml_problem *ret_problem)
{
    struct reader reader = {.arena = arena, .problem = ret_problem};
    yaml_parser_t parser;
    yaml_event_t event;

    *ret_problem = (struct yaml_problem){0};
    if (size > YAML_MAX_BYTES)
        fail(&reader, 0, "larger than %u MiB", YAML_MAX_BYTES >> 20);
    else if (!yaml_parser_initialize(&parser))
        fail(&reader, 0, "out of memory");
    if (reader.failed)
        return NULL;
    yaml_parser_set_input_string(&parser, (const unsigned char *)data, size);
    while (!reader.failed && !reader.ended) {
        if (!yaml_parser_parse(&parser, &event)) {
            fail(&reader, parser.problem_mark.line + 1, "%s", parser.problem ? parser.problem : "not YAML");
            break;
        }
        take(&reader, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    if (!reader.failed && !reader.root)
        reader.root = new_node(&reader, YAML_MAP, 1);
    return reader.failed ? NULL : reader.root;
}

const struct yaml_node *yaml_find(const struct yaml_node *map, const char *key)
{
    struct text wanted = {key, (uint32_t)strlen(key)};

    for (const struct yaml_node *entry = map->first; entry && map->kind == YAML_MAP; entry = entry->next)
        if (text_equal(entry->key, wanted))
            return entry;
    return NULL;
}

bool yaml_is_null(const struct yaml_node *node)
{
    return node->kind == YAML_TEXT && !node->quoted &&
           (text_empty(node->text) || text_equal(node->text, TEXT("~")) || text_equal(node->text, TEXT("null")));
}
