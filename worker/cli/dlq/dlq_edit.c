/* Corrections of a record: in its JSON form, where every field has its type already. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/cli/common/moment.h"
#include "worker/cli/common/print.h"
#include "worker/cli/dlq/dlq.h"

enum { PATH = 256 };

static json_t *read_integer(const char *name, const char *value)
{
    char *end;
    int64_t number = strtoll(value, &end, 10);

    if (*value && !*end)
        return json_integer(number);
    if (moment_is_field(name) && !strcmp(value, "now"))
        return json_integer(moment_now());
    if (moment_is_field(name) && moment_from_text((struct text){value, (uint32_t)strlen(value)}, &number))
        return json_integer(number);
    return NULL;
}

/* A value of the type that the field has; NULL: it is none. */
static json_t *read_value(const char *name, const json_t *present, const char *value)
{
    switch (json_typeof(present)) {
    case JSON_STRING: return json_string(value);
    case JSON_INTEGER: return read_integer(name, value);
    case JSON_TRUE:
    case JSON_FALSE: return !strcmp(value, "true") ? json_true() : !strcmp(value, "false") ? json_false() : NULL;
    default: return json_loads(value, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    }
}

static void say_fields(const json_t *object, const char *wrong)
{
    char names[1024] = "";
    const char *name;
    json_t *value;
    size_t used = 0;

    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        if (used < sizeof names)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", name);
    }
    say("there is no field %s; there are %s", wrong, names);
}

/* Goes down the path to the object that holds the field; what is left of the path is its name. */
static json_t *find_object(json_t *json, char **path)
{
    for (char *dot; json && (dot = strchr(*path, '.'));) {
        *dot = '\0';
        json_t *inner = json_object_get(json, *path);
        if (!json_is_object(inner))
            break;
        json = inner;
        *path = dot + 1;
    }
    return json;
}

bool dlq_edit(json_t *json, const char *assignment)
{
    size_t size = strcspn(assignment, "=");
    char copy[PATH], *name = copy;

    if (assignment[size] != '=' || size == 0 || size >= sizeof copy) {
        say("%s: expected FIELD=VALUE", assignment);
        return false;
    }
    (void)snprintf(copy, size + 1, "%s", assignment);
    json_t *object = find_object(json, &name);
    const json_t *present = json_object_get(object, name);
    if (!present) {
        say_fields(object, name);
        return false;
    }
    json_t *value = read_value(name, present, assignment + size + 1);
    if (!value) {
        say("%s: expected %s", assignment,
            moment_is_field(name)      ? "a moment such as 2025-03-01T12:00Z, milliseconds, or now"
            : json_is_integer(present) ? "a whole number; money is in micro-units"
            : json_is_boolean(present) ? "true or false"
                                       : "JSON");
        return false;
    }
    return json_object_set_new(object, name, value) == 0;
}

/* --- differences --- */

struct comparison {
    void (*changed)(void *context, const char *path, const char *before, const char *after);
    void *context;
};

static void report(const struct comparison *comparison, const char *path, const json_t *before, const json_t *after)
{
    char *one = json_whole(before, JSON_COMPACT | JSON_ENCODE_ANY);
    char *other = json_whole(after, JSON_COMPACT | JSON_ENCODE_ANY);

    comparison->changed(comparison->context, path, one, other);
    free(one);
    free(other);
}

/* Records have the same fields; a union may have changed its branch. */
static void compare(const struct comparison *comparison, const char *path, const json_t *before, const json_t *after)
{
    const char *name;
    json_t *value;
    char inner[PATH];

    if (json_equal(before, after))
        return;
    if (!json_is_object(before) || !json_is_object(after)) {
        report(comparison, path, before, after);
        return;
    }
    json_object_foreach((json_t *)(uintptr_t)before, name, value)
    {
        (void)snprintf(inner, sizeof inner, "%s%s%s", path, *path ? "." : "", name);
        compare(comparison, inner, value, json_object_get(after, name));
    }
    json_object_foreach((json_t *)(uintptr_t)after, name, value)
    {
        (void)snprintf(inner, sizeof inner, "%s%s%s", path, *path ? "." : "", name);
        if (!json_object_get(before, name))
            report(comparison, inner, NULL, value);
    }
}

void dlq_changes(const json_t *before, const json_t *after,
                 void (*changed)(void *context, const char *path, const char *before, const char *after), void *context)
{
    const struct comparison comparison = {changed, context};

    compare(&comparison, "", before, after);
}
