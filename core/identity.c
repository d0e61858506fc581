#include "core/identity.h"

#include "core/calendar.h"

static struct text digest_id(struct work *work, char letter, struct text key)
{
    static const char hex[] = "0123456789abcdef";
    uint8_t digest[32];
    char *id = work_alloc(work, 34, 1);

    work->desk->hashes->sha256(key.data, key.size, digest);
    id[0] = letter;
    id[1] = '-';
    for (int i = 0; i < 16; i++) {
        id[2 + 2 * i] = hex[digest[i] >> 4];
        id[3 + 2 * i] = hex[digest[i] & 15];
    }
    return (struct text){id, 34};
}

#define NUL ((struct text){"", 1})

struct text obligation_id(struct work *work, char letter, struct text vps_id, int64_t period_start, int64_t epoch)
{
    struct arena *arena = work->desk->arena;

    return digest_id(work, letter,
                     TEXT_JOIN(arena, work->account_id, NUL, vps_id, NUL, text_from_int(arena, period_start), NUL,
                               text_from_int(arena, epoch)));
}

struct text notification_id(struct work *work, struct text owner, enum notification_kind kind, int32_t number)
{
    struct arena *arena = work->desk->arena;
    struct text name = text_from_enum(&notification_kind_enum, (int)kind);

    if (text_empty(owner))
        owner = TEXT_JOIN(arena, work->cause.topic, TEXT("/"), text_from_int(arena, work->cause.partition), TEXT("/"),
                          text_from_int(arena, work->cause.offset));
    return digest_id(work, 'n', TEXT_JOIN(arena, owner, NUL, name, NUL, text_from_int(arena, number)));
}

struct hash parts_hash(struct work *work, const struct text *parts, uint32_t count)
{
    char buffer[2048], *at = buffer;

    for (uint32_t i = 0; i < count; i++) {
        memcpy(at, parts[i].data ? parts[i].data : "", parts[i].size);
        at += parts[i].size;
        *at++ = 0;
    }
    return work->desk->hashes->hash128(buffer, (size_t)(at - buffer));
}

bool hash_equal(struct hash a, struct hash b)
{
    return memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}

/* The number's bytes as a part. */
#define NUMBER(value) ((struct text){(const char *)&(value), sizeof(value)})
#define HASH(work, ...)                                    \
    parts_hash((work), (const struct text[]){__VA_ARGS__}, \
               (uint32_t)(sizeof((const struct text[]){__VA_ARGS__}) / sizeof(struct text)))

static struct hash id_hash(struct work *work, struct text event_id)
{
    return work->desk->hashes->hash128(event_id.data, event_id.size);
}

struct event_identity order_identity(struct work *work, const struct order *order)
{
    int64_t moment = order->kind == ORDER_KIND_TARIFF_CHANGED ? order->occurred_at : order->period_start;
    int64_t kind = order->kind, months = order->period_months;

    return (struct event_identity){
        id_hash(work, order->event_id),
        HASH(work, order->order_id, NUMBER(kind), NUMBER(moment), order->vps_id, order->module_id, order->tariff_id,
             order->template, NUMBER(months)),
    };
}

struct event_identity install_identity(struct work *work, const struct os_installed *install)
{
    int64_t source = install->source;

    return (struct event_identity){
        id_hash(work, install->event_id),
        HASH(work, install->vps_id, install->module_id, install->template, NUMBER(install->installed_at),
             NUMBER(source)),
    };
}

struct event_identity account_event_identity(struct work *work, const struct account_event *event)
{
    int64_t kind = event->kind;

    return (struct event_identity){
        id_hash(work, event->event_id),
        HASH(work, NUMBER(kind), NUMBER(event->amount_micros), event->currency, event->case_id),
    };
}

enum seen seen_among(const struct seen_event_array *events, const struct event_identity *identity)
{
    for (uint32_t i = 0; i < events->count; i++)
        if (hash_equal(events->items[i].id_hash, identity->id))
            return hash_equal(events->items[i].content_hash, identity->content) ? SEEN_SAME : SEEN_OTHER_CONTENT;
    return SEEN_NEVER;
}

enum seen seen_parked(const struct account_state *account, struct text topic, const struct event_identity *identity)
{
    for (uint32_t i = 0; account && i < account->parked.count; i++) {
        const struct parked_ref *ref = &account->parked.items[i];
        if (hash_equal(ref->id_hash, identity->id) && text_equal(ref->topic, topic))
            return hash_equal(ref->content_hash, identity->content) ? SEEN_SAME : SEEN_OTHER_CONTENT;
    }
    return SEEN_NEVER;
}

enum { RECENT_MAX = 4, CHUNK_IDS = 64, IDS_MAX = 4096 };
#define IDS_KEPT_MS (30 * DAY_MS)

static struct seen_event seen_event(struct work *work, const struct event_identity *identity)
{
    return (struct seen_event){identity->id, identity->content, work->desk->now};
}

void remember_recent(struct work *work, struct seen_event_array *events, const struct event_identity *identity)
{
    if (events->count == RECENT_MAX)
        WORK_REMOVE(events, 0);
    WORK_PUSH(work, events, seen_event(work, identity));
}

enum seen seen_account_event(struct work *work, const struct account_state *account,
                             const struct event_identity *identity)
{
    for (uint32_t i = account->id_chunks.count; i-- > 0;) {
        const struct event_ids *chunk = read_ids(work, account->id_chunks.items[i].number);
        enum seen seen = chunk ? seen_among(&chunk->seen, identity) : SEEN_NEVER;
        if (seen != SEEN_NEVER)
            return seen;
    }
    return SEEN_NEVER;
}

/* The oldest chunk goes when all of it is older than 30 days, or too much is kept without it. */
static void forget_oldest(struct work *work, struct account_state *account)
{
    int64_t total = 0;

    for (uint32_t i = 0; i < account->id_chunks.count; i++)
        total += account->id_chunks.items[i].count;
    while (account->id_chunks.count > 1) {
        struct id_chunk_ref *oldest = &account->id_chunks.items[0];
        if (total - oldest->count < IDS_MAX && work->desk->now - oldest->last_arrived_at < IDS_KEPT_MS)
            return;
        total -= oldest->count;
        if (account->id_floor < oldest->last_occurred_at)
            account->id_floor = oldest->last_occurred_at;
        delete_state(work, STATE_IDS, oldest->number);
        WORK_REMOVE(&account->id_chunks, 0);
    }
}

void remember_account_event(struct work *work, struct account_state *account, const struct event_identity *identity,
                            int64_t occurred_at)
{
    struct id_chunk_ref_array *chunks = &account->id_chunks;
    struct id_chunk_ref *last = chunks->count ? &chunks->items[chunks->count - 1] : NULL;

    if (!last || last->count == CHUNK_IDS) {
        struct id_chunk_ref fresh = {.number = last ? last->number + 1 : 0, .last_occurred_at = -1};
        WORK_PUSH(work, chunks, fresh);
        last = &chunks->items[chunks->count - 1];
    }
    struct event_ids *chunk = edit_ids(work, last->number);
    WORK_PUSH(work, &chunk->seen, seen_event(work, identity));
    last->count++;
    last->last_arrived_at = work->desk->now;
    if (last->last_occurred_at < occurred_at)
        last->last_occurred_at = occurred_at;
    forget_oldest(work, account);
}
