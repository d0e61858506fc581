/* osbill config check | osbill version */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "worker/cli/cluster/settings_check.h"
#include "worker/cli/common/command.h"
#include "worker/cli/common/print.h"

struct printing {
    bool failed;
};

static bool print_entry(void *context, const struct config_entry *entry)
{
    struct printing *printing = context;

    printing->failed = !put_json(json_pack("{s:s, s:s, s:s, s:b}", "name", entry->name, "value", entry->value, "origin",
                                           entry->origin, "default", entry->is_default));
    return !printing->failed;
}

static bool explain(const struct config *config)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);

    if (to)
        config_explain(config, to);
    bool good = to && !ferror(to);
    good = to && fclose(to) == 0 && good && text;
    if (good)
        put_lines(text);
    else
        say("out of memory");
    free(text);
    return good;
}

static bool show(const struct config *config)
{
    struct printing printing = {false};

    if (!config->json)
        return explain(config);
    config_each(config, print_entry, &printing);
    return !printing.failed;
}

static enum exit_code run_check(const struct call *call)
{
    if (!show(call->config))
        return EXIT_BROKEN;
    return settings_check(call->config) ? EXIT_DONE : EXIT_CONFIGURATION;
}

static enum exit_code run_version(const struct call *call)
{
    if (call->config->json)
        return put_json(json_pack("{s:s}", "version", OSBILL_VERSION)) ? EXIT_DONE : EXIT_BROKEN;
    put("osbill %s\n", OSBILL_VERSION);
    return EXIT_DONE;
}

const struct command config_check_command = {
    .name = "config check",
    .usage = "",
    .summary = "Shows every setting and where it came from; checks them all.",
    .details = "Secrets are shown as ***. Nothing is asked of the network.",
    .codes = "0: all is allowed; 3: what is printed is not",
    .groups = OPTION_OF_KAFKA | OPTION_OF_REGISTRY | OPTION_OF_REDIS | OPTION_OF_WORKER | OPTION_OF_INIT,
    .run = run_check,
};

const struct command version_command = {
    .name = "version",
    .usage = "",
    .summary = "Prints the version.",
    .run = run_version,
};
