/* osbill: finds the command, reads the configuration, runs it. */
#include <stdlib.h>
#include <string.h>

#include "worker/cli/commands.h"
#include "worker/cli/common/print.h"

extern char **environ;

/* "catalogue" alone: what it could be. */
static bool suggest(const char *word)
{
    size_t size = strlen(word);
    bool found = false;

    for (uint32_t i = 0; i < command_count(); i++)
        if (!strncmp(commands[i]->name, word, size) && commands[i]->name[size] == ' ') {
            put_to(stderr, "  osbill %s %s\n", commands[i]->name, commands[i]->usage);
            found = true;
        }
    return found;
}

static enum exit_code no_command(int argc, char **argv)
{
    if (argc < 2) {
        print_overview(stderr);
        return EXIT_USAGE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
        print_overview(stdout);
        return EXIT_DONE;
    }
    if (!suggest(argv[1]))
        say("there is no command %s; `osbill help` lists all", argv[1]);
    return EXIT_USAGE;
}

static bool has(const char *line, size_t size, const char *words)
{
    const char *found = strstr(line, words);

    return found && found < line + size;
}

/* A mistake on the command line, rather than in what is configured. */
static bool is_usage(const char *line, size_t size)
{
    if (!strncmp(line, "osbill ", 7))
        return true;
    return line[0] == '-' && (has(line, size, "unknown option") || has(line, size, "it needs a value") ||
                              has(line, size, "this command does not take it"));
}

/* A line for each problem. */
static enum exit_code refuse(const struct command *command, const char *reason)
{
    enum exit_code code = EXIT_USAGE;

    if (!strcmp(reason, "out of memory")) {
        say("%s", reason);
        return EXIT_BROKEN;
    }
    while (*reason) {
        size_t size = strcspn(reason, "\n");
        say("%.*s", (int)size, reason);
        if (!is_usage(reason, size))
            code = EXIT_CONFIGURATION;
        reason += size;
        reason += *reason == '\n';
    }
    put_to(stderr, "`osbill %s --help` shows what is allowed.\n", command->name);
    return code;
}

static void show_warnings(const struct config *config)
{
    const char *text;

    for (uint32_t i = 0; (text = config_warning(config, i)) != NULL; i++)
        say("warning: %s", text);
}

static enum exit_code run(const struct command *command, int argc, char **argv, void *values)
{
    const struct config_command line = command_line(command, values);
    struct config config;
    struct result result = config_load(argc, argv, &line, environ, &config);
    enum exit_code code;

    if (result.kind != RESULT_OK) {
        code = refuse(command, result.reason);
    } else if (config.help) {
        print_command_help(command, stdout);
        code = EXIT_DONE;
    } else {
        if (command->groups & OPTION_OF_WORKER)
            show_warnings(&config);
        code = command->run(&(struct call){command, &config, values, config.arguments, config.argument_count});
    }
    config_release(&config);
    return code;
}

int main(int argc, char **argv)
{
    int words;

    print_prepare();
    if (argc == 2 && !strcmp(argv[1], "--version"))
        argv[1] = argv[1] + 2;
    const struct command *command = command_find(argc - 1, argv + 1, &words);
    if (!command)
        return (int)print_finish(no_command(argc, argv));
    void *values = calloc(1, command->options_size + 1);
    if (!values) {
        say("out of memory");
        return EXIT_BROKEN;
    }
    enum exit_code code = run(command, argc - 1 - words, argv + 1 + words, values);
    free(values);
    return (int)print_finish(code);
}
