/* What belongs to which step. Inputs that were fed together are decided in one transaction or in several; each step is
 * told what its input brought about, the last one also what none of them did. */
#include "place.h"

#include "core/text.h"

enum { NOBODY = UINT32_MAX };

/* The step whose input is there. */
static uint32_t step_of(const struct place *place, enum topic topic, int32_t partition, int64_t offset)
{
    const struct step_list *steps = &place->book_case->steps;

    for (uint32_t i = 0; i < place->fed_until; i++)
        if (steps->items[i].input && steps->items[i].input->topic == topic && place->sent[i].partition == partition &&
            place->sent[i].offset == offset)
            return i;
    return NOBODY;
}

static uint32_t cause(const struct place *place, const struct caused_by *by)
{
    return step_of(place, topic_find(by->topic), by->partition, by->offset);
}

static bool has_effect_on(const struct decision *decision, struct text event_id)
{
    for (uint32_t i = 0; i < decision->effects.count; i++)
        if (text_equal(decision->effects.items[i].event_id, event_id))
            return true;
    return false;
}

/* What a parked input caused belongs to the step that released it: the one whose decision tells so. */
static uint32_t owner(const struct place *place, uint32_t from)
{
    const struct decision_list *decisions = &place->seen.outcome.decisions;

    if (from == NOBODY || !place->parked[from])
        return from;
    for (uint32_t i = place->seen.told.decisions; i < decisions->count; i++)
        if (decisions->items[i].origin == ORIGIN_INPUT &&
            has_effect_on(&decisions->items[i], case_event_id(place->book_case->steps.items[from].input)))
            return cause(place, &decisions->items[i].caused_by);
    return from;
}

/* Whom to tell of an item. */
static uint32_t listener(const struct place *place, uint32_t from)
{
    uint32_t step = owner(place, from);

    return step >= place->fed_from && step < place->fed_until ? step : place->fed_until - 1;
}

/* Notes which inputs were parked, and then which step is to be told of which item. */
static void settle_ownership(struct place *place)
{
    const struct outcome *all = &place->seen.outcome;
    struct outcome_mark told = place->seen.told;
    struct told *plan = &place->told;

    for (uint32_t i = told.decisions; i < all->decisions.count; i++) {
        uint32_t from = cause(place, &all->decisions.items[i].caused_by);
        if (from != NOBODY && all->decisions.items[i].origin == ORIGIN_INPUT)
            place->parked[from] = all->decisions.items[i].verdict == VERDICT_PARKED;
    }
    *plan = (struct told){.decisions = told.decisions};
    for (uint32_t i = told.charges; i < all->charges.count; i++)
        *LIST_ADD(&place->memory.arena, plan->charges, plan->charge_count) =
            listener(place, cause(place, &all->charges.items[i].caused_by));
    for (uint32_t i = told.notifications; i < all->notifications.count; i++)
        *LIST_ADD(&place->memory.arena, plan->notifications, plan->notification_count) =
            listener(place, cause(place, &all->notifications.items[i].caused_by));
    for (uint32_t i = told.dead_letters; i < all->dead_letters.count; i++) {
        const struct dead_letter *letter = &all->dead_letters.items[i];
        *LIST_ADD(&place->memory.arena, plan->dead_letters, plan->dead_letter_count) =
            listener(place, step_of(place, letter->topic, letter->partition, letter->offset));
    }
}

/* In their order: up to the step's own. */
static void tell_decisions(struct place *place, uint32_t step, struct outcome *outcome)
{
    const struct decision_list *all = &place->seen.outcome.decisions;
    bool own = false;

    while (place->told.decisions < all->count && (!own || step + 1 == place->fed_until)) {
        const struct decision *decision = &all->items[place->told.decisions++];
        *outcome_decision(outcome) = *decision;
        own = own || (decision->origin == ORIGIN_INPUT && cause(place, &decision->caused_by) == step);
    }
}

/* The bytes of a dead letter must be those of its input: the book knows an input by its number. */
static void tell_dead_letter(const struct place *place, const struct dead_letter *letter, struct outcome *outcome)
{
    uint32_t from = step_of(place, letter->topic, letter->partition, letter->offset);
    struct dead_letter *told = outcome_dead_letter(outcome);

    *told = *letter;
    if (from == NOBODY)
        return;
    const struct fed *fed = &place->fed[from];
    if (text_equal(letter->value, fed->value) && text_equal(letter->key, fed->key) &&
        !letter->key.data == !fed->key.data)
        told->value = place->book_case->steps.items[from].input->value;
}

void tell(struct place *place, uint32_t step, struct outcome *ret_outcome)
{
    const struct outcome *all = &place->seen.outcome;
    struct outcome_mark told = place->seen.told;
    const struct told *plan = &place->told;

    if (step == place->fed_from)
        settle_ownership(place);
    tell_decisions(place, step, ret_outcome);
    for (uint32_t i = 0; i < plan->charge_count; i++)
        if (plan->charges[i] == step)
            *outcome_charge(ret_outcome) = all->charges.items[told.charges + i];
    for (uint32_t i = 0; i < plan->notification_count; i++)
        if (plan->notifications[i] == step)
            *outcome_notification(ret_outcome) = all->notifications.items[told.notifications + i];
    for (uint32_t i = 0; i < plan->dead_letter_count; i++)
        if (plan->dead_letters[i] == step)
            tell_dead_letter(place, &all->dead_letters.items[told.dead_letters + i], ret_outcome);
    if (step + 1 == place->fed_until)
        place->seen.told = outcome_mark(all);
}
