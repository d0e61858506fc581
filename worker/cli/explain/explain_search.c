/* Which Decisions are about the id: read in passes, since what the first one learns may have been named before it. */
#include <string.h>

#include "core/text.h"
#include "worker/cli/explain/explain_find.h"

enum { PASSES = 4, DECISIONS_MAX = 1000 };

struct search {
    struct explaining *explaining;
    bool grew; /* events or cases were learned that may be named earlier */
};

/* A dead letter's Decision may name neither. */
static bool passes(struct text filter, struct text value)
{
    return !filter.size || !value.size || text_equal(filter, value);
}

static bool is_wanted(const struct explaining *explaining, const struct decision *decision, const struct deed *deed)
{
    return deed_matters(&explaining->all, deed) && passes(explaining->account_id, decision->account_id) &&
           passes(explaining->vps_id, deed->vps_id);
}

static bool matters(const struct explaining *explaining, const struct decision *decision)
{
    struct deed deed;

    for (uint32_t i = 0; deed_of(decision, i, &deed); i++)
        if (is_wanted(explaining, decision, &deed))
            return true;
    return false;
}

/* What else an event did that was asked for belongs to it, but not the stories of the cases that it settled. */
static void learn_effects(struct explaining *explaining, const struct decision *decision)
{
    struct explanation *all = &explaining->all;

    for (uint32_t i = 0; i < decision->effects.count; i++)
        if (text_equal(decision->event_id, all->id))
            (void)id_add(&explaining->context.memory, &all->charge_ids, decision->effects.items[i].charge_id);
}

static void learn(struct search *search, const struct decision *decision)
{
    struct explaining *explaining = search->explaining;
    struct deed deed;

    for (uint32_t i = 0; deed_of(decision, i, &deed); i++)
        if (is_wanted(explaining, decision, &deed))
            search->grew |= deed_learn(&explaining->context.memory, &explaining->all, &deed);
    learn_effects(explaining, decision);
}

static bool keep(struct search *search, const struct kafka_record *record)
{
    struct explaining *explaining = search->explaining;
    struct explanation *all = &explaining->all;
    struct decision_batch batch;

    if (!explain_keep(explaining, &decision_batch_record, record, &batch))
        return false;
    for (uint32_t i = 0; i < batch.decisions.count; i++) {
        if (!matters(explaining, &batch.decisions.items[i]))
            continue;
        if (all->decisions.count == DECISIONS_MAX) {
            all->left_out++;
            continue;
        }
        struct found_decision *found = found_add(&explaining->context.memory, &all->decisions, sizeof *found);
        if (!found)
            return explain_no_memory(explaining);
        *found = (struct found_decision){record_place_of(TOPIC_DECISION, record), batch.seq, batch.decided_at,
                                         batch.decisions.items[i]};
        learn(search, &batch.decisions.items[i]);
    }
    return true;
}

static bool take_decisions(void *context, const struct kafka_record *record)
{
    struct search *search = context;
    struct decision_batch batch;

    if (!explain_look(search->explaining, &decision_batch_record, record, &batch))
        return search->explaining->code == EXIT_DONE;
    for (uint32_t i = 0; i < batch.decisions.count; i++)
        if (matters(search->explaining, &batch.decisions.items[i]))
            return keep(search, record);
    return true;
}

int32_t explain_partition(const struct explanation *all)
{
    int32_t partition = all->decisions.count ? all->decisions.items[0].place.partition : -1;

    for (uint32_t i = 0; i < all->decisions.count; i++) {
        const struct found_decision *found = &all->decisions.items[i];
        if (found->place.partition != partition || !found->decision.account_id.size)
            return -1;
    }
    return partition;
}

/* --- a notification: the case or the event that it is about --- */

static bool take_notification(void *context, const struct kafka_record *record)
{
    struct explaining *explaining = context;
    struct notification notification;
    struct memory *memory = &explaining->context.memory;

    if (!explain_look(explaining, &notification_record, record, &notification))
        return explaining->code == EXIT_DONE;
    if (!text_equal(notification.notification_id, explaining->all.id))
        return true;
    if (!id_add(memory, &explaining->all.cases, notification.case_id))
        (void)id_add(memory, &explaining->all.events, notification.caused_by.event_id);
    return false;
}

static void begin(struct explaining *explaining, struct kafka_range range)
{
    struct explanation *all = &explaining->all;
    struct memory *memory = &explaining->context.memory;

    if (all->kind == ID_CHARGE)
        (void)id_add(memory, &all->charge_ids, all->id);
    if (all->kind == ID_CASE)
        (void)id_add(memory, &all->cases, all->id);
    if (all->kind == ID_NOTIFICATION)
        (void)explain_read(explaining, TOPIC_NOTIFICATION, range, take_notification, explaining);
    (void)id_add(memory, &all->events, all->id); /* an event may have any id */
}

void explain_search(struct explaining *explaining)
{
    struct kafka_range range = explaining->from;
    struct search search = {explaining, true};

    range.partition = explaining->partition;
    begin(explaining, range);
    for (int pass = 0; pass < PASSES && search.grew && explaining->code == EXIT_DONE; pass++) {
        search.grew = false;
        explaining->all.decisions.count = 0;
        explaining->all.left_out = 0;
        if (!explain_read(explaining, TOPIC_DECISION, range, take_decisions, &search))
            return;
        if (explaining->all.kind == ID_EVENT) /* what its Decision names came into being with it */
            return;
        if (range.partition < 0)
            range.partition = explain_partition(&explaining->all);
    }
}
