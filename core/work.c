#include "core/work.h"

#include "core/money.h"

void work_init(struct work *work, const struct desk *desk, struct outcome *outcome, struct text account_id,
               const struct caused_by *cause, enum origin origin)
{
    *work = (struct work){.desk = desk, .outcome = outcome, .account_id = account_id, .cause = *cause};
    work->decision.caused_by = *cause;
    work->decision.event_id = cause->event_id;
    work->decision.input = cause->topic;
    work->decision.origin = origin;
    work->decision.account_id = account_id;
    work->decision.catalogue_version = catalogue_version(desk->catalogue);
}

/* Kept apart from work_attempt: nothing that changes after setjmp is read after longjmp. */
static bool run(struct work *work, void (*rules)(struct work *work, const void *argument), const void *argument)
{
    jmp_buf escape;

    work->escape = &escape; /* cppcheck-suppress autoVariables ; cleared by work_attempt */
    if (setjmp(escape) != 0)
        return false;
    rules(work, argument);
    return true;
}

enum give_up work_attempt(struct work *work, void (*rules)(struct work *work, const void *argument),
                          const void *argument)
{
    struct overlay_mark states = overlay_begin(work->desk->overlay);
    struct outcome_mark outputs = outcome_mark(work->outcome);

    bool done = run(work, rules, argument);
    work->escape = NULL;
    if (done && !work->desk->arena->failed && !work->desk->overlay->out_of_memory)
        return GAVE_NOT_UP;
    overlay_rollback(work->desk->overlay, states);
    outcome_reset(work->outcome, outputs);
    return done ? GAVE_UP_MEMORY : work->why;
}

void work_give_up(struct work *work, enum give_up why)
{
    work->why = why;
    longjmp(*work->escape, 1);
}

static void *take(struct work *work, size_t size)
{
    void *memory = arena_alloc(work->desk->arena, size, 16);

    if (!memory)
        work_give_up(work, GAVE_UP_MEMORY);
    return memory;
}

void *work_alloc(struct work *work, size_t count, size_t size)
{
    return memset(take(work, count * size), 0, count * size);
}

void *work_copy(struct work *work, const void *items, uint32_t count, uint32_t more, size_t size)
{
    void *copy = take(work, ((size_t)count + more) * size);

    if (count)
        memcpy(copy, items, count * size);
    return copy;
}

void work_rule(struct work *work, enum rule rule, enum verdict verdict, struct text reason)
{
    work->decision.rule = rule_info(rule)->id;
    work->decision.verdict = verdict;
    work->decision.reason = reason;
}

struct effect *work_effect(struct work *work, enum rule rule, enum verdict verdict, struct text vps_id)
{
    struct effect effect = {.rule = rule_info(rule)->id, .verdict = verdict, .vps_id = vps_id};

    WORK_PUSH(work, &work->decision.effects, effect);
    return &work->decision.effects.items[work->decision.effects.count - 1];
}

void work_decision(struct work *work)
{
    *outcome_decision(work->outcome) = work->decision;
}

int64_t work_add(struct work *work, int64_t a, int64_t b)
{
    int64_t sum;

    if (!money_add(a, b, &sum))
        work_give_up(work, GAVE_UP_OVERFLOW);
    return sum;
}

int64_t work_subtract(struct work *work, int64_t a, int64_t b)
{
    int64_t difference;

    if (!money_subtract(a, b, &difference))
        work_give_up(work, GAVE_UP_OVERFLOW);
    return difference;
}
