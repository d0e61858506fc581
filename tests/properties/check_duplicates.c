/* Redeliveries put between the steps of a history change nothing. */
#include "property.h"
#include "remembered.h"

#include "core/record_walk.h"
#include "core/rules.h"

struct repeated {
    struct trial *trial;
    struct remembered remembered;
    struct history history; /* the trial's with redeliveries */
    struct run run;
    bool *inserted; /* by step of it */

    const char *told_otherwise; /* the rule that decided a redelivery as if it were new */
    uint32_t step;              /* which */
};

/* A recent input of the account that must be known again; false: chance found none. */
static bool find_known(struct repeated *repeated, struct text account_id, int64_t now, uint32_t *ret_step)
{
    struct trial *trial = repeated->trial;
    uint32_t steps = repeated->remembered.steps;

    for (uint32_t tries = 0; tries < 8 && steps > 0; tries++) {
        uint32_t back = 1 + chance_below(&trial->chance, tries < 4 && steps > 30 ? 30 : steps);
        const struct step *step = &trial->history->steps[steps - back];
        if (step->kind == STEP_INPUT && text_equal(step->account_id, account_id) && !is_lane_step(step) &&
            remembered_surely(&repeated->remembered, steps - back, now)) {
            *ret_step = steps - back;
            return true;
        }
    }
    return false;
}

/* Whatever comes for the account now is decided with what waits for its next input: not the redelivery's doing. */
static bool nothing_waits(struct repeated *repeated, const struct step *beside)
{
    struct step look = {.kind = STEP_DUE, .now = beside->now, .account_id = beside->account_id};
    struct world fork;
    struct outcome outcome;
    struct text key;

    world_fork(&repeated->run.world, &fork);
    bool nothing = !world_step(&fork, &look, &outcome) && outcome.decisions.count == 0 &&
                   !states_difference(&fork, &repeated->run.world, &key);
    world_clear(&fork);
    return nothing;
}

/* The rule that decided a redelivery as if it were new, NULL: it was known. */
static const char *other_verdict(const struct outcome *outcome)
{
    const struct decision *decision = &outcome->decisions.items[outcome->decisions.count - 1];

    return decision->verdict == VERDICT_DUPLICATE ? NULL : rule_info(rule_find(decision->rule))->id.data;
}

static void insert(struct repeated *repeated, const struct step *beside)
{
    struct trial *trial = repeated->trial;
    uint32_t known;

    if (is_lane_step(beside) || !chance_in_thousand(&trial->chance, 150) ||
        !find_known(repeated, beside->account_id, beside->now, &known) || !nothing_waits(repeated, beside))
        return;
    struct step again = trial->history->steps[known];
    again.now = beside->now;
    again.input.offset += 1000000; /* its own, without moving those of others */
    repeated->inserted[repeated->history.count] = true;
    history_add_step(&repeated->history, &again);
    if (run_step(&repeated->run) && repeated->told_otherwise == NULL)
        repeated->told_otherwise = other_verdict(&repeated->run.outcomes[repeated->run.count - 1]);
    if (repeated->told_otherwise && repeated->step == 0)
        repeated->step = known;
}

static void repeat(struct repeated *repeated, struct trial *trial)
{
    const struct world_options options = {.batch = 1, .plant = trial->run->world.options.plant};
    uint32_t count = trial->history->count;

    *repeated = (struct repeated){.trial = trial};
    remembered_init(&repeated->remembered, trial->run);
    history_init(&repeated->history, trial->history->codec);
    run_init(&repeated->run, &repeated->history, &options);
    repeated->inserted = take(&repeated->history.memory, (size_t)3 * count, sizeof *repeated->inserted);
    for (uint32_t i = 0; i < count && !repeated->run.problem; i++) {
        insert(repeated, &trial->history->steps[i]);
        history_add_step(&repeated->history, &trial->history->steps[i]);
        (void)run_step(&repeated->run);
        remembered_advance(&repeated->remembered);
        insert(repeated, &trial->history->steps[i]);
    }
}

/* --- all outputs of a kind, one after the other --- */

struct stream {
    const struct run *run;
    const bool *inserted; /* steps whose own decision is not counted; NULL: none */
    uint32_t step, item;
};

#define DEFINE_NEXT(type, list)                                                         \
    static const struct type *next_##type(struct stream *stream)                        \
    {                                                                                   \
        for (; stream->step < stream->run->count; stream->step++, stream->item = 0)     \
            if (stream->item < stream->run->outcomes[stream->step].list.count)          \
                return &stream->run->outcomes[stream->step].list.items[stream->item++]; \
        return NULL;                                                                    \
    }
DEFINE_NEXT(charge, charges)
DEFINE_NEXT(notification, notifications)
DEFINE_NEXT(decision, decisions)

static const struct decision *next_counted_decision(struct stream *stream)
{
    const struct decision *decision = next_decision(stream);

    while (decision && stream->inserted && stream->inserted[stream->step] && decision->origin == ORIGIN_INPUT)
        decision = next_decision(stream);
    return decision;
}

#define DIFFERS(type, next, a, b, ret)                                                       \
    do {                                                                                     \
        const struct type *left, *right;                                                     \
        do {                                                                                 \
            left = next(a);                                                                  \
            right = next(b);                                                                 \
            (ret) = !left != !right || (left && !record_equal(&type##_record, left, right)); \
            rules[0] = left ? left->rule : TEXT("nothing");                                  \
            rules[1] = right ? right->rule : TEXT("nothing");                                \
        } while (left && right && !(ret));                                                   \
    } while (0)

static bool same_outputs(struct trial *trial, const struct run *again, const bool *inserted)
{
    static const char *const names[] = {"charges", "notifications", "decisions"};

    for (int kind = 0; kind < 3; kind++) {
        struct stream base = {.run = trial->run}, other = {.run = again, .inserted = inserted};
        struct text rules[2] = {{NULL, 0}, {NULL, 0}};
        bool differs;
        if (kind == 0)
            DIFFERS(charge, next_charge, &base, &other, differs);
        else if (kind == 1)
            DIFFERS(notification, next_notification, &base, &other, differs);
        else
            DIFFERS(decision, next_counted_decision, &base, &other, differs);
        if (differs)
            return fail(trial, base.step,
                        base.step < trial->run->count ? trial->history->steps[base.step].account_id : TEXT(""),
                        "other %s with redeliveries put between: %.*s before, %.*s now", names[kind],
                        TEXT_ARGUMENTS(rules[0]), TEXT_ARGUMENTS(rules[1]));
    }
    return true;
}

bool check_duplicates(struct trial *trial)
{
    struct repeated repeated;
    struct text key;
    bool holds = true;

    repeat(&repeated, trial);
    if (repeated.run.problem)
        holds = fail(trial, trial->run->count - 1, TEXT(""), "with redeliveries put between: %s", repeated.run.problem);
    else if (repeated.told_otherwise)
        holds = fail(trial, trial->run->count - 1, trial->history->steps[repeated.step].account_id,
                     "step %u is decided again by %s", repeated.step, repeated.told_otherwise);
    holds = holds && same_outputs(trial, &repeated.run, repeated.inserted);
    if (holds && (states_difference(&trial->run->world, &repeated.run.world, &key) ||
                  states_difference(&repeated.run.world, &trial->run->world, &key)))
        holds = fail(trial, trial->run->count - 1, TEXT(""), "another state with redeliveries put between: %.*s",
                     TEXT_ARGUMENTS(key));
    trial->decided += repeated.run.world.decided;
    run_clear(&repeated.run);
    history_clear(&repeated.history);
    return holds;
}
