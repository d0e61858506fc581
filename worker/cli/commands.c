/* The table of subcommands. */
#include "worker/cli/commands.h"

#include <string.h>

const struct command *const commands[] = {
    &worker_command,         &init_command,
    &catalogue_plan_command, &catalogue_apply_command,
    &catalogue_show_command, &catalogue_export_command,
    &catalogue_lint_command, &catalogue_import_command,
    &template_list_command,  &template_on_command,
    &template_off_command,   &template_auto_command,
    &publish_command,        &watch_command,
    &account_show_command,   &case_list_command,
    &explain_command,        &dlq_list_command,
    &dlq_show_command,       &dlq_replay_command,
    &dlq_force_command,      &verify_command,
    &rebuild_command,        &upgrade_command,
    &config_check_command,   &version_command,
    &help_command,           &completion_command,
    &manual_command,
};

uint32_t command_count(void)
{
    return sizeof commands / sizeof commands[0];
}

/* How many of the words begin with those of the name; 0: not all of the name's words are there. */
static int match(const char *name, int argc, char *const *argv)
{
    int words = 0;

    while (*name) {
        size_t size = strcspn(name, " ");
        if (words == argc || strlen(argv[words]) != size || strncmp(name, argv[words], size) != 0)
            return 0;
        words++;
        name += size;
        name += *name == ' ';
    }
    return words;
}

const struct command *command_find(int argc, char *const *argv, int *ret_words)
{
    const struct command *found = NULL;

    *ret_words = 0;
    for (uint32_t i = 0; i < command_count(); i++) {
        int words = match(commands[i]->name, argc, argv);
        if (words > *ret_words) {
            *ret_words = words;
            found = commands[i];
        }
    }
    return found;
}
