/* The consuming half of the port to the log: group, messages, offsets, state topics. */
#include "tests/simulation/sim_log.h"

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
    while (input->at < stable && !kafka_committed(&sim->kafka, &sim->kafka.logs[number].items[input->at])) {
        input->at++;
        input->ended = false; /* the next end is another one */
    }
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

struct result sim_poll(struct log *base, int timeout_ms, const struct log_handler *handler)
{
    struct sim_log *log = log_of(base);
    struct sim *sim = log->worker->sim;
    uint32_t first = draw(sim, TOPIC_INPUTS * MAX_PARTS), budget = sim->generous ? UINT32_MAX : 1 + draw(sim, 6);

    (void)timeout_ms;
    log->polls++;
    if (down(sim))
        return answer(RESULT_RETRY, "broker down");
    if (log->in_transaction)
        violate(sim, "poll within a transaction");
    if (serve_group(log, handler))
        return RESULT_SUCCESS;
    for (uint32_t i = 0; i < TOPIC_INPUTS * MAX_PARTS; i++) {
        enum topic topic = (enum topic)((first + i) / MAX_PARTS % TOPIC_INPUTS);
        int32_t n = (int32_t)((first + i) % MAX_PARTS);
        for (uint32_t k = 0; (k < 3 || sim->generous) && budget; k++) {
            if (!log->inputs[topic][n].started)
                break;
            budget--;
            if (!deliver(log, topic, n, handler))
                return RESULT_SUCCESS;
            if (log->inputs[topic][n].ended)
                break;
        }
    }
    return RESULT_SUCCESS;
}

struct result sim_start(struct log *base, enum topic topic, int32_t partition, int64_t offset)
{
    struct sim_log *log = log_of(base);

    if (!log->inputs[topic][partition].assigned)
        violate(log->worker->sim, "start of a partition that is not assigned");
    log->inputs[topic][partition].at = offset;
    log->inputs[topic][partition].started = true;
    log->inputs[topic][partition].ended = false;
    return RESULT_SUCCESS;
}

void sim_halt(struct log *base, enum topic topic, int32_t partition)
{
    log_of(base)->inputs[topic][partition].started = false;
}

struct result sim_committed(struct log *base, struct log_offset *offsets, uint32_t count, int timeout_ms)
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

struct result sim_bounds(struct log *base, enum topic topic, int32_t partition, enum log_isolation isolation,
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

struct result sim_read(struct log *base, enum topic topic, int32_t partition, int64_t *from, int64_t to, int timeout_ms,
                       const struct log_handler *handler)
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
