/* The states of a replay, and whether they are those that Redis and account-state hold. */
#include "tests/simulation/replay.h"

#include <stdlib.h>

static struct held *state_of(struct replay *replay, struct text key)
{
    for (uint32_t i = 0; i < replay->state_count; i++)
        if (text_equal(replay->states[i].key, key))
            return &replay->states[i];
    return NULL;
}

void replay_keep(struct replay *replay, const struct state *state)
{
    struct memory *memory = &replay->sim->memory;
    struct held *held = state_of(replay, state->key);
    bool failed = false;

    if (!held) {
        if (replay->state_count == MAX_KEYS)
            abort();
        held = &replay->states[replay->state_count++];
        held->key = memory_text(memory, state->key, &failed);
        held->kind = state->kind;
    }
    held->value = state->value ? sim_encode(state_record_type(state->kind), state->value, &memory->arena)
                               : (struct text){NULL, 0};
}

void replay_load(struct replay *replay)
{
    for (struct state *state = replay->overlay.wanted; state; state = state->next_wanted) {
        const struct held *held = state_of(replay, state->key);
        void *record = NULL;
        if (state->known)
            continue;
        if (held && held->value.data) {
            const struct record_type *type = state_record_type(state->kind);
            record = memory_zeroed(&replay->memory, 1, type->size);
            sim_decode(type, held->value, &replay->memory.arena, record);
        }
        overlay_put(state, record);
    }
    replay->overlay.wanted = NULL;
}

/* When a held case was last looked at in vain leaves no decision, so a replay cannot know it. */
static struct text without_looks(struct replay *replay, enum state_kind kind, struct text value)
{
    struct arena *arena = &replay->memory.arena;

    if (kind == STATE_ACCOUNT) {
        struct account_state account;
        sim_decode(&account_state_record, value, arena, &account);
        for (uint32_t i = 0; i < account.cases.count; i++)
            account.cases.items[i].tried_version = 0;
        account.next_due = 0;
        return sim_encode(&account_state_record, &account, arena);
    }
    if (kind == STATE_VPS) {
        struct vps_state vps;
        sim_decode(&vps_state_record, value, arena, &vps);
        for (uint32_t i = 0; i < vps.cases.count; i++)
            vps.cases.items[i].tried_version = 0;
        return sim_encode(&vps_state_record, &vps, arena);
    }
    return value;
}

void replay_compare_states(struct replay *replay)
{
    const struct redis_part *part = &replay->sim->redis.parts[replay->partition];
    uint32_t live = 0;

    for (uint32_t i = 0; i < part->keys.count; i++) {
        const struct stored *stored = &part->keys.items[i];
        const struct held *held = state_of(replay, stored->key);
        if (!held || !held->value.data ||
            !text_equal(without_looks(replay, held->kind, held->value),
                        without_looks(replay, held->kind, stored->value)))
            violate(replay->sim, "partition %d: a replay leaves another state %.*s", (int)replay->partition,
                    (int)stored->key.size, stored->key.data);
    }
    for (uint32_t i = 0; i < replay->state_count; i++)
        live += replay->states[i].value.data != NULL;
    if (live != part->keys.count)
        violate(replay->sim, "partition %d: a replay leaves %u states, there are %u", (int)replay->partition, live,
                part->keys.count);
}
