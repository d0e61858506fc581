/* Decodes the batch's messages and validates what only the engine can see: bytes, key, partition (rules.md 8;
 * design.md, "Traps"). What is wrong becomes a dead letter; an outage never does: its messages are put back. */
#include "worker/engine/inside.h"

static const struct record_type *input_type(enum topic topic)
{
    switch (topic) {
    case TOPIC_TEMPLATE_DISCOVERED: return &template_discovered_record;
    case TOPIC_CATALOGUE: return &catalogue_change_record;
    case TOPIC_ACCOUNT: return &account_event_record;
    case TOPIC_ORDER: return &order_record;
    default: return &os_installed_record;
    }
}

static void condemn(struct job *job, enum input_fault fault, const char *code, struct text message)
{
    job->dead = fault;
    job->code = code;
    job->message = message;
    job->judged = true;
}

/* A key that is not the account's, or a partitioner that is not murmur2, would give an account two homes. */
static void judge_key(const struct engine *engine, struct job *job)
{
    const struct input *input = &job->in;

    if (!input->key.data)
        condemn(job, INPUT_ELSEWHERE, NULL, TEXT("the message has no key; it must be the account_id"));
    else if (!text_equal(input->key, input_account_id(input)))
        condemn(job, INPUT_ELSEWHERE, NULL, TEXT("the message key is not the account_id"));
    else if (key_partition(input->key, engine->here.partitions) != input->partition)
        condemn(job, INPUT_ELSEWHERE, NULL,
                TEXT("the partition is not murmur2(key) mod the number of partitions: the producer must use the "
                     "partitioner murmur2_random"));
}

static bool waits_for_registry(const struct part *part)
{
    bool waits = part->phase == PART_READ && part->recovery.again;

    for (uint32_t i = 0; part->phase == PART_ACTIVE && i < part->input_count; i++)
        waits = waits || part->inputs[i].unread;
    return waits;
}

void registry_answered(struct engine *engine)
{
    uint32_t cursor = 0;

    if (!engine->outages[OUTAGE_REGISTRY].since)
        return;
    for (struct part *part; (part = part_next(engine, &cursor));)
        if (waits_for_registry(part))
            return;
    outage_end(engine, OUTAGE_REGISTRY);
}

/* This message and what follows it of its input are fetched again in a moment; all else goes on. */
static void put_back(struct engine *engine, struct batch *batch, struct job *first)
{
    struct part_input *input = &first->part->inputs[first->input];
    uint32_t kept = batch->judged;

    for (uint32_t i = batch->judged; i < batch->count; i++) {
        struct job *job = batch->jobs[i];
        if (job->part != first->part || job->kind != JOB_INPUT || job->input != first->input)
            batch->jobs[kept++] = job;
    }
    batch->count = kept;
    if (!input->halt)
        engine->halts++;
    input->halt = input->start = input->unread = true;
    input->started = false;
    input->fetch = first->in.offset;
    first->part->retry_at = steady_now(engine) + ASK_AGAIN_MICROS;
}

/* False: it cannot be read yet. */
static bool judge(struct engine *engine, struct batch *batch, struct job *job)
{
    bool failed = false;

    if (!job->in.value.data) {
        condemn(job, INPUT_UNREADABLE, "empty-value", TEXT("the message has no value"));
        return true;
    }
    struct decode_answer answer = engine->codec->decode(engine->codec->context, input_type(job->in.topic),
                                                        job->in.value, &batch->memory.arena, &job->in.as);
    switch (answer.status) {
    case DECODE_UNAVAILABLE: outage_begin(engine, OUTAGE_REGISTRY, answer.message); return false;
    case DECODE_NO_MEMORY: fail(engine, "out of memory"); return false;
    case DECODE_BAD: {
        struct text message = {answer.message, answer.message ? (uint32_t)strlen(answer.message) : 0};
        message = memory_text(&batch->memory, message, &failed);
        memset(&job->in.as, 0, sizeof job->in.as);
        condemn(job, INPUT_UNREADABLE, answer.code, message);
        break;
    }
    case DECODE_OK:
        if (!part_is_lane(job->part))
            judge_key(engine, job);
        else if (!job->in.key.data) /* it has one partition; but compaction and people need the key (contract.md) */
            condemn(job, INPUT_ELSEWHERE, NULL, TEXT("the message has no key"));
        job->judged = true;
    }
    job->part->inputs[job->input].unread = false;
    registry_answered(engine);
    if (failed)
        fail(engine, "out of memory");
    return !failed;
}

void judge_step(struct engine *engine)
{
    struct batch *batch = engine->batch;

    while (batch->judged < batch->count) {
        struct job *job = batch->jobs[batch->judged];
        if (job->kind != JOB_INPUT || job->judged || judge(engine, batch, job))
            batch->judged++;
        else if (engine->failure.kind == RESULT_STOP)
            return;
        else
            put_back(engine, batch, job);
    }
    round_begin(engine);
}

/* core/decide.h `struct reader`: a parked input again. */
bool judge_parked(void *context, enum topic topic, struct text value, struct arena *arena, struct input *ret_input)
{
    struct engine *engine = context;

    if (topic >= TOPIC_INPUTS)
        return false;
    struct decode_answer answer =
        engine->codec->decode(engine->codec->context, input_type(topic), value, arena, &ret_input->as);
    ret_input->topic = topic;
    ret_input->value = value;
    if (answer.status == DECODE_UNAVAILABLE) {
        engine->round.unavailable = true;
        outage_begin(engine, OUTAGE_REGISTRY, answer.message);
    } else if (answer.status == DECODE_NO_MEMORY) {
        fail(engine, "out of memory");
    }
    return answer.status == DECODE_OK;
}
