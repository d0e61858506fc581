#include "worker/cli/catalogue_file/catalogue_form.h"

#include <stdarg.h>
#include <string.h>

#include "core/record_walk.h"
#include "core/text.h"
#include "worker/cli/common/decimal.h"
#include "worker/cli/common/print.h"

static const struct form_row module_rows[] = {
    {"title", "title", false},
    {"auto_connect", "auto_connect", true},
    {"strict", "strict", false},
};
static const struct form_row tariff_rows[] = {
    {"title", "title", false},
    {"currency", "currency", true},
    {"modules", "module_ids", false},
    {"os_param", "os_param", false},
    {"enumeration", "enumeration_id", false},
    {"default_item", "default_item", false},
    {"refund", "refund", false},
    {"rounding", "rounding_micros", false},
    {"disk_mib", "disk_mib", false},
    {"ram_mib", "ram_mib", false},
    {"enabled", "enabled", false},
};
static const struct form_row item_rows[] = {
    {"internal_name", "internal_name", true},
    {"title", "title", false},
    {"sort", "sort", false},
};
static const struct form_row settings_rows[] = {
    {"title", "title", false},
    {"sort", "sort", false},
    {"tags", "tags", false},
};

#define FORM(name, record) \
    const struct form name##_form = {record, name##_rows, sizeof name##_rows / sizeof name##_rows[0]}
FORM(module, &module_record);
FORM(tariff, &tariff_record);
FORM(item, &enumeration_item_record);
FORM(settings, &template_settings_record);

/* --- problems --- */

void file_problem(struct file_problems *problems, uint32_t line, const char *format, ...)
{
    char text[400];
    va_list arguments;

    if (problems->count == sizeof problems->items / sizeof problems->items[0]) {
        problems->more++;
        return;
    }
    va_start(arguments, format);
    int size = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    size = size < 0 ? 0 : size < (int)sizeof text ? size : (int)sizeof text - 1;
    problems->items[problems->count].line = line;
    problems->items[problems->count++].text = text_copy(problems->arena, (struct text){text, (uint32_t)size});
}

bool file_problems_print(const struct file_problems *problems)
{
    for (uint32_t i = 0; i < problems->count; i++)
        say("%s:%u: %.*s", problems->file, problems->items[i].line, (int)problems->items[i].text.size,
            problems->items[i].text.data);
    if (problems->more)
        say("%s: and %u more", problems->file, problems->more);
    return problems->count > 0;
}

/* --- reading --- */

static bool is_money(const struct field_type *field)
{
    size_t size = strlen(field->name);

    return size > 7 && !strcmp(field->name + size - 7, "_micros");
}

static struct text as_text(const struct yaml_node *node, struct file_problems *problems)
{
    if (node->kind != YAML_TEXT)
        file_problem(problems, node->line, "%.*s must be a text", (int)node->key.size, node->key.data);
    return node->kind == YAML_TEXT && !yaml_is_null(node) ? node->text : TEXT("");
}

static bool read_integer(struct text text, int64_t *ret)
{
    bool negative = text.size && text.data[0] == '-';
    int64_t value = 0;

    if (text.size == negative || text.size > 19)
        return false;
    for (uint32_t i = negative; i < text.size; i++) {
        int digit = text.data[i] - '0';
        if (digit < 0 || digit > 9 || value > (INT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *ret = negative ? -value : value;
    return true;
}

bool yaml_number(const struct yaml_node *node, int64_t minimum, int64_t maximum, int64_t *ret,
                 struct file_problems *problems)
{
    if (node->kind == YAML_TEXT && read_integer(node->text, ret) && *ret >= minimum && *ret <= maximum)
        return true;
    file_problem(problems, node->line, "%.*s must be a whole number from %lld to %lld", (int)node->key.size,
                 node->key.data, (long long)minimum, (long long)maximum);
    return false;
}

bool yaml_money(const struct yaml_node *node, int64_t *ret_micros, struct file_problems *problems)
{
    enum decimal_status status = node->kind == YAML_TEXT ? micros_from_text(node->text, ret_micros) : DECIMAL_MALFORMED;

    if (status != DECIMAL_OK)
        file_problem(problems, node->line, "%.*s %s", (int)node->key.size, node->key.data, decimal_problem(status));
    return status == DECIMAL_OK;
}

static void read_enum(const struct enum_type *type, const struct yaml_node *node, int *place,
                      struct file_problems *problems)
{
    char symbols[200] = "";
    size_t used = 0;

    for (uint32_t i = 0; i < type->count; i++) {
        const char *symbol = type->symbols[i];
        if (node->kind == YAML_TEXT && node->text.size == strlen(symbol) &&
            !memcmp(node->text.data, symbol, node->text.size)) {
            *place = (int)i;
            return;
        }
        used += (size_t)snprintf(symbols + used, sizeof symbols - used, "%s%s", i ? ", " : "", symbol);
        used = used < sizeof symbols ? used : sizeof symbols - 1;
    }
    file_problem(problems, node->line, "%.*s must be one of %s", (int)node->key.size, node->key.data, symbols);
}

static void read_boolean(const struct yaml_node *node, bool *place, struct file_problems *problems)
{
    struct text text = node->kind == YAML_TEXT ? node->text : TEXT("");

    *place = text_equal(text, TEXT("true"));
    if (!*place && !text_equal(text, TEXT("false")))
        file_problem(problems, node->line, "%.*s must be true or false", (int)node->key.size, node->key.data);
}

static void read_texts(const struct yaml_node *node, struct text_array *place, struct file_problems *problems)
{
    *place = (struct text_array){NULL, 0};
    if (node->kind != YAML_LIST) {
        file_problem(problems, node->line, "%.*s must be a list: [a, b]", (int)node->key.size, node->key.data);
        return;
    }
    place->items = arena_alloc(problems->arena, node->count * sizeof(struct text), _Alignof(struct text));
    if (!place->items) {
        file_problem(problems, node->line, "out of memory");
        return;
    }
    for (const struct yaml_node *item = node->first; item; item = item->next)
        place->items[place->count++] = as_text(item, problems);
}

static void read_field(const struct field_type *field, const struct yaml_node *node, void *record,
                       struct file_problems *problems)
{
    void *place = (char *)record + field->offset;
    int64_t number;

    switch (field->type->kind) {
    case VALUE_STRING: *(struct text *)place = as_text(node, problems); break;
    case VALUE_BOOLEAN: read_boolean(node, place, problems); break;
    case VALUE_ENUM: read_enum(field->type->of.enumeration, node, place, problems); break;
    case VALUE_ARRAY: read_texts(node, place, problems); break;
    case VALUE_INT:
        if (yaml_number(node, INT32_MIN, INT32_MAX, &number, problems))
            *(int32_t *)place = (int32_t)number;
        break;
    case VALUE_LONG:
        if (is_money(field))
            (void)yaml_money(node, place, problems);
        else
            (void)yaml_number(node, INT64_MIN + 1, INT64_MAX, place, problems);
        break;
    default: break;
    }
}

const struct field_type *form_field(const struct form *form, const struct form_row *row)
{
    uint32_t i = 0;

    while (strcmp(form->record->fields[i].name, row->field) != 0)
        i++;
    return &form->record->fields[i];
}

static bool is_known(const struct form *form, const char *const *others, struct text name)
{
    for (uint32_t i = 0; i < form->count; i++)
        if (strlen(form->rows[i].name) == name.size && !memcmp(form->rows[i].name, name.data, name.size))
            return true;
    for (; others && *others; others++)
        if (strlen(*others) == name.size && !memcmp(*others, name.data, name.size))
            return true;
    return false;
}

void form_read(const struct form *form, const struct yaml_node *map, const char *const *others, void *ret_record,
               struct file_problems *problems)
{
    memcpy(ret_record, form->record->defaults, form->record->size);
    if (map->kind != YAML_MAP && !yaml_is_null(map)) {
        file_problem(problems, map->line, "%.*s must be a map of %s, ...", (int)map->key.size, map->key.data,
                     form->rows[0].name);
        return;
    }
    for (const struct yaml_node *entry = map->first; entry; entry = entry->next)
        if (!is_known(form, others, entry->key))
            file_problem(problems, entry->line, "%.*s is not known here", (int)entry->key.size, entry->key.data);
    for (uint32_t i = 0; i < form->count; i++) {
        const struct yaml_node *entry = yaml_find(map, form->rows[i].name);
        if (entry && !yaml_is_null(entry))
            read_field(form_field(form, &form->rows[i]), entry, ret_record, problems);
        else if (form->rows[i].required)
            file_problem(problems, map->line, "%.*s: %s is missing", (int)map->key.size, map->key.data,
                         form->rows[i].name);
    }
}

/* --- writing --- */

static void write_texts(const struct text_array *texts, FILE *to)
{
    (void)fputc('[', to);
    for (uint32_t i = 0; i < texts->count; i++) {
        (void)fputs(i ? ", " : "", to);
        yaml_write_text(to, texts->items[i]);
    }
    (void)fputc(']', to);
}

void form_write_value(const struct field_type *field, const void *record, FILE *to)
{
    const void *place = (const char *)record + field->offset;
    char amount[DECIMAL_TEXT];

    switch (field->type->kind) {
    case VALUE_STRING: yaml_write_text(to, *(const struct text *)place); break;
    case VALUE_BOOLEAN: (void)fputs(*(const bool *)place ? "true" : "false", to); break;
    case VALUE_ENUM: (void)fputs(field->type->of.enumeration->symbols[*(const int *)place], to); break;
    case VALUE_ARRAY: write_texts(place, to); break;
    case VALUE_INT: (void)fprintf(to, "%d", *(const int32_t *)place); break;
    case VALUE_LONG:
        if (is_money(field))
            (void)fprintf(to, "\"%s\"", decimal_from_micros(*(const int64_t *)place, amount));
        else
            (void)fprintf(to, "%lld", (long long)*(const int64_t *)place);
        break;
    default: break;
    }
}

static bool same_value(const struct field_type *field, const void *a, const void *b)
{
    const struct record_type one = {.fields = field, .field_count = 1};

    return record_equal(&one, a, b);
}

void form_write(const struct form *form, const void *record, int indent, FILE *to)
{
    for (uint32_t i = 0; i < form->count; i++) {
        const struct field_type *field = form_field(form, &form->rows[i]);
        if (!form->rows[i].required && same_value(field, record, form->record->defaults))
            continue;
        (void)fprintf(to, "%*s%s: ", indent, "", form->rows[i].name);
        form_write_value(field, record, to);
        (void)fputc('\n', to);
    }
}
