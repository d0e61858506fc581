/* What belongs to which step. Steps that were fed together are decided in one transaction or in several; each is told
 * what it caused, the last one also what none of them did. */
#include "place.h"

#include "core/text.h"

/* The step whose input is there; UINT32_MAX: none. */
static uint32_t step_of(const struct place *place, enum topic topic, int32_t partition, int64_t offset)
{
    const struct step_list *steps = &place->book_case->steps;

    for (uint32_t i = 0; i < place->fed_until; i++)
        if (steps->items[i].input && steps->items[i].input->topic == topic && place->sent[i].partition == partition &&
            place->sent[i].offset == offset)
            return i;
    return UINT32_MAX;
}

static uint32_t cause(const struct place *place, const struct caused_by *by)
{
    return step_of(place, topic_find(by->topic), by->partition, by->offset);
}

struct run {
    uint32_t first, last, step;
};

static bool belongs(const struct run *run, uint32_t to)
{
    return to == run->step || (run->step == run->last && (to < run->first || to > run->last));
}

/* In their order: up to the step's own. */
static void tell_decisions(struct place *place, const struct run *run, struct outcome *outcome)
{
    const struct decision_list *all = &place->seen.outcome.decisions;
    bool own = false;

    while (place->seen.told.decisions < all->count && (!own || run->step == run->last)) {
        const struct decision *decision = &all->items[place->seen.told.decisions++];
        *outcome_decision(outcome) = *decision;
        own = own || (decision->origin == ORIGIN_INPUT && cause(place, &decision->caused_by) == run->step);
    }
}

/* The bytes of a dead letter must be those of its input: the book knows an input by its number. */
static void tell_dead_letter(const struct place *place, const struct dead_letter *letter, uint32_t from,
                             struct outcome *outcome)
{
    struct dead_letter *told = outcome_dead_letter(outcome);

    *told = *letter;
    if (from == UINT32_MAX)
        return;
    const struct fed *fed = &place->fed[from];
    if (text_equal(letter->value, fed->value) && text_equal(letter->key, fed->key) &&
        !letter->key.data == !fed->key.data)
        told->value = place->book_case->steps.items[from].input->value;
}

void tell(struct place *place, uint32_t first, uint32_t last, uint32_t step, struct outcome *ret_outcome)
{
    const struct outcome *all = &place->seen.outcome;
    struct outcome_mark told = place->seen.told;
    const struct run run = {first, last, step};

    tell_decisions(place, &run, ret_outcome);
    for (uint32_t i = told.charges; i < all->charges.count; i++)
        if (belongs(&run, cause(place, &all->charges.items[i].caused_by)))
            *outcome_charge(ret_outcome) = all->charges.items[i];
    for (uint32_t i = told.notifications; i < all->notifications.count; i++)
        if (belongs(&run, cause(place, &all->notifications.items[i].caused_by)))
            *outcome_notification(ret_outcome) = all->notifications.items[i];
    for (uint32_t i = told.dead_letters; i < all->dead_letters.count; i++) {
        const struct dead_letter *letter = &all->dead_letters.items[i];
        uint32_t from = step_of(place, letter->topic, letter->partition, letter->offset);
        if (belongs(&run, from))
            tell_dead_letter(place, letter, from, ret_outcome);
    }
    if (step == last)
        place->seen.told = outcome_mark(all);
}
