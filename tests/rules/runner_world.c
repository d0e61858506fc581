#include "runner_world.h"

#include "runner_digest.h"

#include "core/record_walk.h"

#include <string.h>

/* An account names its lists and cases, those name VPSs: few rounds, however many there are (design.md, a batch). */
#define MOST_ROUNDS 8

static struct stored *find(const struct world *world, struct text key)
{
    for (uint32_t i = 0; i < world->state_count; i++)
        if (world->states[i].key.size == key.size && memcmp(world->states[i].key.data, key.data, key.size) == 0)
            return &world->states[i];
    return NULL;
}

const void *world_state(const struct world *world, const struct state_key *key)
{
    char buffer[STATE_KEY_MAX];
    const struct stored *stored = find(world, state_key_format(key, buffer));

    return stored ? stored->record : NULL;
}

static void load_wanted(const struct world *world, struct overlay *overlay)
{
    for (struct state *state = overlay->wanted; state; state = state->next_wanted) {
        const struct stored *stored = find(world, state->key);
        overlay_put(state, stored ? stored->record : NULL);
    }
    overlay->wanted = NULL;
}

static void keep(struct world *world, const struct state *state)
{
    struct arena *arena = &world->memory.arena;
    struct stored *stored = find(world, state->key);

    if (!stored) {
        stored = LIST_ADD(arena, world->states, world->state_count);
        stored->key = memory_copy(arena, state->key.data, state->key.size);
        stored->kind = state->kind;
    }
    stored->record = state->value ? record_copy(arena, state_record_type(state->kind), state->value) : NULL;
}

static bool read_parked(void *context, enum topic topic, struct text value, struct arena *arena,
                        struct input *ret_input)
{
    const struct world *world = context;
    const struct input *input = case_input(world->book_case, value);

    (void)arena;
    if (!input || input->topic != topic)
        return false;
    *ret_input = *input;
    return true;
}

/* Checks promise 2 and keeps what changed. */
static const char *finish(struct world *world, const struct overlay *overlay, const struct outcome *outcome)
{
    struct currency_total_array totals = world->totals;

    if (overlay->out_of_memory || outcome->out_of_memory)
        return "core says that it is out of memory";
    if (decide_totals(overlay, outcome, &world->memory.arena, &totals) != TOTALS_OK)
        return "money is not conserved: deposits - withdrawals - charges differ from the balances";
    world->totals = totals;
    for (const struct state *state = overlay->first; state; state = state->next)
        if (state->dirty)
            keep(world, state);
    return NULL;
}

/* Moves are left out: the totals have them already. */
static void append(struct outcome *to, const struct outcome *from)
{
    for (uint32_t i = 0; i < from->decisions.count; i++)
        *outcome_decision(to) = from->decisions.items[i];
    for (uint32_t i = 0; i < from->charges.count; i++)
        *outcome_charge(to) = from->charges.items[i];
    for (uint32_t i = 0; i < from->notifications.count; i++)
        *outcome_notification(to) = from->notifications.items[i];
    for (uint32_t i = 0; i < from->dead_letters.count; i++)
        *outcome_dead_letter(to) = from->dead_letters.items[i];
}

/* One batch: an input, or (NULL) what is due for the account. */
static const char *decide_batch(struct world *world, const struct input *input, struct text account_id, int64_t now,
                                struct outcome *outcome)
{
    struct decide_settings settings = decide_defaults();
    struct reader reader = {world, read_parked};
    struct overlay overlay;
    struct desk desk = {.arena = &world->step.arena,
                        .overlay = &overlay,
                        .catalogue = world_catalogue(world),
                        .hashes = &digest_hashes,
                        .reader = &reader,
                        .settings = &settings,
                        .now = now,
                        .partition = RULEBOOK_PARTITION};
    struct outcome batch;
    enum decide_status status = DECIDE_NEEDS_STATE;

    if (!desk.catalogue || !overlay_init(&overlay, desk.arena, 16))
        return "out of memory";
    outcome_init(&batch, desk.arena);
    for (int round = 0; round < 2 && input; round++) {
        decide_wants(&desk, input);
        load_wanted(world, &overlay);
    }
    for (int round = 0; round < MOST_ROUNDS && status == DECIDE_NEEDS_STATE; round++) {
        status = input ? decide_input(&desk, input, &batch) : decide_due(&desk, account_id, &batch);
        if (status == DECIDE_NEEDS_STATE && !overlay.wanted)
            return "core needs a state but does not say which";
        load_wanted(world, &overlay);
    }
    if (status != DECIDE_DONE)
        return status == DECIDE_NEEDS_STATE ? "core never has all the states that it needs" : "out of memory";
    const char *problem = finish(world, &overlay, &batch);
    append(outcome, &batch);
    return problem;
}

const char *world_decide(struct world *world, const struct input *input, int64_t now, struct outcome *outcome)
{
    return decide_batch(world, input, (struct text){0}, now, outcome);
}

const char *world_decide_due(struct world *world, struct text account_id, int64_t now, struct outcome *outcome)
{
    return decide_batch(world, NULL, account_id, now, outcome);
}

const struct catalogue *world_catalogue(struct world *world)
{
    if (!world->catalogue)
        world->catalogue = catalogue_build(&world->book, world->version, &world->memory.arena);
    return world->catalogue;
}

const char *world_change(struct world *world, const struct input *input, int64_t now, struct outcome *outcome)
{
    struct lane_settings settings = lane_defaults();
    struct lane lane = {.book = &world->book,
                        .hashes = &digest_hashes,
                        .settings = &settings,
                        .now = now,
                        .version = world->version + 1};

    if (lane_decide(&lane, input, outcome) != DECIDE_DONE)
        return "the lane is out of memory";
    book_written(&world->book);
    world->version++;
    world->catalogue = NULL;
    return NULL;
}
