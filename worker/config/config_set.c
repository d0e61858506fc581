/* One setting at a time: which option it means, whether it may stand there, its value. */
#include "worker/config/config_parts.h"

#include <stdlib.h>
#include <string.h>

#define FILE_SUFFIX "-file"

struct config_slot *config_find(struct config *config, const char *name)
{
    struct config_details *details = config->details;

    for (uint32_t i = 0; i < details->slot_count; i++)
        if (strcmp(details->slots[i].option->name, name) == 0)
            return &details->slots[i];
    return NULL;
}

bool config_takes(const struct config *config, const struct option *option)
{
    return option->groups == 0 || (option->groups & (config->details->command->groups | OPTION_OF_ALL)) != 0;
}

/* <name>-file of a secret, cut to <name>. False: it is none. */
static bool cut_file_suffix(const char *name, char *ret_name, size_t capacity)
{
    size_t size = strlen(name), suffix = strlen(FILE_SUFFIX);

    if (size <= suffix || size - suffix >= capacity || strcmp(name + size - suffix, FILE_SUFFIX) != 0)
        return false;
    memcpy(ret_name, name, size - suffix);
    ret_name[size - suffix] = '\0';
    return true;
}

/* As librdkafka names them: sasl.password, ssl.key.pem, sasl.oauthbearer.client.secret. */
bool config_property_is_secret(const char *property)
{
    return strstr(property, "password") || strstr(property, "secret") || strcmp(property, "ssl.key.pem") == 0 ||
           strcmp(property, "sasl.oauthbearer.config") == 0;
}

/* "--threads", "OSBILL_THREADS", "osbill.conf:3: threads" */
static void setting_text(const char *name, const struct config_origin *origin, char *ret_text, size_t capacity)
{
    char where[512];

    config_origin_text(origin, where, sizeof(where));
    if (origin->source == SOURCE_FILE)
        snprintf(ret_text, capacity, "%s: %s", where, name);
    else
        snprintf(ret_text, capacity, "%s", where);
}

static void problem_at(struct config *config, const char *name, const struct config_origin *origin, const char *text)
{
    char setting[768];

    setting_text(name, origin, setting, sizeof(setting));
    config_problem(config, "%s: %s", setting, text);
}

/* False: it may not stand there; a problem was noted. */
static bool check_place(struct config *config, const struct config_slot *slot, const char *name, const char *value,
                        const struct config_origin *origin, bool names_file)
{
    const struct option *option = slot->option;
    const char *problem = NULL;

    if (origin->source == SOURCE_FILE && option->place == OPTION_NOT_IN_FILE)
        problem = "it cannot be set in a file";
    else if (origin->source != SOURCE_FLAG && (option->place == OPTION_FLAG_ONLY || option->groups == 0))
        problem = "it can only be given as a flag";
    else if (origin->source == SOURCE_FLAG && !config_takes(config, option))
        problem = "this command does not take it";
    else if (origin->source == SOURCE_FLAG && option->secret && !names_file)
        problem =
            "a secret on the command line can be seen in ps: use the file, the environment, or the option with -file";
    else if (origin->source == SOURCE_FLAG && option->type == OPTION_URL && option_url_has_password(value))
        problem = "a password on the command line can be seen in ps: use its own option, the file or the environment";
    if (problem)
        problem_at(config, name, origin, problem);
    return problem == NULL;
}

/* A second setting in one file, or in two forms in the environment, is a mistake; among flags the last counts. */
static bool check_repeated(struct config *config, const struct config_origin *before, const char *name,
                           const struct config_origin *origin)
{
    char text[600], where[512];

    if (before->source != origin->source || origin->source == SOURCE_FLAG)
        return true;
    config_origin_text(before, where, sizeof(where));
    snprintf(text, sizeof(text), "it is set already at %s", where);
    problem_at(config, name, origin, text);
    return false;
}

static void refuse_value(struct config *config, const struct option *option, const char *name, const char *value,
                         const struct config_origin *origin, const char *allowed)
{
    char setting[768], shown[OPTION_VALUE_MAX];
    const char *hint = strstr(value, " #") ? " (a comment stands on a line of its own)" : "";

    setting_text(name, origin, setting, sizeof(setting));
    if (option->type == OPTION_URL)
        option_redact_url(value, shown, sizeof(shown));
    else
        snprintf(shown, sizeof(shown), "%s", option->secret ? "***" : value);
    config_problem(config, "%s = \"%.300s\": expected %s%s", setting, shown, allowed, option->secret ? "" : hint);
}

static void set_option(struct config *config, struct config_slot *slot, const char *name, const char *value,
                       struct config_origin origin)
{
    char allowed[OPTION_VALUE_MAX];

    if (!check_place(config, slot, name, value, &origin, false) ||
        !check_repeated(config, &slot->origin, name, &origin))
        return;
    if (!option_parse(slot->option, config_keep(config, value), slot->base, allowed)) {
        refuse_value(config, slot->option, name, value, &origin, allowed);
        return;
    }
    slot->origin = origin;
    slot->secret_file = NULL;
}

static void set_secret_file(struct config *config, struct config_slot *slot, const char *name, const char *path,
                            struct config_origin origin)
{
    if (!check_place(config, slot, name, path, &origin, true) || !check_repeated(config, &slot->origin, name, &origin))
        return;
    slot->origin = origin;
    slot->secret_file = config_keep(config, path);
}

/* The number of this property, appended if it is new; -1: out of memory. */
static int64_t property_index(struct config *config, const char *property)
{
    struct config_details *details = config->details;
    uint32_t count = config->kafka_property_count;

    for (uint32_t i = 0; i < count; i++)
        if (strcmp(config->kafka_properties[i].name, property) == 0)
            return i;
    struct kafka_property *properties = realloc(config->kafka_properties, (count + 1) * sizeof(*properties));
    if (properties)
        config->kafka_properties = properties;
    struct config_origin *origins = realloc(details->property_origins, (count + 1) * sizeof(*origins));
    if (origins)
        details->property_origins = origins;
    const char **files = realloc(details->property_files, (count + 1) * sizeof(*files));
    if (files)
        details->property_files = files;
    if (!properties || !origins || !files) {
        details->no_memory = true;
        return -1;
    }
    properties[count] = (struct kafka_property){config_keep(config, property), ""};
    origins[count] = (struct config_origin){SOURCE_DEFAULT, NULL, 0};
    files[count] = NULL;
    config->kafka_property_count++;
    return count;
}

static void set_property(struct config *config, const char *name, const char *value, struct config_origin origin)
{
    const char *property = name + strlen(KAFKA_PREFIX);
    char secret[256];
    bool names_file = cut_file_suffix(property, secret, sizeof(secret)) && config_property_is_secret(secret);

    if (names_file)
        property = secret;
    if (origin.source == SOURCE_FLAG && !(config->details->command->groups & OPTION_OF_KAFKA)) {
        problem_at(config, name, &origin, "this command does not take it");
        return;
    }
    if (origin.source == SOURCE_FLAG && config_property_is_secret(property) && !names_file) {
        problem_at(config, name, &origin,
                   "a secret on the command line can be seen in ps: use the file, the environment, or "
                   "the option with -file");
        return;
    }
    int64_t index = property_index(config, property);
    if (index < 0 || !check_repeated(config, &config->details->property_origins[index], name, &origin))
        return;
    config->details->property_origins[index] = origin;
    config->details->property_files[index] = names_file ? config_keep(config, value) : NULL;
    config->kafka_properties[index].value = names_file ? "" : config_keep(config, value);
}

static void refuse_unknown(struct config *config, const char *name, const struct config_origin *origin)
{
    const struct config_details *details = config->details;
    const char *shared, *own;
    char text[256];
    uint32_t count;

    shared = option_nearest(option_table(&count), details->shared_count, name);
    own = option_nearest(details->command->options, details->command->option_count, name);
    const char *nearest = own ? own : shared;
    snprintf(text, sizeof(text), "unknown option%s%s%s", nearest ? "; did you mean " : "", nearest ? nearest : "",
             nearest ? "?" : "");
    problem_at(config, name, origin, text);
}

void config_set(struct config *config, const char *name, const char *value, struct config_origin origin)
{
    struct config_slot *slot = config_find(config, name);
    char base[256];

    if (slot) {
        set_option(config, slot, name, value, origin);
        return;
    }
    if (cut_file_suffix(name, base, sizeof(base)) && (slot = config_find(config, base)) != NULL && slot->option->secret)
        set_secret_file(config, slot, name, value, origin);
    else if (strncmp(name, KAFKA_PREFIX, strlen(KAFKA_PREFIX)) == 0 && name[strlen(KAFKA_PREFIX)])
        set_property(config, name, value, origin);
    else
        refuse_unknown(config, name, &origin);
}
