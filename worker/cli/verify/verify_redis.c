/* Redis holds exactly the bytes of account-state, as of the position that it names. */
#include "core/text.h"
#include "worker/cli/common/digest.h"
#include "worker/cli/common/print.h"
#include "worker/cli/verify/verify.h"
#include "worker/engine/keys.h"

enum { TRIES = 5 };

struct comparison {
    struct unit *unit;
    int64_t known; /* account-state offset up to which Redis' position reaches; what is behind it may differ */
    uint64_t keys, differences;
    bool say; /* the second scan: no worker wrote during the first, so that a difference is one */
};

/* States come before their P in a transaction: up to the P that Redis names, all is in Redis. */
static bool find_position(struct comparison *comparison, const struct position *position)
{
    const struct unit *unit = comparison->unit;
    const struct position_entry *entries = unit->positions.items;

    for (uint32_t i = unit->positions.count; i-- > 0;)
        if (entries[i].seq == position->seq) {
            comparison->known = entries[i].offset;
            return hash_equal(&entries[i].nonce, &position->nonce);
        }
    return false;
}

static void differ(struct comparison *comparison, int64_t offset, struct text key, const char *what)
{
    comparison->differences++;
    if (comparison->say)
        violation(comparison->unit->verify, "redis", TOPIC_ACCOUNT_STATE, comparison->unit->partition, offset,
                  "%s %.*s", what, (int)key.size, key.data);
}

static bool visit(void *context, struct text key, struct text value)
{
    struct comparison *comparison = context;
    struct unit *unit = comparison->unit;
    uint32_t number = text_map_find(&unit->keys, key);

    comparison->keys++;
    if (number == MAP_NONE) {
        differ(comparison, -1, key, "account-state lacks what Redis holds:");
        return true;
    }
    struct state_entry *entry = unit_state(unit, number);
    struct hash hash = library_hashes.hash128(value.data, value.size);
    entry->in_redis = true;
    if ((entry->live && hash_equal(&hash, &entry->value)) || entry->offset > comparison->known)
        return true;
    differ(comparison, entry->offset, key, entry->live ? "Redis holds other bytes for" : "Redis still holds");
    return true;
}

static void find_missing(struct comparison *comparison)
{
    const struct unit *unit = comparison->unit;

    for (uint32_t i = 0; i < unit->states.count; i++) {
        struct state_entry *entry = unit_state(unit, i);
        if (entry->live && !entry->in_redis && entry->offset <= comparison->known)
            differ(comparison, entry->offset, unit->keys.keys[i], "Redis lacks");
        entry->in_redis = false;
    }
}

static bool scan(struct comparison *comparison, bool *ret_moved)
{
    struct verify *verify = comparison->unit->verify;
    struct text position;
    struct result result = {RESULT_RETRY, ""};

    for (int i = 0; i < TRIES && result.kind == RESULT_RETRY; i++) {
        comparison->keys = comparison->differences = 0;
        result = redis_dump_scan(verify->redis, comparison->unit->partition, REDIS_DUMP_STATE, visit, comparison,
                                 &position, ret_moved);
    }
    if (result.kind != RESULT_OK)
        verify->code = context_failed("Redis", result);
    else
        find_missing(comparison);
    return result.kind == RESULT_OK;
}

/* Once in silence; when something differs and nobody wrote meanwhile, once more to say it. */
static bool compare(struct comparison *comparison, bool *moved)
{
    struct verify *verify = comparison->unit->verify;

    if (!scan(comparison, moved))
        return false;
    verify->counts.redis_keys += comparison->keys;
    if (*moved)
        verify->counts.redis_changed += comparison->differences;
    if (*moved || !comparison->differences)
        return true;
    comparison->say = true;
    return scan(comparison, moved);
}

bool unit_compare_redis(struct unit *unit)
{
    struct verify *verify = unit->verify;
    struct comparison comparison = {.unit = unit};
    struct position position;
    struct text bytes;

    if (unit->lane || !verify->redis || !unit->has_position)
        return true;
    struct result result = redis_dump_read(verify->redis, unit->partition, NULL, 0, &bytes);
    if (result.kind != RESULT_OK) {
        verify->code = context_failed("Redis", result);
        return false;
    }
    if (!bytes.data) {
        violation(verify, "redis", TOPIC_ACCOUNT_STATE, unit->partition, -1,
                  "Redis holds nothing of this partition: it is being rebuilt, or waits for a worker");
        return true;
    }
    memory_reset(&verify->scratch);
    struct codec_result decoded = codec_decode(verify->context.codec, &position_record, bytes.data, bytes.size,
                                               &verify->scratch.arena, &position);
    bool moved = decoded.status == CODEC_OK && position.seq > unit->position.seq; /* since the topic was read */
    if (decoded.status != CODEC_OK || (!moved && !find_position(&comparison, &position))) {
        violation(verify, "redis", TOPIC_ACCOUNT_STATE, unit->partition, -1,
                  "Redis' position is none of this topic's%s%s", decoded.status != CODEC_OK ? ": " : "",
                  decoded.status != CODEC_OK ? decoded.reason : "");
        return true;
    }
    if (!moved)
        return compare(&comparison, &moved);
    verify->counts.redis_changed += unit->states.count;
    return true;
}
