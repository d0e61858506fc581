/* The lane's decisions again, in the order of the log, on a book of their own: the same Decisions, and the
 * catalogue-state that was written. */
#include "tests/simulation/replay.h"

#include "core/lane.h"
#include "worker/cli/common/digest.h"

#include <inttypes.h>
#include <stdlib.h>

struct lane_replay {
    struct sim *sim;
    struct memory books, memory;
    struct catalogue_book book;
};

static bool read_input(struct sim *sim, const struct decision *logged, struct arena *arena, struct input *ret_input)
{
    enum topic topic = topic_find(logged->caused_by.topic);
    const struct record *record = &sim->kafka.logs[log_number(topic, 0)].items[logged->caused_by.offset];

    *ret_input =
        (struct input){.topic = topic, .offset = logged->caused_by.offset, .key = record->key, .value = record->value};
    return sim_decode(topic == TOPIC_CATALOGUE ? &catalogue_change_record : &template_discovered_record, record->value,
                      arena, &ret_input->as)
               .status == DECODE_OK;
}

static struct text one(const struct decision *decision, struct arena *arena)
{
    struct decision copy = *decision;
    struct decision_batch batch = {.decisions = {&copy, 1}};

    return sim_encode(&decision_batch_record, &batch, arena);
}

static void decide_again(struct lane_replay *replay, struct lane *lane, const struct decision *logged)
{
    struct arena *arena = &replay->memory.arena;
    struct outcome outcome;
    struct input input;

    if (!read_input(replay->sim, logged, arena, &input))
        return; /* unreadable: made by the engine */
    outcome_init(&outcome, arena);
    if (lane_decide(lane, &input, &outcome) != DECIDE_DONE)
        abort();
    if (outcome.decisions.count != 1 || !text_equal(one(&outcome.decisions.items[0], arena), one(logged, arena)))
        violate(replay->sim, "lane: a replay decides otherwise about %.*s offset %" PRId64,
                (int)logged->caused_by.topic.size, logged->caused_by.topic.data, logged->caused_by.offset);
}

static void decide_batch(struct lane_replay *replay, const struct decision_batch *batch)
{
    struct lane_settings settings = replay->sim->config.lane;
    struct lane lane = {
        .book = &replay->book,
        .hashes = &library_hashes,
        .settings = &settings,
        .now = batch->decided_at,
        .version = batch->seq,
    };

    for (uint32_t i = 0; i < batch->decisions.count && !replay->sim->violation[0]; i++)
        decide_again(replay, &lane, &batch->decisions.items[i]);
    book_written(&replay->book);
    memory_reset(&replay->memory);
}

/* The last record of a key in catalogue-state. */
static const struct record *last_of(const struct sim *sim, struct text key)
{
    const struct topic_log *log = &sim->kafka.logs[log_number(TOPIC_CATALOGUE_STATE, 0)];

    for (uint32_t i = log->count; i-- > 0;)
        if (kafka_committed(&sim->kafka, &log->items[i]) && text_equal(log->items[i].key, key))
            return &log->items[i];
    return NULL;
}

static void compare_book(struct lane_replay *replay)
{
    for (int kind = 0; kind < BOOK_KINDS; kind++)
        for (const struct book_entry *entry = book_first(&replay->book, (enum book_kind)kind); entry;
             entry = book_next(entry)) {
            struct catalogue_state state;
            bool deleted;
            if (!book_state(entry, &replay->memory.arena, &state, &deleted))
                abort();
            const struct record *record = last_of(replay->sim, state.key);
            struct text bytes = sim_encode(&catalogue_state_record, &state, &replay->memory.arena);
            if (!record || !text_equal(record->value, bytes))
                violate(replay->sim, "lane: a replay leaves another %.*s", (int)state.key.size, state.key.data);
        }
}

void replay_lane(struct sim *sim)
{
    const struct topic_log *log = &sim->kafka.logs[log_number(TOPIC_DECISION, 0)];
    struct lane_replay replay = {.sim = sim};

    memory_init(&replay.books, 64 << 10, 0);
    memory_init(&replay.memory, 64 << 10, 1 << 20);
    if (!book_init(&replay.book, &replay.books.arena))
        abort();
    for (uint32_t i = 0; i < log->count && !sim->violation[0]; i++) {
        struct decision_batch batch;
        if (!kafka_committed(&sim->kafka, &log->items[i]))
            continue;
        sim_decode(&decision_batch_record, log->items[i].value, &sim->memory.arena, &batch);
        if (batch.partition == -1)
            decide_batch(&replay, &batch);
    }
    compare_book(&replay);
    memory_clear(&replay.books);
    memory_clear(&replay.memory);
}
