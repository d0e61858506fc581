/* A subcommand: one row of the table (commands.c) that drives dispatch, --help, docs/commands.md, the man page and
 * completion. */
#ifndef OSBILL_CLI_COMMAND_H
#define OSBILL_CLI_COMMAND_H

#include "worker/cli/common/exit_code.h"
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

#endif
