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
    enum place_status status = place_decode(engine->codec, value, topics, count, &engine->here,
                                            &recovery->memory, &recovery->base, &of);
    recovery->found = status == PLACE_OK;
    if (status == PLACE_STRANGER)
        part_refuse(engine, part,
                    "its state was written by another installation (cluster %.*s, prefix %.*s, %d partitions)",
                    (int)of.cluster_id.size, of.cluster_id.data, (int)of.prefix.size, of.prefix.data, of.partitions);
    else if (status == PLACE_NEWER)
        part_refuse(engine, part, "its state format %d is newer than %d, which this program knows: upgrade it",
                    recovery->base.format, ENGINE_FORMAT);
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
    struct decode_answer answer = engine->codec->decode(engine->codec->context, &account_state_record,
                                                        record->value, &call->memory.arena, account);
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

    *record = (struct store_record) { .has_due = state_key_kind(message->key) == STATE_ACCOUNT };
    record->key = memory_text(&call->memory, message->key, &failed);
    if (message->has_value)
        record->value = memory_text(&call->memory, message->value, &failed);
    if (failed)
        return PLACE_NO_MEMORY;
    call->request.record_count++;
    call->seq += message->key.size + message->value.size; /* bytes so far */
    enum place_status status
        = record->has_due && record->value.data ? file_account(engine, call, record) : PLACE_OK;
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
        return lane_take(engine, message->key, message->has_value ? message->value : (struct text) { NULL, 0 });
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
    return !call || (call->request.record_count < CHUNK_RECORDS && call->seq < CHUNK_BYTES);
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
    struct log_handler handler = { .context = engine, .message = record_read };
    enum topic topic = part_is_lane(part) ? TOPIC_CATALOGUE_STATE : TOPIC_ACCOUNT_STATE;
    int64_t before = recovery->from;
    struct call *call = part_is_lane(part) ? NULL : begin_chunk(engine, part);

    if (!call && !part_is_lane(part))
        return;
    engine->reading = part;
    engine->chunk = call;
    recovery->again = false;
    struct result result
        = engine->log->ops->read(engine->log, topic, part->inputs[0].partition, &recovery->from, recovery->end,
                                 engine->config.port_timeout_ms, &handler);
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
    else if (result.kind != RESULT_OK)
        part_wait(engine, part); /* late markers: others go on meanwhile */
    else
        part->backoff = 0;
    if (part->phase == PART_READ && recovery->from >= recovery->end)
        part->phase = PART_FIRST;
}

void fill_answered(struct engine *engine, struct call *call)
{
    struct part *part = call->part;

    if (call->request.result.kind == RESULT_OK)
        part->recovery.outstanding--;
    else
        part_repair(engine, part, REPAIR_INTERRUPTED);
}

/* --- the position --- */

/* A partition that was never decided begins where its inputs begin. But nobody else may have written there, and Kafka
 * may not have forgotten: then it is refused. */
static void first_time(struct engine *engine, struct part *part)
{
    struct recovery *recovery = &part->recovery;

    if (recovery->records > 0) {
        part_refuse(engine, part, "its state topic holds records but no position: it was written by something else, "
                                  "or its position record was deleted");
        return;
    }
    if (recovery->committed_seq > 0) {
        part_refuse(engine, part,
                    "the group's offsets say that transaction %" PRId64
                    " was committed, but its state topic is empty: the topic was lost or recreated",
                    recovery->committed_seq);
        return;
    }
    memory_reset(&recovery->memory);
    recovery->found = true;
    recovery->base = (struct place) { .format = ENGINE_FORMAT };
    recovery->base.nonce = engine->clock->nonce(engine->clock->context);
    for (uint32_t i = 0; i < part->input_count; i++)
        recovery->base.inputs[i] = (struct place_input) { .next = -1, .last = -1 };
}

static void ask_first(struct engine *engine, struct part *part)
{
    struct recovery *recovery = &part->recovery;
    int64_t first, end;

    if (!recovery->found && recovery->base.seq == 0)
        first_time(engine, part);
    if (part->phase != PART_FIRST)
        return;
    while (recovery->input < part->input_count && recovery->base.inputs[recovery->input].next >= 0)
        recovery->input++;
    if (recovery->input == part->input_count) {
        part->phase = PART_FINISH;
        return;
    }
    struct part_input *input = &part->inputs[recovery->input];
    struct result result
        = engine->log->ops->bounds(engine->log, input->topic, input->partition, LOG_READ_UNCOMMITTED,
                                   engine->config.port_timeout_ms, &first, &end);
    if (result.kind == RESULT_OK)
        recovery->base.inputs[recovery->input].next = first;
    else if (result.kind == RESULT_STOP)
        part_refuse(engine, part, "%s", result.reason);
    else
        part_wait(engine, part);
}

static void finish(struct engine *engine, struct part *part)
{
    struct recovery *recovery = &part->recovery;
    uint32_t count;
    const enum topic *topics = part_topics(part, &count);

    if (recovery->base.seq < part->highest_seq) {
        part_refuse(engine, part,
                    "its state topic ends with transaction %" PRId64 ", but %" PRId64
                    " was committed: Kafka lost acknowledged writes",
                    recovery->base.seq, part->highest_seq);
        return;
    }
    if (part_is_lane(part)) {
        part->phase = PART_CATALOGUE;
        return;
    }
    struct call *call = call_take(engine, STORE_FINISH, part);
    if (!call)
        return;
    recovery->base.complete_below = recovery->end;
    recovery->base.written_at = wall_now(engine);
    call->request.chunk = recovery->chunks;
    call->request.fresh = recovery->full;
    call->request.to = recovery->base.nonce;
    call->request.position
        = place_encode(engine->codec, &recovery->base, topics, count, &engine->here, &call->memory.arena);
    if (!call->request.position.data) {
        call_drop(engine, call);
        fail(engine, "out of memory");
        return;
    }
    recovery->waiting = true;
    call_submit(engine, call);
}

void finish_answered(struct engine *engine, struct call *call)
{
    struct part *part = call->part;

    part->recovery.waiting = false;
    if (call->request.result.kind != RESULT_OK) {
        part_repair(engine, part, REPAIR_INTERRUPTED);
        return;
    }
    if (part->recovery.full)
        engine->statistics.rebuilds++;
    part->recovery.must_full = false;
    part->phase = PART_CATALOGUE;
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
    case PART_FIRST: ask_first(engine, part); return true;
    case PART_FINISH: finish(engine, part); return true;
    default: return false;
    }
}

/* --- to work --- */

/* C is for fencing and for lag; P is the truth. Who moved the group's offsets should know that it had no effect. */
static void compare_committed(struct engine *engine, const struct part *part)
{
    for (uint32_t i = 0; i < part->input_count; i++) {
        int64_t committed = part->recovery.committed[i], next = part->place.inputs[i].next;
        struct text name = topic_name(part->inputs[i].topic);
        if (committed != LOG_NO_OFFSET && committed != next)
            say(engine, NOTICE_WARNING, "offsets-differ", part,
                "the group's offset of %.*s is %" PRId64 ", the position says %" PRId64 ": going on from the position",
                (int)name.size, name.data, committed, next);
        else if (committed == LOG_NO_OFFSET && part->place.seq > 0)
            say(engine, NOTICE_WARNING, "offsets-differ", part,
                "the group has no offset of %.*s, the position says %" PRId64 ": going on from the position",
                (int)name.size, name.data, next);
    }
}

void part_activate(struct engine *engine, struct part *part)
{
    struct recovery *recovery = &part->recovery;
    struct memory *memory = &part->totals[++part->totals_turn % 2];

    memory_reset(memory);
    part->place = recovery->base;
    if (!totals_copy(&recovery->base.totals, memory, &part->place.totals)) {
        fail(engine, "out of memory");
        return;
    }
    part->acked = part->place.nonce;
    part->highest_seq = part->place.seq;
    part->phase = PART_ACTIVE;
    part->backoff = 0;
    part->due_at = part->held_at = part->advance_at = steady_now(engine);
    for (uint32_t i = 0; i < part->input_count; i++) {
        struct part_input *input = &part->inputs[i];
        input->fetch = part->place.inputs[i].next;
        input->compared = part->place.inputs[i].last < 0;
        input->suspect = input->missed = input->started = false;
        input->start = true;
    }
    compare_committed(engine, part);
    memory_clear(&recovery->memory);
    engine->statistics.recoveries++;
    say(engine, NOTICE_INFO, "active", part,
        "rolled forward %" PRIu64 " records%s in %" PRId64 " ms; going on after transaction %" PRId64,
        recovery->records, recovery->full ? " (all)" : "", (steady_now(engine) - recovery->began_at) / 1000,
        part->place.seq);
}
