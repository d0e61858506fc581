/* osbill template on | off | auto */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "worker/cli/catalogue/change_set.h"
#include "worker/cli/catalogue/present_catalogue.h"
#include "worker/cli/common/interrupt.h"
#include "worker/cli/common/print.h"

struct override_options {
    const char *tariff, *module, *actor, *reason;
    int64_t timeout;
};

#define FIELD(name) offsetof(struct override_options, name)
static const struct option override_options[] = {
    {.name = "tariff",
     .type = OPTION_TEXT,
     .preset = "",
     .maximum = 128,
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(tariff),
     .help = "The tariff that it is for."},
    {.name = "module",
     .type = OPTION_TEXT,
     .preset = "",
     .maximum = 128,
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(module),
     .help = "The processing module that it is for: OFF there beats ON of a tariff."},
    {.name = "actor",
     .type = OPTION_TEXT,
     .preset = "",
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(actor),
     .help = "Who says so; kept and shown. Empty: the user who runs this."},
    {.name = "reason",
     .type = OPTION_TEXT,
     .preset = "",
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(reason),
     .help = "Why; kept and shown."},
    {.name = "timeout",
     .type = OPTION_DURATION,
     .preset = "30s",
     .maximum = 3600000,
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(timeout),
     .help = "How long to wait for the decision. 0: publish and do not wait."},
};
#undef FIELD

static struct text from_c(const char *text)
{
    return (struct text){text, (uint32_t)strlen(text)};
}

static struct catalogue_change_change make_override(const struct call *call, uint32_t argument,
                                                    enum override_setting setting)
{
    const struct override_options *options = call->options;
    struct catalogue_change_change change = {.kind = CATALOGUE_CHANGE_CHANGE_OVERRIDE};

    change.as.override = (struct override){
        .scope = *options->module ? OVERRIDE_SCOPE_MODULE : OVERRIDE_SCOPE_TARIFF,
        .scope_id = from_c(*options->module ? options->module : options->tariff),
        .template = from_c(call->arguments[argument]),
        .setting = setting,
    };
    return change;
}

/* A template that nobody has seen may be meant for later, or is a typing error. */
static void warn_unknown(const struct call *call, const struct present_catalogue *present)
{
    for (uint32_t i = 0; i < call->argument_count; i++)
        if (!book_get(&present->book, BOOK_TEMPLATE, TEXT(""), from_c(call->arguments[i])))
            say("note: no scan has shown the template %s yet; names are exact, with their case: "
                "<repository>__<name>",
                call->arguments[i]);
}

static enum exit_code publish(struct context *context, const struct call *call, struct differences *differences,
                              struct present_catalogue *present)
{
    const struct override_options *options = call->options;
    struct change_set set;
    struct text refusal;
    struct arena *arena = &context->memory.arena;

    if (!change_set_make(differences, "", options->actor, options->reason, arena, &set) ||
        !change_set_try(&set, &present->book, arena, &refusal))
        return EXIT_BROKEN;
    if (refusal.size) {
        say("%.*s", (int)refusal.size, refusal.data);
        return EXIT_REFUSED;
    }
    if (!context->config->json)
        catalogue_diff_print(differences, NULL, NULL);
    return change_set_publish(context, &set, options->timeout);
}

static enum exit_code change_settings(struct context *context, const struct call *call, enum override_setting setting)
{
    struct differences differences = {.arena = &context->memory.arena};
    struct present_catalogue present;
    enum exit_code code = present_catalogue_read(context, &present);

    if (code == EXIT_DONE) {
        warn_unknown(call, &present);
        for (uint32_t i = 0; i < call->argument_count; i++) {
            struct catalogue_change_change change = make_override(call, i, setting);
            catalogue_diff_one(&change, &present.book, &differences);
        }
        if (differences.changes)
            code = publish(context, call, &differences, &present);
        else if (!call->config->json)
            put("it is %s already: nothing was published\n", override_setting_names[setting]);
    }
    present_catalogue_release(&present);
    return code;
}

static enum exit_code run(const struct call *call, enum override_setting setting)
{
    const struct override_options *options = call->options;
    struct context context;
    enum exit_code code = EXIT_BROKEN;

    if (!*options->tariff == !*options->module) {
        say("name one of --tariff and --module");
        return EXIT_USAGE;
    }
    interrupt_catch();
    if (context_open(&context, call->config))
        code = change_settings(&context, call, setting);
    context_release(&context);
    return code;
}

static enum exit_code run_on(const struct call *call)
{
    return run(call, OVERRIDE_SETTING_ON);
}

static enum exit_code run_off(const struct call *call)
{
    return run(call, OVERRIDE_SETTING_OFF);
}

static enum exit_code run_auto(const struct call *call)
{
    return run(call, OVERRIDE_SETTING_AUTO);
}

enum { TEMPLATES_MAX = 1000 };

#define TEMPLATE_COMMAND(word, about)                                                                              \
    {                                                                                                              \
        .name = "template " #word, .usage = "TEMPLATE...", .summary = (about),                                     \
        .details = "TEMPLATE is the internal name, <repository>__<name>. Several make one change set. It holds\n"  \
                   "until `template auto`, with who said so and why.",                                             \
        .codes = "0: applied, or so already; 4: not decided in time; 5: refused",                                  \
        .groups = OPTION_OF_KAFKA | OPTION_OF_REGISTRY, .options = override_options,                               \
        .option_count = sizeof override_options / sizeof override_options[0],                                      \
        .options_size = sizeof(struct override_options), .argument_minimum = 1, .argument_maximum = TEMPLATES_MAX, \
        .run = run_##word                                                                                          \
    }

const struct command template_on_command =
    TEMPLATE_COMMAND(on, "Switches templates on for a tariff or module, whatever scans say.");
const struct command template_off_command =
    TEMPLATE_COMMAND(off, "Switches templates off for a tariff or module, whatever scans say.");
const struct command template_auto_command =
    TEMPLATE_COMMAND(auto, "Ends an override: scans and auto_connect decide again.");
