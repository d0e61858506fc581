/* Partitions come and go. Each is made active by itself, so that one that waits does not stop the healthy ones
 * (design.md, "On assignment"): committed -> claim -> END -> read and fill -> finish -> active. */
#include "worker/engine/inside.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { BACKOFF_FIRST = 10 * 1000, BACKOFF_LAST = 1000 * 1000 }; /* microseconds */

static const enum topic account_topics[] = {TOPIC_ACCOUNT, TOPIC_ORDER, TOPIC_OS_INSTALLED};
static const enum topic lane_topics[] = {TOPIC_CATALOGUE, TOPIC_TEMPLATE_DISCOVERED};

const enum topic *part_topics(const struct part *part, uint32_t *ret_count)
{
    *ret_count = part_is_lane(part) ? 2 : 3;
    return part_is_lane(part) ? lane_topics : account_topics;
}

static struct part *make_part(int32_t partition)
{
    struct part *part = calloc(1, sizeof *part);

    if (!part)
        return NULL;
    part->partition = partition;
    memory_init(&part->totals[0], 512, 64 << 10);
    memory_init(&part->totals[1], 512, 64 << 10);
    memory_init(&part->recovery.memory, 2048, 64 << 10);
    const enum topic *topics = part_topics(part, &part->input_count);
    for (uint32_t i = 0; i < part->input_count; i++)
        part->inputs[i] = (struct part_input){.topic = topics[i], .partition = partition < 0 ? 0 : partition};
    return part;
}

/* The partition's entry, made when there is none; NULL: out of memory, the engine fails. */
static struct part *need_part(struct engine *engine, int32_t partition)
{
    if (partition >= 0 && partition >= engine->part_room) {
        struct part **grown = realloc(engine->parts, ((size_t)partition + 1) * sizeof *grown);
        if (!grown) {
            fail(engine, "out of memory");
            return NULL;
        }
        for (int32_t i = engine->part_room; i <= partition; i++)
            grown[i] = NULL;
        engine->parts = grown;
        engine->part_room = partition + 1;
    }
    struct part **place = partition == LANE_SLOT ? &engine->lane_part : &engine->parts[partition];
    if (!*place)
        *place = make_part(partition);
    if (!*place)
        fail(engine, "out of memory");
    return *place;
}

static bool is_lane_topic(enum topic topic)
{
    return topic == TOPIC_CATALOGUE || topic == TOPIC_TEMPLATE_DISCOVERED;
}

struct part *part_of_input(const struct engine *engine, enum topic topic, int32_t partition, uint32_t *ret_input)
{
    struct part *part = NULL;

    if (is_lane_topic(topic))
        part = partition == 0 ? engine->lane_part : NULL;
    else if (partition >= 0 && partition < engine->part_room)
        part = engine->parts[partition];
    for (uint32_t i = 0; part && i < part->input_count; i++)
        if (part->inputs[i].topic == topic) {
            *ret_input = i;
            return part;
        }
    return NULL;
}

struct part *part_next(const struct engine *engine, uint32_t *cursor)
{
    while (*cursor <= (uint32_t)engine->part_room) {
        uint32_t at = (*cursor)++;
        struct part *part = at == 0 ? engine->lane_part : engine->parts[at - 1];
        if (part && part->phase != PART_NONE)
            return part;
    }
    return NULL;
}

/* Only the range assignor gives the same number of each topic to one member [design.md, "Fencing"]. */
static void check_complete(struct engine *engine, struct part *part, const struct log_partition *partitions,
                           uint32_t count)
{
    uint32_t found = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t input;
        if (part_of_input(engine, partitions[i].topic, partitions[i].partition, &input) == part)
            found++;
    }
    if (found < part->input_count)
        part_refuse(engine, part,
                    "only %u of the %u input topics of this partition were assigned together: the topics differ in "
                    "their number of partitions, or another program is in this consumer group",
                    found, part->input_count);
}

/* What was described for the last one may differ by now. */
static void next_assignment(struct engine *engine)
{
    engine->assignment++;
    engine->describe_topic = 0;
}

void parts_assigned(void *context, const struct log_partition *partitions, uint32_t count)
{
    struct engine *engine = context;

    next_assignment(engine);
    for (uint32_t i = 0; i < count; i++) {
        struct part *part = need_part(engine, is_lane_topic(partitions[i].topic) ? LANE_SLOT : partitions[i].partition);
        if (!part)
            return;
        if (part->phase == PART_NONE)
            part_recover(engine, part);
    }
    uint32_t cursor = 0;
    for (struct part *part; (part = part_next(engine, &cursor));)
        check_complete(engine, part, partitions, count);
    if (count)
        engine_say(engine, NOTICE_INFO, "assigned", NULL, "%u topic partitions assigned", count);
}

static void lose(struct engine *engine, struct part *part)
{
    part->phase = PART_NONE;
    part->epoch = ++engine->next_epoch; /* what is in flight comes back to nobody */
    part->slot = ++engine->next_slot;
    flights_forget(part);
    part->bad = false;
    for (uint32_t i = 0; i < part->input_count; i++) {
        part->inputs[i].started = part->inputs[i].start = false;
        if (part->inputs[i].halt)
            engine->halts--;
        part->inputs[i].halt = false;
        part->inputs[i].stall = (struct stall){0};
    }
    if (part_is_lane(part))
        lane_forget(engine);
}

void parts_lose_all(struct engine *engine)
{
    uint32_t cursor = 0;

    next_assignment(engine);
    engine->demanded = 0;                                  /* what the store refused is the next owner's to ask for */
    engine->outages[OUTAGE_REGISTRY] = (struct outage){0}; /* nothing here waits for it any more */
    for (struct part *part; (part = part_next(engine, &cursor));)
        lose(engine, part);
    batches_drop(engine);
}

void parts_revoked(void *context, const struct log_partition *partitions, uint32_t count)
{
    struct engine *engine = context;

    (void)partitions; /* the classic protocol with range: always all */
    parts_lose_all(engine);
    if (count)
        engine_say(engine, NOTICE_INFO, "revoked", NULL, "%u topic partitions handed back", count);
}

void parts_lost(void *context, const struct log_partition *partitions, uint32_t count)
{
    struct engine *engine = context;

    (void)partitions;
    parts_lose_all(engine);
    if (count)
        engine_say(engine, NOTICE_WARNING, "lost", NULL,
                   "%u topic partitions lost: this worker was away for longer than the session", count);
}

void part_wait(struct engine *engine, struct part *part)
{
    part->backoff = part->backoff ? part->backoff * 2 : BACKOFF_FIRST;
    if (part->backoff > BACKOFF_LAST)
        part->backoff = BACKOFF_LAST;
    part->retry_at = steady_now(engine) + part->backoff;
}

void part_recover(struct engine *engine, struct part *part)
{
    struct memory memory = part->recovery.memory;
    bool must_full = part->recovery.must_full;

    inputs_halt(engine, part);
    flights_forget(part);
    part->epoch = ++engine->next_epoch;
    part->slot = ++engine->next_slot;
    part->phase = PART_COMMITTED;
    part->bad = false;
    part->due_asked = part->held_asked = false;
    part->held_target = part->held_last = part->held_done = 0;
    part->round = NULL;
    part->recovery = (struct recovery){.began_at = steady_now(engine), .must_full = must_full};
    part->recovery.memory = memory;
    part->recovery.memory.arena.owner = &part->recovery.memory;
    part->retry_at = 0;
    if (part_is_lane(part))
        lane_forget(engine);
}

void part_repair(struct engine *engine, struct part *part, enum repair_cause cause)
{
    if (part->phase == PART_NONE || part->phase == PART_REFUSED)
        return;
    engine->statistics.repairs[cause]++;
    engine_say(engine, cause == REPAIR_PRODUCER ? NOTICE_INFO : NOTICE_WARNING, "repair", part,
               "%s: rolling forward from Kafka", repair_cause_name(cause));
    if (cause == REPAIR_CORRUPT) {
        part->recovery.must_full = true;
        if (++part->rotten > 2) {
            part_refuse(engine, part, "a state record cannot be decoded, not even after a full rebuild");
            return;
        }
    }
    part_recover(engine, part);
    part_wait(engine, part);
}

/* Refused: another owner's, or an older copy. Unanswered: an outage, which is said as such; each attempt in a row waits
 * longer, though the claim before it goes well. */
void part_interrupted(struct engine *engine, struct part *part, const struct result *result)
{
    if (result->kind == RESULT_REFUSED) {
        part_repair(engine, part, REPAIR_INTERRUPTED);
        return;
    }
    part->backoff = part->interrupted;
    part_recover(engine, part);
    part_wait(engine, part);
    part->interrupted = part->backoff;
}

void parts_repair_all(struct engine *engine, enum repair_cause cause)
{
    uint32_t cursor = 0;

    for (struct part *part; (part = part_next(engine, &cursor));)
        part_repair(engine, part, cause);
}

void part_refuse(struct engine *engine, struct part *part, const char *format, ...)
{
    va_list arguments;

    if (part->phase == PART_REFUSED)
        return;
    va_start(arguments, format);
    vsnprintf(part->reason, sizeof part->reason, format, arguments);
    va_end(arguments);
    inputs_halt(engine, part);
    flights_forget(part);
    part->phase = PART_REFUSED;
    part->epoch = ++engine->next_epoch;
    engine_say(engine, NOTICE_ERROR, "refused", part, "partition stopped, the others go on: %s", part->reason);
}

const char *repair_cause_name(enum repair_cause cause)
{
    static const char *const names[REPAIR_CAUSES] = {
        [REPAIR_REFUSED_WRITE] = "refused-write", [REPAIR_FAILED_WRITE] = "failed-write",
        [REPAIR_REFUSED_READ] = "refused-read",   [REPAIR_FAILED_READ] = "failed-read",
        [REPAIR_CORRUPT] = "corrupt-state",       [REPAIR_PRODUCER] = "producer-recreated",
        [REPAIR_INTERRUPTED] = "interrupted",
    };
    return names[cause];
}
