/* What the log delivers: messages for the batch, ends of partitions, the group's callbacks. */
#include "worker/engine/inside.h"

enum { WAIT_POLL_MICROS = 2000 * 1000 };

/* The record that P remembers comes first; what it was tells whether the topic is still the one that was decided. */
static void compare(struct engine *engine, struct part *part, uint32_t number, const struct log_message *message)
{
    const struct place_input *known = &part->place.inputs[number];
    struct hash hash = record_hash(engine, message->key, message->value);

    if (message->offset != known->last || part->inputs[number].compared)
        return;
    if (hash_equal(&hash, &known->hash))
        part->inputs[number].compared = true;
    else
        part_refuse(engine, part,
                    "the last decided record of topic %.*s is not the one that was decided: the topic was recreated",
                    (int)topic_name(message->topic).size, topic_name(message->topic).data);
}

static void take(struct engine *engine, struct part *part, uint32_t number, const struct log_message *message)
{
    struct batch *batch = batch_of(engine, part);
    struct job *job = batch_add(engine, batch, part, JOB_INPUT);
    bool failed = false;

    if (!job)
        return;
    job->input = (uint8_t)number;
    job->in.topic = message->topic;
    job->in.partition = message->partition;
    job->in.offset = message->offset;
    if (message->has_key)
        job->in.key = memory_text(&batch->memory, message->key, &failed);
    if (message->has_value)
        job->in.value = memory_text(&batch->memory, message->value, &failed);
    if (failed) {
        batch->count--;
        fail(engine, "out of memory");
        return;
    }
    batch->bytes += message->key.size + message->value.size + sizeof *job;
    part->inputs[number].fetch = message->offset + 1;
    engine->statistics.messages++;
}

bool batch_message(void *context, const struct log_message *message)
{
    struct engine *engine = context;
    uint32_t number;
    struct part *part = part_of_input(engine, message->topic, message->partition, &number);

    engine->delivered++;
    if (!part || part->phase != PART_ACTIVE || engine->phase != PHASE_FILL || !part->inputs[number].started)
        return true; /* fetched again when it is started */
    struct part_input *input = &part->inputs[number];
    if (message->offset < input->fetch) {
        compare(engine, part, number, message);
        return true;
    }
    if (!input->compared) {
        input->missed = input->suspect = true;
        input->started = false;
        return true;
    }
    take(engine, part, number, message);
    engine->stopped_poll = engine->failure.kind == RESULT_STOP || batch_full(engine, batch_of(engine, part));
    return !engine->stopped_poll;
}

/* So long may poll wait: until the oldest batch is due, until something else is to be done. */
static int poll_timeout(const struct engine *engine)
{
    int64_t timeout = engine->config.idle_timeout_ms, now = steady_now(engine);

    if (engine->halts || engine->described != engine->assignment)
        return 0;
    if ((engine->calls_in_flight || engine->recovering) && timeout > 1)
        timeout = 1;
    for (int i = 0; i < BATCHES; i++) {
        const struct batch *batch = &engine->batches[i];
        int64_t left = batch->count ? engine->config.linger_ms - (now - batch->opened_at) / 1000 : timeout;
        if (timeout > left)
            timeout = left > 0 ? left : 0;
    }
    return (int)timeout;
}

static void serve_halts(struct engine *engine)
{
    uint32_t cursor = 0;

    for (struct part *part; engine->halts && (part = part_next(engine, &cursor));)
        for (uint32_t i = 0; i < part->input_count; i++)
            if (part->inputs[i].halt) {
                engine->log->ops->halt(engine->log, part->inputs[i].topic, part->inputs[i].partition);
                part->inputs[i].halt = false;
                engine->halts--;
            }
}

static struct result poll(struct engine *engine, int timeout_ms)
{
    serve_halts(engine);
    engine->delivered = 0;
    engine->stopped_poll = false;
    engine->polled_at = steady_now(engine);
    struct result result = engine->log->ops->poll(engine->log, timeout_ms, &engine->handler);
    if (result.kind == RESULT_RETRY)
        outage_begin(engine, OUTAGE_LOG, result.reason);
    else if (engine->poll_failed)
        outage_end(engine, OUTAGE_LOG);
    engine->poll_failed = result.kind == RESULT_RETRY;
    return result;
}

/* Drained: the log had no more than it gave. Then a batch closes soon; under backlog it goes on filling. */
struct result batch_poll(struct engine *engine)
{
    int timeout = poll_timeout(engine);
    int64_t before = steady_now(engine);
    struct result result = poll(engine, timeout);
    bool waited = steady_now(engine) - before >= (int64_t)timeout * 1000;

    for (int i = 0; i < BATCHES; i++)
        engine->batches[i].drained = !engine->stopped_poll && (engine->delivered == 0 || !waited);
    if (result.kind == RESULT_STOP)
        return result;
    return engine->delivered ? RESULT_SUCCESS : (struct result){RESULT_RETRY, "idle"};
}

struct result batch_wait(struct engine *engine)
{
    uint32_t cursor = 0;

    if (engine->calls_in_flight && steady_now(engine) - engine->polled_at < WAIT_POLL_MICROS) {
        engine->blocked = true; /* calls_serve sleeps */
        return (struct result){RESULT_RETRY, "waiting"};
    }
    for (struct part *part; (part = part_next(engine, &cursor));)
        if (part->phase == PART_ACTIVE) {
            inputs_halt(engine, part);
            for (uint32_t i = 0; i < part->input_count; i++)
                part->inputs[i].start = true;
        }
    struct result result = poll(engine, engine->calls_in_flight ? 0 : engine->config.idle_timeout_ms);
    return result.kind == RESULT_STOP ? result : (struct result){RESULT_RETRY, "waiting"};
}
