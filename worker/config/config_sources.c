/* The file, the environment, the flags. */
#include "worker/config/config_parts.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_LIMIT ((size_t)1 << 20)
#define VARIABLE   "OSBILL_"
#define KAFKA_STEM "OSBILL_KAFKA_"
#define FILE_STEM  "_FILE"
#define NAME_LIMIT 256

/* --- file --- */

static void file_setting(void *context, const char *name, const char *value, uint32_t line)
{
    struct config *config = context;

    config_set(config, name, value, (struct config_origin){SOURCE_FILE, config->file, line});
}

static void file_problem(void *context, const char *text, uint32_t line)
{
    struct config *config = context;

    config_problem(config, "%s:%u: %s", config->file, (unsigned)line, text);
}

/* A secret in a file that everybody may read. Called when nothing but the file was applied. */
static void warn_readable(struct config *config)
{
    const struct config_details *details = config->details;
    struct stat status;
    bool secret = false;

    for (uint32_t i = 0; i < details->slot_count; i++)
        secret |= details->slots[i].option->secret && details->slots[i].origin.source == SOURCE_FILE &&
                  !details->slots[i].secret_file;
    for (uint32_t i = 0; i < config->kafka_property_count; i++)
        secret |= config_property_is_secret(config->kafka_properties[i].name) && !details->property_files[i];
    if (secret && stat(config->file, &status) == 0 && (status.st_mode & S_IROTH))
        config_warn(config, "%s holds a secret and everybody may read it: chmod o-r", config->file);
}

void config_apply_file(struct config *config)
{
    const struct config_lines lines = {config, file_setting, file_problem};
    const char *path = config->file[0] ? config->file : CONFIG_DEFAULT_FILE;
    size_t size;
    char *data = config_read_file(path, FILE_LIMIT, &size);

    if (!data) {
        config->details->no_memory |= errno == ENOMEM;
        if (config->file[0] || errno != ENOENT)
            config_problem(config, "%s: %s", path, strerror(errno));
        return;
    }
    config->file = path;
    config_parse_buffer(data, size, &lines);
    free(data);
    warn_readable(config);
}

/* --- environment --- */

/* Kubernetes sets variables for each Service: osbill-kafka gives OSBILL_KAFKA_PORT_9092_TCP and the like. */
static bool is_service_link(const char *name)
{
    size_t size = strlen(name);
    const char *port = strstr(name, "_PORT_");

    return strstr(name, "_SERVICE_HOST") || strstr(name, "_SERVICE_PORT") ||
           (size > 5 && strcmp(name + size - 5, "_PORT") == 0) || (port && isdigit((unsigned char)port[6]));
}

/* OSBILL_KAFKA_SSL_KEY_PASSWORD_FILE is kafka.ssl.key.password-file: librdkafka's names have dots only. */
static bool property_name(const char *variable, char *ret_name, size_t capacity)
{
    const char *rest = variable + strlen(KAFKA_STEM);
    size_t size = strlen(rest), suffix = strlen(FILE_STEM);
    bool names_file = size > suffix && strcmp(rest + size - suffix, FILE_STEM) == 0;

    if (names_file)
        size -= suffix;
    int written = snprintf(ret_name, capacity, KAFKA_PREFIX "%.*s%s", (int)size, rest, names_file ? "-file" : "");
    if (size == 0 || written < 0 || (size_t)written >= capacity)
        return false;
    for (char *at = ret_name; *at; at++)
        *at = *at == '_' ? '.' : (char)tolower((unsigned char)*at);
    if (names_file) {
        char *base = ret_name + strlen(KAFKA_PREFIX);
        char *end = ret_name + strlen(ret_name) - strlen("-file");
        *end = '\0';
        bool secret = config_property_is_secret(base);
        *end = secret ? '-' : '.'; /* an ordinary property may end in .file */
    }
    return true;
}

/* The option or -file form that this variable sets. */
static bool option_of_variable(const struct config *config, const char *variable, char *ret_name, size_t capacity)
{
    char name[NAME_LIMIT];

    for (uint32_t i = 0; i < config->details->shared_count; i++) {
        const struct option *option = config->details->slots[i].option;
        for (int file = 0; file <= (option->secret ? 1 : 0); file++) {
            const char *suffix = file ? "-file" : "";
            if (!option_environment_name(option->name, suffix, name, sizeof(name)) || strcmp(name, variable) != 0)
                continue;
            snprintf(ret_name, capacity, "%s%s", option->name, suffix);
            return true;
        }
    }
    return strncmp(variable, KAFKA_STEM, strlen(KAFKA_STEM)) == 0 && !is_service_link(variable) &&
           property_name(variable, ret_name, capacity);
}

static void warn_unknown(struct config *config, const char *variable)
{
    char name[NAME_LIMIT], nearest_variable[NAME_LIMIT];
    uint32_t count;
    const struct option *table = option_table(&count);

    if (is_service_link(variable))
        return;
    snprintf(name, sizeof(name), "%s", variable + strlen(VARIABLE));
    for (char *at = name; *at; at++)
        *at = *at == '_' ? '-' : (char)tolower((unsigned char)*at);
    const char *nearest = option_nearest(table, count, name);
    if (nearest && option_environment_name(nearest, "", nearest_variable, sizeof(nearest_variable)))
        config_warn(config, "%s is no option and is ignored; did you mean %s?", variable, nearest_variable);
    else
        config_warn(config, "%s is no option and is ignored", variable);
}

void config_apply_environment(struct config *config, char *const *environ)
{
    char variable[NAME_LIMIT], name[NAME_LIMIT];

    for (; *environ; environ++) {
        size_t size = strcspn(*environ, "=");
        if (strncmp(*environ, VARIABLE, strlen(VARIABLE)) != 0 || size >= sizeof(variable) || (*environ)[size] != '=')
            continue;
        memcpy(variable, *environ, size);
        variable[size] = '\0';
        if (option_of_variable(config, variable, name, sizeof(name)))
            config_set(config, name, *environ + size + 1,
                       (struct config_origin){SOURCE_ENVIRONMENT, config_keep(config, variable), 0});
        else
            warn_unknown(config, variable);
    }
}

/* --- flags --- */

static void apply_flag(void *context, const char *name, const char *value)
{
    char flag[NAME_LIMIT + 2];

    snprintf(flag, sizeof(flag), "--%s", name);
    config_set(context, name, value, (struct config_origin){SOURCE_FLAG, config_keep(context, flag), 0});
}

static void apply_argument(void *context, const char *argument)
{
    struct config *config = context;
    const char **arguments = realloc(config->arguments, (config->argument_count + 1) * sizeof(*arguments));

    if (!arguments) {
        config->details->no_memory = true;
        return;
    }
    config->arguments = arguments;
    arguments[config->argument_count++] = argument;
}

static void apply_problem(void *context, const char *flag, const char *text)
{
    config_problem(context, "%s: %s", flag, text);
}

void config_apply_flags(struct config *config, int argc, char *const *argv)
{
    const struct config_flags flags = {config, apply_flag, apply_argument, apply_problem};

    config_walk_flags(config, argc, argv, &flags);
}

static void find_file(void *context, const char *name, const char *value)
{
    if (strcmp(name, "config") == 0)
        *(const char **)context = value;
}

static void ignore_argument(void *context, const char *argument)
{
    (void)context;
    (void)argument;
}

static void ignore_problem(void *context, const char *flag, const char *text)
{
    (void)context;
    (void)flag;
    (void)text;
}

const char *config_file_flag(struct config *config, int argc, char *const *argv)
{
    const char *file = NULL;
    const struct config_flags flags = {&file, find_file, ignore_argument, ignore_problem};

    config_walk_flags(config, argc, argv, &flags);
    return file;
}
