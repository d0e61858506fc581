/* [promise 6] Given the decision log's order per partition (origin, offset, decided_at, catalogue version), a replay
 * through core gives byte-identical Decisions, Charges and Notifications, and the states that account-state holds. */
#include "tests/simulation/replay.h"

#include "core/snapshot.h"
#include "worker/cli/common/digest.h"

#include <inttypes.h>
#include <stdlib.h>

/* --- the catalogue as it was --- */

static struct memory *book_memory(struct memory *memory)
{
    memory_init(memory, 64 << 10, 0);
    return memory;
}

/* Snapshots of all versions, from catalogue-state. */
static void build_versions(struct replay *replay)
{
    struct sim *sim = replay->sim;
    const struct topic_log *log = &sim->kafka.logs[log_number(TOPIC_CATALOGUE_STATE, 0)];
    struct memory memory;
    struct catalogue_book book;

    if (!book_init(&book, &book_memory(&memory)->arena))
        abort();
    replay->versions[0] = catalogue_build(&book, 0, &sim->memory.arena);
    for (uint32_t i = 0; i < log->count; i++) {
        const struct record *record = &log->items[i];
        struct catalogue_state state;
        struct position position;
        if (!kafka_committed(&sim->kafka, record))
            continue;
        if (text_equal(record->key, TEXT("p:lane"))) {
            sim_decode(&position_record, record->value, &memory.arena, &position);
            if (position.catalogue_version < MAX_VERSIONS)
                replay->versions[position.catalogue_version] =
                    catalogue_build(&book, position.catalogue_version, &sim->memory.arena);
            continue;
        }
        if (record->has_value)
            sim_decode(&catalogue_state_record, record->value, &memory.arena, &state);
        if (book_load(&book, record->key, record->has_value ? &state.body : NULL) != BOOK_LOADED)
            violate(sim, "catalogue-state key %.*s is not understood", (int)record->key.size, record->key.data);
    }
    memory_clear(&memory);
}

/* --- deciding again --- */

static const struct record_type *input_type(enum topic topic)
{
    return topic == TOPIC_ACCOUNT ? &account_event_record : topic == TOPIC_ORDER ? &order_record : &os_installed_record;
}

static bool read_parked(void *context, enum topic topic, struct text value, struct arena *arena,
                        struct input *ret_input)
{
    (void)context;
    ret_input->topic = topic;
    ret_input->value = value;
    return sim_decode(input_type(topic), value, arena, &ret_input->as).status == DECODE_OK;
}

/* Made by the engine, without core's rules. What it calls unreadable must be so: an outage never dead-letters. */
static bool engine_made(struct replay *replay, const struct decision *logged)
{
    const struct caused_by *cause = &logged->caused_by;
    enum topic topic = topic_find(cause->topic);

    if (text_equal(logged->rule, TEXT("unreadable"))) {
        const struct record *record =
            &replay->sim->kafka.logs[log_number(topic, replay->partition)].items[cause->offset];
        union {
            struct account_event account;
            struct order order;
            struct os_installed installed;
        } decoded;
        if (record->has_value &&
            sim_decode(input_type(topic), record->value, &replay->memory.arena, &decoded).status == DECODE_OK)
            violate(replay->sim, "partition %d: %.*s offset %" PRId64 " is a dead letter, but can be read",
                    (int)replay->partition, (int)cause->topic.size, cause->topic.data, cause->offset);
        return true;
    }
    return text_equal(logged->rule, TEXT("wrong-partition")) || text_equal(logged->rule, TEXT("undecidable")) ||
           text_equal(logged->rule, TEXT("too-large"));
}

/* What a timer or a catalogue brought stands before the input that was decided with it; timers of their own come after
 * all inputs of the transaction. */
static const struct decision *input_behind(const struct decision *logged, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (logged[i].origin == ORIGIN_INPUT)
            return &logged[i];
    return NULL;
}

static enum decide_status decide_once(struct replay *replay, const struct decision *logged, uint32_t count,
                                      struct outcome *outcome)
{
    struct text account_id = logged->account_id;

    logged = input_behind(logged, count);
    if (!logged)
        return decide_due(&replay->desk, account_id, outcome);
    enum topic topic = topic_find(logged->caused_by.topic);
    const struct record *record =
        &replay->sim->kafka.logs[log_number(topic, replay->partition)].items[logged->caused_by.offset];
    struct input input = {.topic = topic,
                          .partition = replay->partition,
                          .offset = logged->caused_by.offset,
                          .key = record->key,
                          .value = record->value};
    sim_decode(input_type(topic), record->value, &replay->memory.arena, &input.as);
    return decide_input(&replay->desk, &input, (struct wanted_states){0}, outcome);
}

/* Returns how many logged decisions it accounts for. */
static uint32_t decide_again(struct replay *replay, const struct decision *logged, uint32_t count)
{
    struct outcome outcome;

    if (logged->origin == ORIGIN_INPUT && engine_made(replay, logged))
        return 1;
    outcome_init(&outcome, &replay->memory.arena);
    for (;;) {
        enum decide_status status = decide_once(replay, logged, count, &outcome);
        if (status == DECIDE_DONE)
            break;
        if (status == DECIDE_NO_MEMORY)
            abort();
        replay_load(replay);
    }
    replay_compare(replay, &outcome, logged, count);
    if (outcome.decisions.count == 0)
        violate(replay->sim, "partition %d: a replay makes no decision where the log has %.*s", (int)replay->partition,
                (int)logged->rule.size, logged->rule.data);
    return outcome.decisions.count ? outcome.decisions.count : 1;
}

static void replay_transaction(struct replay *replay, const struct decision_batch *batch, const struct decision *logged,
                               uint32_t count)
{
    static const struct reader reader = {NULL, read_parked};
    int64_t version = logged[0].catalogue_version;

    if (version >= MAX_VERSIONS || !replay->versions[version]) {
        violate(replay->sim, "partition %d: decided with catalogue version %" PRId64 ", which never was",
                (int)replay->partition, version);
        return;
    }
    overlay_init(&replay->overlay, &replay->memory.arena, 64);
    replay->desk = (struct desk){
        .arena = &replay->memory.arena,
        .overlay = &replay->overlay,
        .catalogue = replay->versions[version],
        .hashes = &library_hashes,
        .reader = &reader,
        .settings = &replay->sim->config.decide,
        .now = batch->decided_at,
        .partition = replay->partition,
    };
    for (uint32_t i = 0; i < count && !replay->sim->violation[0];)
        i += decide_again(replay, &logged[i], count - i);
    for (const struct state *state = replay->overlay.first; state; state = state->next)
        if (state->dirty)
            replay_keep(replay, state);
}

/* --- one partition --- */

struct gathered {
    struct decision_batch head; /* of the transaction being gathered */
    struct decision *decisions;
    uint32_t count;
};

static void finish_transaction(struct replay *replay, struct gathered *gathered)
{
    if (gathered->count && !replay->sim->violation[0])
        replay_transaction(replay, &gathered->head, gathered->decisions, gathered->count);
    gathered->count = 0;
    memory_reset(&replay->memory);
}

/* The decisions of one transaction may be split over records of the same seq. */
static void gather(struct replay *replay, struct gathered *gathered, const struct decision_batch *batch)
{
    struct decision *grown;

    if (gathered->count && batch->seq != gathered->head.seq)
        finish_transaction(replay, gathered);
    gathered->head = *batch;
    grown = memory_zeroed(&replay->sim->memory, gathered->count + batch->decisions.count, sizeof *grown);
    if (gathered->count)
        memcpy(grown, gathered->decisions, gathered->count * sizeof *grown);
    if (batch->decisions.count)
        memcpy(grown + gathered->count, batch->decisions.items, batch->decisions.count * sizeof *grown);
    gathered->decisions = grown;
    gathered->count += batch->decisions.count;
}

static void replay_partition(struct replay *replay, int32_t n)
{
    struct sim *sim = replay->sim;
    const struct topic_log *log = &sim->kafka.logs[log_number(TOPIC_DECISION, n)];
    struct gathered gathered = {.count = 0};

    replay->partition = n;
    replay->state_count = replay->charges = replay->notifications = 0;
    for (uint32_t i = 0; i < log->count && !sim->violation[0]; i++) {
        struct decision_batch batch;
        if (!kafka_committed(&sim->kafka, &log->items[i]))
            continue;
        sim_decode(&decision_batch_record, log->items[i].value, &sim->memory.arena, &batch);
        if (batch.partition == n)
            gather(replay, &gathered, &batch);
    }
    finish_transaction(replay, &gathered);
    if (sim->violation[0])
        return;
    if (replay_next_output(replay, TOPIC_CHARGE, &replay->charges) ||
        replay_next_output(replay, TOPIC_NOTIFICATION, &replay->notifications))
        violate(sim, "partition %d: the log has an output that no replay gives", (int)n);
    replay_compare_states(replay);
}

void replay(struct sim *sim)
{
    struct replay *replay = calloc(1, sizeof *replay);

    replay->sim = sim;
    memory_init(&replay->memory, 256 << 10, 1 << 20);
    build_versions(replay);
    for (int32_t n = 0; n < sim->options.parts && !sim->violation[0]; n++)
        replay_partition(replay, n);
    if (!sim->violation[0])
        replay_lane(sim);
    memory_clear(&replay->memory);
    free(replay);
}
