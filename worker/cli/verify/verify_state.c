/* The state topic of a unit: last values, the chain of positions. */
#include "core/text.h"
#include "worker/cli/common/digest.h"
#include "worker/cli/verify/verify.h"
#include "worker/engine/keys.h"

static enum topic state_topic(const struct unit *unit)
{
    return unit->lane ? TOPIC_CATALOGUE_STATE : TOPIC_ACCOUNT_STATE;
}

/* P is kept, with all that it points to. */
static bool keep_position(struct unit *unit, const struct kafka_record *record)
{
    bool failed = false;

    memory_reset(&unit->memory);
    struct text own = memory_text(&unit->memory, record->value, &failed);
    if (failed)
        return no_memory(unit->verify);
    struct codec_result result = codec_decode(unit->verify->context.codec, &position_record, own.data, own.size,
                                              &unit->memory.arena, &unit->position);
    if (result.status != CODEC_OK) {
        violation(unit->verify, "readable", state_topic(unit), record->partition, record->offset, "%s", result.reason);
        return false;
    }
    unit->has_position = true;
    unit->position_offset = record->offset;
    return true;
}

/* Compaction leaves gaps, but never goes back; nothing is committed twice. */
static void check_order(struct unit *unit, const struct kafka_record *record, const struct position_entry *before)
{
    if (before && unit->position.seq <= before->seq)
        violation(unit->verify, "position", state_topic(unit), record->partition, record->offset,
                  "seq %lld follows seq %lld at offset %lld", (long long)unit->position.seq, (long long)before->seq,
                  (long long)before->offset);
}

static bool take_position(struct unit *unit, const struct kafka_record *record)
{
    const struct position_entry *before =
        unit->positions.count ? (struct position_entry *)unit->positions.items + unit->positions.count - 1 : NULL;

    if (!record->has_value) {
        violation(unit->verify, "position", state_topic(unit), record->partition, record->offset,
                  "the position record was deleted");
        return true;
    }
    if (!keep_position(unit, record))
        return unit->verify->code == EXIT_DONE;
    check_order(unit, record, before);
    struct position_entry *entry = item_list_add(&unit->positions);
    if (!entry)
        return no_memory(unit->verify);
    *entry = (struct position_entry){record->offset, unit->position.seq, unit->position.nonce};
    unit->verify->counts.positions++;
    return true;
}

static bool take_account(struct unit *unit, const struct kafka_record *record)
{
    struct account_state account;
    struct text account_id = {record->key.data + 2, record->key.size - 2};

    uint32_t number = unit_account(unit, account_id);
    if (number == MAP_NONE)
        return false;
    struct account_entry *entry = unit_account_entry(unit, number);
    entry->has_state = record->has_value;
    entry->balance = 0;
    if (!record->has_value)
        return true;
    if (!verify_decode(unit->verify, TOPIC_ACCOUNT_STATE, record, &account_state_record, &account))
        return unit->verify->code == EXIT_DONE;
    entry->balance = account.balance_micros;
    uint32_t currency = account.currency.size ? unit_currency(unit, account.currency) : MAP_NONE;
    unit_account_entry(unit, number)->currency = currency;
    return unit->verify->code == EXIT_DONE;
}

static bool take(void *context, const struct kafka_record *record)
{
    struct unit *unit = context;
    uint32_t before = unit->keys.count;

    unit->verify->counts.state_records++;
    if (!record->has_key) {
        violation(unit->verify, "readable", state_topic(unit), record->partition, record->offset, "it has no key");
        return true;
    }
    if (record->key.size > 2 && !memcmp(record->key.data, "p:", 2))
        return take_position(unit, record);
    uint32_t number = text_map_add(&unit->keys, record->key);
    if (number == MAP_NONE || (number == before && !item_list_add(&unit->states)))
        return no_memory(unit->verify);
    struct state_entry *entry = unit_state(unit, number);
    entry->offset = record->offset;
    entry->live = record->has_value;
    if (record->has_value)
        entry->value = library_hashes.hash128(record->value.data, record->value.size);
    if (!unit->lane && record->key.size > 2 && !memcmp(record->key.data, "a:", 2))
        return take_account(unit, record);
    return true;
}

static void check_after_position(const struct unit *unit)
{
    for (uint32_t i = 0; i < unit->states.count; i++)
        if (unit_state(unit, i)->offset > unit->position_offset)
            violation(unit->verify, "position", state_topic(unit), unit->partition, unit_state(unit, i)->offset,
                      "key %.*s was written without a position behind it", (int)unit->keys.keys[i].size,
                      unit->keys.keys[i].data);
}

bool unit_read_state(struct unit *unit)
{
    if (!verify_read(unit->verify, state_topic(unit), unit->partition, take, unit))
        return false;
    unit->verify->counts.state_keys += unit->keys.count;
    if (unit->has_position)
        check_after_position(unit);
    else if (unit->keys.count)
        violation(unit->verify, "position", state_topic(unit), unit->partition, -1,
                  "it holds records, but no position");
    return true;
}
