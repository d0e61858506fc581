#include "worker/config/config_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECRET_LIMIT ((size_t)65536)
#define PROBLEM_SIZE 1400
#define PROBLEMS_MAX 100

const char *config_keep(struct config *config, const char *text)
{
    size_t size = strlen(text) + 1;
    struct config_block *block = malloc(sizeof(*block) + size);

    if (!block) {
        config->details->no_memory = true;
        return "";
    }
    memcpy(block->text, text, size);
    block->next = config->details->blocks;
    config->details->blocks = block;
    return block->text;
}

/* Appends a formatted text to a list; what is beyond PROBLEMS_MAX is left out. */
static void note(struct config *config, char ***list, uint32_t *count, const char *format, va_list values)
{
    char text[PROBLEM_SIZE];

    if (*count >= PROBLEMS_MAX)
        return;
    vsnprintf(text, sizeof(text), format, values);
    char **grown = realloc(*list, (*count + 1) * sizeof(**list));
    char *copy = grown ? strdup(text) : NULL;
    if (grown)
        *list = grown;
    if (!copy) {
        config->details->no_memory = true;
        return;
    }
    grown[(*count)++] = copy;
}

void config_problem(struct config *config, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    note(config, &config->details->problems, &config->details->problem_count, format, values);
    va_end(values);
}

void config_warn(struct config *config, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    note(config, &config->details->warnings, &config->details->warning_count, format, values);
    va_end(values);
}

const char *config_warning(const struct config *config, uint32_t number)
{
    return number < config->details->warning_count ? config->details->warnings[number] : NULL;
}

char *config_read_file(const char *path, size_t limit, size_t *ret_size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *data = fd >= 0 ? malloc(limit + 2) : NULL;
    ssize_t more = -1;
    size_t size = 0;

    while (data && size <= limit && (more = read(fd, data + size, limit + 1 - size)) > 0)
        size += (size_t)more;
    if (data && size > limit)
        errno = EFBIG;
    int error = fd >= 0 && !data ? ENOMEM : errno;
    if (fd >= 0)
        close(fd);
    if (!data || more < 0 || size > limit) {
        free(data);
        errno = error;
        return NULL;
    }
    data[size] = '\0';
    *ret_size = size;
    return data;
}

/* One secret; the newline at its end is none of it. NULL: a problem was noted. */
static const char *read_secret(struct config *config, const char *name, const char *path)
{
    size_t size;
    char *data = config_read_file(path, SECRET_LIMIT, &size);

    if (!data) {
        config->details->no_memory |= errno == ENOMEM;
        config_problem(config, "%s-file: %s: %s", name, path, strerror(errno));
        return NULL;
    }
    while (size > 0 && (data[size - 1] == '\n' || data[size - 1] == '\r'))
        data[--size] = '\0';
    const char *secret = strlen(data) == size ? config_keep(config, data) : NULL;
    if (!secret)
        config_problem(config, "%s-file: %s: it holds a zero byte", name, path);
    free(data);
    return secret;
}

void config_read_secrets(struct config *config)
{
    struct config_details *details = config->details;
    char allowed[OPTION_VALUE_MAX];

    for (uint32_t i = 0; i < details->slot_count; i++) {
        struct config_slot *slot = &details->slots[i];
        if (!slot->secret_file || !config_takes(config, slot->option))
            continue;
        const char *secret = read_secret(config, slot->option->name, slot->secret_file);
        if (secret && !option_parse(slot->option, secret, slot->base, allowed))
            config_problem(config, "%s-file: %s: expected %s", slot->option->name, slot->secret_file, allowed);
    }
    for (uint32_t i = 0; i < config->kafka_property_count; i++) {
        struct kafka_property *property = &config->kafka_properties[i];
        if (!details->property_files[i] || !(details->command->groups & OPTION_OF_KAFKA))
            continue;
        const char *secret = read_secret(config, property->name, details->property_files[i]);
        if (secret)
            property->value = secret;
    }
}

static void init_slot(struct config *config, const struct option *option, void *base)
{
    struct config_details *details = config->details;
    char allowed[OPTION_VALUE_MAX];

    details->slots[details->slot_count++] = (struct config_slot){.option = option, .base = base};
    /* A preset that is not allowed would be a mistake in the table: a test parses them all. "" is always one. */
    if (!option_parse(option, option->preset, base, allowed))
        memcpy((char *)base + option->offset, &option->preset, sizeof(option->preset));
}

static bool init_slots(struct config *config, const struct config_command *command)
{
    struct config_details *details = config->details;
    const struct option *table = option_table(&details->shared_count);

    details->command = command;
    details->slots = calloc(details->shared_count + command->option_count, sizeof(*details->slots));
    if (!details->slots)
        return false;
    for (uint32_t i = 0; i < details->shared_count; i++)
        init_slot(config, &table[i], config);
    for (uint32_t i = 0; i < command->option_count; i++)
        init_slot(config, &command->options[i], command->values);
    return true;
}

static const char *find_variable(char *const *environ, const char *name)
{
    size_t size = strlen(name);

    for (; *environ; environ++)
        if (strncmp(*environ, name, size) == 0 && (*environ)[size] == '=' && (*environ)[size + 1])
            return *environ + size + 1;
    return NULL;
}

/* Where systemd says, or where caches live, or the system's. */
static const char *default_cache(struct config *config, char *const *environ)
{
    const char *folder = find_variable(environ, "CACHE_DIRECTORY");
    char path[OPTION_TEXT_MAX];

    if (folder)
        return folder; /* systemd's is osbill's own already */
    if ((folder = find_variable(environ, "XDG_CACHE_HOME")) != NULL)
        snprintf(path, sizeof(path), "%s/osbill", folder);
    else if ((folder = find_variable(environ, "HOME")) != NULL)
        snprintf(path, sizeof(path), "%s/.cache/osbill", folder);
    else
        return "/var/cache/osbill";
    return config_keep(config, path);
}

/* What depends on more than one option. */
static void complete(struct config *config, char *const *environ)
{
    if (!config->transactional_id_prefix[0])
        config->transactional_id_prefix = config->group;
    if (!config->registry_cache[0])
        config->registry_cache = default_cache(config, environ);
    if (config->batch_window > config->batch_window_max)
        config_problem(config, "batch-window is longer than batch-window-max");
    if (config->registry_password[0] && !config->registry_user[0])
        config_problem(config, "registry-password is set without registry-user");
}

static void check_arguments(struct config *config)
{
    const struct config_command *command = config->details->command;

    if (config->argument_count < command->argument_minimum)
        config_problem(config, "osbill %s: it needs %s", command->name, command->usage);
    if (config->argument_count > command->argument_maximum)
        config_problem(config, "osbill %s: unexpected argument \"%.100s\"", command->name,
                       config->arguments[command->argument_maximum]);
}

/* All problems, a line each. */
static struct result summarise(struct config *config)
{
    struct config_details *details = config->details;
    size_t size = 1;

    if (details->no_memory)
        return (struct result){RESULT_STOP, "out of memory"};
    if (details->problem_count == 0)
        return RESULT_SUCCESS;
    for (uint32_t i = 0; i < details->problem_count; i++)
        size += strlen(details->problems[i]) + 1;
    details->reason = malloc(size);
    if (!details->reason)
        return (struct result){RESULT_STOP, details->problems[0]};
    size_t at = 0;
    for (uint32_t i = 0; i < details->problem_count; i++)
        at += (size_t)snprintf(details->reason + at, size - at, "%s%s", i ? "\n" : "", details->problems[i]);
    return (struct result){RESULT_STOP, details->reason};
}

struct result config_load(int argc, char *const *argv, const struct config_command *command, char *const *environ,
                          struct config *ret)
{
    *ret = (struct config){.details = calloc(1, sizeof(struct config_details))};
    if (!ret->details || !init_slots(ret, command))
        return (struct result){RESULT_STOP, "out of memory"};
    const char *file = config_file_flag(ret, argc, argv);
    if (ret->help)
        return RESULT_SUCCESS;
    if (!file)
        file = find_variable(environ, "OSBILL_CONFIG");
    ret->file = file ? file : "";
    config_apply_file(ret);
    config_apply_environment(ret, environ);
    config_apply_flags(ret, argc, argv);
    config_read_secrets(ret);
    complete(ret, environ);
    check_arguments(ret);
    return summarise(ret);
}

static void free_list(char **list, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        free(list[i]);
    free(list);
}

void config_release(struct config *config)
{
    struct config_details *details = config->details;

    if (!details)
        return;
    while (details->blocks) {
        struct config_block *block = details->blocks;
        details->blocks = block->next;
        free(block);
    }
    free_list(details->problems, details->problem_count);
    free_list(details->warnings, details->warning_count);
    free(details->property_origins);
    free(details->property_files);
    free(details->slots);
    free(details->reason);
    free(details);
    free(config->kafka_properties);
    free(config->arguments);
    *config = (struct config){0};
}
