/* osbill catalogue import */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/cli/catalogue/change_set.h"
#include "worker/cli/catalogue_file/billmanager.h"
#include "worker/cli/common/print.h"

enum { CHUNK = 64 << 10 };

struct import_options {
    struct import_settings settings;
    const char *output;
};

#define FIELD(name) offsetof(struct import_options, name)
static const struct option import_options[] = {
    {.name = "module",
     .type = OPTION_TEXT,
     .preset = "",
     .maximum = 128,
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(settings.module_id),
     .help = "The processing module that the tariffs are ordered on; the export names none."},
    {.name = "currency",
     .type = OPTION_TEXT,
     .preset = "",
     .maximum = 8,
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(settings.currency),
     .help = "Of prices that name none, such as EUR; one that names another is a mistake."},
    {.name = "item-type",
     .type = OPTION_TEXT,
     .preset = "vds",
     .maximum = 128,
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(settings.item_type),
     .help = "Internal name or id of the product type that is imported; all others are left out."},
    {.name = "os-addon",
     .type = OPTION_TEXT,
     .preset = "ostempl",
     .maximum = 128,
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(settings.os_addon),
     .help = "Internal name of the addon that bills the operating system."},
    {.name = "output",
     .type = OPTION_PATH,
     .preset = "",
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(output),
     .help = "Where to write the catalogue file. Empty: standard output."},
};
#undef FIELD

/* What was read, and what comes of it in an empty catalogue. */
struct importing {
    struct memory memory, book_memory;
    struct catalogue_book book;
    struct catalogue_file file;
    struct differences differences;
    json_t *root;
};

static bool open_importing(struct importing *importing)
{
    *importing = (struct importing){.root = NULL};
    memory_init(&importing->memory, CHUNK, 0);
    memory_init(&importing->book_memory, CHUNK, 0);
    if (book_init(&importing->book, &importing->book_memory.arena))
        return true;
    say("out of memory");
    return false;
}

static void close_importing(struct importing *importing)
{
    json_decref(importing->root);
    memory_clear(&importing->memory);
    memory_clear(&importing->book_memory);
}

/* jansson calls most lack of memory a syntax error. */
static bool lacked_memory;

static void *watched_malloc(size_t size)
{
    void *room = malloc(size);

    lacked_memory |= !room;
    return room;
}

static enum exit_code read_json(const char *name, json_t **ret_root)
{
    bool piped = !strcmp(name, "-");
    FILE *from = piped ? stdin : fopen(name, "re");
    json_error_t error;

    if (!from) {
        say("%s: %s", name, strerror(errno));
        return EXIT_USAGE;
    }
    json_set_alloc_funcs(watched_malloc, free);
    *ret_root = json_loadf(from, JSON_REJECT_DUPLICATES, &error);
    json_set_alloc_funcs(malloc, free);
    if (!piped)
        (void)fclose(from);
    if (*ret_root)
        return EXIT_DONE;
    if (lacked_memory) {
        say("out of memory");
        return EXIT_BROKEN;
    }
    say("%s:%d:%d: %s", piped ? "standard input" : name, error.line, error.column, error.text);
    return EXIT_USAGE;
}

static void print_warning(void *context, const char *text)
{
    (void)context;
    say("warning: %s", text);
}

static bool print_problems(const struct file_problems *problems)
{
    for (uint32_t i = 0; i < problems->count; i++)
        say("%s: %.*s", problems->file, (int)problems->items[i].text.size, problems->items[i].text.data);
    if (problems->more)
        say("%s: and %u more", problems->file, problems->more);
    return problems->count > 0;
}

/* Through the lane's own rules, as `catalogue apply` will: what they refuse is not written. */
static enum exit_code apply(struct importing *importing)
{
    struct change_set set;
    struct text refusal;
    struct arena *arena = &importing->memory.arena;

    catalogue_diff(&importing->file, &importing->book, arena, &importing->differences);
    if (!change_set_make(&importing->differences, "import", "import", "import", arena, &set) ||
        !change_set_try(&set, &importing->book, arena, &refusal))
        return EXIT_BROKEN;
    if (!refusal.size)
        return EXIT_DONE;
    say("the workers would refuse what was read: %.*s", (int)refusal.size, refusal.data);
    return EXIT_REFUSED;
}

/* --- writing --- */

static char *written(struct importing *importing)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);

    if (!to)
        return NULL;
    catalogue_file_write(&importing->book, &importing->memory.arena, to);
    if (fclose(to) == 0)
        return text;
    free(text);
    return NULL;
}

static enum exit_code write_file(const char *name, const char *text)
{
    FILE *to = fopen(name, "we");
    bool failed = !to || fputs(text, to) < 0;

    if (to && fclose(to) != 0)
        failed = true;
    if (failed)
        say("%s: %s", name, strerror(errno));
    return failed ? EXIT_USAGE : EXIT_DONE;
}

static enum exit_code write_result(struct importing *importing, const struct call *call)
{
    const struct import_options *options = call->options;
    char *text = written(importing);
    enum exit_code code = text ? EXIT_DONE : EXIT_BROKEN;

    if (!text)
        say("out of memory");
    else if (*options->output)
        code = write_file(options->output, text);
    else if (!call->config->json)
        put_lines(text);
    for (const struct difference *at = importing->differences.first; at && call->config->json && text; at = at->next)
        put_json(catalogue_diff_json(at));
    free(text);
    return code;
}

static enum exit_code run_import(const struct call *call)
{
    const struct import_options *options = call->options;
    struct importing importing;
    struct file_problems problems = {.arena = &importing.memory.arena, .file = call->arguments[0]};
    struct import import = {
        .settings = &options->settings, .problems = &problems, .warn = print_warning, .file = &importing.file};

    enum exit_code code = open_importing(&importing) ? read_json(call->arguments[0], &importing.root) : EXIT_BROKEN;
    if (code == EXIT_DONE) {
        billmanager_read(&import, importing.root);
        code = print_problems(&problems) ? EXIT_USAGE : apply(&importing);
    }
    if (code == EXIT_DONE)
        code = write_result(&importing, call);
    close_importing(&importing);
    return code;
}

const struct command catalogue_import_command = {
    .name = "catalogue import",
    .usage = "EXPORT.json",
    .summary = "Makes a catalogue file of BILLmanager 6's price export.",
    .details =
        "EXPORT.json is the answer of BILLmanager's func=pricelist.export with out=json; - is standard input.\n"
        "docs/billmanager-import.md says what is read. Amounts are read exactly; a mistake names its path in the\n"
        "export, and nothing is written then. What is left out (other products and addons) is said on standard\n"
        "error. Read the file, run `osbill catalogue lint`, then plan and apply.",
    .codes =
        "0: written; 2: the export is not understood, or a file cannot be read or written; 5: workers would refuse it",
    .options = import_options,
    .option_count = sizeof import_options / sizeof import_options[0],
    .options_size = sizeof(struct import_options),
    .argument_minimum = 1,
    .argument_maximum = 1,
    .run = run_import,
};
