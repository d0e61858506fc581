#include "core/lane_work.h"

struct lane_settings lane_defaults(void)
{
    return (struct lane_settings){
        .remove_after = 1,
        .breaker_count = 3,
        .breaker_percent = 25,
        .future_tolerance = INT64_C(3600000),
        .max_parts = 200000,
    };
}

/* time-in-future, rules.md 5. */
static struct text too_early(struct lane_work *work, int64_t occurred_at)
{
    if (occurred_at <= work->lane->now + work->lane->settings->future_tolerance)
        return TEXT("");
    return SAY(work, TEXT("occurred_at "), lane_said(work, text_from_millis(work->arena, occurred_at)),
               TEXT(" is later than the worker's clock "),
               lane_said(work, text_from_millis(work->arena, work->lane->now)),
               TEXT(" allows: correct the sender's clock"));
}

/* True: the values of every input are in order. */
static bool accept(struct lane_work *work, int64_t occurred_at, struct text bad_value)
{
    struct text bad = text_empty(bad_value) ? lane_bad_time(work, occurred_at) : bad_value;

    if (!text_empty(bad)) {
        lane_dead(work, rule_of_fault(INPUT_BAD_VALUE), bad);
        return false;
    }
    struct text early = too_early(work, occurred_at);
    if (!text_empty(early))
        lane_dead(work, rule_of_fault(INPUT_EARLY), early);
    return text_empty(early);
}

static void decide(struct lane_work *work)
{
    if (work->input->topic == TOPIC_TEMPLATE_DISCOVERED) {
        const struct template_discovered *event = &work->input->as.template_discovered;
        if (accept(work, event->occurred_at, lane_bad_sighting(work, event)))
            decide_sighting(work, event);
    } else {
        const struct catalogue_change *event = &work->input->as.catalogue_change;
        if (accept(work, event->occurred_at, lane_bad_change(work, event)))
            decide_change(work, event);
    }
}

static struct text event_id_of(const struct input *input)
{
    struct text event_id = input->topic == TOPIC_TEMPLATE_DISCOVERED ? input->as.template_discovered.event_id
                                                                     : input->as.catalogue_change.event_id;

    return lane_is_id(event_id) ? event_id : TEXT(""); /* unreadable: rules.md 8 */
}

/* Keeps or takes back what the event did. */
static enum decide_status finish(struct lane_work *work, struct outcome_mark mark)
{
    bool failed = work->no_memory || work->outcome->out_of_memory || work->book->out_of_memory;

    if (failed || work->take_back)
        book_rollback(work->book);
    else
        book_commit(work->book);
    if (!failed)
        return DECIDE_DONE;
    outcome_reset(work->outcome, mark);
    work->lane->offers = NULL;
    return DECIDE_NO_MEMORY;
}

enum decide_status lane_decide(struct lane *lane, const struct input *input, struct outcome *outcome)
{
    struct outcome_mark mark = outcome_mark(outcome);
    struct lane_work work;

    lane_begin(&work, lane, input, event_id_of(input), outcome);
    book_begin(work.book);
    decide(&work);
    *outcome_decision(outcome) = work.decision;
    return finish(&work, mark);
}

enum decide_status lane_dead_letter(struct lane *lane, const struct input *input, struct text event_id,
                                    enum input_fault fault, const char *code, struct text message,
                                    struct outcome *outcome)
{
    struct outcome_mark mark = outcome_mark(outcome);
    struct lane_work work;

    lane_begin(&work, lane, input, event_id, outcome);
    book_begin(work.book);
    lane_dead(&work, rule_of_fault(fault), message);
    if (code && outcome->dead_letters.count > mark.dead_letters)
        outcome->dead_letters.items[outcome->dead_letters.count - 1].code = code;
    *outcome_decision(outcome) = work.decision;
    return finish(&work, mark);
}
