/* Help, docs/configuration.md and the man page, from the table. */
#include "worker/config/config_parts.h"

#include <string.h>

#define HELP_WIDTH  79
#define HELP_INDENT 8

/* Words of `text`, wrapped and indented. */
static void print_wrapped(const char *text, FILE *to)
{
    size_t column = 0;

    while (*text) {
        size_t size = strcspn(text, " ");
        if (column > 0 && column + 1 + size > HELP_WIDTH) {
            fputc('\n', to);
            column = 0;
        }
        fprintf(to, "%*s%.*s", column ? 1 : HELP_INDENT, "", (int)size, text);
        column += size + (column ? 1 : HELP_INDENT);
        text += size;
        while (*text == ' ')
            text++;
    }
    fputc('\n', to);
}

static void print_help_row(const struct option *option, FILE *to)
{
    char line[OPTION_VALUE_MAX], variable[256];
    bool shared = option->groups != 0 && option->place != OPTION_FLAG_ONLY;

    if (option->type == OPTION_BOOLEAN)
        fprintf(to, "  --%s\n", option->name);
    else
        fprintf(to, "  --%s%s=%s\n", option->name, option->secret ? "-file" : "",
                option->secret ? "PATH" : option_placeholder(option));
    print_wrapped(option->help, to);
    if (option->type == OPTION_BOOLEAN && !shared)
        return;
    option_environment_name(option->name, "", variable, sizeof(variable));
    snprintf(line, sizeof(line), "%s%s%s%s%s%s", option->preset[0] ? "Default " : "", option->preset,
             option->preset[0] && shared ? "; " : "", shared ? variable : "", option->secret ? "_FILE; itself: " : "",
             option->secret ? variable : "");
    if (line[0])
        print_wrapped(line, to);
}

void config_print_help(const struct config_command *command, FILE *to)
{
    uint32_t count;
    const struct option *table = option_table(&count);

    fprintf(to, "Usage: osbill %s [OPTION]...%s%s\n\n%s\n", command->name, command->usage[0] ? " " : "", command->usage,
            command->summary);
    if (command->option_count)
        fprintf(to, "\nOptions:\n");
    for (uint32_t i = 0; i < command->option_count; i++)
        print_help_row(&command->options[i], to);
    fprintf(to, "\nConfiguration (file, environment or flag):\n");
    for (uint32_t i = 0; i < count; i++)
        if (table[i].groups & (command->groups | OPTION_OF_ALL))
            print_help_row(&table[i], to);
    if (command->groups & OPTION_OF_KAFKA)
        fprintf(to, "  --kafka.PROPERTY=VALUE\n"
                    "        Any property of librdkafka that osbill does not set itself.\n");
}

static const struct section {
    uint32_t group;
    const char *title;
} sections[] = {
    {OPTION_OF_KAFKA, "Kafka"},   {OPTION_OF_REGISTRY, "Schema registry"}, {OPTION_OF_REDIS, "Redis"},
    {OPTION_OF_WORKER, "Worker"}, {OPTION_OF_INIT, "Creating topics"},     {OPTION_OF_ALL, "All commands"},
};

/* A row belongs to the section of its lowest group. */
static bool is_in_section(const struct option *option, const struct section *section)
{
    return (option->groups & (~option->groups + 1)) == section->group;
}

/* | breaks a table's cell. */
static void print_cell(const char *text, FILE *to)
{
    for (; *text; text++)
        fprintf(to, *text == '|' ? "\\%c" : "%c", *text);
}

static void print_markdown_row(const struct option *option, FILE *to)
{
    char allowed[OPTION_VALUE_MAX], variable[256];

    option_allowed(option, allowed, sizeof(allowed));
    option_environment_name(option->name, "", variable, sizeof(variable));
    fprintf(to, "| `%s`%s%s%s |", option->name, option->secret ? ", `" : "", option->secret ? option->name : "",
            option->secret ? "-file`" : "");
    fprintf(to, option->preset[0] ? " `%s` | " : "%s | ", option->preset);
    print_cell(option->help, to);
    fprintf(to, " Allowed: ");
    print_cell(allowed, to);
    if (option->place == OPTION_FLAG_ONLY)
        fprintf(to, ". A flag only. |\n");
    else
        fprintf(to, ". `%s`%s |\n", variable, option->place == OPTION_NOT_IN_FILE ? ", or a flag" : "");
}

void config_print_markdown(FILE *to)
{
    uint32_t count;
    const struct option *table = option_table(&count);

    fputs("# Configuration\n"
          "\n"
          "<!-- Written by `config_reference markdown` from worker/config/option_table.c: change it there. -->\n"
          "\n"
          "Later sources win: defaults, the file, the environment, flags. `osbill config check` shows what is in\n"
          "effect and where it came from; `osbill COMMAND --help` lists what a command takes.\n"
          "\n"
          "- The file is `--config`, or `OSBILL_CONFIG`, or `" CONFIG_DEFAULT_FILE "` if that exists. A line is\n"
          "  `name = value`; a comment begins with `#` and stands on a line of its own; a value may stand in double\n"
          "  quotes.\n"
          "- Environment: `OSBILL_` and the name in upper case, with `_` for `.` and `-`.\n"
          "- Flags: `--name=value` or `--name value`; `--json`, `--no-json`.\n"
          "- `kafka.<property>` passes through to librdkafka (TLS, SASL and so on), except what osbill sets itself:\n"
          "  `kafka.security.protocol = SASL_SSL`, `OSBILL_KAFKA_SASL_USERNAME`.\n"
          "- Secrets come from the environment, from the file, or from a file of their own that `<name>-file` names\n"
          "  (`kafka.sasl.password-file` too). They are refused as flags, which `ps` shows, and never printed.\n"
          "- A Redis user with limited permissions needs, on keys that begin with `{<topic-prefix>`: AUTH, SELECT, "
          "INFO,\n"
          "  TIME, SCRIPT LOAD, EVALSHA, EVAL, WATCH, MULTI, EXEC, TYPE, HLEN, HMGET, HSET, HDEL, HINCRBY, UNLINK, "
          "ZADD,\n"
          "  ZREM, ZRANGEBYSCORE, ZRANGEBYLEX; for `verify`, `rebuild` and `catalogue plan` HSCAN and ZSCAN too.\n"
          "- Times need a unit (`ms`, `s`, `m`, `h`, `d`), sizes may have one (`KiB`, `MiB`, `GiB`).\n",
          to);
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
        fprintf(to, "\n## %s\n\n| name | default | |\n|---|---|---|\n", sections[i].title);
        for (uint32_t k = 0; k < count; k++)
            if (is_in_section(&table[k], &sections[i]))
                print_markdown_row(&table[k], to);
    }
}

/* A dash is \-, a leading dot would be a request. */
static void print_roff(const char *text, FILE *to)
{
    if (*text == '.')
        fputs("\\&", to);
    for (; *text; text++)
        fprintf(to, *text == '-' ? "\\%c" : *text == '\\' ? "\\%ce" : "%c", *text);
}

void config_print_man(FILE *to)
{
    uint32_t count;
    const struct option *table = option_table(&count);

    fputs(".SH OPTIONS\n", to);
    for (uint32_t i = 0; i < count; i++) {
        const struct option *option = &table[i];
        fputs(".TP\n\\fB\\-\\-", to);
        print_roff(option->name, to);
        fputs(option->secret ? "\\-file" : "", to);
        fputs("\\fR", to);
        if (option->type != OPTION_BOOLEAN) {
            fputs("=\\fI", to);
            print_roff(option->secret ? "PATH" : option_placeholder(option), to);
            fputs("\\fR", to);
        }
        fputc('\n', to);
        print_roff(option->help, to);
        if (option->preset[0] && option->type != OPTION_BOOLEAN) {
            fputs(" Default: ", to);
            print_roff(option->preset, to);
            fputc('.', to);
        }
        fputc('\n', to);
    }
}
