#include "worker/cli/catalogue/catalogue_usage.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/text.h"
#include "worker/cli/account/account_view.h"
#include "worker/cli/common/interrupt.h"
#include "worker/cli/common/print.h"

enum { CHUNK = 64 << 10, SCRATCH_KEEP = 1 << 20, TRIES = 5, ID_MAX = 128 };

bool usages_init(struct usages *usages, int64_t now, int32_t partitions)
{
    *usages = (struct usages){.now = now, .items.item_size = sizeof(struct usage), .partition_count = partitions};
    memory_init(&usages->memory, CHUNK, 0);
    text_map_init(&usages->kinds);
    usages->partitions = memory_zeroed(&usages->memory, (size_t)partitions + 1, sizeof *usages->partitions);
    return usages->partitions != NULL;
}

void usages_release(struct usages *usages)
{
    text_map_release(&usages->kinds);
    free(usages->items.items);
    memory_clear(&usages->memory);
}

/* --- which kind a VPS is --- */

static bool runs(const struct period *period, int64_t now)
{
    return period->period_end == 0 || period->period_end > now;
}

static bool named_before(const struct vps_state *vps, uint32_t index, int64_t now)
{
    const struct period *it = &vps->periods.items[index];

    for (uint32_t i = 0; i < index; i++) {
        const struct period *other = &vps->periods.items[i];
        if (runs(other, now) && other->period_months == it->period_months &&
            text_equal(other->tariff_id, it->tariff_id))
            return true;
    }
    return false;
}

/* Ids hold no NUL (contract.md). */
static struct text kind_of(const struct usages *usages, const struct vps_state *vps, struct arena *arena)
{
    struct text kind = TEXT_JOIN(arena, vps->module_id, TEXT("\0"), vps->template, TEXT("\0"),
                                 text_from_int(arena, (int64_t)vps->source));

    for (uint32_t i = 0; i < vps->periods.count; i++) {
        const struct period *period = &vps->periods.items[i];
        if (runs(period, usages->now) && !named_before(vps, i, usages->now))
            kind = TEXT_JOIN(arena, kind, TEXT("\0"), period->tariff_id, TEXT("\0"),
                             text_from_int(arena, period->period_months));
    }
    return kind;
}

static bool describe(struct usages *usages, const struct vps_state *vps, struct usage *usage)
{
    bool failed = false;

    usage->module_id = memory_text(&usages->memory, vps->module_id, &failed);
    usage->template = memory_text(&usages->memory, vps->template, &failed);
    usage->source = vps->source;
    usage->periods = memory_zeroed(&usages->memory, vps->periods.count + 1, sizeof *usage->periods);
    for (uint32_t i = 0; i < vps->periods.count && usage->periods; i++) {
        const struct period *period = &vps->periods.items[i];
        if (!runs(period, usages->now) || named_before(vps, i, usages->now))
            continue;
        struct usage_period *kept = &usage->periods[usage->period_count++];
        kept->tariff_id = memory_text(&usages->memory, period->tariff_id, &failed);
        kept->months = period->period_months;
    }
    return usage->periods && !failed;
}

static struct usage *add(struct usages *usages, const struct vps_state *vps, struct arena *scratch)
{
    struct text kind = kind_of(usages, vps, scratch);
    uint32_t before = usages->kinds.count;
    uint32_t number = kind.size ? text_map_add(&usages->kinds, kind) : MAP_NONE;

    if (number == MAP_NONE)
        return NULL;
    if (number == before && (!item_list_add(&usages->items) || !describe(usages, vps, usage_number(usages, number))))
        return NULL;
    usages->vps++;
    usage_number(usages, number)->count++;
    return usage_number(usages, number);
}

struct usage *usages_add(struct usages *usages, const struct vps_state *vps)
{
    return add(usages, vps, &usages->memory.arena);
}

/* --- reading --- */

struct reading {
    struct context *context;
    struct usages *usages;
    struct memory scratch;
    struct text_map seen; /* keys of this partition: a scan may show one twice */
    usage_visit *visit;
    void *visitor;
    enum exit_code code;
};

/* "<account>/<vps>"; in the account's id / is written %2F and % %25 (core/overlay.h). */
static struct text unescape(struct text id, char buffer[ID_MAX])
{
    uint32_t size = 0;

    for (uint32_t i = 0; i < id.size && size < ID_MAX; i++) {
        bool escaped = id.data[i] == '%' && i + 2 < id.size;
        buffer[size++] = !escaped ? id.data[i] : id.data[i + 1] == '2' && id.data[i + 2] == 'F' ? '/' : '%';
        i += escaped ? 2 : 0;
    }
    return (struct text){buffer, size};
}

static void show(const struct reading *reading, struct text key, struct usage *usage)
{
    const char *slash = memchr(key.data, '/', key.size);
    char buffer[ID_MAX];

    if (!reading->visit || !slash)
        return;
    struct text account_id = {key.data + 2, (uint32_t)(slash - key.data) - 2};
    struct text vps_id = {slash + 1, (uint32_t)(key.data + key.size - slash) - 1};
    reading->visit(reading->visitor, unescape(account_id, buffer), vps_id, usage);
}

static bool no_memory(struct reading *reading)
{
    say("out of memory");
    reading->code = EXIT_BROKEN;
    return false;
}

static bool take(void *context, struct text key, struct text value)
{
    struct reading *reading = context;
    struct vps_state vps;

    if (key.size < 3 || memcmp(key.data, "v:", 2) != 0)
        return !interrupted();
    uint32_t before = reading->seen.count, number = text_map_add(&reading->seen, key);
    if (number == MAP_NONE)
        return no_memory(reading);
    if (number < before)
        return true;
    memory_reset(&reading->scratch);
    struct codec_result result =
        codec_decode(reading->context->codec, &vps_state_record, value.data, value.size, &reading->scratch.arena, &vps);
    if (result.status != CODEC_OK) {
        reading->code = context_codec_failed("Redis", result);
        return false;
    }
    if (vps.status != VPS_STATUS_ACTIVE && vps.status != VPS_STATUS_PENDING)
        return true;
    struct usage *usage = add(reading->usages, &vps, &reading->scratch.arena);
    if (!usage)
        return no_memory(reading);
    show(reading, key, usage);
    return !interrupted() && !print_failed();
}

static enum exit_code keep_position(struct reading *reading, int32_t partition, struct text bytes)
{
    struct usage_partition *kept = &reading->usages->partitions[partition];
    struct position position;

    if (!bytes.data)
        return EXIT_DONE;
    if (!position_decode(reading->context, partition, bytes, &position))
        return EXIT_CONFIGURATION;
    *kept = (struct usage_partition){true, position.seq, position.now, position.catalogue_version};
    return EXIT_DONE;
}

static enum exit_code read_partition(struct reading *reading, struct redis_dump *redis, int32_t partition)
{
    struct text position = {NULL, 0};
    struct result result = {RESULT_RETRY, ""};
    bool moved;

    text_map_init(&reading->seen);
    for (int tries = 0; tries < TRIES && result.kind == RESULT_RETRY && reading->code == EXIT_DONE; tries++)
        result = redis_dump_scan(redis, partition, REDIS_DUMP_STATE, take, reading, &position, &moved);
    text_map_release(&reading->seen);
    if (result.kind != RESULT_OK)
        return context_failed("Redis", result);
    return reading->code == EXIT_DONE ? keep_position(reading, partition, position) : reading->code;
}

enum exit_code usages_read(struct context *context, struct redis_dump *redis, int32_t partitions, int64_t now,
                           usage_visit *visit, void *visitor, struct usages *ret)
{
    struct reading reading = {.context = context, .usages = ret, .visit = visit, .visitor = visitor};

    if (!usages_init(ret, now, partitions)) {
        say("out of memory");
        return EXIT_BROKEN;
    }
    memory_init(&reading.scratch, CHUNK, SCRATCH_KEEP);
    enum exit_code code = EXIT_DONE;
    for (int32_t i = 0; i < partitions && code == EXIT_DONE; i++)
        code = read_partition(&reading, redis, i);
    memory_clear(&reading.scratch);
    if (code == EXIT_DONE && interrupted()) {
        say("interrupted: not everything was counted");
        code = EXIT_UNAVAILABLE;
    }
    return code;
}

int32_t usages_empty_partitions(const struct usages *usages, int64_t *ret_oldest, int64_t *ret_newest)
{
    int32_t empty = 0;

    *ret_oldest = *ret_newest = 0;
    for (int32_t i = 0; i < usages->partition_count; i++) {
        const struct usage_partition *at = &usages->partitions[i];
        if (!at->held) {
            empty++;
            continue;
        }
        if (at->decided_at && (*ret_oldest == 0 || at->decided_at < *ret_oldest)) /* 0: nothing was decided yet */
            *ret_oldest = at->decided_at;
        *ret_newest = at->decided_at > *ret_newest ? at->decided_at : *ret_newest;
    }
    return empty;
}
