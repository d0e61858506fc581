#include "remembered.h"

enum { RECENT_MAX = 4 };
#define KEPT_MS (30 * INT64_C(86400000))

void remembered_init(struct remembered *remembered, struct run *run)
{
    *remembered = (struct remembered){.run = run};
    remembered->inputs = take(&run->world.memory, run->count, sizeof *remembered->inputs);
    remembered->since = take(&run->world.memory, run->count, sizeof *remembered->since);
}

static const struct step *step_of(const struct remembered *remembered, uint32_t step)
{
    return &remembered->run->history->steps[step];
}

static struct text event_id_of(const struct input *input)
{
    switch (input->topic) {
    case TOPIC_ACCOUNT: return input->as.account.event_id;
    case TOPIC_ORDER: return input->as.order.event_id;
    case TOPIC_OS_INSTALLED: return input->as.os_installed.event_id;
    default: return TEXT("");
    }
}

static struct text vps_of(const struct input *input)
{
    switch (input->topic) {
    case TOPIC_ORDER: return input->as.order.vps_id;
    case TOPIC_OS_INSTALLED: return input->as.os_installed.vps_id;
    default: return TEXT("");
    }
}

static bool of_same_list(const struct step *a, const struct step *b)
{
    return a->input.topic == b->input.topic && text_equal(a->account_id, b->account_id) &&
           text_equal(vps_of(&a->input), vps_of(&b->input));
}

/* Each VPS remembers the last four orders and the last four installations. */
static void forget_fifth(struct remembered *remembered, uint32_t newest)
{
    const struct step *last = step_of(remembered, newest);
    uint32_t kept = 0, oldest = newest;

    for (uint32_t i = 0; i < remembered->steps && last->input.topic != TOPIC_ACCOUNT; i++) {
        if (remembered->inputs[i] != INPUT_REMEMBERED || !of_same_list(step_of(remembered, i), last))
            continue;
        kept++;
        if (remembered->since[i] < remembered->since[oldest])
            oldest = i;
    }
    if (kept > RECENT_MAX)
        remembered->inputs[oldest] = INPUT_FORGOTTEN;
}

static enum memory_of_input after(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_PARKED: return INPUT_PARKED;
    case VERDICT_DUPLICATE:
    case VERDICT_CONFLICT:
    case VERDICT_DEAD_LETTER: return INPUT_FORGOTTEN;
    default: return INPUT_REMEMBERED;
    }
}

static void set(struct remembered *remembered, uint32_t step, enum verdict verdict)
{
    remembered->inputs[step] = after(verdict);
    remembered->since[step] = ++remembered->counted;
    if (remembered->inputs[step] == INPUT_REMEMBERED)
        forget_fifth(remembered, step);
}

/* What was parked under this id is decided now, or given up. */
static void released(struct remembered *remembered, struct text account_id, struct text event_id, enum verdict verdict)
{
    for (uint32_t i = 0; i < remembered->steps; i++)
        if (remembered->inputs[i] == INPUT_PARKED && text_equal(step_of(remembered, i)->account_id, account_id) &&
            text_equal(event_id_of(&step_of(remembered, i)->input), event_id)) {
            set(remembered, i, verdict);
            return;
        }
}

void remembered_advance(struct remembered *remembered)
{
    uint32_t at = remembered->steps++;
    const struct outcome *outcome = &remembered->run->outcomes[at];

    for (uint32_t i = 0; i < outcome->decisions.count && !is_lane_step(step_of(remembered, at)); i++) {
        const struct decision *decision = &outcome->decisions.items[i];
        if (decision->origin == ORIGIN_INPUT)
            set(remembered, at, decision->verdict);
        else if (text_equal(decision->rule, TEXT("parked.expired")))
            released(remembered, decision->account_id, decision->event_id, VERDICT_DEAD_LETTER);
        for (uint32_t k = 0; k < decision->effects.count; k++)
            if (decision->effects.items[k].event_id.size)
                released(remembered, decision->account_id, decision->effects.items[k].event_id,
                         decision->effects.items[k].verdict);
    }
}

bool remembered_surely(const struct remembered *remembered, uint32_t step, int64_t now)
{
    return remembered->inputs[step] != INPUT_FORGOTTEN && step_of(remembered, step)->now + KEPT_MS > now;
}
