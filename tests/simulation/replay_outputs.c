/* Whether the outputs of a replay are those of the log, byte for byte. */
#include "tests/simulation/replay.h"

#include <inttypes.h>

static struct text one_decision(struct replay *replay, const struct decision *decision)
{
    struct decision copy = *decision;
    struct decision_batch batch = {.decisions = {&copy, 1}};

    return sim_encode(&decision_batch_record, &batch, &replay->memory.arena);
}

static void compare_decisions(struct replay *replay, const struct outcome *outcome, const struct decision *logged,
                              uint32_t count)
{
    for (uint32_t i = 0; i < outcome->decisions.count; i++) {
        const struct decision *ours = &outcome->decisions.items[i];
        if (i >= count)
            violate(replay->sim, "partition %d: a replay makes a decision more (%.*s)", (int)replay->partition,
                    (int)ours->rule.size, ours->rule.data);
        else if (!text_equal(one_decision(replay, ours), one_decision(replay, &logged[i])))
            violate(replay->sim,
                    "partition %d: replay decides %.*s (%.*s), the log has %.*s (%.*s) for offset %" PRId64,
                    (int)replay->partition, (int)ours->rule.size, ours->rule.data, (int)ours->reason.size,
                    ours->reason.data, (int)logged[i].rule.size, logged[i].rule.data, (int)logged[i].reason.size,
                    logged[i].reason.data, logged[i].caused_by.offset);
    }
}

static bool of_account(struct replay *replay, const struct record *record, bool notification)
{
    struct notification note;

    if (!notification)
        return true;
    sim_decode(&notification_record, record->value, &replay->memory.arena, &note);
    return note.account_id.size > 0;
}

/* The next record that the partition's accounts caused in a topic. */
const struct record *replay_next_output(struct replay *replay, enum topic topic, uint32_t *at)
{
    const struct topic_log *log = &replay->sim->kafka.logs[log_number(topic, replay->partition)];

    while (*at < log->count) {
        const struct record *record = &log->items[(*at)++];
        if (kafka_committed(&replay->sim->kafka, record) && of_account(replay, record, topic == TOPIC_NOTIFICATION))
            return record;
    }
    return NULL;
}

static void compare_output(struct replay *replay, enum topic topic, const struct record_type *type, const void *ours,
                           uint32_t *at)
{
    const struct record *record = replay_next_output(replay, topic, at);
    struct text bytes = sim_encode(type, ours, &replay->memory.arena);

    if (!record || !text_equal(bytes, record->value))
        violate(replay->sim, "partition %d: replay gives another %s than the log has at %u", (int)replay->partition,
                type->name, *at);
}

void replay_compare(struct replay *replay, const struct outcome *outcome, const struct decision *logged, uint32_t count)
{
    compare_decisions(replay, outcome, logged, count);
    for (uint32_t i = 0; i < outcome->charges.count && !replay->sim->violation[0]; i++)
        compare_output(replay, TOPIC_CHARGE, &charge_record, &outcome->charges.items[i], &replay->charges);
    for (uint32_t i = 0; i < outcome->notifications.count && !replay->sim->violation[0]; i++)
        compare_output(replay, TOPIC_NOTIFICATION, &notification_record, &outcome->notifications.items[i],
                       &replay->notifications);
}
