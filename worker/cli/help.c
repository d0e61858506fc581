/* osbill help, and what --help prints. */
#include <string.h>

#include "worker/cli/commands.h"
#include "worker/cli/common/print.h"

enum { SUMMARY = 4096, NAME_WIDTH = 18 };

static const struct {
    int code;
    const char *meaning;
} exit_codes[] = {
#define EXIT_CODE_ROW(name, code, meaning) {code, meaning},
    EXIT_CODES(EXIT_CODE_ROW)
#undef EXIT_CODE_ROW
};

void print_overview(FILE *to)
{
    (void)fputs("osbill bills the operating systems of virtual servers: events in, charges and notifications out.\n"
                "\n"
                "Usage: osbill COMMAND [OPTION]... [ARGUMENT]...\n"
                "\n",
                to);
    for (uint32_t i = 0; i < command_count(); i++)
        (void)fprintf(to, "  %-*s %s\n", NAME_WIDTH, commands[i]->name, commands[i]->summary);
    (void)fputs("\n"
                "osbill COMMAND --help shows a command's options. Every command takes --json: results as JSON, one\n"
                "object a line. Results go to standard output, messages to standard error. Exit codes:\n"
                "\n",
                to);
    for (size_t i = 0; i < sizeof exit_codes / sizeof exit_codes[0]; i++)
        (void)fprintf(to, "  %d  %s\n", exit_codes[i].code, exit_codes[i].meaning);
}

struct config_command command_line(const struct command *command, void *values)
{
    return (struct config_command){
        .name = command->name,
        .usage = command->usage,
        .summary = command->summary,
        .groups = command->groups,
        .options = command->options,
        .option_count = command->option_count,
        .values = values,
        .argument_minimum = command->argument_minimum,
        .argument_maximum = command->argument_maximum,
    };
}

void print_command_help(const struct command *command, FILE *to)
{
    struct config_command line = command_line(command, NULL);
    char summary[SUMMARY];

    (void)snprintf(summary, sizeof summary, "%s%s%s%s%s", command->summary, command->details ? "\n\n" : "",
                   command->details ? command->details : "", command->codes ? "\n\nExit codes: " : "",
                   command->codes ? command->codes : "");
    line.summary = summary;
    config_print_help(&line, to);
}

static enum exit_code run_help(const struct call *call)
{
    char *const *words = (char *const *)(uintptr_t)call->arguments;
    int count;

    if (!call->argument_count) {
        print_overview(stdout);
        return EXIT_DONE;
    }
    const struct command *command = command_find((int)call->argument_count, words, &count);
    if (!command) {
        say("there is no command %s; `osbill help` lists all", call->arguments[0]);
        return EXIT_USAGE;
    }
    print_command_help(command, stdout);
    return EXIT_DONE;
}

const struct command help_command = {
    .name = "help",
    .usage = "[COMMAND]",
    .summary = "Lists the commands, or shows one's options.",
    .argument_maximum = 2,
    .run = run_help,
};
