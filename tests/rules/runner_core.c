/* The back end that is core alone. */
#include "runner_world.h"

#include <string.h>

/* The account whose timer is due first; NULL: none is due by then. */
static const struct stored *first_due(const struct world *world, int64_t by, int64_t *ret_due)
{
    const struct stored *first = NULL;

    for (uint32_t i = 0; i < world->state_count; i++) {
        const struct stored *stored = &world->states[i];
        if (stored->kind != STATE_ACCOUNT || !stored->record)
            continue;
        int64_t due = account_filing(stored->record).due_at;
        if (due != 0 && due <= by && (!first || due < *ret_due)) {
            first = stored;
            *ret_due = due;
        }
    }
    return first;
}

/* a:<account_id> */
static struct text account_of(const struct stored *stored)
{
    return (struct text){stored->key.data + 2, stored->key.size - 2};
}

/* Timers fire when they are due. */
static const char *pass_time(struct world *world, const struct step *step, struct outcome *outcome)
{
    const struct stored *stored;
    int64_t due = 0;

    while ((stored = first_due(world, step->now, &due))) {
        const char *problem = world_decide_due(world, account_of(stored), due > step->from ? due : step->from, outcome);
        if (problem)
            return problem;
        if (stored->record && account_filing(stored->record).due_at == due)
            return "a timer fired and is due again at the same time";
    }
    return NULL;
}

/* Timers that became due meanwhile are looked at once. */
static const char *come_back(struct world *world, const struct step *step, struct outcome *outcome)
{
    for (uint32_t i = 0; i < world->state_count; i++) {
        const struct stored *stored = &world->states[i];
        if (stored->kind != STATE_ACCOUNT || !stored->record)
            continue;
        int64_t due = account_filing(stored->record).due_at;
        const char *problem =
            due && due <= step->now ? world_decide_due(world, account_of(stored), step->now, outcome) : NULL;
        if (problem)
            return problem;
    }
    return NULL;
}

static const char *recheck(struct world *world, const struct step *step, struct outcome *outcome)
{
    for (uint32_t i = 0; i < world->state_count; i++) {
        const struct stored *stored = &world->states[i];
        if (stored->kind != STATE_ACCOUNT || !stored->record || !account_filing(stored->record).held)
            continue;
        const char *problem = world_decide_due(world, account_of(stored), step->now, outcome);
        if (problem)
            return problem;
    }
    return NULL;
}

static const char *perform(void *context, const struct step *step, struct outcome *outcome)
{
    struct world *world = context;

    memory_release(&world->step);
    memory_open(&world->step);
    outcome_init(outcome, &world->step.arena);
    switch (step->kind) {
    case STEP_CLOCK: return pass_time(world, step, outcome);
    case STEP_DOWNTIME: return come_back(world, step, outcome);
    case STEP_RECHECK: return recheck(world, step, outcome);
    case STEP_INPUT: break;
    }
    return step->input->topic < TOPIC_ACCOUNT ? world_change(world, step->input, step->now, outcome)
                                              : world_decide(world, step->input, step->now, outcome);
}

static const struct open_case *find_case(const struct vps_state *vps, int64_t epoch)
{
    for (uint32_t i = 0; vps && i < vps->cases.count; i++)
        if (vps->cases.items[i].epoch == epoch)
            return &vps->cases.items[i];
    return NULL;
}

static const char *view_account(void *context, struct text account_id, struct account_view *ret_view)
{
    struct world *world = context;
    struct state_key key = {.kind = STATE_ACCOUNT, .account_id = account_id};
    const struct account_state *account = world_state(world, &key);

    *ret_view = (struct account_view){0};
    if (!account)
        return "there is no such account";
    ret_view->balance_micros = account->balance_micros;
    for (uint32_t i = 0; i < account->cases.count; i++) {
        const struct case_ref *ref = &account->cases.items[i];
        struct state_key vps = {.kind = STATE_VPS, .account_id = account_id, .part = ref->vps_id};
        const struct open_case *details = find_case(world_state(world, &vps), ref->epoch);
        if (!details)
            return "the account names a case that its VPS does not have";
        *LIST_ADD(&world->step.arena, ret_view->cases, ret_view->case_count) = (struct case_view){*ref, *details};
    }
    return NULL;
}

static bool is_linked(void *context, struct text module_id, struct text template_name)
{
    return catalogue_linked(world_catalogue(context), module_id, template_name);
}

static bool is_orderable(void *context, struct text tariff_id, struct text module_id, struct text template_name)
{
    const struct catalogue *catalogue = world_catalogue(context);
    const struct catalogue_tariff *tariff = catalogue_tariff(catalogue, tariff_id);

    return tariff && catalogue_orderable(catalogue, tariff, module_id, template_name);
}

static const char *start(void *context, const struct book_case *book_case)
{
    struct world *world = context;

    *world = (struct world){.book_case = book_case, .starving = world->starving};
    memory_open(&world->memory);
    memory_open(&world->step);
    return book_init(&world->book, &world->memory.arena) ? NULL : "out of memory";
}

static const char *stop(void *context, bool good)
{
    struct world *world = context;

    (void)good;
    memory_release(&world->step);
    memory_release(&world->memory);
    return NULL;
}

struct back_end *core_back_end(struct arena *arena, bool starving)
{
    struct back_end *back_end = memory_take(arena, sizeof *back_end);
    struct world *world = memory_take(arena, sizeof *world);

    world->starving = starving;
    *back_end = (struct back_end){world, true, start, perform, view_account, is_linked, is_orderable, stop};
    return back_end;
}
