/* Values of ISPsystem's JSON: wrapped or plain, one or many. */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "worker/cli/catalogue_file/billmanager.h"
#include "worker/cli/common/decimal.h"

enum { PATH = 300, MESSAGE = 300, NAME = 64, ID_MAX = 128 };

/* --- where --- */

struct place place_child(const struct place *parent, const char *name)
{
    char attribute[NAME];
    const json_t *value = json_object_get(parent->value, name);

    (void)snprintf(attribute, sizeof attribute, "$%s", name);
    return (struct place){parent, name, 0, value ? value : json_object_get(parent->value, attribute)};
}

uint32_t place_count(const struct place *list)
{
    if (!list->value || json_is_null(list->value))
        return 0;
    return json_is_array(list->value) ? (uint32_t)json_array_size(list->value) : 1;
}

struct place place_item(const struct place *list, uint32_t index)
{
    if (!json_is_array(list->value))
        return *list;
    return (struct place){list, NULL, index, json_array_get(list->value, index)};
}

/* "$.doc.pricelist[2].price" */
static void write_path(const struct place *place, char path[PATH])
{
    if (!place->parent) {
        (void)snprintf(path, PATH, "$");
        return;
    }
    write_path(place->parent, path);
    size_t used = strlen(path);
    if (place->name)
        (void)snprintf(path + used, PATH - used, ".%s", place->name);
    else
        (void)snprintf(path + used, PATH - used, "[%zu]", place->index);
}

void import_error(struct import *import, const struct place *place, const char *format, ...)
{
    char path[PATH], message[MESSAGE];
    va_list arguments;

    write_path(place, path);
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    file_problem(import->problems, 0, "%s: %s", path, message);
}

void import_warning(struct import *import, const struct place *place, const char *format, ...)
{
    char path[PATH], message[MESSAGE], text[PATH + MESSAGE + 2];
    va_list arguments;

    write_path(place, path);
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    (void)snprintf(text, sizeof text, "%s: %s", path, message);
    import->warn(import->context, text);
}

/* --- what --- */

static const json_t *unwrap(const struct place *place)
{
    const json_t *inner = json_object_get(place->value, "$");

    return inner ? inner : place->value;
}

bool read_text(struct import *import, const struct place *place, struct text *ret)
{
    const json_t *value = unwrap(place);

    *ret = TEXT("");
    if (!value || json_is_null(value) || (json_is_object(value) && json_object_size(value) == 0))
        return true; /* an empty element is {} */
    if (json_is_string(value))
        *ret = (struct text){json_string_value(value), (uint32_t)json_string_length(value)};
    else if (json_is_integer(value))
        *ret = text_from_int(import->problems->arena, json_integer_value(value));
    else
        import_error(import, place, "must be a text or a whole number");
    return json_is_string(value) || json_is_integer(value);
}

bool read_id(struct import *import, const struct place *place, struct text *ret)
{
    if (!read_text(import, place, ret))
        return false;
    bool good = ret->size > 0 && ret->size <= ID_MAX;
    for (uint32_t i = 0; i < ret->size; i++)
        good = good && (unsigned char)ret->data[i] > ' ' && ret->data[i] != 0x7f;
    if (!good)
        import_error(import, place, "%s: it must be an id of 1 to %d bytes without blanks",
                     place->value ? "is no id" : "is missing", ID_MAX);
    return good;
}

bool read_switch(struct import *import, const struct place *place, bool preset)
{
    const json_t *value = unwrap(place);
    const char *text = json_string_value(value);

    if (!value || json_is_null(value))
        return preset;
    if (json_is_boolean(value))
        return json_is_true(value);
    if (text && (!strcmp(text, "on") || !strcmp(text, "off")))
        return !strcmp(text, "on");
    import_error(import, place, "must be on or off");
    return preset;
}

bool read_whole(struct import *import, const struct place *place, int64_t minimum, int64_t maximum, int64_t *ret)
{
    struct text text;

    if (!read_text(import, place, &text))
        return false;
    const struct yaml_node node = {.kind = YAML_TEXT, .text = text};
    struct file_problems unsaid = {.arena = import->problems->arena};
    if (yaml_number(&node, minimum, maximum, ret, &unsaid))
        return true;
    import_error(import, place, "must be a whole number from %lld to %lld", (long long)minimum, (long long)maximum);
    return false;
}

/* jansson reads 490.10 as the nearest double. A decimal of at most 15 digits is what "%.15g" makes of that again; more
 * digits than that do not come back as the same double, and are refused. */
static bool exact_text(const json_t *value, char text[DECIMAL_TEXT])
{
    double number = json_real_value(value);

    if (!json_is_real(value))
        return false;
    int size = snprintf(text, DECIMAL_TEXT, "%.15g", number);
    return size > 0 && size < DECIMAL_TEXT && strtod(text, NULL) == number;
}

bool read_amount(struct import *import, const struct place *place, int64_t *ret_micros)
{
    struct text text;
    char real[DECIMAL_TEXT];

    if (exact_text(unwrap(place), real))
        text = (struct text){real, (uint32_t)strlen(real)};
    else if (!read_text(import, place, &text))
        return false;
    enum decimal_status status = micros_from_text(text, ret_micros);
    if (status != DECIMAL_OK)
        import_error(import, place, "%s%s", text.size ? "" : "is missing: it ", decimal_problem(status));
    else if (*ret_micros < 0)
        import_error(import, place, "is negative: prices are 0 or more");
    return status == DECIMAL_OK && *ret_micros >= 0;
}
