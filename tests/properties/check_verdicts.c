/* At the end of a history every input that must be known comes again, also under another event id, also with other
 * content: a verdict never changes. */
#include "property.h"
#include "remembered.h"

#include "core/decide.h"

struct recall {
    struct trial *trial;
    struct world world; /* goes on from the end */
    int64_t now;
};

static const struct decision *own_decision(const struct outcome *outcome)
{
    return &outcome->decisions.items[outcome->decisions.count - 1];
}

/* Deciding `input` once more must have this verdict and no charge; a conflict is told once. */
static bool expect(struct recall *recall, uint32_t of, const struct input *input, enum verdict verdict)
{
    struct step step = {.kind = STEP_INPUT, .now = recall->now, .input = *input};
    struct trial *trial = recall->trial;
    struct text account_id = trial->history->steps[of].account_id;
    struct outcome outcome;
    uint32_t notices = verdict == VERDICT_CONFLICT;

    step.account_id = account_id;
    const char *problem = world_step(&recall->world, &step, &outcome);
    if (problem)
        return fail(trial, trial->run->count - 1, account_id, "step %u again: %s", of, problem);
    const struct decision *decision = own_decision(&outcome);
    if (decision->verdict != verdict)
        return fail(trial, trial->run->count - 1, account_id, "step %u again at the end is %s by %.*s, expected %s", of,
                    verdict_names[decision->verdict], TEXT_ARGUMENTS(decision->rule), verdict_names[verdict]);
    if (outcome.charges.count || outcome.notifications.count != notices || outcome.moves.count ||
        decision->effects.count)
        return fail(trial, trial->run->count - 1, account_id, "step %u again at the end has an effect", of);
    return true;
}

/* An accepted order is known by its business key whatever its event id; but one that a grace held may have been
 * rejected since. */
static bool known_by_key(const struct decision *decision)
{
    return decision->verdict == VERDICT_CHARGED || decision->verdict == VERDICT_FREE ||
           decision->verdict == VERDICT_INSUFFICIENT_FUNDS || decision->verdict == VERDICT_APPLIED ||
           decision->verdict == VERDICT_REFUNDED;
}

static bool recall_order(struct recall *recall, uint32_t of)
{
    struct input input = recall->trial->history->steps[of].input;

    input.as.order.event_id = TEXT("another-id");
    if (!expect(recall, of, &input, VERDICT_DUPLICATE))
        return false;
    input.as.order.template = TEXT("another template");
    return expect(recall, of, &input, VERDICT_CONFLICT);
}

static bool recall_steps(struct recall *recall, const struct remembered *remembered)
{
    const struct run *run = recall->trial->run;

    for (uint32_t i = 0; i < run->count; i++) {
        const struct step *step = &run->history->steps[i];
        if (step->kind != STEP_INPUT || is_lane_step(step))
            continue;
        if (remembered_surely(remembered, i, recall->now) && !expect(recall, i, &step->input, VERDICT_DUPLICATE))
            return false;
        if (step->input.topic == TOPIC_ORDER && known_by_key(own_decision(&run->outcomes[i])) &&
            !recall_order(recall, i))
            return false;
    }
    return true;
}

/* What is due now is not the redeliveries' effect. */
static bool settle(struct recall *recall)
{
    for (const struct stored *stored = recall->trial->run->world.first; stored; stored = stored->next) {
        struct step step = {.kind = STEP_DUE, .now = recall->now};
        struct outcome outcome;
        step.account_id = (struct text){stored->key.data + 2, stored->key.size - 2};
        const char *problem = stored->kind == STATE_ACCOUNT ? world_step(&recall->world, &step, &outcome) : NULL;
        if (problem)
            return fail(recall->trial, recall->trial->run->count - 1, step.account_id, "what is due: %s", problem);
    }
    return true;
}

bool check_verdicts(struct trial *trial)
{
    struct recall recall = {.trial = trial, .now = trial->history->steps[trial->history->count - 1].now};
    struct remembered remembered;
    struct world before;
    struct text key;

    remembered_init(&remembered, trial->run);
    while (remembered.steps < trial->run->count)
        remembered_advance(&remembered);
    world_fork(&trial->run->world, &recall.world);
    bool holds = settle(&recall);
    world_fork(&recall.world, &before);
    holds = holds && recall_steps(&recall, &remembered);
    if (holds && (states_difference(&recall.world, &before, &key) || states_difference(&before, &recall.world, &key)))
        holds = fail(trial, trial->run->count - 1, TEXT(""), "redeliveries at the end change the state %.*s",
                     TEXT_ARGUMENTS(key));
    trial->decided += recall.world.decided;
    world_clear(&before);
    world_clear(&recall.world);
    return holds;
}
