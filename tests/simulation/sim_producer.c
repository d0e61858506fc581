/* The producing half of the port to the log. Requests of a transaction are queued and reach the broker later, in order
 * per partition; answers get lost; EndTxn is sent again when one does. */
#include "tests/simulation/sim_log.h"

#include <stdlib.h>

struct log_generation {
    int generation;
};

struct result sim_generation(struct log *base, struct log_generation **ret_generation)
{
    struct sim_log *log = log_of(base);

    if (log->library < 0)
        return answer(RESULT_REFUSED, "no generation");
    *ret_generation = malloc(sizeof **ret_generation);
    if (!*ret_generation)
        return answer(RESULT_STOP, "out of memory");
    (*ret_generation)->generation = log->library;
    return RESULT_SUCCESS;
}

void sim_generation_free(struct log_generation *taken)
{
    free(taken);
}

struct result sim_begin(struct log *base)
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

struct result sim_produce(struct log *base, const struct log_record *record)
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

struct result sim_flush(struct log *base, int timeout_ms)
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
    if (!sim->quiet && draw(sim, 60) == 0)
        return answer(RESULT_ABORT, "message timed out");
    if (own_pending(log))
        return answer(RESULT_RETRY, "requests are in flight");
    return log->refused ? answer(RESULT_ABORT, "message too large") : RESULT_SUCCESS;
}

bool sim_poisoned(struct log *base)
{
    return log_of(base)->poisoned;
}

int64_t sim_written(struct log *base, enum topic topic, int32_t partition)
{
    return topic == TOPIC_ACCOUNT_STATE ? log_of(base)->written[partition] : -1;
}

struct result sim_send_offsets(struct log *base, struct log_generation *taken, const struct log_offset *offsets,
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
struct result sim_commit(struct log *base, int timeout_ms)
{
    struct sim_log *log = log_of(base);
    struct sim *sim = log->worker->sim;
    int who = log->worker->number;
    uint32_t luck = sim->quiet ? 15 : draw(sim, 30);

    (void)timeout_ms;
    if (sim->kafka_down)
        return answer(RESULT_RETRY, "broker down");
    if (luck == 2 && log->sent == 0)
        return answer(RESULT_ABORT, "the coordinator wants an abort");
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

struct result sim_abort_transaction(struct log *base, int timeout_ms)
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

struct result sim_recreate(struct log *base, int timeout_ms)
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
