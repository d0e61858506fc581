/* Roll forward: copies account-state from S (or from the start, into a fresh key generation) to END into the store.
 * Each chunk names the owner and the number of chunks before it, the last request names them all: a store restored
 * from a snapshot in between is noticed (design.md, "Roll forward"). The lane reads catalogue-state into its book. */
#include "worker/engine/inside.h"

#include <inttypes.h>

enum { CHUNK_RECORDS = 512, CHUNK_BYTES = 1 << 20, CHUNKS_OUTSTANDING = 4 };

/* --- records --- */

static enum place_status take_position(struct engine *engine, struct part *part, struct text value)
{
    struct recovery *recovery = &part->recovery;
    struct installation of;
    uint32_t count;
    const enum topic *topics = part_topics(part, &count);

    memory_reset(&recovery->memory);
    enum place_status status =
        place_decode(engine->codec, value, topics, count, &engine->here, &recovery->memory, &recovery->base, &of);
    recovery->found = status == PLACE_OK;
    if (status == PLACE_STRANGER)
        part_refuse(
            engine, part,
            "its state was written by another installation (cluster %.*s, prefix %.*s, group %.*s, %d partitions)",
            (int)of.cluster_id.size, of.cluster_id.data, (int)of.prefix.size, of.prefix.data, (int)of.group.size,
            of.group.data, of.partitions);
    else if (status == PLACE_NEWER)
        part_is_newer(engine, part);
    else if (status == PLACE_UNREADABLE)
        part_refuse(engine, part, "its position record cannot be decoded");
    return status;
}

/* An account's due date and held mark are kept with its record, so it must be read here. */
static enum place_status file_account(struct engine *engine, struct call *call, struct store_record *record)
{
    struct account_state *account = memory_zeroed(&call->memory, 1, sizeof *account);

    if (!account)
        return PLACE_NO_MEMORY;
    struct decode_answer answer = engine->codec->decode(engine->codec->context, &account_state_record, record->value,
                                                        &call->memory.arena, account);
    if (answer.status == DECODE_UNAVAILABLE)
        return PLACE_UNAVAILABLE;
    if (answer.status != DECODE_OK)
        return answer.status == DECODE_BAD ? PLACE_UNREADABLE : PLACE_NO_MEMORY;
    struct account_filing filing = account_filing(account);
    record->due_at = filing.due_at;
    record->held = filing.held;
    return PLACE_OK;
}

static enum place_status take_state(struct engine *engine, struct part *part, const struct log_message *message)
{
    struct call *call = engine->chunk;
    struct store_record *record = &call->request.records[call->request.record_count];
    bool failed = false;

    *record = (struct store_record){.has_due = state_key_kind(message->key) == STATE_ACCOUNT};
    record->key = memory_text(&call->memory, message->key, &failed);
    if (message->has_value)
        record->value = memory_text(&call->memory, message->value, &failed);
    if (failed)
        return PLACE_NO_MEMORY;
    call->request.record_count++;
    call->bytes += message->key.size + message->value.size;
    enum place_status status = record->has_due && record->value.data ? file_account(engine, call, record) : PLACE_OK;
    if (status == PLACE_UNREADABLE)
        part_refuse(engine, part, "account-state offset %" PRId64 " (%.*s) cannot be decoded", message->offset,
                    (int)message->key.size, message->key.data);
    return status;
}

static enum place_status take_record(struct engine *engine, struct part *part, const struct log_message *message)
{
    char buffer[POSITION_KEY_MAX];
    struct text key = part_is_lane(part) ? TEXT("p:lane") : position_key(part->partition, buffer);

    if (!message->has_key)
        return PLACE_OK;
    if (text_equal(message->key, key))
        return message->has_value ? take_position(engine, part, message->value) : PLACE_OK;
    part->recovery.records++;
    if (part_is_lane(part))
        return lane_take(engine, message->key, message->has_value ? message->value : (struct text){NULL, 0});
    return take_state(engine, part, message);
}

static bool record_read(void *context, const struct log_message *message)
{
    struct engine *engine = context;
    struct part *part = engine->reading;
    struct call *call = engine->chunk;

    switch (take_record(engine, part, message)) {
    case PLACE_OK: break;
    case PLACE_UNAVAILABLE: part->recovery.again = true; return false;
    case PLACE_NO_MEMORY: fail(engine, "out of memory"); return false;
    default: return false; /* refused */
    }
    return !call || (call->request.record_count < CHUNK_RECORDS && call->bytes < CHUNK_BYTES);
}

/* --- one chunk --- */

static struct call *begin_chunk(struct engine *engine, struct part *part)
{
    struct call *call = call_take(engine, STORE_FILL, part);

    if (!call)
        return NULL;
    call->request.records = memory_zeroed(&call->memory, CHUNK_RECORDS, sizeof *call->request.records);
    if (!call->request.records) {
        call_drop(engine, call);
        fail(engine, "out of memory");
        return NULL;
    }
    return call;
}

static void end_chunk(struct engine *engine, struct part *part, struct call *call)
{
    struct recovery *recovery = &part->recovery;

    if (call->request.record_count == 0) {
        call_drop(engine, call);
        return;
    }
    call->request.chunk = recovery->chunks++;
    call->request.fresh = recovery->full;
    recovery->outstanding++;
    engine->statistics.rolled_forward += call->request.record_count;
    call_submit(engine, call);
}

static void read_chunk(struct engine *engine, struct part *part)
{
    struct recovery *recovery = &part->recovery;
    struct log_handler handler = {.context = engine, .message = record_read};
    enum topic topic = part_is_lane(part) ? TOPIC_CATALOGUE_STATE : TOPIC_ACCOUNT_STATE;
    int64_t before = recovery->from;
    bool waited = recovery->again;
    struct call *call = part_is_lane(part) ? NULL : begin_chunk(engine, part);

    if (!call && !part_is_lane(part))
        return;
    engine->reading = part;
    engine->chunk = call;
    recovery->again = false;
    struct result result = engine->log->ops->read(engine->log, topic, part->inputs[0].partition, &recovery->from,
                                                  recovery->end, engine->config.port_timeout_ms, &handler);
    engine->reading = NULL;
    engine->chunk = NULL;
    if (part->phase != PART_READ || recovery->again || engine->failure.kind == RESULT_STOP) {
        if (call)
            call_drop(engine, call);
        recovery->from = before;
        if (recovery->again) {
            outage_begin(engine, OUTAGE_REGISTRY, "the schema of a state record is not available");
            part_wait(engine, part);
        }
        return;
    }
    if (call)
        end_chunk(engine, part, call);
    if (result.kind == RESULT_STOP)
        part_refuse(engine, part, "%s", result.reason);
    else if (result.kind != RESULT_OK) {
        recovery->again = waited;
        part_wait(engine, part); /* late markers: others go on meanwhile */
    } else {
        part->backoff = 0;
        registry_answered(engine);
    }
    if (part->phase == PART_READ && recovery->from >= recovery->end)
        part->phase = PART_FIRST;
}

void fill_answered(struct engine *engine, struct call *call)
{
    struct part *part = call->part;

    if (call->request.result.kind == RESULT_OK)
        part->recovery.outstanding--;
    else
        part_interrupted(engine, part, &call->request.result);
}

bool rollforward_step(struct engine *engine, struct part *part)
{
    switch (part->phase) {
    case PART_READ:
        if (part->recovery.from >= part->recovery.end)
            part->phase = PART_FIRST;
        else if (part->recovery.outstanding >= CHUNKS_OUTSTANDING)
            return false;
        else
            read_chunk(engine, part);
        return true;
    case PART_FIRST: part_ask_first(engine, part); return true;
    case PART_FINISH: part_finish(engine, part); return true;
    default: return false;
    }
}
