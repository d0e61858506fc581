/* Typed access to the overlay's states within a work. */
#include "core/work.h"

static struct state *look_up(struct work *work, enum state_kind kind, struct text part, int64_t number)
{
    struct state_key key = {kind, work->account_id, part, number};
    struct state *state = overlay_state(work->desk->overlay, &key);

    if (!state)
        work_give_up(work, GAVE_UP_MEMORY);
    return state;
}

void work_knows(struct work *work, struct wanted_states wanted, struct text vps_id)
{
    work->account_entry = wanted.account;
    work->vps_entry = wanted.vps;
    work->vps_entry_id = vps_id;
}

static struct state *loaded(struct work *work, struct state *state)
{
    if (!state->known)
        work_give_up(work, GAVE_UP_STATE);
    return state;
}

/* Rules ask for the account and for one VPS again and again. */
static struct state *find(struct work *work, enum state_kind kind, struct text part, int64_t number)
{
    if (kind == STATE_ACCOUNT) {
        if (!work->account_entry)
            work->account_entry = look_up(work, kind, part, number);
        return loaded(work, work->account_entry);
    }
    if (kind != STATE_VPS)
        return loaded(work, look_up(work, kind, part, number));
    if (!work->vps_entry || !text_equal(work->vps_entry_id, part)) {
        work->vps_entry = look_up(work, kind, part, number);
        work->vps_entry_id = part;
    }
    return loaded(work, work->vps_entry);
}

/* The record to change in place. *ret_copied: it was just copied, so the caller copies its arrays too. */
static void *edit(struct work *work, enum state_kind kind, struct text part, int64_t number, size_t size,
                  bool *ret_copied)
{
    struct state *state = find(work, kind, part, number);

    *ret_copied = false;
    if (overlay_editable(work->desk->overlay, state))
        return (void *)(uintptr_t)state->value; /* made below, since the savepoint */
    *ret_copied = state->value != NULL;
    void *record = state->value ? work_copy(work, state->value, 1, 0, size) : work_alloc(work, 1, size);
    overlay_set(work->desk->overlay, state, record);
    return record;
}

#define COPY_ARRAY(work, array) \
    ((array).items = work_copy((work), (array).items, (array).count, 0, sizeof *(array).items))

const struct account_state *read_account(struct work *work)
{
    return find(work, STATE_ACCOUNT, TEXT(""), 0)->value;
}

struct account_state *edit_account(struct work *work)
{
    bool copied;
    bool fresh = !read_account(work);
    struct account_state *account = edit(work, STATE_ACCOUNT, TEXT(""), 0, sizeof *account, &copied);

    if (copied) {
        COPY_ARRAY(work, account->cases);
        COPY_ARRAY(work, account->parked);
        COPY_ARRAY(work, account->id_chunks);
    } else if (fresh) {
        account->id_floor = -1;
    }
    return account;
}

const struct vps_state *read_vps(struct work *work, struct text vps_id)
{
    return find(work, STATE_VPS, vps_id, 0)->value;
}

void want_vps(struct work *work, struct text vps_id)
{
    struct state_key key = {.kind = STATE_VPS, .account_id = work->account_id, .part = vps_id};

    (void)overlay_state(work->desk->overlay, &key);
}

struct vps_state *edit_vps(struct work *work, struct text vps_id)
{
    bool copied;
    bool fresh = !read_vps(work, vps_id);
    struct vps_state *vps = edit(work, STATE_VPS, vps_id, 0, sizeof *vps, &copied);

    if (copied) {
        COPY_ARRAY(work, vps->periods);
        COPY_ARRAY(work, vps->cases);
        COPY_ARRAY(work, vps->recent_orders);
        COPY_ARRAY(work, vps->recent_installs);
    } else if (fresh) {
        vps->newest_known = vps->cancelled_at = vps->tariff_changed_at = -1;
    }
    return vps;
}

const struct order_state *read_order(struct work *work, struct text order_id)
{
    return find(work, STATE_ORDER, order_id, 0)->value;
}

struct order_state *edit_order(struct work *work, struct text order_id)
{
    bool copied;
    struct order_state *order = edit(work, STATE_ORDER, order_id, 0, sizeof *order, &copied);

    if (copied) {
        COPY_ARRAY(work, order->keys);
        COPY_ARRAY(work, order->lives);
    }
    return order;
}

const struct vps_list *read_vps_list(struct work *work, int64_t number)
{
    return find(work, STATE_VPS_LIST, TEXT(""), number)->value;
}

struct vps_list *edit_vps_list(struct work *work, int64_t number)
{
    bool copied;
    return edit(work, STATE_VPS_LIST, TEXT(""), number, sizeof(struct vps_list), &copied);
}

const struct event_ids *read_ids(struct work *work, int64_t number)
{
    return find(work, STATE_IDS, TEXT(""), number)->value;
}

struct event_ids *edit_ids(struct work *work, int64_t number)
{
    bool copied;
    return edit(work, STATE_IDS, TEXT(""), number, sizeof(struct event_ids), &copied);
}

const struct parked_event *read_parked(struct work *work, int64_t number)
{
    return find(work, STATE_PARKED, TEXT(""), number)->value;
}

void write_parked(struct work *work, int64_t number, const struct parked_event *parked)
{
    bool copied;
    struct parked_event *record = edit(work, STATE_PARKED, TEXT(""), number, sizeof *record, &copied);

    *record = *parked;
}

void delete_state(struct work *work, enum state_kind kind, int64_t number)
{
    overlay_set(work->desk->overlay, find(work, kind, TEXT(""), number), NULL);
}
