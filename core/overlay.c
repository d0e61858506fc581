#include "core/overlay.h"

#include "core/text.h"

bool overlay_init(struct overlay *overlay, struct arena *arena, uint32_t expected)
{
    uint32_t buckets = 64;

    while (buckets < expected * 2 && buckets < 1U << 20)
        buckets *= 2;
    *overlay = (struct overlay){.arena = arena, .bucket_count = buckets, .serial = 1};
    overlay->buckets = arena_alloc(arena, buckets * sizeof(struct state *), _Alignof(struct state *));
    if (!overlay->buckets)
        return false;
    memset(overlay->buckets, 0, buckets * sizeof(struct state *));
    return true;
}

static char *append(char *at, struct text part)
{
    if (part.size)
        memcpy(at, part.data, part.size);
    return at + part.size;
}

static char *append_escaped(char *at, struct text part)
{
    for (uint32_t i = 0; i < part.size; i++) {
        if (part.data[i] == '/' || part.data[i] == '%')
            at = append(at, part.data[i] == '/' ? TEXT("%2F") : TEXT("%25"));
        else
            *at++ = part.data[i];
    }
    return at;
}

static char *append_number(char *at, int64_t number)
{
    char digits[20];
    unsigned count = 0;

    do
        digits[count++] = (char)('0' + number % 10);
    while (number /= 10);
    while (count)
        *at++ = digits[--count];
    return at;
}

static const char letters[STATE_KINDS] = {
    [STATE_ACCOUNT] = 'a',  [STATE_VPS] = 'v', [STATE_ORDER] = 'o',
    [STATE_VPS_LIST] = 'l', [STATE_IDS] = 'e', [STATE_PARKED] = 'q',
};

struct text state_key_format(const struct state_key *key, char *buffer)
{
    char *at = buffer;

    *at++ = letters[key->kind];
    *at++ = ':';
    at = key->kind == STATE_ACCOUNT ? append(at, key->account_id) : append_escaped(at, key->account_id);
    if (key->kind != STATE_ACCOUNT)
        *at++ = '/';
    if (key->kind == STATE_VPS || key->kind == STATE_ORDER)
        at = append(at, key->part);
    else if (key->kind != STATE_ACCOUNT)
        at = append_number(at, key->number);
    return (struct text){buffer, (uint32_t)(at - buffer)};
}

enum state_kind state_key_kind(struct text key)
{
    if (key.size > 2 && key.data[1] == ':')
        for (int kind = 0; kind < STATE_KINDS; kind++)
            if (letters[kind] == key.data[0])
                return (enum state_kind)kind;
    return STATE_KINDS;
}

const struct record_type *state_record_type(enum state_kind kind)
{
    switch (kind) {
    case STATE_ACCOUNT: return &account_state_record;
    case STATE_VPS: return &vps_state_record;
    case STATE_ORDER: return &order_state_record;
    case STATE_VPS_LIST: return &vps_list_record;
    case STATE_IDS: return &event_ids_record;
    case STATE_PARKED: return &parked_event_record;
    case STATE_KINDS: break;
    }
    return NULL;
}

/* Eight bytes a step; keys are short and nobody chooses them to collide within one batch's table. */
uint32_t key_hash(struct text key)
{
    uint64_t hash = 0x9E3779B97F4A7C15U ^ key.size;
    uint32_t i = 0;

    for (; i + 8 <= key.size; i += 8) {
        uint64_t word;
        memcpy(&word, key.data + i, 8);
        hash = (hash ^ word) * 0xD6E8FEB86659FD93U;
        hash ^= hash >> 32;
    }
    for (; i < key.size; i++)
        hash = (hash ^ (unsigned char)key.data[i]) * 0x100000001B3U;
    return (uint32_t)(hash ^ hash >> 29);
}

static struct state *add_state(struct overlay *overlay, enum state_kind kind, struct text key, uint32_t hash)
{
    struct state **bucket = &overlay->buckets[hash & (overlay->bucket_count - 1)];
    struct state *state = arena_alloc(overlay->arena, sizeof *state, _Alignof(struct state));
    char *bytes = state ? arena_alloc(overlay->arena, key.size, 1) : NULL;

    if (!bytes) {
        overlay->out_of_memory = true;
        return NULL;
    }
    memcpy(bytes, key.data, key.size);
    *state = (struct state){.key = {bytes, key.size}, .kind = kind, .hash = hash, .in_bucket = *bucket};
    *bucket = state;
    if (overlay->last)
        overlay->last->next = state;
    else
        overlay->first = state;
    overlay->last = state;
    overlay->count++;
    state->next_wanted = overlay->wanted;
    overlay->wanted = state;
    return state;
}

struct state *overlay_state(struct overlay *overlay, const struct state_key *key)
{
    char buffer[STATE_KEY_MAX];
    struct text text = state_key_format(key, buffer);
    uint32_t hash = key_hash(text);

    for (struct state *s = overlay->buckets[hash & (overlay->bucket_count - 1)]; s; s = s->in_bucket)
        if (s->hash == hash && text_equal(s->key, text))
            return s;
    return add_state(overlay, key->kind, text, hash);
}

void overlay_put(struct state *state, const void *record)
{
    state->loaded = state->value = record;
    state->known = true;
}

struct overlay_mark overlay_begin(struct overlay *overlay)
{
    overlay->serial++;
    return (struct overlay_mark){overlay->undo};
}

void overlay_rollback(struct overlay *overlay, struct overlay_mark mark)
{
    for (struct overlay_undo *undo = overlay->undo; undo != mark.undo; undo = undo->below) {
        undo->state->value = undo->value;
        undo->state->bytes = (struct text){NULL, 0};
        undo->state->dirty = undo->dirty;
    }
    overlay->undo = mark.undo;
    overlay->serial++; /* what was made within the savepoint is not edited in place any more */
}

void overlay_set(struct overlay *overlay, struct state *state, const void *record)
{
    struct overlay_undo *undo = arena_alloc(overlay->arena, sizeof *undo, _Alignof(struct overlay_undo));

    if (!undo) {
        overlay->out_of_memory = true;
        return;
    }
    *undo = (struct overlay_undo){state, state->value, state->dirty, overlay->undo};
    overlay->undo = undo;
    state->value = record;
    state->bytes = (struct text){NULL, 0};
    state->serial = overlay->serial;
    state->dirty = true;
}
