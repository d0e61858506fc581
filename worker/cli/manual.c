/* osbill manual: docs/commands.md and the man page, from the table. osbill completion: for bash. */
#include <stdio.h>
#include <string.h>

#include "worker/cli/commands.h"
#include "worker/cli/common/print.h"

/* --- markdown --- */

static void write_help_block(const struct command *command, FILE *to)
{
    (void)fprintf(to, "\n## osbill %s\n\n```\n", command->name);
    print_command_help(command, to);
    (void)fputs("```\n", to);
}

static const char catalogue_example[] =
    "\n## The catalogue file\n"
    "\n"
    "```yaml\n"
    "modules:\n"
    "  ams: {title: Amsterdam, auto_connect: FREE_ONLY}   # which new templates are switched on: ALL, FREE_ONLY, NONE\n"
    "  berlin: {auto_connect: NONE, strict: true}         # strict: an OS that is in no item is held, not "
    "default_item\n"
    "enumerations:\n"
    "  os:                                                # the items of the Operating system parameter\n"
    "    free: {internal_name: free-os, title: Free OS}\n"
    "    windows: {internal_name: ISPsystem__Windows-Server-2022, title: Windows Server 2022, sort: 10}\n"
    "tariffs:\n"
    "  small:\n"
    "    title: Small\n"
    "    currency: EUR\n"
    "    modules: [ams]\n"
    "    enumeration: os                                  # without it every OS is free\n"
    "    default_item: free                               # for an OS that is in no item\n"
    "    refund: PRORATA                                  # or NONE\n"
    "    rounding: \"0.01\"\n"
    "    disk_mib: 20480                                  # larger templates cannot be ordered; ram_mib too; 0: any\n"
    "    prices: {1: \"31.00\", 12: \"365.00\"}               # by months; 0: for ever\n"
    "    os_prices:\n"
    "      free: {1: \"0\", 12: \"0\"}\n"
    "      windows:\n"
    "        1: \"62.00\"\n"
    "        12: {2025-01-01: \"730.00\", 2026-01-01: \"799.00\"}   # from when on\n"
    "aliases:\n"
    "  ISPsystem__Win2022: ISPsystem__Windows-Server-2022 # a renamed template, and what it counts as\n"
    "templates:\n"
    "  ISPsystem__Debian-12: {title: Debian 12, sort: 1, tags: [linux]}\n"
    "overrides:                                           # beat every scan\n"
    "  tariffs:\n"
    "    small: {ISPsystem__CentOS-7: OFF}\n"
    "  modules:                                           # beat those of tariffs\n"
    "    ams: {ISPsystem__CentOS-6: OFF}\n"
    "```\n"
    "\n"
    "A section that is there is the whole truth of its kind: an override, alias or template setting that it does not\n"
    "name is taken away; modules, tariffs, enumerations and prices cannot be deleted and stay (`enabled: false` ends "
    "a\n"
    "tariff). A section that is left out says nothing: without `overrides`, what `osbill template off` set stays.\n"
    "Amounts are decimals with up to six places, best in quotes, so that no other tool rounds them.\n";

static void write_markdown(FILE *to)
{
    (void)fputs("# Commands\n"
                "\n"
                "<!-- Written by `osbill manual markdown`: change worker/cli/. -->\n"
                "\n"
                "```\n",
                to);
    print_overview(to);
    (void)fputs("```\n"
                "\n"
                "Settings that all commands share are in [configuration.md](configuration.md).\n",
                to);
    (void)fputs(catalogue_example, to);
    for (uint32_t i = 0; i < command_count(); i++)
        write_help_block(commands[i], to);
}

/* --- man(7) --- */

static void write_roff(const char *text, FILE *to)
{
    bool line_start = true;

    for (; *text; text++) {
        if (line_start && (*text == '.' || *text == '\''))
            (void)fputs("\\&", to);
        if (*text == '-')
            (void)fputs("\\-", to);
        else if (*text == '\\')
            (void)fputs("\\e", to);
        else
            (void)fputc(*text, to);
        line_start = *text == '\n';
    }
}

static void write_man_command(const struct command *command, FILE *to)
{
    (void)fputs(".TP\n\\fBosbill ", to);
    write_roff(command->name, to);
    (void)fputs("\\fR ", to);
    write_roff(command->usage, to);
    (void)fputc('\n', to);
    write_roff(command->summary, to);
    if (command->details) {
        (void)fputs("\n.RS\n.PP\n.nf\n", to);
        write_roff(command->details, to);
        (void)fputs("\n.fi\n.RE", to);
    }
    (void)fputc('\n', to);
    for (uint32_t i = 0; i < command->option_count; i++) {
        (void)fputs(".RS\n.TP\n\\fB\\-\\-", to);
        write_roff(command->options[i].name, to);
        (void)fputs("\\fR\n", to);
        write_roff(command->options[i].help, to);
        (void)fputs("\n.RE\n", to);
    }
}

static void write_man(FILE *to)
{
    (void)fputs(".TH OSBILL 1\n.SH NAME\nosbill \\- bills the operating systems of virtual servers\n"
                ".SH SYNOPSIS\n\\fBosbill\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR]... [\\fIARGUMENT\\fR]...\n"
                ".SH COMMANDS\n",
                to);
    for (uint32_t i = 0; i < command_count(); i++)
        write_man_command(commands[i], to);
    config_print_man(to);
    (void)fputs(".SH EXIT STATUS\n", to);
#define EXIT_CODE_MAN(name, code, meaning) (void)fprintf(to, ".TP\n%d\n%s\n", code, meaning);
    EXIT_CODES(EXIT_CODE_MAN)
#undef EXIT_CODE_MAN
    (void)fputs(".SH FILES\n.TP\n" CONFIG_DEFAULT_FILE "\nThe configuration.\n", to);
}

static enum exit_code run_manual(const struct call *call)
{
    bool man = call->argument_count && !strcmp(call->arguments[0], "man");

    if (call->argument_count && !man && strcmp(call->arguments[0], "markdown") != 0) {
        say("manual: man or markdown, not %s", call->arguments[0]);
        return EXIT_USAGE;
    }
    if (man)
        write_man(stdout);
    else
        write_markdown(stdout);
    return EXIT_DONE;
}

/* --- completion --- */

static bool first_of_group(uint32_t number)
{
    size_t size = strcspn(commands[number]->name, " ");

    for (uint32_t i = 0; i < number; i++)
        if (strcspn(commands[i]->name, " ") == size && !strncmp(commands[i]->name, commands[number]->name, size))
            return false;
    return true;
}

static void write_words(FILE *to)
{
    (void)fputs("    local commands=\"", to);
    for (uint32_t i = 0; i < command_count(); i++)
        if (first_of_group(i))
            (void)fprintf(to, "%.*s ", (int)strcspn(commands[i]->name, " "), commands[i]->name);
    (void)fputs("\"\n    case $words in\n", to);
    for (uint32_t i = 0; i < command_count(); i++) {
        size_t size = strcspn(commands[i]->name, " ");
        if (commands[i]->name[size] != ' ' || !first_of_group(i))
            continue;
        (void)fprintf(to, "    \"%.*s\") commands=\"", (int)size, commands[i]->name);
        for (uint32_t k = 0; k < command_count(); k++)
            if (!strncmp(commands[k]->name, commands[i]->name, size + 1))
                (void)fprintf(to, "%s ", commands[k]->name + size + 1);
        (void)fputs("\" ;;\n", to);
    }
    (void)fputs("    esac\n", to);
}

static void write_options(FILE *to)
{
    uint32_t count;
    const struct option *table = option_table(&count);

    (void)fputs("    case $words in\n", to);
    for (uint32_t i = 0; i < command_count(); i++) {
        (void)fprintf(to, "    \"%s\"*) options=\"--help ", commands[i]->name);
        for (uint32_t k = 0; k < commands[i]->option_count; k++)
            (void)fprintf(to, "--%s ", commands[i]->options[k].name);
        for (uint32_t k = 0; k < count; k++)
            if (table[k].groups & (commands[i]->groups | OPTION_OF_ALL))
                (void)fprintf(to, "--%s%s ", table[k].name, table[k].secret ? "-file" : "");
        (void)fputs("\" ;;\n", to);
    }
    (void)fputs("    esac\n", to);
}

static enum exit_code run_completion(const struct call *call)
{
    FILE *to = stdout;

    (void)call;
    (void)fputs("# bash completion for osbill: source <(osbill completion)\n"
                "_osbill() {\n"
                "    local word=${COMP_WORDS[COMP_CWORD]} options=\n"
                "    local words=\"${COMP_WORDS[*]:1:COMP_CWORD-1}\"\n",
                to);
    write_words(to);
    write_options(to);
    (void)fputs("    case $words in \"publish\"|\"watch\")\n        commands=\"", to);
    (void)fputs("template-discovered catalogue account order os-installed charge notification decision account-state "
                "catalogue-state dead-letter\" ;; esac\n"
                "    if [[ $word == -* ]]; then\n"
                "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
                "    elif [[ $words == *\" \"* || -n $options && $words != publish && $words != watch ]]; then\n"
                "        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
                "    else\n"
                "        mapfile -t COMPREPLY < <(compgen -W \"$commands\" -- \"$word\")\n"
                "    fi\n"
                "}\n"
                "complete -F _osbill osbill\n",
                to);
    return EXIT_DONE;
}

const struct command manual_command = {
    .name = "manual",
    .usage = "[markdown|man]",
    .summary = "Prints docs/commands.md or the man page.",
    .argument_maximum = 1,
    .run = run_manual,
};

const struct command completion_command = {
    .name = "completion",
    .usage = "",
    .summary = "Prints tab completion for bash.",
    .details = "  source <(osbill completion)",
    .run = run_completion,
};
