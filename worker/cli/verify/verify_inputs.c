/* The inputs of a unit against what was decided of them. */
#include "core/text.h"
#include "worker/cli/verify/verify.h"

struct input_check {
    struct unit *unit;
    uint32_t number;
    int64_t next;  /* P's: what is below is decided */
    int64_t first; /* where the topic begins: what retention deleted is not there to be compared */
};

static bool take(void *context, const struct kafka_record *record)
{
    struct input_check *check = context;
    struct unit *unit = check->unit;

    if (record->offset >= check->next)
        return true;
    unit->verify->counts.inputs++;
    if (!offset_set_has(&unit->decided[check->number], record->offset) && unit->whole)
        violation(unit->verify, "one-decision", unit->inputs[check->number], unit->partition, record->offset,
                  "not decided, though the position is at %lld", (long long)check->next);
    return offset_set_add(&unit->seen[check->number], record->offset) || no_memory(unit->verify);
}

static void report_beyond(const struct input_check *check, int64_t offset)
{
    const struct unit *unit = check->unit;

    if (offset >= check->next)
        violation(unit->verify, "one-decision", unit->inputs[check->number], unit->partition, offset,
                  "decided, though the position is at %lld", (long long)check->next);
    else if (offset >= check->first && !offset_set_has(&unit->seen[check->number], offset))
        violation(unit->verify, "one-decision", unit->inputs[check->number], unit->partition, offset,
                  "decided, but there is no such record");
}

static void compare_back(const struct input_check *check)
{
    const struct offset_set *decided = &check->unit->decided[check->number];

    for (int64_t offset = decided->base; decided->words && offset <= decided->last; offset++)
        if (offset_set_has(decided, offset))
            report_beyond(check, offset);
}

static int64_t next_of(const struct unit *unit, enum topic topic)
{
    for (uint32_t i = 0; unit->has_position && i < unit->position.inputs.count; i++)
        if (text_equal(unit->position.inputs.items[i].topic, topic_name(topic)))
            return unit->position.inputs.items[i].next_offset;
    return 0;
}

bool unit_read_inputs(struct unit *unit)
{
    for (uint32_t i = 0; i < unit->input_count; i++) {
        struct input_check check = {unit, i, next_of(unit, unit->inputs[i]), 0};
        int64_t end;
        if (!verify_bounds(unit->verify, unit->inputs[i], unit->partition, &check.first, &end))
            return false;
        if (check.next > end)
            violation(unit->verify, "kept", unit->inputs[i], unit->partition, end,
                      "the topic ends here, but was decided up to %lld: Kafka lost data", (long long)check.next);
        if (!verify_read(unit->verify, unit->inputs[i], unit->partition, take, &check))
            return false;
        compare_back(&check);
    }
    return true;
}
