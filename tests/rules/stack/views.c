/* What Redis holds, at the position that was last committed. */
#include "place.h"

#include "core/overlay.h"
#include "core/text.h"
#include "worker/engine/keys.h"

static const char *open_redis(struct place *place)
{
    const struct redis_config config = {.url = place->stack->redis_url, .prefix = place->prefix};

    return place->redis ? NULL : redis_dump_open(&config, &place->redis).reason;
}

/* In Redis, P says how far Redis is complete: it is the same one, not the same bytes. */
static bool is_at_position(struct place *place, int32_t partition, struct text bytes)
{
    const struct record_codec *codec = &place->stack->record_codec;
    struct position position;

    return bytes.data &&
           codec->decode(codec->context, &position_record, bytes, &place->step.arena, &position).status == DECODE_OK &&
           position.seq == mirror_seq(place, partition);
}

/* One state record; *ret_record NULL: there is none. */
static const char *read_state(struct place *place, const struct state_key *key, const void **ret_record)
{
    struct arena *arena = &place->step.arena;
    const struct record_type *type = state_record_type(key->kind);
    const struct record_codec *codec = &place->stack->record_codec;
    int32_t partition = key_partition(key->account_id, place->partitions);
    char buffer[STATE_KEY_MAX];
    struct store_record record = {.key = state_key_format(key, buffer)};
    struct text position = {NULL, 0};
    const char *problem = open_redis(place);

    *ret_record = NULL;
    if (!problem)
        problem = redis_dump_read(place->redis, partition, &record, 1, &position).reason;
    if (problem)
        return problem;
    if (!is_at_position(place, partition, position))
        return "Redis is not at the position that was last committed";
    if (!record.value.data)
        return NULL;
    struct text own = memory_copy(arena, record.value.data, record.value.size);
    void *value = memory_take(arena, type->size);
    *ret_record = value;
    return codec->decode(codec->context, type, own, arena, value).status == DECODE_OK ? NULL
                                                                                      : "Redis holds no such record";
}

static const struct open_case *find_case(const struct vps_state *vps, int64_t epoch)
{
    for (uint32_t i = 0; vps && i < vps->cases.count; i++)
        if (vps->cases.items[i].epoch == epoch)
            return &vps->cases.items[i];
    return NULL;
}

const char *view_account(struct place *place, struct text account_id, struct account_view *ret_view)
{
    const void *record;
    const char *problem = read_state(place, &(struct state_key){STATE_ACCOUNT, account_id, {NULL, 0}, 0}, &record);
    const struct account_state *account = record;

    *ret_view = (struct account_view){0};
    if (problem || !account)
        return problem ? problem : "there is no such account";
    ret_view->balance_micros = account->balance_micros;
    for (uint32_t i = 0; i < account->cases.count && !problem; i++) {
        const struct case_ref *ref = &account->cases.items[i];
        problem = read_state(place, &(struct state_key){STATE_VPS, account_id, ref->vps_id, 0}, &record);
        const struct open_case *details = problem ? NULL : find_case(record, ref->epoch);
        if (details)
            *LIST_ADD(&place->step.arena, ret_view->cases, ret_view->case_count) = (struct case_view){*ref, *details};
        else if (!problem)
            problem = "the account names a case that its VPS does not have";
    }
    return problem;
}

/* --- the whole of it --- */

struct comparison {
    const struct place *place;
    uint32_t count;
    bool differs;
};

static bool compare_one(void *context, struct text key, struct text value)
{
    struct comparison *comparison = context;
    const struct kept *kept = mirror_find(comparison->place, key);

    comparison->count++;
    comparison->differs = comparison->differs || !kept || !text_equal(kept->value, value);
    return true;
}

const char *compare_redis(struct place *place)
{
    struct comparison comparison = {.place = place};
    const char *problem = open_redis(place);
    struct text position;
    uint32_t wanted = 0;
    bool moved;

    for (int32_t partition = 0; partition < place->partitions && !problem; partition++)
        problem =
            redis_dump_scan(place->redis, partition, REDIS_DUMP_STATE, compare_one, &comparison, &position, &moved)
                .reason;
    for (uint32_t i = 0; i < place->seen.kept_count; i++)
        wanted += place->seen.kept[i].value.data && state_key_kind(place->seen.kept[i].key) != STATE_KINDS;
    if (!problem && (comparison.differs || comparison.count < wanted))
        problem = "Redis does not hold what account-state holds";
    return problem;
}
