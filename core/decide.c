/* The way in: one input, or what is due, decided as a whole or not at all. */
#include "core/decide.h"

#include "core/calendar.h"
#include "core/cases.h"
#include "core/event.h"
#include "core/notices.h"
#include "core/parked.h"

struct decide_settings decide_defaults(void)
{
    return (struct decide_settings){
        .future_tolerance = INT64_C(3600000),
        .grace = INT64_C(300000),
        .max_cases = 1000,
    };
}

void reject_as_dead(struct work *work, const struct input *input, enum rule rule, struct text message)
{
    work_rule(work, rule, VERDICT_DEAD_LETTER, message);
    dead_letter(work, input, rule_info(rule)->id.data, message);
}

void decide_event(struct work *work, const struct input *input)
{
    switch (input->topic) {
    case TOPIC_ORDER: decide_order(work, &input->as.order, input); break;
    case TOPIC_OS_INSTALLED: decide_install(work, &input->as.os_installed, input); break;
    default: decide_account_event(work, &input->as.account, input); break;
    }
}

/* rules.md 8, the order: the input's own outputs, then parked events, cases, last FUNDS_RECOVERED. */
static void decide_whole(struct work *work, const void *argument)
{
    decide_all_due(work);
    decide_event(work, argument);
    if (work->may_release)
        release_parked(work);
    if (work->retry_cases)
        retry_cases(work);
    recovered(work);
    plan_account(work);
    work_decision(work);
}

static enum decide_status status_of(enum give_up why)
{
    return why == GAVE_NOT_UP ? DECIDE_DONE : why == GAVE_UP_STATE ? DECIDE_NEEDS_STATE : DECIDE_NO_MEMORY;
}

static struct caused_by cause_of(const struct input *input, struct text event_id)
{
    return (struct caused_by){event_id, topic_name(input->topic), input->partition, input->offset};
}

static enum decide_status dead(const struct desk *desk, const struct input *input, struct text event_id,
                               enum input_fault fault, const char *code, struct text message, struct outcome *outcome)
{
    enum rule rule = rule_of_fault(fault);
    struct caused_by cause = cause_of(input, event_id);
    struct outcome_mark outputs = outcome_mark(outcome);
    struct work work;

    work_init(&work, desk, outcome, TEXT(""), &cause, ORIGIN_INPUT);
    work_rule(&work, rule, VERDICT_DEAD_LETTER, message);
    dead_letter(&work, input, code ? code : rule_info(rule)->id.data, message);
    work_decision(&work);
    if (!desk->arena->failed)
        return DECIDE_DONE;
    outcome_reset(outcome, outputs);
    return DECIDE_NO_MEMORY;
}

enum decide_status decide_dead_letter(const struct desk *desk, const struct input *input, struct text event_id,
                                      enum input_fault fault, const char *code, struct text message,
                                      struct outcome *outcome)
{
    desk->arena->failed = false;
    return dead(desk, input, event_id, fault, code, message, outcome);
}

enum decide_status decide_input(const struct desk *desk, const struct input *input, struct wanted_states wanted,
                                struct outcome *outcome)
{
    struct text event_id = input_event_id(input), message = TEXT("");
    struct work work;

    desk->arena->failed = false;
    enum input_fault bad = validate_input(desk, input, &message);
    if (bad != INPUT_SOUND)
        return dead(desk, input, event_id, bad, NULL, message, outcome);
    struct caused_by cause = cause_of(input, event_id);
    work_init(&work, desk, outcome, input_account_id(input), &cause, ORIGIN_INPUT);
    work_knows(&work, wanted, input_vps_id(input));
    enum give_up why = work_attempt(&work, decide_whole, input);
    if (why == GAVE_UP_OVERFLOW)
        return dead(desk, input, event_id, INPUT_OVERFLOWS, NULL, TEXT("an amount exceeds 64 bits"), outcome);
    if (why == GAVE_UP_LIMIT)
        return dead(desk, input, event_id, INPUT_OVER_LIMIT, NULL, TEXT("the account has too many open cases"),
                    outcome);
    return status_of(why);
}

static void decide_only_due(struct work *work, const void *argument)
{
    (void)argument;
    decide_all_due(work);
}

enum decide_status decide_due(const struct desk *desk, struct text account_id, struct outcome *outcome)
{
    const struct caused_by none = {0};
    struct work work;

    desk->arena->failed = false;
    work_init(&work, desk, outcome, account_id, &none, ORIGIN_TIMER);
    return status_of(work_attempt(&work, decide_only_due, NULL));
}

struct account_filing account_filing(const struct account_state *account)
{
    struct account_filing filing = {.due_at = account->next_due};

    for (uint32_t i = 0; i < account->cases.count; i++)
        filing.held = filing.held || is_held_for_catalogue(account->cases.items[i].state);
    return filing;
}
