/* The port to the log over the simulated Kafka: what librdkafka makes of it. Requests of a transaction are queued and
 * reach the broker later, in order per partition; answers get lost; EndTxn is sent again when one does. */
#include "tests/simulation/sim.h"

#include <stdlib.h>

static struct sim_log *log_of(struct log *base)
{
    return (struct sim_log *)base;
}

static struct result answer(enum result_kind kind, const char *reason)
{
    return (struct result){kind, reason};
}

static bool down(struct sim *sim)
{
    return sim->kafka_down || (!sim->quiet && draw(sim, 40) == 0);
}

/* --- the group --- */

static uint32_t assignment(const struct sim *sim, int who, struct log_partition *partitions)
{
    const struct group *group = &sim->kafka.group;
    uint32_t count = 0;

    for (int topic = 0; topic < TOPIC_INPUTS; topic++)
        for (int n = 0; n < partitions_of(sim, (enum topic)topic); n++) {
            bool lane = topic == TOPIC_CATALOGUE || topic == TOPIC_TEMPLATE_DISCOVERED;
            if ((lane ? group->lane_owner : group->owner[n]) == who)
                partitions[count++] = (struct log_partition){(enum topic)topic, n};
        }
    return count;
}

static uint32_t owned(const struct sim_log *log, struct log_partition *partitions)
{
    uint32_t count = 0;

    for (int topic = 0; topic < TOPIC_INPUTS; topic++)
        for (int n = 0; n < MAX_PARTS; n++)
            if (log->inputs[topic][n].assigned)
                partitions[count++] = (struct log_partition){(enum topic)topic, n};
    return count;
}

static void take_assignment(struct sim_log *log, const struct log_handler *handler)
{
    const struct group *group = &log->worker->sim->kafka.group;
    struct log_partition partitions[TOPIC_INPUTS * MAX_PARTS];
    uint32_t count = assignment(log->worker->sim, log->worker->number, partitions);

    log->waiting = false;
    log->generation = log->library = group->generation;
    for (uint32_t i = 0; i < count; i++)
        log->inputs[partitions[i].topic][partitions[i].partition] = (struct consumed){.assigned = true};
    handler->assigned(handler->context, partitions, count);
}

static void leave(struct sim_log *log, const struct log_handler *handler)
{
    struct group *group = &log->worker->sim->kafka.group;
    int who = log->worker->number;
    struct log_partition partitions[TOPIC_INPUTS * MAX_PARTS];
    uint32_t count = owned(log, partitions);
    bool lost = log->generation != group->generation || !group->member[who];

    if (count && lost)
        handler->lost(handler->context, partitions, count);
    else if (count)
        handler->revoked(handler->context, partitions, count);
    memset(log->inputs, 0, sizeof log->inputs);
    log->waiting = group->rebalancing = group->joined[who] = true;
}

/* Serves the rebalance callbacks. True: something happened. */
static bool serve_group(struct sim_log *log, const struct log_handler *handler)
{
    struct group *group = &log->worker->sim->kafka.group;
    int who = log->worker->number;

    if (log->waiting && group->joined[who] && group->rebalancing)
        return false;
    if (log->waiting && !group->rebalancing && group->member[who])
        take_assignment(log, handler);
    else if ((group->rebalancing && !group->joined[who]) || log->generation != group->generation || !group->member[who])
        leave(log, handler);
    else
        return false;
    return true;
}

/* --- consuming --- */

static bool out_of_range(struct sim_log *log, enum topic topic, int32_t n, const struct log_handler *handler)
{
    struct consumed *input = &log->inputs[topic][n];
    const struct topic_log *from = &log->worker->sim->kafka.logs[log_number(topic, n)];

    if (input->at >= from->first && input->at <= from->count)
        return false;
    input->started = false;
    handler->failed(handler->context, topic, n, "offset out of range");
    return true;
}

/* Delivers the next committed record below the last stable offset, or the end. True: go on. */
static bool deliver(struct sim_log *log, enum topic topic, int32_t n, const struct log_handler *handler)
{
    struct sim *sim = log->worker->sim;
    struct consumed *input = &log->inputs[topic][n];
    int number = log_number(topic, n);
    int64_t stable = kafka_stable(&sim->kafka, number);

    if (out_of_range(log, topic, n, handler))
        return true;
    while (input->at < stable && !kafka_committed(&sim->kafka, &sim->kafka.logs[number].items[input->at]))
        input->at++;
    if (input->at >= stable) {
        if (!input->ended)
            handler->end(handler->context, topic, n, input->at);
        input->ended = true;
        return true;
    }
    const struct record *record = &sim->kafka.logs[number].items[input->at];
    struct log_message message = {
        topic, n, input->at, record->at, record->has_key, record->has_value, record->key, record->value};
    input->ended = false;
    input->at++;
    if (sim->options.planted == PLANT_SKIP && !sim->quiet && draw(sim, 50) == 0)
        return true;
    if (sim->options.planted == PLANT_DOUBLE && !sim->quiet && draw(sim, 50) == 0 && message.offset > 0)
        message.offset++; /* the same message where the next one should be */
    return handler->message(handler->context, &message);
}

static struct result poll(struct log *base, int timeout_ms, const struct log_handler *handler)
{
    struct sim_log *log = log_of(base);
    struct sim *sim = log->worker->sim;
    uint32_t first = draw(sim, TOPIC_INPUTS * MAX_PARTS), budget = 1 + draw(sim, 6);

    (void)timeout_ms;
    if (down(sim))
        return answer(RESULT_RETRY, "broker down");
    if (log->in_transaction)
        violate(sim, "poll within a transaction");
    if (serve_group(log, handler))
        return RESULT_SUCCESS;
    for (uint32_t i = 0; i < TOPIC_INPUTS * MAX_PARTS; i++) {
        enum topic topic = (enum topic)((first + i) / MAX_PARTS % TOPIC_INPUTS);
        int32_t n = (int32_t)((first + i) % MAX_PARTS);
        for (uint32_t k = 0; k < 3 && budget; k++) {
            if (!log->inputs[topic][n].started)
                break;
            budget--;
            if (!deliver(log, topic, n, handler))
                return RESULT_SUCCESS;
        }
    }
    return RESULT_SUCCESS;
}

static struct result start(struct log *base, enum topic topic, int32_t partition, int64_t offset)
{
    struct sim_log *log = log_of(base);

    if (!log->inputs[topic][partition].assigned)
        violate(log->worker->sim, "start of a partition that is not assigned");
    log->inputs[topic][partition].at = offset;
    log->inputs[topic][partition].started = true;
    log->inputs[topic][partition].ended = false;
    return RESULT_SUCCESS;
}

static void halt(struct log *base, enum topic topic, int32_t partition)
{
    log_of(base)->inputs[topic][partition].started = false;
}

static struct result committed(struct log *base, struct log_offset *offsets, uint32_t count, int timeout_ms)
{
    struct sim_log *log = log_of(base);
    struct sim *sim = log->worker->sim;
    struct group *group = &sim->kafka.group;

    (void)timeout_ms;
    if (down(sim))
        return answer(RESULT_RETRY, "broker down");
    bool lie = group->lie[offsets[0].partition];
    group->lie[offsets[0].partition] = false;
    for (uint32_t i = 0; i < count && !lie; i++) {
        if (kafka_pending(&sim->kafka, offsets[i].topic, offsets[i].partition) &&
            sim->options.planted != PLANT_UNSTABLE)
            return answer(RESULT_RETRY, "offsets are pending");
        const struct group_offset *offset = &group->offsets[offsets[i].topic][offsets[i].partition];
        offsets[i].offset = offset->set ? offset->offset : LOG_NO_OFFSET;
        offsets[i].metadata = (struct text){offset->metadata, (uint32_t)strlen(offset->metadata)};
    }
    return RESULT_SUCCESS;
}

static struct result bounds(struct log *base, enum topic topic, int32_t partition, enum log_isolation isolation,
                            int timeout_ms, int64_t *ret_first, int64_t *ret_end)
{
    struct sim *sim = log_of(base)->worker->sim;
    int number = log_number(topic, partition);

    (void)timeout_ms;
    if (down(sim))
        return answer(RESULT_RETRY, "broker down");
    *ret_first = sim->kafka.logs[number].first;
    *ret_end = isolation == LOG_READ_COMMITTED || sim->options.planted == PLANT_END_LSO
                   ? kafka_stable(&sim->kafka, number)
                   : sim->kafka.logs[number].count;
    return RESULT_SUCCESS;
}

static struct result read(struct log *base, enum topic topic, int32_t partition, int64_t *from, int64_t to,
                          int timeout_ms, const struct log_handler *handler)
{
    struct sim *sim = log_of(base)->worker->sim;
    int number = log_number(topic, partition);
    const struct topic_log *log = &sim->kafka.logs[number];
    int64_t stable = kafka_stable(&sim->kafka, number);
    uint32_t budget = sim->quiet ? 64 : 1 + draw(sim, 8);
    bool any = false;

    (void)timeout_ms;
    if (down(sim))
        return answer(RESULT_RETRY, "broker down");
    while (*from < to && *from < stable && budget) {
        int64_t offset = (*from)++;
        const struct record *record = &log->items[offset];
        if (record->gone || !kafka_committed(&sim->kafka, record))
            continue;
        struct log_message message = {topic,           partition,         offset,      record->at,
                                      record->has_key, record->has_value, record->key, record->value};
        any = true;
        budget--;
        if (!handler->message(handler->context, &message))
            return RESULT_SUCCESS;
    }
    return any || *from >= to ? RESULT_SUCCESS : answer(RESULT_RETRY, "nothing new, or markers are late");
}

/* --- producing --- */

struct log_generation {
    int generation;
};

static struct result generation(struct log *base, struct log_generation **ret_generation)
{
    struct sim_log *log = log_of(base);

    if (log->library < 0)
        return answer(RESULT_REFUSED, "no generation");
    *ret_generation = malloc(sizeof **ret_generation);
    (*ret_generation)->generation = log->library;
    return RESULT_SUCCESS;
}

static void generation_free(struct log_generation *taken)
{
    free(taken);
}

static struct result begin(struct log *base)
{
    struct sim_log *log = log_of(base);

    if (!log->open || log->fenced)
        return answer(RESULT_RECREATE, "fenced");
    log->in_transaction = true;
    log->refused = log->poisoned = false;
    log->sent = 0;
    for (int n = 0; n < MAX_PARTS; n++)
        log->written[n] = -1;
    return RESULT_SUCCESS;
}

static const char *code_of(const struct log_record *record)
{
    if (!record->header_count)
        return NULL;
    return record->headers[0].value.data;
}

static struct result produce(struct log *base, const struct log_record *record)
{
    struct sim_log *log = log_of(base);
    struct sim *sim = log->worker->sim;
    bool failed = false;
    int32_t n = record->partition;

    if (log->fenced)
        return answer(RESULT_RECREATE, "fenced");
    if (log->pending_count == PENDING || (!sim->quiet && draw(sim, 30) == 0))
        return answer(RESULT_RETRY, "queue full");
    if (n == LOG_PARTITION_BY_KEY)
        n = record->has_key ? key_partition(record->key, partitions_of(sim, record->topic)) : 0;
    log->pending[log->pending_count++] = (struct pending){
        .log = log_number(record->topic, n),
        .epoch = log->epoch,
        .record = {.has_key = record->has_key,
                   .has_value = record->has_value,
                   .key = memory_text(&sim->memory, record->has_key ? record->key : (struct text){0}, &failed),
                   .value = memory_text(&sim->memory, record->has_value ? record->value : (struct text){0}, &failed),
                   .code = code_of(record)},
    };
    return RESULT_SUCCESS;
}

static bool arrives(struct sim_log *log, struct pending *pending)
{
    struct sim *sim = log->worker->sim;
    int n = pending->log % MAX_PARTS;

    bool dead_letter = pending->log / MAX_PARTS == TOPIC_DEAD_LETTER; /* that topic takes all that the inputs take */
    if (pending->record.key.size + pending->record.value.size > sim->broker_limit && !dead_letter) {
        log->poisoned = log->refused = true;
        return true;
    }
    switch (kafka_touch(sim, log->worker->number, pending->epoch, pending->log)) {
    case ANSWER_RETRY: return false;
    case ANSWER_FENCED: log->fenced = log->fenced || pending->epoch == log->epoch; return true;
    case ANSWER_OK: break;
    }
    pending->record.txn = sim->kafka.coordinators[log->worker->number].current;
    kafka_append(sim, pending->log, pending->record);
    if (pending->log / MAX_PARTS == TOPIC_ACCOUNT_STATE && pending->epoch == log->epoch)
        log->written[n] = sim->kafka.logs[pending->log].count;
    return true;
}

/* The oldest request of some partition reaches the broker: requests of different partitions overtake each other. */
bool sim_log_deliver(struct sim_log *log, uint32_t which)
{
    if (log->pending_count == 0)
        return false;
    int chosen = (int)(which % (uint32_t)log->pending_count);
    for (int i = 0; i < chosen; i++)
        if (log->pending[i].log == log->pending[chosen].log) {
            chosen = i;
            break;
        }
    if (!arrives(log, &log->pending[chosen]))
        return false;
    log->pending_count--;
    memmove(&log->pending[chosen], &log->pending[chosen + 1],
            (size_t)(log->pending_count - chosen) * sizeof log->pending[0]);
    return true;
}

static bool own_pending(const struct sim_log *log)
{
    for (int i = 0; i < log->pending_count; i++)
        if (log->pending[i].epoch == log->epoch)
            return true;
    return false;
}

static struct result flush(struct log *base, int timeout_ms)
{
    struct sim_log *log = log_of(base);
    struct sim *sim = log->worker->sim;

    (void)timeout_ms;
    if (sim->options.planted == PLANT_FLUSH && draw(sim, 2))
        return RESULT_SUCCESS;
    if (down(sim))
        return answer(RESULT_RETRY, "broker down");
    for (uint32_t i = 0, tries = sim->quiet ? PENDING : 1 + draw(sim, 3); i < tries; i++)
        sim_log_deliver(log, draw(sim, PENDING));
    if (log->fenced)
        return answer(RESULT_RECREATE, "fenced");
    if (own_pending(log))
        return answer(RESULT_RETRY, "requests are in flight");
    return log->refused ? answer(RESULT_ABORT, "message too large") : RESULT_SUCCESS;
}

static bool poisoned(struct log *base)
{
    return log_of(base)->poisoned;
}

static int64_t written(struct log *base, enum topic topic, int32_t partition)
{
    return topic == TOPIC_ACCOUNT_STATE ? log_of(base)->written[partition] : -1;
}

static struct result send_offsets(struct log *base, struct log_generation *taken, const struct log_offset *offsets,
                                  uint32_t count, int timeout_ms)
{
    struct sim_log *log = log_of(base);
    struct sim *sim = log->worker->sim;
    bool refused = false;
    int generation_number = sim->options.planted == PLANT_GENERATION ? log->library : taken->generation;

    (void)timeout_ms;
    if (down(sim))
        return answer(RESULT_RETRY, "broker down");
    if (sim->options.planted == PLANT_NO_OFFSETS)
        return RESULT_SUCCESS;
    enum answer got = kafka_offsets(sim, log->worker->number, log->epoch, generation_number, offsets, count, &refused);
    if (refused) {
        log->library = -1;
        return answer(RESULT_REFUSED, "illegal generation");
    }
    if (got == ANSWER_FENCED)
        log->fenced = true;
    return got == ANSWER_OK      ? RESULT_SUCCESS
           : got == ANSWER_RETRY ? answer(RESULT_RETRY, "concurrent transactions")
                                 : answer(RESULT_RECREATE, "fenced");
}

/* EndTxn may be answered, or lost on its way there (and arrive later), or on its way back; then it is sent again. */
static struct result commit(struct log *base, int timeout_ms)
{
    struct sim_log *log = log_of(base);
    struct sim *sim = log->worker->sim;
    int who = log->worker->number;
    uint32_t luck = sim->quiet ? 15 : draw(sim, 30);

    (void)timeout_ms;
    if (sim->kafka_down)
        return answer(RESULT_RETRY, "broker down");
    log->sent++;
    if (luck == 0 && sim->kafka.ghost_count[who] < 16) {
        sim->kafka.ghosts[who][sim->kafka.ghost_count[who]++] = log->epoch;
        return answer(RESULT_RETRY, "no answer");
    }
    if (kafka_end(sim, who, log->epoch, TXN_COMMITTED) == ANSWER_FENCED) {
        log->fenced = true;
        log->in_transaction = false;
        return answer(RESULT_RECREATE, "fenced");
    }
    if (luck == 1)
        return answer(RESULT_RETRY, "no answer");
    log->in_transaction = false;
    if (log->sent > 1 && sim->options.planted != PLANT_GHOST)
        return answer(RESULT_RECREATE, "EndTxn was sent more than once");
    return RESULT_SUCCESS;
}

static struct result abort_transaction(struct log *base, int timeout_ms)
{
    struct sim_log *log = log_of(base);
    struct sim *sim = log->worker->sim;

    (void)timeout_ms;
    if (down(sim))
        return answer(RESULT_RETRY, "broker down");
    int kept = 0; /* what is not sent is purged, what is on its way is not */
    for (int i = 0; i < log->pending_count; i++)
        if (draw(sim, 4) == 0)
            log->pending[kept++] = log->pending[i];
    log->pending_count = sim->options.planted == PLANT_FLUSH ? kept : 0;
    log->in_transaction = false;
    if (kafka_end(sim, log->worker->number, log->epoch, TXN_ABORTED) == ANSWER_FENCED) {
        log->fenced = true;
        return answer(RESULT_RECREATE, "fenced");
    }
    return RESULT_SUCCESS;
}

static struct result recreate(struct log *base, int timeout_ms)
{
    struct sim_log *log = log_of(base);
    struct sim *sim = log->worker->sim;

    (void)timeout_ms;
    if (down(sim) || kafka_init(sim, log->worker->number) != ANSWER_OK)
        return answer(RESULT_RETRY, "transactions are still being completed");
    log->epoch = sim->kafka.coordinators[log->worker->number].epoch;
    log->open = true;
    log->fenced = log->in_transaction = false;
    return RESULT_SUCCESS;
}

static void ends(struct log *base, enum topic topic, int32_t partition, int64_t *ret_stable, int64_t *ret_high)
{
    const struct kafka *kafka = &log_of(base)->worker->sim->kafka;

    *ret_stable = kafka_stable(kafka, log_number(topic, partition));
    *ret_high = kafka->logs[log_number(topic, partition)].count;
}

static struct result describe(struct log *base, enum topic topic, int timeout_ms, struct text *ret_cluster_id,
                              int32_t *ret_partitions)
{
    struct sim *sim = log_of(base)->worker->sim;

    (void)timeout_ms;
    if (down(sim))
        return answer(RESULT_RETRY, "broker down");
    *ret_cluster_id = TEXT("simulated");
    *ret_partitions = partitions_of(sim, topic);
    return RESULT_SUCCESS;
}

static const struct log_ops ops = {
    .poll = poll,
    .start = start,
    .halt = halt,
    .committed = committed,
    .bounds = bounds,
    .read = read,
    .generation = generation,
    .generation_free = generation_free,
    .begin = begin,
    .produce = produce,
    .flush = flush,
    .poisoned = poisoned,
    .written = written,
    .send_offsets = send_offsets,
    .commit = commit,
    .abort = abort_transaction,
    .recreate = recreate,
    .ends = ends,
    .describe = describe,
};

void sim_log_open(struct worker *worker, struct sim_log *log)
{
    struct pending pending[PENDING];
    int count = log->pending_count; /* of the process before: still on its way */

    memcpy(pending, log->pending, sizeof pending);
    *log = (struct sim_log){.base = {&ops}, .worker = worker, .generation = -1, .library = -1};
    memcpy(log->pending, pending, sizeof pending);
    log->pending_count = count;
}
