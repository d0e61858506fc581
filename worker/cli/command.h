/* A subcommand: one row of the table (commands.c) that drives dispatch, --help, docs/commands.md, the man page and
 * completion. */
#ifndef OSBILL_CLI_COMMAND_H
#define OSBILL_CLI_COMMAND_H

#include "worker/cli/exit_code.h"
#include "worker/config/config.h"

struct call {
    const struct command *command;
    const struct config *config;
    const void *options; /* the command's own struct */
    const char *const *arguments;
    uint32_t argument_count;
};

struct command {
    const char *name;    /* "catalogue plan" */
    const char *usage;   /* of its arguments: "FILE" */
    const char *summary; /* one line */
    const char *details; /* paragraphs below the summary, examples; lines of at most 100 characters; NULL: none */
    const char *codes;   /* what its exit codes mean in particular; NULL: see exit_code.h */
    uint32_t groups;     /* enum option_group */
    const struct option *options;
    uint32_t option_count;
    size_t options_size; /* of the struct that they fill */
    uint32_t argument_minimum, argument_maximum;
    enum exit_code (*run)(const struct call *call);
};

/* All of them, in the order in which they are shown. */
extern const struct command *const commands[];
uint32_t command_count(void);

/* The command that argv[0...] names, and how many words its name has; NULL: none. */
const struct command *command_find(int argc, char *const *argv, int *ret_words);

/* One for each file. */
extern const struct command worker_command, init_command, version_command, config_check_command;
extern const struct command catalogue_plan_command, catalogue_apply_command, catalogue_show_command,
    catalogue_export_command, catalogue_lint_command, catalogue_import_command;
extern const struct command template_list_command, template_on_command, template_off_command, template_auto_command;
extern const struct command publish_command, watch_command, account_show_command, case_list_command, verify_command,
    explain_command;
extern const struct command dlq_list_command, dlq_show_command, dlq_replay_command, dlq_force_command;
extern const struct command rebuild_command, upgrade_command;
extern const struct command completion_command, manual_command, help_command;

/* help.c */
void print_overview(FILE *to);
void print_command_help(const struct command *command, FILE *to);
/* What the option table cannot know: asks librdkafka about its properties, parses Redis' address. False: said why. */
bool settings_check(const struct config *config);
/* The row as worker/config takes it. */
struct config_command command_line(const struct command *command, void *values);

#endif
