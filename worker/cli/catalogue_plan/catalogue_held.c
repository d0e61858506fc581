#include "worker/cli/catalogue_plan/catalogue_held.h"

#include "core/cases.h"
#include "core/decide.h"
#include "worker/cli/account/account_view.h"
#include "worker/cli/common/digest.h"
#include "worker/cli/common/interrupt.h"
#include "worker/cli/common/print.h"
#include "worker/cli/common/text_map.h"

enum { CHUNK = 64 << 10, TRIES = 5, STATES = 64 };

static enum exit_code no_memory(void)
{
    say("out of memory");
    return EXIT_BROKEN;
}

/* What waits for an account or a VPS is no case: it is left alone. */
static bool read_nothing(void *context, enum topic topic, struct text value, struct arena *arena, struct input *input)
{
    (void)context, (void)topic, (void)value, (void)arena, (void)input;
    return false;
}

/* --- one account --- */

static const struct state *state_of(struct overlay *overlay, enum state_kind kind, struct text account_id,
                                    struct text part)
{
    return overlay_state(overlay, &(struct state_key){kind, account_id, part, 0});
}

static const struct open_case *find_open(struct overlay *overlay, struct text account_id, const struct case_ref *ref)
{
    const struct state *state = state_of(overlay, STATE_VPS, account_id, ref->vps_id);
    const struct vps_state *vps = state && state->known ? state->loaded : NULL;

    for (uint32_t i = 0; vps && i < vps->cases.count; i++)
        if (vps->cases.items[i].epoch == ref->epoch)
            return &vps->cases.items[i];
    return NULL;
}

/* A case that is held for another reason than before has a decision too: it stays. */
static void settle(struct held_case *held, const struct outcome *outcome)
{
    for (uint32_t i = 0; i < outcome->decisions.count; i++) {
        const struct decision *decision = &outcome->decisions.items[i];
        if (!text_equal(decision->case_id, held->ref->case_id))
            continue;
        held->verdict = decision->verdict;
        held->rule = decision->rule;
        held->amount_micros = decision->amount_micros;
        held->decided = decision->verdict != VERDICT_HELD || decision->amount_micros != 0;
    }
}

static enum exit_code decide(const struct desk *desk, struct text account_id, const struct held_source *source,
                             struct outcome *outcome)
{
    enum exit_code code = EXIT_DONE;
    enum decide_status status;

    while ((status = decide_due(desk, account_id, outcome)) == DECIDE_NEEDS_STATE && code == EXIT_DONE)
        code = source->load(source->context, account_id, desk->overlay, desk->arena);
    if (code == EXIT_DONE && status != DECIDE_DONE)
        code = no_memory();
    return code;
}

enum exit_code held_cases_of(struct text account_id, const struct held_source *source, const struct catalogue *after,
                             int64_t now, struct arena *arena,
                             void (*found)(void *context, const struct held_case *held), void *found_context)
{
    static const struct reader reader = {NULL, read_nothing};
    const struct decide_settings settings = decide_defaults();
    struct overlay overlay;
    struct outcome outcome;
    const struct desk desk = {.arena = arena,
                              .overlay = &overlay,
                              .catalogue = after,
                              .hashes = &library_hashes,
                              .reader = &reader,
                              .settings = &settings,
                              .now = now};

    if (!overlay_init(&overlay, arena, STATES))
        return no_memory();
    outcome_init(&outcome, arena);
    enum exit_code code = decide(&desk, account_id, source, &outcome);
    const struct state *state = state_of(&overlay, STATE_ACCOUNT, account_id, TEXT(""));
    const struct account_state *account = code == EXIT_DONE && state ? state->loaded : NULL;
    for (uint32_t i = 0; account && i < account->cases.count; i++) {
        const struct case_ref *ref = &account->cases.items[i];
        struct held_case held = {.account_id = account_id, .currency = account->currency, .ref = ref};
        if (!is_held_for_catalogue(ref->state))
            continue;
        held.open = find_open(&overlay, account_id, ref);
        settle(&held, &outcome);
        found(found_context, &held);
    }
    return code;
}

/* --- from Redis --- */

struct loading {
    struct context *context;
    struct redis_dump *redis;
    int32_t partition;
};

static enum exit_code decode_state(const struct loading *loading, struct state *state, struct text value,
                                   struct arena *arena)
{
    const struct record_type *type = state_record_type(state->kind);
    void *record = arena_alloc(arena, type->size, 16);
    struct text own = text_copy(arena, value); /* Redis' answer is gone with the next call */

    if (!record || own.size != value.size)
        return no_memory();
    struct codec_result result = codec_decode(loading->context->codec, type, own.data, own.size, arena, record);
    if (result.status != CODEC_OK)
        return context_codec_failed("Redis", result);
    overlay_put(state, record);
    return EXIT_DONE;
}

static enum exit_code load(void *context, struct text account_id, struct overlay *overlay, struct arena *arena)
{
    const struct loading *loading = context;
    struct store_record records[STATES] = {0};
    struct state *states[STATES];
    struct text position;
    uint32_t count = 0;
    enum exit_code code = EXIT_DONE;

    (void)account_id;
    for (struct state *state = overlay->wanted; state && count < STATES; state = state->next_wanted) {
        records[count].key = state->key;
        states[count++] = state;
    }
    struct state *rest = count ? states[count - 1]->next_wanted : NULL;
    struct result result = redis_dump_read(loading->redis, loading->partition, records, count, &position);
    if (result.kind != RESULT_OK)
        return context_failed("Redis", result);
    for (uint32_t i = 0; i < count && code == EXIT_DONE; i++) {
        if (records[i].value.data)
            code = decode_state(loading, states[i], records[i].value, arena);
        else
            overlay_put(states[i], NULL);
    }
    overlay->wanted = rest;
    return code;
}

struct account_ids {
    struct text_map map;
    bool failed;
};

static bool collect(void *context, struct text account_id, struct text zero)
{
    struct account_ids *accounts = context;

    (void)zero;
    accounts->failed = accounts->failed || text_map_add(&accounts->map, account_id) == MAP_NONE;
    return !accounts->failed && !interrupted();
}

static enum exit_code find_accounts(struct redis_dump *redis, int32_t partition, struct account_ids *ret_accounts)
{
    struct result result = {RESULT_RETRY, ""};
    struct text position;
    bool moved;

    for (int tries = 0; tries < TRIES && result.kind == RESULT_RETRY; tries++)
        result = redis_dump_scan(redis, partition, REDIS_DUMP_HELD, collect, ret_accounts, &position, &moved);
    if (result.kind != RESULT_OK)
        return context_failed("Redis", result);
    return ret_accounts->failed ? no_memory() : EXIT_DONE;
}

static enum exit_code try_partition(struct loading *loading, const struct catalogue *after, int64_t now,
                                    struct memory *scratch, void (*found)(void *context, const struct held_case *held),
                                    void *found_context)
{
    const struct held_source source = {load, loading};
    struct account_ids accounts = {.failed = false};

    text_map_init(&accounts.map);
    enum exit_code code = find_accounts(loading->redis, loading->partition, &accounts);
    for (uint32_t i = 0; i < accounts.map.count && code == EXIT_DONE && !interrupted(); i++) {
        memory_reset(scratch);
        code = held_cases_of(accounts.map.keys[i], &source, after, now, &scratch->arena, found, found_context);
    }
    text_map_release(&accounts.map);
    return code;
}

enum exit_code held_cases_try(struct context *context, struct redis_dump *redis, int32_t partitions,
                              const struct catalogue *after, int64_t now,
                              void (*found)(void *context, const struct held_case *held), void *found_context)
{
    enum exit_code code = EXIT_DONE;
    struct memory scratch;

    memory_init(&scratch, CHUNK, CHUNK);
    for (int32_t i = 0; i < partitions && code == EXIT_DONE; i++)
        code = try_partition(&(struct loading){context, redis, i}, after, now, &scratch, found, found_context);
    memory_clear(&scratch);
    if (code == EXIT_DONE && interrupted()) {
        say("interrupted: not every case was tried");
        code = EXIT_UNAVAILABLE;
    }
    return code;
}
