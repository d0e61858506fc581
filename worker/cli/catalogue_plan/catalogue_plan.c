#include "worker/cli/catalogue_plan/catalogue_plan.h"

#include <jansson.h>

#include "worker/cli/catalogue_plan/catalogue_warnings.h"
#include "worker/cli/common/moment.h"
#include "worker/cli/common/print.h"

enum { CHUNK = 64 << 10 };

enum exit_code plan_open(struct plan *plan, const struct call *call)
{
    if (!context_open(&plan->context, call->config))
        return EXIT_BROKEN;
    if (!catalogue_file_open(call->arguments[0], &plan->context.memory.arena, &plan->file))
        return EXIT_USAGE;
    return present_catalogue_read(&plan->context, &plan->present);
}

enum exit_code plan_open_file(struct plan *plan, const struct call *call)
{
    plan->context.config = call->config;
    memory_init(&plan->context.memory, CHUNK, 0);
    memory_init(&plan->present.memory, CHUNK, 0);
    if (!book_init(&plan->present.book, &plan->present.memory.arena)) {
        say("out of memory");
        return EXIT_BROKEN;
    }
    bool read = catalogue_file_open(call->arguments[0], &plan->context.memory.arena, &plan->file);
    return read ? EXIT_DONE : EXIT_USAGE;
}

void plan_close(struct plan *plan)
{
    present_catalogue_release(&plan->present);
    context_release(&plan->context);
}

enum exit_code plan_make(struct plan *plan, const struct plan_names *names)
{
    struct arena *arena = &plan->context.memory.arena;

    catalogue_diff(&plan->file, &plan->present.book, arena, &plan->differences);
    bool made =
        change_set_make(&plan->differences, names->change_set, names->actor, names->reason, arena, &plan->set) &&
        change_set_try(&plan->set, &plan->present.book, arena, &plan->refusal);
    return made ? EXIT_DONE : EXIT_BROKEN;
}

static void print_warning(void *context, const char *text)
{
    const struct plan *plan = context;

    if (plan->context.config->json)
        put_json(json_pack("{s:s, s:s}", "action", "warning", "text", text));
    else
        put("! %s\n", text);
}

enum exit_code plan_conclude(const struct plan *plan, const struct usages *usages, int *ret_warnings)
{
    struct memory scratch;

    *ret_warnings = 0;
    if (plan->refusal.size) {
        say("the workers would refuse this: %.*s", (int)plan->refusal.size, plan->refusal.data);
        return EXIT_REFUSED;
    }
    memory_init(&scratch, CHUNK, 0);
    *ret_warnings = catalogue_warnings(&(struct warning_sources){&plan->present.book, usages, moment_now()},
                                       &scratch.arena, print_warning, (void *)(uintptr_t)plan);
    memory_clear(&scratch);
    if (*ret_warnings >= 0)
        return plan->differences.changes ? EXIT_FOUND : EXIT_DONE;
    say("out of memory");
    return EXIT_BROKEN;
}
