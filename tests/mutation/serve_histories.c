/* Random histories for mutant after mutant: each that core and the oracle decide alike (test properties.oracle) is a
 * test.
 *
 *   mutation_histories COUNT EVENTS        seeds 1 to COUNT */
#define _POSIX_C_SOURCE 200809L
#include "server.h"

#include "tests/properties/generate.h"
#include "tests/properties/history_json.h"

#include <stdlib.h>

struct told {
    struct history history;
    char name[32];
    char *outcome; /* without a mutant */
};

/* What tests/oracle/compare.py does not compare. */
static void forget_words(struct outcome *outcome)
{
    for (uint32_t i = 0; i < outcome->decisions.count; i++) {
        struct decision *decision = &outcome->decisions.items[i];
        decision->reason = decision->template = decision->item_id = decision->module_id = TEXT("");
        decision->catalogue_version = 0;
        for (uint32_t k = 0; k < decision->effects.count; k++)
            decision->effects.items[k].template = decision->effects.items[k].item_id = TEXT("");
    }
    for (uint32_t i = 0; i < outcome->notifications.count; i++)
        outcome->notifications.items[i].text = TEXT("");
}

/* What core makes of it, as JSON; NULL when it cannot go on. */
static char *decided(struct run *run)
{
    size_t size;
    char *text = NULL;
    FILE *file = run->problem ? NULL : open_memstream(&text, &size);

    for (uint32_t i = 0; i < run->count; i++)
        forget_words(&run->outcomes[i]);
    if (!file)
        return NULL;
    outcome_write(run, file);
    fclose(file);
    return text;
}

static bool passes(void *context)
{
    const struct world_options options = {.batch = 1};
    struct told *told = context;
    struct run run;

    run_init(&run, &told->history, &options);
    (void)run_all(&run);
    char *outcome = decided(&run);
    bool same = outcome && strcmp(outcome, told->outcome) == 0;
    free(outcome);
    run_clear(&run);
    return same;
}

int main(int count, char **arguments)
{
    const struct world_options options = {.batch = 1};
    struct codec *codec = codec_of_this_program();
    uint32_t seeds = count == 3 ? (uint32_t)strtoul(arguments[1], NULL, 10) : 0;
    struct told *told = calloc(seeds + 1, sizeof *told);
    struct test *tests = calloc(seeds + 1, sizeof *tests);

    for (uint32_t i = 0; told && tests && i < seeds; i++) {
        struct run run;
        generate(i + 1, (uint32_t)strtoul(arguments[2], NULL, 10), codec, &options, &told[i].history, &run);
        told[i].outcome = decided(&run);
        run_clear(&run);
        snprintf(told[i].name, sizeof told[i].name, "seed %u", i + 1);
        tests[i] = (struct test){told[i].name, passes, &told[i]};
    }
    serve(tests, seeds);
    for (uint32_t i = 0; told && i < seeds; i++) {
        free(told[i].outcome);
        history_clear(&told[i].history);
    }
    free(tests);
    free(told);
    codec_free(codec);
    return 0;
}
