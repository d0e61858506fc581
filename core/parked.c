#include "core/parked.h"

#include "core/case_tables.h"
#include "core/event.h"
#include "core/notices.h"
#include "core/rule_tables.h"

enum { PARKED_MAX = 64 };

/* A PLACED or an account event waits for the account only; other events for their VPS too. */
static struct text waits_for(const struct input *input, struct text vps_id)
{
    bool placed = input->topic == TOPIC_ORDER && input->as.order.kind == ORDER_KIND_PLACED;

    return placed ? TEXT("") : vps_id;
}

void park(struct work *work, const struct input *input, enum rule rule, struct text event_id, struct text vps_id,
          const struct event_identity *identity)
{
    struct account_state *account = edit_account(work);

    if (account->parked.count >= PARKED_MAX) {
        reject_as_dead(work, input, rule_table_match(TABLE_PARKED, PARKED_FULL)->rule,
                       TEXT("64 events of this account wait already"));
        return;
    }
    struct parked_ref ref = {
        .number = account->parked_next++,
        .vps_id = waits_for(input, vps_id),
        .id_hash = identity->id,
        .content_hash = identity->content,
        .topic = topic_name(input->topic),
        .parked_at = work->desk->now,
    };
    struct parked_event parked = {
        .topic = ref.topic,
        .partition = input->partition,
        .offset = input->offset,
        .event_id = event_id,
        .key = input->key,
        .value = input->value,
    };
    WORK_PUSH(work, &account->parked, ref);
    write_parked(work, ref.number, &parked);
    work_rule(work, rule, VERDICT_PARKED, TEXT("waits for what it names to appear, 30 days at most"));
}

static bool may_go_on(struct work *work, const struct parked_ref *ref)
{
    if (text_empty(ref->vps_id))
        return true;
    const struct vps_state *vps = read_vps(work, ref->vps_id);
    return vps && vps->status != VPS_STATUS_NONE;
}

struct released {
    struct input input;
    bool readable;
    bool over_limit; /* else what it cannot do is count */
};

static void decide_released(struct work *work, const void *argument)
{
    const struct released *released = argument;

    if (released->readable)
        decide_event(work, &released->input);
    else
        reject_as_dead(work, &released->input, rule_of_fault(INPUT_UNREADABLE),
                       TEXT("the parked event can no longer be read"));
}

static void overflowed(struct work *work, const void *argument)
{
    const struct released *released = argument;
    bool limit = released->over_limit;

    reject_as_dead(work, &released->input, rule_of_fault(limit ? INPUT_OVER_LIMIT : INPUT_OVERFLOWS),
                   limit ? TEXT("too many open cases") : TEXT("an amount exceeds 64 bits"));
}

/* Decided alone: what it cannot do is its own dead letter (rules.md 9). */
static void decide_alone(struct work *inner, struct released *released)
{
    enum give_up why = work_attempt(inner, decide_released, released);

    if (why == GAVE_UP_OVERFLOW || why == GAVE_UP_LIMIT) {
        const struct caused_by cause = inner->cause;
        released->over_limit = why == GAVE_UP_LIMIT;
        work_init(inner, inner->desk, inner->outcome, inner->account_id, &cause,
                  ORIGIN_INPUT); /* nothing of it stays */
        why = work_attempt(inner, overflowed, released);
    }
    inner->why = why;
}

static void add_effects(struct work *work, const struct decision *decision)
{
    struct effect *own = work_effect(work, RULE_NONE, decision->verdict, decision->vps_id);

    own->event_id = decision->event_id;
    own->rule = decision->rule;
    own->template = decision->template;
    own->item_id = decision->item_id;
    own->amount_micros = decision->amount_micros;
    own->charge_id = decision->charge_id;
    own->case_id = decision->case_id;
    for (uint32_t i = 0; i < decision->effects.count; i++)
        WORK_PUSH(work, &work->decision.effects, decision->effects.items[i]);
}

static struct released take(struct work *work, uint32_t index, struct caused_by *ret_cause)
{
    struct account_state *account = edit_account(work);
    int64_t number = account->parked.items[index].number;
    const struct parked_event *parked = read_parked(work, number);
    struct released released = {0};

    if (parked) {
        const struct reader *reader = work->desk->reader;
        enum topic topic = topic_find(parked->topic);
        released.readable = reader->read(reader->context, topic, parked->value, work->desk->arena, &released.input);
        released.input.topic = topic;
        released.input.partition = parked->partition;
        released.input.offset = parked->offset;
        released.input.key = parked->key;
        released.input.value = parked->value;
        *ret_cause = (struct caused_by){parked->event_id, parked->topic, parked->partition, parked->offset};
    }
    WORK_REMOVE(&account->parked, index);
    delete_state(work, STATE_PARKED, number);
    return released;
}

static void release_one(struct work *work, uint32_t index)
{
    struct caused_by cause = work->cause;
    struct released released = take(work, index, &cause);
    struct work inner;

    work_init(&inner, work->desk, work->outcome, work->account_id, &cause, ORIGIN_INPUT);
    decide_alone(&inner, &released);
    if (inner.why != GAVE_NOT_UP)
        work_give_up(work, inner.why);
    add_effects(work, &inner.decision);
    work->retry_cases = work->retry_cases || inner.retry_cases;
    work->short_noticed = work->short_noticed || inner.short_noticed;
}

void release_parked(struct work *work)
{
    for (;;) { /* one that goes on may let an earlier one go on: look from the start each time */
        const struct account_state *account = read_account(work);
        uint32_t i = 0;
        if (!account || account->status == ACCOUNT_STATUS_UNKNOWN)
            return;
        while (i < account->parked.count && !may_go_on(work, &account->parked.items[i]))
            i++;
        if (i == account->parked.count)
            return;
        release_one(work, i);
    }
}
