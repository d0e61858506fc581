#include "back_end.h"

#include "core/snapshot.h"

#include <stdio.h>

enum { CACHE_BYTES = 64 << 20 };

void stack_back_end_next(struct place *place, struct stack *stack, const char *prefix, int32_t partitions)
{
    *place = (struct place){.stack = stack, .partitions = partitions};
    (void)snprintf(place->prefix, sizeof place->prefix, "%s", prefix);
}

static const char *start(void *context, const struct book_case *book_case)
{
    struct place *place = context;

    memory_open(&place->memory);
    memory_open(&place->step);
    place->book_case = book_case;
    place->fed = memory_take(&place->memory.arena, (book_case->steps.count + 1) * sizeof *place->fed);
    place->sent = memory_take(&place->memory.arena, (book_case->steps.count + 1) * sizeof *place->sent);
    place->parked = memory_take(&place->memory.arena, (book_case->steps.count + 1) * sizeof *place->parked);
    /* With and without the worker's cache, in one batch or in several: the outcome is the same (promise 4). What is
     * tried in a case does not depend on which others are run. */
    place->cache_bytes = book_case->line.number % 2 ? 0 : CACHE_BYTES;
    place->together = book_case->line.number / 2 % 2 && place->partitions == 1;
    book_clock_open(&place->clock);
    if (book_case->steps.count)
        place->clock.wall = book_case->steps.items[0].from;
    const char *problem = cluster_meet(place->stack->cluster, place->prefix);
    if (!problem)
        problem = read_back_open(place);
    return problem ? problem : worker_begin(place);
}

/* --- inputs --- */

static bool looks_at_state(const struct step *step)
{
    static const char *const words[] = {"balance", "cases", "open", "linked", "orderable"};

    for (uint32_t i = 0; i < step->expected_count; i++)
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            if (text_is(step->expected[i].words[0].value, words[k]))
                return true;
    return false;
}

/* Inputs that arrive together: repetitions of one line, catalogue messages of one moment, in some cases all of one
 * topic and moment. The order in which partitions are decided is nobody's to know. */
static bool together(const struct place *place, const struct step *a, const struct step *b)
{
    if (b->kind != STEP_INPUT || a->input->topic != b->input->topic || looks_at_state(a))
        return false;
    if (a->line.number == b->line.number && a->line.file == b->line.file)
        return true;
    return a->now == b->now && (a->input->topic < TOPIC_ACCOUNT || place->together);
}

static uint32_t last_together(const struct place *place, uint32_t first)
{
    const struct step_list *steps = &place->book_case->steps;
    uint32_t last = first;

    while (last + 1 < steps->count && together(place, &steps->items[last], &steps->items[last + 1]))
        last++;
    return last;
}

static bool undecided(const struct place *place, const void *context)
{
    (void)context;
    return place->seen.inputs < place->fed_count || place->seen.lane_version > follower_version(place->follower);
}

static const char *perform_input(struct place *place, uint32_t number, struct outcome *outcome)
{
    const struct step_list *steps = &place->book_case->steps;
    const char *problem = NULL;

    if (number >= place->fed_until) {
        uint32_t last = last_together(place, number);
        place->fed_from = number;
        place->clock.wall = steps->items[last].now;
        problem = feed(place, number, last);
        if (!problem)
            problem = worker_settle(place, undecided, NULL);
    }
    if (!problem)
        tell(place, number, outcome);
    return problem;
}

/* --- time --- */

static const char *pass_time(struct place *place, const struct step *step)
{
    const char *problem = NULL;

    for (int64_t due; !problem && (due = mirror_first_due(place)) && due <= step->now;) {
        place->clock.wall = due > step->from ? due : step->from;
        problem = worker_look(place);
        if (!problem && mirror_first_due(place) == due)
            problem = "a timer fired and is due again at the same time, or it did not fire";
    }
    place->clock.wall = step->now;
    return problem;
}

static const char *come_back(struct place *place, const struct step *step)
{
    const char *problem = worker_end(place);

    place->clock.wall = step->now;
    return problem ? problem : worker_begin(place);
}

static const char *perform(void *context, const struct step *step, struct outcome *outcome)
{
    struct place *place = context;
    uint32_t number = (uint32_t)(step - place->book_case->steps.items);
    const char *problem = NULL;

    memory_release(&place->step);
    memory_open(&place->step);
    outcome_init(outcome, &place->step.arena);
    place->clock.wall = step->now;
    switch (step->kind) {
    case STEP_INPUT: return perform_input(place, number, outcome);
    case STEP_CLOCK: problem = pass_time(place, step); break;
    case STEP_DOWNTIME: problem = come_back(place, step); break;
    case STEP_RECHECK: problem = worker_look(place); break;
    }
    place->fed_from = number;
    place->fed_until = number + 1;
    if (!problem)
        tell(place, number, outcome);
    return problem;
}

/* --- views --- */

static const char *account(void *context, struct text account_id, struct account_view *ret_view)
{
    return view_account(context, account_id, ret_view);
}

static bool linked(void *context, struct text module_id, struct text template_name)
{
    const struct catalogue_source *source = follower_source(((struct place *)context)->follower);
    const struct catalogue *catalogue = source->acquire(source->context);
    bool yes = catalogue_linked(catalogue, module_id, template_name);

    source->release(source->context, catalogue);
    return yes;
}

static bool orderable(void *context, struct text tariff_id, struct text module_id, struct text template_name)
{
    const struct catalogue_source *source = follower_source(((struct place *)context)->follower);
    const struct catalogue *catalogue = source->acquire(source->context);
    const struct catalogue_tariff *tariff = catalogue_tariff(catalogue, tariff_id);
    bool yes = tariff && catalogue_orderable(catalogue, tariff, module_id, template_name);

    source->release(source->context, catalogue);
    return yes;
}

/* --- the end --- */

static const char *all_told(struct place *place)
{
    struct outcome_mark told = place->seen.told, all = outcome_mark(&place->seen.outcome);

    if (told.decisions != all.decisions || told.charges != all.charges || told.notifications != all.notifications ||
        told.dead_letters != all.dead_letters)
        return "the worker published something that no step brought about";
    if (all.decisions != place->before.decisions || all.charges != place->before.charges ||
        all.notifications != place->before.notifications || all.dead_letters != place->before.dead_letters)
        return "what was read back is not what the worker committed";
    const char *problem = mirror_check_money(place);
    return problem ? problem : compare_redis(place);
}

static const char *finish(void *context, bool good)
{
    struct place *place = context;
    const char *problem = worker_end(place);

    if (!problem && good)
        problem = read_back(place, 0);
    if (!problem && good)
        problem = all_told(place);
    kafka_reader_close(place->reader);
    redis_dump_close(place->redis);
    memory_release(&place->step);
    memory_release(&place->memory);
    return problem;
}

struct back_end *stack_back_end(struct arena *arena, struct place *place)
{
    struct back_end *back_end = memory_take(arena, sizeof *back_end);

    *back_end = (struct back_end){place, false, start, perform, account, linked, orderable, finish};
    return back_end;
}
