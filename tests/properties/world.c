#include "world.h"

#include "core/hash.h"
#include "core/snapshot.h"
#include "worker/cli/common/digest.h"

/* An account names its lists and cases, those name VPSs: few rounds, however many there are. */
enum { ROUNDS_MAX = 1000, CHUNK_BYTES = 16 << 10, KEPT_BYTES = 0 };

void world_init(struct world *world, struct codec *codec, const struct world_options *options)
{
    *world = (struct world){.options = *options, .codec = codec};
    memory_init(&world->memory, CHUNK_BYTES, KEPT_BYTES);
    world->end = &world->first;
    if (!book_init(&world->book, &world->memory.arena))
        give_up("out of memory");
    world->catalogue = catalogue_build(&world->book, 0, &world->memory.arena);
}

void world_clear(struct world *world)
{
    memory_clear(&world->memory);
}

/* --- states --- */

static struct stored *find(const struct world *world, struct text key, uint64_t hash)
{
    struct stored *stored = world->buckets[hash % WORLD_BUCKETS];

    while (stored && !(stored->hash == hash && text_equal(stored->key, key)))
        stored = stored->next_in_bucket;
    return stored;
}

static struct stored *find_or_add(struct world *world, struct text key, enum state_kind kind)
{
    uint64_t hash = text_hash(key);
    struct stored *stored = find(world, key, hash);

    if (stored)
        return stored;
    stored = take(&world->memory, 1, sizeof *stored);
    *stored = (struct stored){.key = text_copy(&world->memory.arena, key), .kind = kind, .hash = hash};
    stored->next_in_bucket = world->buckets[hash % WORLD_BUCKETS];
    world->buckets[hash % WORLD_BUCKETS] = stored;
    *world->end = stored;
    world->end = &stored->next;
    return stored;
}

static void *decoded(struct world *world, const struct record_type *type, struct text bytes)
{
    void *record = take(&world->memory, 1, type->size);
    struct codec_result result = codec_decode(world->codec, type, bytes.data, bytes.size, &world->memory.arena, record);

    if (result.status != CODEC_OK)
        give_up("a %s that was written cannot be read: %s", type->name, result.reason);
    return record;
}

const void *stored_record(struct world *world, const struct stored *stored)
{
    if (!world->options.coded)
        return stored->record;
    return stored->bytes.data ? decoded(world, state_record_type(stored->kind), stored->bytes) : NULL;
}

static void keep(struct world *world, const struct state *state)
{
    struct stored *stored = find_or_add(world, state->key, state->kind);
    const void *record = state->value ? plant_state(world, state->kind, state->value) : NULL;

    stored->record = world->options.coded ? NULL : record;
    if (world->options.coded)
        stored->bytes =
            record ? encoded(world->codec, state_record_type(state->kind), record, &world->memory) : (struct text){0};
}

static void load_wanted(struct world *world)
{
    for (struct state *state = world->overlay.wanted; state; state = state->next_wanted) {
        const struct stored *stored = find(world, state->key, text_hash(state->key));
        overlay_put(state, stored ? stored_record(world, stored) : NULL);
    }
    world->overlay.wanted = NULL;
}

const void *world_state(struct world *world, const struct state_key *key)
{
    char buffer[STATE_KEY_MAX];
    struct text text = state_key_format(key, buffer);
    const struct stored *stored = find(world, text, text_hash(text));

    return stored ? stored_record(world, stored) : NULL;
}

const struct account_state *world_account(struct world *world, struct text account_id)
{
    return world_state(world, &(struct state_key){.kind = STATE_ACCOUNT, .account_id = account_id});
}

const struct vps_state *world_vps(struct world *world, struct text account_id, struct text vps_id)
{
    return world_state(world, &(struct state_key){.kind = STATE_VPS, .account_id = account_id, .part = vps_id});
}

void world_fork(const struct world *from, struct world *ret_world)
{
    *ret_world = *from;
    memory_init(&ret_world->memory, CHUNK_BYTES, KEPT_BYTES);
    ret_world->first = NULL;
    ret_world->end = &ret_world->first;
    memset(ret_world->buckets, 0, sizeof ret_world->buckets);
    for (const struct stored *stored = from->first; stored; stored = stored->next) {
        struct stored *copy = find_or_add(ret_world, stored->key, stored->kind);
        copy->record = stored->record;
        copy->bytes = stored->bytes;
    }
}

/* --- batches --- */

const char *world_finish(struct world *world)
{
    if (world->batched == 0)
        return NULL;
    world->batched = 0;
    if (world->overlay.out_of_memory)
        return "core says that it is out of memory";
    if (decide_totals(&world->overlay, &world->moves, &world->memory.arena, &world->totals) != TOTALS_OK)
        return "money is not conserved: deposits - withdrawals - charges differ from the balances (decide_totals)";
    for (const struct state *state = world->overlay.first; state; state = state->next)
        if (state->dirty)
            keep(world, state);
    return NULL;
}

static void begin_batch(struct world *world)
{
    if (world->batched++ > 0)
        return;
    outcome_init(&world->moves, &world->memory.arena);
    if (!overlay_init(&world->overlay, &world->memory.arena, 16))
        give_up("out of memory");
}

static bool read_parked(void *context, enum topic topic, struct text value, struct arena *arena,
                        struct input *ret_input)
{
    struct world *world = context;
    const struct record_type *type = input_record_type(topic);

    ret_input->topic = topic;
    ret_input->value = value;
    return codec_decode(world->codec, type, value.data, value.size, arena, input_record(ret_input)).status == CODEC_OK;
}

/* --- deciding --- */

/* Whatever was done to the catalogue makes a new version, though nobody may see a difference. */
static bool changes_catalogue(enum verdict verdict)
{
    return verdict == VERDICT_APPLIED || verdict == VERDICT_HELD || verdict == VERDICT_REJECTED;
}

static const char *change(struct world *world, const struct step *step, struct outcome *outcome)
{
    struct lane_settings settings = lane_defaults();
    struct lane lane = {.book = &world->book,
                        .hashes = &library_hashes,
                        .settings = &settings,
                        .now = step->now,
                        .version = world->version + 1};

    if (lane_decide(&lane, &step->input, outcome) != DECIDE_DONE)
        return "the lane is out of memory";
    book_written(&world->book);
    if (!changes_catalogue(outcome->decisions.items[outcome->decisions.count - 1].verdict))
        return NULL;
    world->version++;
    world->catalogue = world->book.revision == world->shown_revision
                           ? catalogue_renumber(world->catalogue, world->version, &world->memory.arena)
                           : catalogue_build(&world->book, world->version, &world->memory.arena);
    world->shown_revision = world->book.revision;
    return world->catalogue ? NULL : "out of memory";
}

static const char *decide(struct world *world, const struct step *step, struct outcome *outcome)
{
    const struct decide_settings settings = decide_defaults();
    const struct reader reader = {world, read_parked};
    const struct desk desk = {.arena = &world->memory.arena,
                              .overlay = &world->overlay,
                              .catalogue = world->catalogue,
                              .hashes = &library_hashes,
                              .reader = &reader,
                              .settings = &settings,
                              .now = step->now};
    enum decide_status status = DECIDE_NEEDS_STATE;
    struct wanted_states wanted = {0};

    if (step->kind == STEP_INPUT) {
        wanted = decide_wants(&desk, &step->input);
        load_wanted(world);
        if (wanted.account)
            decide_wants_named(&desk, &step->input, wanted.account);
        load_wanted(world);
        decide_expect(wanted, wanted);
    }
    for (int round = 0; round < ROUNDS_MAX && status == DECIDE_NEEDS_STATE; round++) {
        status = step->kind == STEP_INPUT ? decide_input(&desk, &step->input, wanted, outcome)
                                          : decide_due(&desk, step->account_id, outcome);
        if (status == DECIDE_NEEDS_STATE && !world->overlay.wanted)
            return "core needs a state but does not say which";
        load_wanted(world);
    }
    if (status == DECIDE_NEEDS_STATE)
        return "core never has all the states that it needs";
    return status == DECIDE_DONE && !outcome->out_of_memory ? NULL : "core says that it is out of memory";
}

const char *world_step(struct world *world, const struct step *step, struct outcome *ret_outcome)
{
    const char *problem;

    world->decided++;
    outcome_init(ret_outcome, &world->memory.arena);
    if (is_lane_step(step)) {
        problem = world_finish(world);
        return problem ? problem : change(world, step, ret_outcome);
    }
    begin_batch(world);
    problem = decide(world, step, ret_outcome);
    if (problem)
        return problem;
    for (uint32_t i = 0; i < ret_outcome->moves.count; i++)
        *outcome_move(&world->moves) = ret_outcome->moves.items[i];
    plant_outcome(world, ret_outcome);
    return world->batched >= world->options.batch ? world_finish(world) : NULL;
}
