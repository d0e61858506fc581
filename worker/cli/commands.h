/* The table of subcommands, and what help makes of it. No folder below this one knows it. */
#ifndef OSBILL_CLI_COMMANDS_H
#define OSBILL_CLI_COMMANDS_H

#include "worker/cli/common/command.h"

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
/* The row as worker/config takes it. */
struct config_command command_line(const struct command *command, void *values);

#endif
