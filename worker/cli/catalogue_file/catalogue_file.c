#include "worker/cli/catalogue_file/catalogue_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "worker/cli/common/print.h"

struct catalogue_change_change *catalogue_file_add(struct catalogue_file *file, const struct yaml_node *node,
                                                   struct file_problems *problems)
{
    if (file->count == file->room) {
        uint32_t room = file->room ? file->room * 2 : 64;
        struct wanted *grown = arena_alloc(problems->arena, room * sizeof *grown, _Alignof(struct wanted));
        if (!grown) {
            file_problem(problems, node->line, "out of memory");
            return NULL;
        }
        if (file->count)
            memcpy(grown, file->items, file->count * sizeof *grown);
        file->items = grown;
        file->room = room;
    }
    struct wanted *wanted = &file->items[file->count++];
    memset(wanted, 0, sizeof *wanted);
    wanted->line = node->line;
    return &wanted->change;
}

static void read_module(const struct yaml_node *node, struct file_problems *problems, struct catalogue_file *file)
{
    struct catalogue_change_change *change = catalogue_file_add(file, node, problems);

    if (!change)
        return;
    change->kind = CATALOGUE_CHANGE_CHANGE_MODULE;
    form_read(&module_form, node, NULL, &change->as.module, problems);
    change->as.module.module_id = node->key;
}

static void read_enumeration(const struct yaml_node *node, struct file_problems *problems, struct catalogue_file *file)
{
    struct catalogue_change_change *change = catalogue_file_add(file, node, problems);
    struct enumeration_item *items =
        arena_alloc(problems->arena, (node->count + 1) * sizeof *items, _Alignof(struct enumeration_item));

    if (!change || !items)
        return;
    change->kind = CATALOGUE_CHANGE_CHANGE_ENUMERATION;
    struct enumeration *enumeration = &change->as.enumeration;
    *enumeration = (struct enumeration){.enumeration_id = node->key, .items = {items, 0}};
    if (node->kind != YAML_MAP && !yaml_is_null(node))
        file_problem(problems, node->line, "%.*s must be a map of items", (int)node->key.size, node->key.data);
    for (const struct yaml_node *entry = node->first; entry && node->kind == YAML_MAP; entry = entry->next) {
        struct enumeration_item *item = &items[enumeration->items.count++];
        form_read(&item_form, entry, NULL, item, problems);
        item->item_id = entry->key;
    }
}

static void read_alias(const struct yaml_node *node, struct file_problems *problems, struct catalogue_file *file)
{
    struct catalogue_change_change *change;

    if (node->kind != YAML_TEXT || yaml_is_null(node)) {
        file_problem(problems, node->line, "%.*s must name the template that it counts as", (int)node->key.size,
                     node->key.data);
        return;
    }
    change = catalogue_file_add(file, node, problems);
    if (!change)
        return;
    change->kind = CATALOGUE_CHANGE_CHANGE_ALIAS;
    change->as.alias = (struct alias){node->key, node->text};
}

static void read_template(const struct yaml_node *node, struct file_problems *problems, struct catalogue_file *file)
{
    struct catalogue_change_change *change = catalogue_file_add(file, node, problems);

    if (!change)
        return;
    change->kind = CATALOGUE_CHANGE_CHANGE_TEMPLATE_SETTINGS;
    form_read(&settings_form, node, NULL, &change->as.template_settings, problems);
    change->as.template_settings.template = node->key;
}

static void read_override(const struct yaml_node *node, enum override_scope scope, struct text scope_id,
                          struct file_problems *problems, struct catalogue_file *file)
{
    bool on = node->kind == YAML_TEXT && text_equal(node->text, TEXT("ON"));
    bool off = node->kind == YAML_TEXT && text_equal(node->text, TEXT("OFF"));
    struct catalogue_change_change *change;

    if (!on && !off) {
        file_problem(problems, node->line, "%.*s must be ON or OFF; leave it out for AUTO", (int)node->key.size,
                     node->key.data);
        return;
    }
    change = catalogue_file_add(file, node, problems);
    if (!change)
        return;
    change->kind = CATALOGUE_CHANGE_CHANGE_OVERRIDE;
    change->as.override = (struct override){
        .scope = scope,
        .scope_id = scope_id,
        .template = node->key,
        .setting = on ? OVERRIDE_SETTING_ON : OVERRIDE_SETTING_OFF,
    };
}

/* `tariffs:` or `modules:` below overrides */
static void read_overrides(const struct yaml_node *node, struct file_problems *problems, struct catalogue_file *file)
{
    bool module = text_equal(node->key, TEXT("modules"));

    if (!module && !text_equal(node->key, TEXT("tariffs"))) {
        file_problem(problems, node->line, "overrides holds tariffs and modules, not %.*s", (int)node->key.size,
                     node->key.data);
        return;
    }
    for (const struct yaml_node *scope = node->first; scope && node->kind == YAML_MAP; scope = scope->next)
        for (const struct yaml_node *entry = scope->first; entry && scope->kind == YAML_MAP; entry = entry->next)
            read_override(entry, module ? OVERRIDE_SCOPE_MODULE : OVERRIDE_SCOPE_TARIFF, scope->key, problems, file);
}

static const struct {
    const char *name;
    void (*read)(const struct yaml_node *, struct file_problems *, struct catalogue_file *);
} sections[SECTION_COUNT] = {
    [SECTION_MODULES] = {"modules", read_module},
    [SECTION_ENUMERATIONS] = {"enumerations", read_enumeration},
    [SECTION_TARIFFS] = {"tariffs", catalogue_file_read_tariff},
    [SECTION_ALIASES] = {"aliases", read_alias},
    [SECTION_TEMPLATES] = {"templates", read_template},
    [SECTION_OVERRIDES] = {"overrides", read_overrides},
};

static bool is_section(struct text name)
{
    for (int i = 0; i < SECTION_COUNT; i++)
        if (strlen(sections[i].name) == name.size && !memcmp(sections[i].name, name.data, name.size))
            return true;
    return false;
}

void catalogue_file_read(const struct yaml_node *root, struct file_problems *problems, struct catalogue_file *ret)
{
    *ret = (struct catalogue_file){0};
    if (root->kind != YAML_MAP) {
        file_problem(problems, root->line, "the file must be a map: modules, enumerations, tariffs, ...");
        return;
    }
    for (const struct yaml_node *entry = root->first; entry; entry = entry->next)
        if (!is_section(entry->key))
            file_problem(problems, entry->line,
                         "%.*s is not known: modules, enumerations, tariffs, aliases, "
                         "templates or overrides is",
                         (int)entry->key.size, entry->key.data);
    for (int i = 0; i < SECTION_COUNT; i++) {
        const struct yaml_node *section = yaml_find(root, sections[i].name);
        if (!section)
            continue;
        ret->has[i] = true;
        if (section->kind != YAML_MAP && !yaml_is_null(section))
            file_problem(problems, section->line, "%s must be a map", sections[i].name);
        for (const struct yaml_node *entry = section->first; entry && section->kind == YAML_MAP; entry = entry->next)
            sections[i].read(entry, problems, ret);
    }
}

/* --- from disk --- */

/* All of it, and one byte more than is allowed so that too much is noticed. */
static char *read_all(FILE *from, struct arena *arena, size_t *ret_size)
{
    size_t room = 64 << 10, used = 0;
    char *data = arena_alloc(arena, room, 1);

    while (data && !feof(from) && !ferror(from)) {
        used += fread(data + used, 1, room - used, from);
        if (used > YAML_MAX_BYTES)
            break;
        if (used < room)
            continue;
        char *grown = arena_alloc(arena, room * 2, 1);
        if (grown)
            memcpy(grown, data, used);
        data = grown;
        room *= 2;
    }
    *ret_size = used;
    return data;
}

bool catalogue_file_open(const char *name, struct arena *arena, struct catalogue_file *ret)
{
    bool piped = !strcmp(name, "-");
    FILE *from = piped ? stdin : fopen(name, "re");
    struct file_problems problems = {.arena = arena, .file = piped ? "standard input" : name};
    struct yaml_problem problem;
    size_t size;

    if (!from) {
        say("%s: %s", name, strerror(errno));
        return false;
    }
    char *data = read_all(from, arena, &size);
    bool failed = ferror(from) != 0;
    if (!piped)
        (void)fclose(from);
    if (!data || failed) {
        say("%s: %s", problems.file, failed ? "cannot be read" : "out of memory");
        return false;
    }
    const struct yaml_node *root = yaml_parse(data, size, arena, &problem);
    if (!root)
        file_problem(&problems, problem.line, "%s", problem.text);
    else
        catalogue_file_read(root, &problems, ret);
    return !file_problems_print(&problems);
}
