/* The inputs of a partition in the log: started from P, halted, and compared with what P remembers of them. */
#include "worker/engine/inside.h"

#include <inttypes.h>

/* Callbacks of the log must not call it: the halt itself is done at the next step. */
void inputs_halt(struct engine *engine, struct part *part)
{
    for (uint32_t i = 0; i < part->input_count; i++) {
        struct part_input *input = &part->inputs[i];
        if (input->started && !input->halt) {
            input->halt = true;
            engine->halts++;
        }
        input->started = input->start = false;
    }
}

/* What was taken and not decided is fetched again. */
void inputs_rewind(struct part *part)
{
    for (uint32_t i = 0; i < part->input_count; i++) {
        struct part_input *input = &part->inputs[i];
        if (part->phase != PART_ACTIVE || input->fetch == part->place.inputs[i].next)
            continue;
        input->fetch = part->place.inputs[i].next;
        input->start = true;
        input->started = false;
    }
}

struct hash record_hash(const struct engine *engine, struct text key, struct text value)
{
    struct hash parts[2] = {engine->hashes->hash128(key.data, key.size),
                            engine->hashes->hash128(value.data, value.size)};

    return engine->hashes->hash128(parts, sizeof parts);
}

static void judge_bounds(struct engine *engine, struct part *part, uint32_t number, int64_t first, int64_t end)
{
    struct part_input *input = &part->inputs[number];
    const struct place_input *known = &part->place.inputs[number];
    struct text name = topic_name(input->topic);

    input->suspect = false;
    if (known->next > end)
        part_refuse(engine, part,
                    "%.*s ends at offset %" PRId64 ", but was decided up to %" PRId64
                    ": Kafka lost data or the topic was recreated",
                    (int)name.size, name.data, end, known->next);
    else if (known->next < first)
        part_refuse(engine, part,
                    "%.*s begins at offset %" PRId64 ", but %" PRId64
                    " is the next to decide: retention deleted undecided input",
                    (int)name.size, name.data, first, known->next);
    else if (input->missed && known->last >= first)
        part_refuse(engine, part,
                    "%.*s has no record at offset %" PRId64 " any more, which was decided: the topic "
                    "was recreated",
                    (int)name.size, name.data, known->last);
    else {
        input->compared = input->compared || known->last < first;
        input->missed = false;
        input->start = true;
    }
}

static void ask_bounds(struct engine *engine, struct part *part, uint32_t number)
{
    struct part_input *input = &part->inputs[number];
    int64_t first, end;
    struct result result = engine->log->ops->bounds(engine->log, input->topic, input->partition, LOG_READ_UNCOMMITTED,
                                                    engine->config.port_timeout_ms, &first, &end);

    if (result.kind == RESULT_STOP)
        part_refuse(engine, part, "%s", result.reason);
    else if (result.kind != RESULT_OK)
        outage_begin(engine, OUTAGE_LOG, result.reason);
    else
        judge_bounds(engine, part, number, first, end);
    part_wait(engine, part); /* whatever the answer: no storm of requests */
}

/* Starts at the last decided record where it must be compared, at no cost: it comes with the first fetch. */
static void start(struct engine *engine, struct part *part, uint32_t number)
{
    struct part_input *input = &part->inputs[number];
    int64_t last = part->place.inputs[number].last;
    struct result result =
        engine->log->ops->start(engine->log, input->topic, input->partition, input->compared ? input->fetch : last);

    if (result.kind == RESULT_OK) {
        input->start = false;
        input->started = true;
        part->backoff = 0;
        if (input->halt) {
            input->halt = false;
            engine->halts--;
        }
    } else if (result.kind == RESULT_STOP)
        part_refuse(engine, part, "%s", result.reason);
    else {
        outage_begin(engine, OUTAGE_LOG, result.reason);
        part_wait(engine, part);
    }
}

bool inputs_step(struct engine *engine, struct part *part)
{
    for (uint32_t i = 0; i < part->input_count; i++) {
        if (part->inputs[i].suspect) {
            ask_bounds(engine, part, i);
            return true;
        }
        if (part->inputs[i].start) {
            start(engine, part, i);
            return true;
        }
    }
    return false;
}

static struct part_input *active_input(struct engine *engine, enum topic topic, int32_t partition,
                                       struct part **ret_part, uint32_t *ret_number)
{
    *ret_part = part_of_input(engine, topic, partition, ret_number);
    if (!*ret_part || (*ret_part)->phase != PART_ACTIVE)
        return NULL;
    return &(*ret_part)->inputs[*ret_number];
}

/* Markers and aborted records are skipped: P goes on to the end, or the lag would never reach 0. */
void input_ended(void *context, enum topic topic, int32_t partition, int64_t offset)
{
    struct engine *engine = context;
    struct part *part;
    uint32_t number;
    struct part_input *input = active_input(engine, topic, partition, &part, &number);

    if (!input || !input->started || engine->phase != PHASE_FILL)
        return;
    if (offset < part->place.inputs[number].next)
        input->suspect = true;
    else if (!input->compared)
        input->missed = input->suspect = true;
    else if (offset > input->fetch)
        input->fetch = offset;
}

void input_failed(void *context, enum topic topic, int32_t partition, const char *reason)
{
    struct engine *engine = context;
    struct part *part;
    uint32_t number;
    struct part_input *input = active_input(engine, topic, partition, &part, &number);

    if (!input)
        return;
    engine_say(engine, NOTICE_WARNING, "fetch", part, "%.*s cannot be fetched: %s", (int)topic_name(topic).size,
               topic_name(topic).data, reason);
    input->started = false;
    input->suspect = true;
}
