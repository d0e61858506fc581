/* What the Decisions name: charges, notifications, the tariffs' roundings, the account as it is now. */
#include "core/text.h"
#include "worker/cli/common/print.h"
#include "worker/cli/explain/explain_find.h"

enum { MARGIN_MS = 600000 };

int64_t explain_since(const struct explanation *all)
{
    int64_t first = INT64_MAX;

    for (uint32_t i = 0; i < all->decisions.count; i++)
        if (all->decisions.items[i].decided_at < first)
            first = all->decisions.items[i].decided_at;
    return first > MARGIN_MS && first != INT64_MAX ? first - MARGIN_MS : 0;
}

static struct kafka_range since(const struct explaining *explaining, int32_t partition)
{
    return (struct kafka_range){
        .partition = partition, .start = KAFKA_FROM_TIME, .value = explain_since(&explaining->all)};
}

/* --- charges --- */

static struct found_charge *keep_charge(struct explaining *explaining, struct found_charge_list *list,
                                        const struct kafka_record *record)
{
    struct charge charge;

    if (!explain_keep(explaining, &charge_record, record, &charge))
        return NULL;
    struct found_charge *found = found_add(&explaining->context.memory, list, sizeof *found);
    if (found)
        *found = (struct found_charge){record_place_of(TOPIC_CHARGE, record), charge};
    else
        (void)explain_no_memory(explaining);
    return found;
}

static bool take_charge(void *context, const struct kafka_record *record)
{
    struct explaining *explaining = context;
    struct explanation *all = &explaining->all;
    struct charge charge;

    if (!explain_look(explaining, &charge_record, record, &charge) || !id_has(&all->charge_ids, charge.charge_id))
        return explaining->code == EXIT_DONE;
    return keep_charge(explaining, &all->charges, record) && all->charges.count < all->charge_ids.count;
}

/* From about when they were decided; from the beginning, should the clocks have differed by more than that. */
static void gather_charges(struct explaining *explaining)
{
    struct explanation *all = &explaining->all;
    struct kafka_range range = since(explaining, explain_partition(all));

    if (!all->charge_ids.count || !explain_read(explaining, TOPIC_CHARGE, range, take_charge, explaining) ||
        all->charges.count == all->charge_ids.count)
        return;
    range.start = KAFKA_FROM_START;
    all->charges.count = 0;
    (void)explain_read(explaining, TOPIC_CHARGE, range, take_charge, explaining);
}

/* --- what was paid before, for what is covered --- */

struct past {
    struct explaining *explaining;
    const struct found_decision *covered; /* the last one */
};

static bool take_past(void *context, const struct kafka_record *record)
{
    const struct past *past = context;
    struct explaining *explaining = past->explaining;
    struct charge charge;

    if (!explain_look(explaining, &charge_record, record, &charge))
        return explaining->code == EXIT_DONE;
    if (charge.decided_at > past->covered->decided_at)
        return false;
    if (!text_equal(charge.account_id, past->covered->decision.account_id) ||
        !text_equal(charge.vps_id, past->covered->decision.vps_id))
        return true;
    return keep_charge(explaining, &explaining->all.history, record) != NULL;
}

static void gather_past(struct explaining *explaining)
{
    struct past past = {explaining, NULL};

    for (uint32_t i = 0; i < explaining->all.decisions.count; i++)
        if (is_covered(&explaining->all.decisions.items[i].decision))
            past.covered = &explaining->all.decisions.items[i];
    if (past.covered)
        (void)explain_read(explaining, TOPIC_CHARGE,
                           (struct kafka_range){.partition = past.covered->place.partition, .start = KAFKA_FROM_START},
                           take_past, &past);
}

/* --- notifications --- */

static bool is_about(const struct explanation *all, const struct notification *notification)
{
    const struct record_place cause = place_of(&notification->caused_by);

    if (notification->case_id.size || text_equal(notification->notification_id, all->id))
        return id_has(&all->cases, notification->case_id) || text_equal(notification->notification_id, all->id);
    for (uint32_t i = 0; i < all->decisions.count; i++) {
        const struct decision *decision = &all->decisions.items[i].decision;
        const struct record_place place = place_of(&decision->caused_by);
        if (id_has(&all->events, decision->event_id) && record_place_equal(&place, &cause))
            return true;
    }
    return false;
}

/* Open cases are spoken of to this day; otherwise not long after the last Decision. */
static int64_t told_until(const struct explanation *all)
{
    int64_t last = 0;

    for (uint32_t i = 0; i < all->cases.count; i++)
        if (case_is_open(all, all->cases.items[i]))
            return INT64_MAX;
    for (uint32_t i = 0; i < all->decisions.count; i++)
        if (all->decisions.items[i].decided_at > last)
            last = all->decisions.items[i].decided_at;
    return last;
}

struct telling {
    struct explaining *explaining;
    int64_t until;
    bool one_partition;
};

static bool take_notification(void *context, const struct kafka_record *record)
{
    const struct telling *telling = context;
    struct explaining *explaining = telling->explaining;
    struct notification notification;

    if (!explain_look(explaining, &notification_record, record, &notification))
        return explaining->code == EXIT_DONE;
    if (notification.decided_at > telling->until)
        return !telling->one_partition;
    if (!is_about(&explaining->all, &notification))
        return true;
    if (!explain_keep(explaining, &notification_record, record, &notification))
        return false;
    struct found_notification *found =
        found_add(&explaining->context.memory, &explaining->all.notifications, sizeof *found);
    if (!found)
        return explain_no_memory(explaining);
    *found = (struct found_notification){record_place_of(TOPIC_NOTIFICATION, record), notification};
    return true;
}

static void gather_notifications(struct explaining *explaining)
{
    int32_t partition = explain_partition(&explaining->all);
    struct telling telling = {explaining, told_until(&explaining->all), partition >= 0};

    (void)explain_read(explaining, TOPIC_NOTIFICATION, since(explaining, partition), take_notification, &telling);
}

/* --- roundings: a line does not hold its tariff's --- */

static bool take_change(void *context, const struct kafka_record *record)
{
    struct explaining *explaining = context;
    struct memory *memory = &explaining->context.memory;
    struct catalogue_change change;
    bool failed = false;

    if (!explain_look(explaining, &catalogue_change_record, record, &change))
        return explaining->code == EXIT_DONE;
    if (change.change.kind != CATALOGUE_CHANGE_CHANGE_TARIFF)
        return true;
    struct found_rounding *found = found_add(memory, &explaining->all.roundings, sizeof *found);
    if (found)
        *found = (struct found_rounding){memory_text(memory, change.change.as.tariff.tariff_id, &failed),
                                         record->timestamp, change.change.as.tariff.rounding_micros};
    return (found && !failed) || explain_no_memory(explaining);
}

static void gather_roundings(struct explaining *explaining)
{
    if (explaining->all.charges.count || explaining->all.cases.count)
        (void)explain_read(explaining, TOPIC_CATALOGUE,
                           (struct kafka_range){.partition = -1, .start = KAFKA_FROM_START}, take_change, explaining);
}

/* --- the account: for open cases, and for what no charge says --- */

static const struct decision *needs_account(const struct explanation *all)
{
    for (uint32_t i = 0; i < all->decisions.count; i++) {
        const struct decision *decision = &all->decisions.items[i].decision;
        if (decision->account_id.size && (is_covered(decision) || case_is_open(all, decision->case_id)))
            return decision;
    }
    return NULL;
}

static void gather_account(struct explaining *explaining)
{
    const struct decision *decision = needs_account(&explaining->all);
    struct redis_dump *redis = NULL;

    if (!decision)
        return;
    struct account_view *view = memory_zeroed(&explaining->context.memory, 1, sizeof *view);
    explaining->code = view ? redis_open(explaining->context.config, &redis) : EXIT_BROKEN;
    if (explaining->code == EXIT_DONE)
        explaining->code =
            account_view_read(&explaining->context, redis, explaining->partitions, decision->account_id, view);
    if (explaining->code == EXIT_DONE && view->found)
        explaining->all.account = view;
    redis_dump_close(redis);
}

void explain_gather(struct explaining *explaining)
{
    static void (*const steps[])(struct explaining *) = {
        gather_charges,   gather_past,    gather_notifications, explain_gather_inputs, explain_gather_dead_letters,
        gather_roundings, gather_account,
    };

    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && explaining->code == EXIT_DONE; i++)
        steps[i](explaining);
}
