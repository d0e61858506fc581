#include "worker/cli/account/account_view.h"

#include <stdio.h>

#include "core/overlay.h"
#include "core/text.h"
#include "worker/cli/common/moment.h"
#include "worker/cli/common/print.h"
#include "worker/engine/keys.h"

enum { LIST_IDS = 64, VPS_AT_ONCE = 256 };

enum exit_code redis_open(const struct config *config, struct redis_dump **ret)
{
    const struct redis_config settings = context_redis(config);
    struct result result = redis_dump_open(&settings, ret);

    return result.kind == RESULT_OK ? EXIT_DONE : context_failed("Redis", result);
}

enum exit_code redis_open_accounts(struct context *context, struct redis_dump **ret, int32_t *ret_partitions)
{
    enum exit_code code = redis_open(context->config, ret);

    if (code == EXIT_DONE)
        *ret_partitions = context_partitions(context, &code);
    return code;
}

static bool decode(struct context *context, const struct record_type *type, struct text key, struct text value,
                   void *ret_record)
{
    bool failed = false;
    struct text own = memory_text(&context->memory, value, &failed);
    struct codec_result result =
        codec_decode(context->codec, type, own.data, own.size, &context->memory.arena, ret_record);

    if (failed || result.status != CODEC_OK)
        say("Redis, %.*s: %s", (int)key.size, key.data, failed ? "out of memory" : result.reason);
    return !failed && result.status == CODEC_OK;
}

bool position_decode(struct context *context, int32_t partition, struct text bytes, struct position *ret)
{
    char buffer[POSITION_KEY_MAX];

    return decode(context, &position_record, position_key(partition, buffer), bytes, ret);
}

void position_print(int32_t partition, const struct position *position)
{
    char moment[MOMENT_TEXT];

    put("as of partition %d, seq %lld, decided %s, catalogue version %lld\n", partition, (long long)position->seq,
        moment_text(position->now, moment), (long long)position->catalogue_version);
}

/* One round trip: the values of some keys and the position that they are of. */
static enum exit_code read_keys(struct context *context, struct redis_dump *redis, struct account_view *view,
                                struct store_record *records, uint32_t count)
{
    struct text position;
    struct result result = redis_dump_read(redis, view->partition, records, count, &position);

    if (result.kind != RESULT_OK)
        return context_failed("Redis", result);
    if (!position.data) {
        say("Redis holds nothing of partition %d: a running worker fills it from Kafka", view->partition);
        return EXIT_UNAVAILABLE;
    }
    return position_decode(context, view->partition, position, &view->position) ? EXIT_DONE : EXIT_CONFIGURATION;
}

static struct text make_key(struct context *context, const struct state_key *key)
{
    char buffer[STATE_KEY_MAX];

    return text_copy(&context->memory.arena, state_key_format(key, buffer));
}

/* The ids, from the chunks of 64. */
static enum exit_code read_ids(struct context *context, struct redis_dump *redis, struct text account_id,
                               struct account_view *view)
{
    uint32_t chunks = ((uint32_t)view->account.vps_count + LIST_IDS - 1) / LIST_IDS;
    struct store_record *records = memory_zeroed(&context->memory, chunks + 1, sizeof *records);

    view->vps = memory_zeroed(&context->memory, (size_t)chunks * LIST_IDS + 1, sizeof *view->vps);
    if (!records || !view->vps)
        return EXIT_BROKEN;
    for (uint32_t i = 0; i < chunks; i++)
        records[i].key = make_key(context, &(struct state_key){STATE_VPS_LIST, account_id, {NULL, 0}, i});
    enum exit_code code = chunks ? read_keys(context, redis, view, records, chunks) : EXIT_DONE;
    for (uint32_t i = 0; i < chunks && code == EXIT_DONE; i++) {
        struct vps_list list;
        if (!records[i].value.data)
            continue;
        if (!decode(context, &vps_list_record, records[i].key, records[i].value, &list))
            return EXIT_CONFIGURATION;
        for (uint32_t k = 0; k < list.vps_ids.count && view->vps_count < chunks * LIST_IDS; k++)
            view->vps[view->vps_count++].vps_id = list.vps_ids.items[k];
    }
    return code;
}

static enum exit_code read_some(struct context *context, struct redis_dump *redis, struct text account_id,
                                struct account_view *view, uint32_t first, uint32_t count)
{
    struct store_record *records = memory_zeroed(&context->memory, count, sizeof *records);

    if (!records)
        return EXIT_BROKEN;
    for (uint32_t i = 0; i < count; i++)
        records[i].key = make_key(context, &(struct state_key){STATE_VPS, account_id, view->vps[first + i].vps_id, 0});
    enum exit_code code = read_keys(context, redis, view, records, count);
    for (uint32_t i = 0; i < count && code == EXIT_DONE; i++) {
        struct vps_state *state = memory_zeroed(&context->memory, 1, sizeof *state);
        if (!records[i].value.data || !state)
            continue;
        if (!decode(context, &vps_state_record, records[i].key, records[i].value, state))
            return EXIT_CONFIGURATION;
        view->vps[first + i].state = state;
    }
    return code;
}

enum exit_code account_view_read(struct context *context, struct redis_dump *redis, int32_t partitions,
                                 struct text account_id, struct account_view *ret)
{
    *ret = (struct account_view){.partition = key_partition(account_id, partitions)};
    struct store_record record = {.key =
                                      make_key(context, &(struct state_key){STATE_ACCOUNT, account_id, {NULL, 0}, 0})};
    enum exit_code code = read_keys(context, redis, ret, &record, 1);

    if (code != EXIT_DONE || !record.value.data)
        return code;
    if (!decode(context, &account_state_record, record.key, record.value, &ret->account))
        return EXIT_CONFIGURATION;
    ret->found = true;
    code = read_ids(context, redis, account_id, ret);
    for (uint32_t at = 0; at < ret->vps_count && code == EXIT_DONE; at += VPS_AT_ONCE) {
        uint32_t left = ret->vps_count - at;
        code = read_some(context, redis, account_id, ret, at, left < VPS_AT_ONCE ? left : VPS_AT_ONCE);
    }
    return code;
}
