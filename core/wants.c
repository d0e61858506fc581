/* Which states an input will read: for the engine's prefetch (design.md, "A batch"). */
#include "core/cases.h"
#include "core/event.h"

static struct state *want(const struct desk *desk, struct text account_id, enum state_kind kind, struct text part,
                          int64_t number)
{
    struct state_key key = {kind, account_id, part, number};

    return overlay_state(desk->overlay, &key);
}

void decide_wants_named(const struct desk *desk, const struct input *input, const struct state *entry)
{
    const struct account_state *account = entry->value;
    struct text account_id = input_account_id(input);
    bool all_cases = input->topic == TOPIC_ACCOUNT;
    bool newer_possible = catalogue_version(desk->catalogue) > 0;

    if (!account)
        return;
    for (uint32_t i = 0; i < account->cases.count; i++) {
        const struct case_ref *ref = &account->cases.items[i];
        bool due = ref->due_at != 0 && ref->due_at <= desk->now;
        if (all_cases || due || (newer_possible && is_held_for_catalogue(ref->state)))
            (void)want(desk, account_id, STATE_VPS, ref->vps_id, 0);
    }
    for (uint32_t i = 0; i < account->parked.count; i++) {
        (void)want(desk, account_id, STATE_PARKED, TEXT(""), account->parked.items[i].number);
        if (!text_empty(account->parked.items[i].vps_id))
            (void)want(desk, account_id, STATE_VPS, account->parked.items[i].vps_id, 0);
    }
    for (uint32_t i = 0; input->topic == TOPIC_ACCOUNT && i < account->id_chunks.count; i++)
        (void)want(desk, account_id, STATE_IDS, TEXT(""), account->id_chunks.items[i].number);
    if (input->topic == TOPIC_ACCOUNT && input->as.account.kind == ACCOUNT_KIND_CLOSED)
        for (int64_t chunk = 0; chunk * 64 < account->vps_count; chunk++)
            (void)want(desk, account_id, STATE_VPS_LIST, TEXT(""), chunk);
    if (input->topic == TOPIC_ORDER && input->as.order.kind == ORDER_KIND_PLACED)
        (void)want(desk, account_id, STATE_VPS_LIST, TEXT(""), account->vps_count / 64);
}

/* By lines of the processor's cache. */
static void fetch(const void *memory, size_t size)
{
    for (size_t at = 0; memory && at < size; at += 64)
        __builtin_prefetch((const char *)memory + at);
}

void decide_expect(struct wanted_states next, struct wanted_states after)
{
    const struct vps_state *vps = next.vps ? next.vps->value : NULL;

    if (after.account)
        fetch(after.account->value, sizeof(struct account_state));
    if (after.vps)
        fetch(after.vps->value, sizeof *vps);
    if (vps) {
        fetch(vps->recent_installs.items, vps->recent_installs.count * sizeof *vps->recent_installs.items);
        fetch(vps->periods.items, vps->periods.count * sizeof *vps->periods.items);
    }
}

struct wanted_states decide_wants(const struct desk *desk, const struct input *input)
{
    struct text account_id = input_account_id(input), vps_id = input_vps_id(input);
    struct wanted_states wanted = {0};
    struct text message;

    if (validate_input(desk, input, &message) != INPUT_SOUND)
        return wanted; /* an id too long has no key */
    wanted.account = want(desk, account_id, STATE_ACCOUNT, TEXT(""), 0);
    if (!text_empty(vps_id))
        wanted.vps = want(desk, account_id, STATE_VPS, vps_id, 0);
    if (input->topic == TOPIC_ORDER)
        (void)want(desk, account_id, STATE_ORDER, input->as.order.order_id, 0);
    else if (input->topic == TOPIC_ACCOUNT)
        (void)want(desk, account_id, STATE_IDS, TEXT(""), 0);
    return wanted;
}
