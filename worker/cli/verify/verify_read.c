/* Reading whole partitions, and what verify knows of one unit. */
#include <stdlib.h>

#include "core/text.h"
#include "worker/cli/cluster/visit.h"
#include "worker/cli/common/interrupt.h"
#include "worker/cli/common/print.h"
#include "worker/cli/verify/verify.h"

enum { UNIT_CHUNK = 16 << 10 };

bool verify_read(struct verify *verify, enum topic topic, int32_t partition,
                 bool (*take)(void *context, const struct kafka_record *record), void *context)
{
    const struct kafka_range range = {.partition = partition, .start = KAFKA_FROM_START};

    progress_begin(&verify->progress, "records", 0, "verify, %u of %u: %s/%d", verify->verified.count + 1,
                   verify->units, topic_name(topic).data, partition);
    enum exit_code code = topic_visit(&verify->context, topic, range, take, context, &verify->progress);
    if (verify->code == EXIT_DONE)
        verify->code = code;
    if (interrupted())
        say("nothing is proved");
    return verify->code == EXIT_DONE;
}

struct bounds {
    int32_t partition;
    int64_t first, end;
};

static void note_bounds(void *context, const struct kafka_group_lag *lag)
{
    struct bounds *bounds = context;

    if (lag->partition == bounds->partition) {
        bounds->first = lag->first;
        bounds->end = lag->end;
    }
}

bool verify_bounds(struct verify *verify, enum topic topic, int32_t partition, int64_t *ret_first, int64_t *ret_end)
{
    struct bounds bounds = {.partition = partition};
    char name[TOPIC_NAME];
    const char *const topics[] = {context_topic(&verify->context, topic, name)};
    struct result result = kafka_admin_lag(verify->admin, verify->context.config->group, topics, 1, CONTEXT_TIMEOUT_MS,
                                           note_bounds, &bounds);

    *ret_first = bounds.first;
    *ret_end = bounds.end;
    if (result.kind != RESULT_OK)
        verify->code = context_failed("Kafka", result);
    return result.kind == RESULT_OK;
}

bool verify_decode(struct verify *verify, enum topic topic, const struct kafka_record *record,
                   const struct record_type *type, void *ret_record)
{
    memory_reset(&verify->scratch);
    struct codec_result result = codec_decode(verify->context.codec, type, record->value.data, record->value.size,
                                              &verify->scratch.arena, ret_record);

    if (result.status == CODEC_OK)
        return true;
    if (codec_status_action(result.status) == CODEC_DEAD_LETTER)
        violation(verify, "readable", topic, record->partition, record->offset, "%s", result.reason);
    else
        verify->code = context_codec_failed("verify", result);
    return false;
}

/* What retention deleted of the decision log cannot be summed. */
static bool find_beginning(struct unit *unit)
{
    int64_t first, end;

    if (!verify_bounds(unit->verify, TOPIC_DECISION, unit->partition, &first, &end))
        return false;
    unit->whole = first == 0;
    if (first > 0 && !unit->verify->silent)
        say("note: decision/%d begins at offset %lld: what was decided before cannot be checked", unit->partition,
            (long long)first);
    return true;
}

bool unit_init(struct unit *unit, struct verify *verify, int32_t partition, bool lane)
{
    static const enum topic account_inputs[] = {TOPIC_ACCOUNT, TOPIC_ORDER, TOPIC_OS_INSTALLED};
    static const enum topic lane_inputs[] = {TOPIC_TEMPLATE_DISCOVERED, TOPIC_CATALOGUE};

    *unit = (struct unit){.verify = verify, .lane = lane, .partition = partition, .last_seq = -1};
    unit->input_count = lane ? 2 : UNIT_INPUTS;
    for (uint32_t i = 0; i < unit->input_count; i++)
        unit->inputs[i] = lane ? lane_inputs[i] : account_inputs[i];
    memory_init(&unit->memory, UNIT_CHUNK, UNIT_CHUNK);
    text_map_init(&unit->keys);
    text_map_init(&unit->accounts);
    text_map_init(&unit->currencies);
    text_map_init(&unit->charge_ids);
    unit->positions.item_size = sizeof(struct position_entry);
    unit->states.item_size = sizeof(struct state_entry);
    unit->account_entries.item_size = sizeof(struct account_entry);
    unit->sums.item_size = sizeof(struct currency_sum);
    unit->charges.item_size = sizeof(struct charge_entry);
    return find_beginning(unit);
}

void unit_release(struct unit *unit)
{
    memory_clear(&unit->memory);
    text_map_release(&unit->keys);
    text_map_release(&unit->accounts);
    text_map_release(&unit->currencies);
    text_map_release(&unit->charge_ids);
    free(unit->positions.items);
    free(unit->states.items);
    free(unit->account_entries.items);
    free(unit->sums.items);
    free(unit->charges.items);
    for (uint32_t i = 0; i < UNIT_INPUTS; i++) {
        offset_set_release(&unit->decided[i]);
        offset_set_release(&unit->seen[i]);
    }
}

static uint32_t number_of(struct unit *unit, struct text_map *map, struct item_list *list, struct text key)
{
    uint32_t before = map->count, number = text_map_add(map, key);

    if (number == MAP_NONE || (number == before && !item_list_add(list))) {
        (void)no_memory(unit->verify);
        return MAP_NONE;
    }
    return number;
}

uint32_t unit_account(struct unit *unit, struct text account_id)
{
    uint32_t before = unit->accounts.count;
    uint32_t number = number_of(unit, &unit->accounts, &unit->account_entries, account_id);

    if (number == before && number != MAP_NONE)
        unit_account_entry(unit, number)->currency = MAP_NONE;
    return number;
}

uint32_t unit_currency(struct unit *unit, struct text currency)
{
    return number_of(unit, &unit->currencies, &unit->sums, currency);
}

struct account_entry *unit_account_entry(const struct unit *unit, uint32_t number)
{
    return (struct account_entry *)unit->account_entries.items + number;
}

struct currency_sum *unit_sum(const struct unit *unit, uint32_t number)
{
    return (struct currency_sum *)unit->sums.items + number;
}

struct charge_entry *unit_charge(const struct unit *unit, uint32_t number)
{
    return (struct charge_entry *)unit->charges.items + number;
}

struct state_entry *unit_state(const struct unit *unit, uint32_t number)
{
    return (struct state_entry *)unit->states.items + number;
}
