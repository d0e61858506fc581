#include "runner_world.h"

#include "core/record_walk.h"
#include "worker/cli/common/digest.h"

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
    stored->again = state->value ? record_copy(arena, state_record_type(state->kind), state->value) : NULL;
}

/* What was loaded may be in a cache: core edits copies of it (core/overlay.h). */
static bool is_as_loaded(const struct world *world, const struct state *state)
{
    const struct stored *stored = find(world, state->key);

    return !stored || !stored->record || record_equal(state_record_type(state->kind), stored->record, stored->again);
}

static bool read_parked(void *context, enum topic topic, struct text value, struct arena *arena,
                        struct input *ret_input)
{
    const struct world *world = context;
    const struct input *input = case_input(world->book_case, value);

    (void)arena;
    if (!input || input->topic != topic)
        return false;
    *ret_input = (struct input){.as = input->as}; /* the bytes say no more */
    return true;
}

/* What is decided at once: an input, or (NULL) what is due for the account. */
struct batch {
    const struct input *input;
    struct text account_id;
    int64_t now;
    struct overlay overlay;
    struct outcome outcome;
};

/* With all that it makes in one arena. */
static enum decide_status decide(const struct world *world, struct batch *batch, struct arena *arena)
{
    struct decide_settings settings = decide_defaults();
    struct reader reader = {(void *)(uintptr_t)world, read_parked};
    struct overlay *overlay = &batch->overlay;
    struct desk desk = {.arena = arena,
                        .overlay = overlay,
                        .catalogue = world->catalogue,
                        .hashes = &library_hashes,
                        .reader = &reader,
                        .settings = &settings,
                        .now = batch->now,
                        .partition = RULEBOOK_PARTITION};
    enum decide_status status = DECIDE_NEEDS_STATE;
    struct wanted_states wanted = {0};

    outcome_init(&batch->outcome, arena);
    if (!overlay_init(overlay, arena, 16))
        return DECIDE_NO_MEMORY;
    if (batch->input) {
        wanted = decide_wants(&desk, batch->input);
        load_wanted(world, overlay);
        if (wanted.account)
            decide_wants_named(&desk, batch->input, wanted.account);
        load_wanted(world, overlay);
        decide_expect(wanted, wanted);
    }
    for (int round = 0; round < MOST_ROUNDS && status == DECIDE_NEEDS_STATE; round++) {
        status = batch->input ? decide_input(&desk, batch->input, wanted, &batch->outcome)
                              : decide_due(&desk, batch->account_id, &batch->outcome);
        if (!overlay->wanted)
            break;
        load_wanted(world, overlay);
    }
    return status;
}

/* Forgotten ids and released events leave nothing behind: the store has what the accounts name, no more. */
static bool is_tidy(const struct world *world)
{
    int64_t surplus = 0;

    for (uint32_t i = 0; i < world->state_count; i++) {
        const struct stored *stored = &world->states[i];
        const struct account_state *account = stored->record;
        if (account && stored->kind == STATE_ACCOUNT)
            surplus -= (int64_t)account->id_chunks.count + account->parked.count;
        else if (stored->record)
            surplus += stored->kind == STATE_IDS || stored->kind == STATE_PARKED;
    }
    return surplus == 0;
}

/* Checks promise 2 and keeps what changed. */
static const char *finish(struct world *world, const struct batch *batch)
{
    struct currency_total_array totals = world->totals;

    if (batch->overlay.out_of_memory || batch->outcome.out_of_memory)
        return "core says that it is out of memory";
    if (decide_totals(&batch->overlay, &batch->outcome, &world->memory.arena, &totals) != TOTALS_OK)
        return "money is not conserved: deposits - withdrawals - charges differ from the balances";
    world->totals = totals;
    for (const struct state *state = batch->overlay.first; state; state = state->next)
        if (!is_as_loaded(world, state))
            return "core wrote to a state that it was given to read";
    for (const struct state *state = batch->overlay.first; state; state = state->next)
        if (state->dirty)
            keep(world, state);
    return is_tidy(world) ? NULL : "the store has ids or parked events that no account names, or lacks some";
}

/* Nothing came out and no state was changed. */
static bool is_untouched(const struct batch *batch)
{
    const struct outcome *outcome = &batch->outcome;

    for (const struct state *state = batch->overlay.buckets ? batch->overlay.first : NULL; state; state = state->next)
        if (state->dirty || state->value != state->loaded)
            return false;
    return !outcome->decisions.count && !outcome->charges.count && !outcome->notifications.count &&
           !outcome->dead_letters.count && !outcome->moves.count;
}

#define SAME(a, b, list, type) same((a)->list.items, (a)->list.count, (b)->list.items, (b)->list.count, &type##_record)
static bool same(const void *a, uint32_t a_count, const void *b, uint32_t b_count, const struct record_type *type)
{
    for (uint32_t i = 0; i < a_count && i < b_count; i++)
        if (!record_equal(type, (const char *)a + i * type->size, (const char *)b + i * type->size))
            return false;
    return a_count == b_count;
}

static bool same_outcome(const struct outcome *a, const struct outcome *b)
{
    return SAME(a, b, decisions, decision) && SAME(a, b, charges, charge) && SAME(a, b, notifications, notification) &&
           a->dead_letters.count == b->dead_letters.count && a->moves.count == b->moves.count;
}

/* One allocation fails: nothing comes of it, or what comes of it with memory. */
static const char *lack(const struct world *world, const struct batch *fed, uint64_t fail_at, bool *ret_lacked)
{
    struct batch batch = {.input = fed->input, .account_id = fed->account_id, .now = fed->now};
    struct currency_total_array totals = world->totals;
    struct memory memory;
    const char *problem = NULL;

    memory_open_scarce(&memory, fail_at);
    enum decide_status status = decide(world, &batch, &memory.arena);
    if (status == DECIDE_NO_MEMORY && !is_untouched(&batch))
        problem = "without memory core changes something";
    else if (status == DECIDE_DONE && !batch.overlay.out_of_memory && !same_outcome(&batch.outcome, &fed->outcome))
        problem = "without memory core decides otherwise";
    else if (status == DECIDE_DONE &&
             decide_totals(&batch.overlay, &batch.outcome, &memory.arena, &totals) == TOTALS_UNBALANCED)
        problem = "without memory money is not conserved";
    *ret_lacked = memory.allocations >= fail_at;
    memory_release(&memory);
    return problem;
}

/* With the first allocation failing, then the second, ... until none of them does; of thousands some. */
static const char *starve(const struct world *world, const struct batch *fed)
{
    const char *problem = NULL;
    bool lacked = true;

    for (uint64_t fail_at = 1; lacked && !problem; fail_at += 1 + fail_at / 64)
        problem = lack(world, fed, fail_at, &lacked);
    return problem;
}

/* Of a case with thousands of decisions some. */
static bool is_to_starve(struct world *world)
{
    world->decided++;
    return world->starving && (world->decided < 200 || world->decided % 16 == 0);
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

static const char *decide_batch(struct world *world, struct batch *batch, struct outcome *outcome)
{
    if (!world_catalogue(world))
        return "out of memory";
    enum decide_status status = decide(world, batch, &world->step.arena);
    if (status != DECIDE_DONE)
        return status == DECIDE_NEEDS_STATE ? "core never has all the states that it needs" : "out of memory";
    const char *problem = is_to_starve(world) ? starve(world, batch) : NULL;
    if (!problem)
        problem = finish(world, batch);
    append(outcome, &batch->outcome);
    return problem;
}

const char *world_decide(struct world *world, const struct input *input, int64_t now, struct outcome *outcome)
{
    return decide_batch(world, &(struct batch){.input = input, .now = now}, outcome);
}

const char *world_decide_due(struct world *world, struct text account_id, int64_t now, struct outcome *outcome)
{
    return decide_batch(world, &(struct batch){.account_id = account_id, .now = now}, outcome);
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
                        .hashes = &library_hashes,
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
