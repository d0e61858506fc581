/* The command line: --name=value, --name value, --boolean, --no-boolean, -- and arguments. */
#include "worker/config/config_parts.h"

#include <string.h>

#define NAME_LIMIT 256

static bool is_boolean(struct config *config, const char *name)
{
    const struct config_slot *slot = config_find(config, name);

    return slot && slot->option->type == OPTION_BOOLEAN;
}

/* Copies the name out of name=value; the value or NULL. False: too long to be a name. */
static bool split_flag(const char *text, char *ret_name, size_t capacity, const char **ret_value)
{
    size_t size = strcspn(text, "=");

    if (size >= capacity)
        return false;
    memcpy(ret_name, text, size);
    ret_name[size] = '\0';
    *ret_value = text[size] == '=' ? text + size + 1 : NULL;
    return true;
}

/* Takes the flag argv[at]; returns how many words that are. */
static int take_flag(struct config *config, int left, char *const *argv, const struct config_flags *flags)
{
    char name[NAME_LIMIT];
    const char *value;

    if (!split_flag(argv[0] + 2, name, sizeof(name), &value)) {
        flags->problem(flags->context, argv[0], "unknown option");
        return 1;
    }
    if (!value && strncmp(name, "no-", 3) == 0 && is_boolean(config, name + 3)) {
        flags->flag(flags->context, name + 3, "false");
        return 1;
    }
    if (!value && is_boolean(config, name)) {
        flags->flag(flags->context, name, "true");
        return 1;
    }
    if (value) {
        flags->flag(flags->context, name, value);
        return 1;
    }
    if (left > 1 && (argv[1][0] != '-' || argv[1][1] == '\0')) {
        flags->flag(flags->context, name, argv[1]);
        return 2;
    }
    flags->problem(flags->context, argv[0], "it needs a value");
    return 1;
}

void config_walk_flags(struct config *config, int argc, char *const *argv, const struct config_flags *flags)
{
    int at = 0;

    while (at < argc) {
        const char *word = argv[at];
        if (strcmp(word, "--") == 0) {
            for (at++; at < argc; at++)
                flags->argument(flags->context, argv[at]);
        } else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            config->help = true;
            at++;
        } else if (word[0] == '-' && word[1] == '-') {
            at += take_flag(config, argc - at, argv + at, flags);
        } else if (word[0] == '-' && word[1] != '\0') {
            flags->problem(flags->context, word, "unknown option; options begin with --");
            at++;
        } else {
            flags->argument(flags->context, word);
            at++;
        }
    }
}
