#include "place.h"

#include "core/decide.h"
#include "core/overlay.h"
#include "core/text.h"
#include "worker/engine/keys.h"

#include <string.h>

static struct kept *find(const struct place *place, struct text key)
{
    for (uint32_t i = 0; i < place->seen.kept_count; i++)
        if (text_equal(place->seen.kept[i].key, key))
            return &place->seen.kept[i];
    return NULL;
}

const struct kept *mirror_find(const struct place *place, struct text key)
{
    const struct kept *kept = find(place, key);

    return kept && kept->value.data ? kept : NULL;
}

/* What the runner looks for in a record. */
static const char *file(struct place *place, struct kept *kept)
{
    const struct record_codec *codec = &place->stack->record_codec;
    bool is_position = kept->key.size > 2 && !memcmp(kept->key.data, "p:", 2);
    bool is_account = state_key_kind(kept->key) == STATE_ACCOUNT;
    union {
        struct account_state account;
        struct position position;
    } record;

    *kept = (struct kept){.key = kept->key, .value = kept->value};
    place->seen.states += !is_position;
    if (!kept->value.data || (!is_position && !is_account))
        return NULL;
    if (codec
            ->decode(codec->context, is_position ? &position_record : &account_state_record, kept->value,
                     &place->memory.arena, &record)
            .status != DECODE_OK)
        return "a record of account-state cannot be decoded";
    if (is_position) {
        kept->seq = record.position.seq;
        kept->totals = record.position.totals;
    } else {
        kept->due_at = account_filing(&record.account).due_at;
        kept->currency = record.account.currency;
        kept->balance_micros = record.account.balance_micros;
    }
    return NULL;
}

const char *mirror_take(struct place *place, const struct kafka_record *record)
{
    struct arena *arena = &place->memory.arena;
    struct seen *seen = &place->seen;
    struct kept *kept = find(place, record->key);

    if (!kept) {
        kept = LIST_ADD(arena, seen->kept, seen->kept_count);
        kept->key = memory_copy(arena, record->key.data, record->key.size);
    }
    kept->value =
        record->has_value ? memory_copy(arena, record->value.data, record->value.size) : (struct text){NULL, 0};
    return file(place, kept);
}

int64_t mirror_seq(const struct place *place, int32_t partition)
{
    char key[POSITION_KEY_MAX];
    const struct kept *kept = mirror_find(place, position_key(partition, key));

    return kept ? kept->seq : 0;
}

int64_t mirror_first_due(const struct place *place)
{
    int64_t first = 0;

    for (uint32_t i = 0; i < place->seen.kept_count; i++) {
        int64_t due = place->seen.kept[i].due_at;
        if (due && (!first || due < first))
            first = due;
    }
    return first;
}

/* --- money --- */

/* Of all accounts in that currency. */
static int64_t sum_of_balances(const struct place *place, struct text currency)
{
    int64_t sum = 0;

    for (uint32_t i = 0; i < place->seen.kept_count; i++)
        if (place->seen.kept[i].value.data && text_equal(place->seen.kept[i].currency, currency))
            sum += place->seen.kept[i].balance_micros;
    return sum;
}

const char *mirror_check_money(const struct place *place)
{
    int64_t difference = 0;

    for (uint32_t i = 0; i < place->seen.kept_count; i++) {
        const struct currency_total_array *totals = &place->seen.kept[i].totals;
        for (uint32_t k = 0; k < totals->count; k++) {
            const struct currency_total *total = &totals->items[k];
            difference |=
                total->deposited_micros - total->withdrawn_micros - total->charged_micros - total->balance_micros;
            if (place->partitions == 1)
                difference |= sum_of_balances(place, total->currency) - total->balance_micros;
        }
    }
    return difference ? "money is not conserved: deposits - withdrawals - charges differ from the balances" : NULL;
}
