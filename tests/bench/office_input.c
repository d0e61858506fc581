/* The office in the place of Kafka: preload_records.c makes the same records as for an installation, here they are
 * decided or kept. */
#include "office.h"
#include "preload.h"
#include "preload_parts.h"

#include <stdlib.h>

#include "core/lane.h"
#include "core/record_walk.h"
#include "core/snapshot.h"
#include "core/text.h"
#include "worker/cli/common/digest.h"

enum { BATCH = 1000 };

struct preload {
    struct office *office;
    struct preload_options options;
    struct catalogue_book book; /* while the catalogue is made */
    struct memory *memory;      /* of the inputs */
    const struct record_type *type;
    enum topic topic;
    struct input *inputs; /* of a batch, or all that are kept */
    uint32_t count, room;
    int64_t offset;
};

const struct workload *preload_workload(const struct preload *preload)
{
    return preload->office->workload;
}

const struct preload_options *preload_choices(const struct preload *preload)
{
    return &preload->options;
}

bool preload_begin(struct preload *preload, const char *topic, const struct record_type *type)
{
    preload->topic = topic_find((struct text){topic, (uint32_t)strlen(topic)});
    preload->type = type;
    return true;
}

static void flush(struct preload *preload)
{
    if (preload->count)
        office_decide(preload->office, preload->inputs, preload->count);
    preload->count = 0;
    memory_reset(preload->memory);
}

static void decide_lane(struct preload *preload, const struct input *input)
{
    const struct lane_settings settings = lane_defaults();
    struct lane lane = {.book = &preload->book,
                        .hashes = &library_hashes,
                        .settings = &settings,
                        .now = preload_workload(preload)->start,
                        .version = 1};
    struct outcome outcome;

    outcome_init(&outcome, &preload->office->catalogue_memory.arena);
    if (lane_decide(&lane, input, &outcome) != DECIDE_DONE || outcome.dead_letters.count)
        office_fail("the catalogue is refused");
    book_written(&preload->book);
}

bool preload_send(struct preload *preload, struct text key, const void *record)
{
    struct arena *arena = &preload->memory->arena;

    if (preload->count == preload->room)
        flush(preload);
    const void *copy = record_copy(arena, preload->type, record);
    if (!copy)
        office_fail("no memory for the inputs");
    struct input *input = &preload->inputs[preload->count];
    *input = (struct input){.topic = preload->topic, .offset = preload->offset++, .key = text_copy(arena, key)};
    memcpy(&input->as, copy, preload->type->size);
    if (preload->topic < TOPIC_ACCOUNT)
        decide_lane(preload, input);
    else
        preload->count++;
    return true;
}

bool preload_finish(struct preload *preload)
{
    (void)preload;
    return true;
}

/* --- the catalogue of the job (catalogue.py) --- */

static void change(struct preload *preload, int32_t index, int32_t count, const struct catalogue_change_change *what)
{
    const struct catalogue_change part = {.event_id = text_from_int(&preload->office->catalogue_memory.arena, index),
                                          .actor = TEXT("bench"),
                                          .change_set = TEXT("job"),
                                          .index = index,
                                          .count = count,
                                          .change = *what};

    (void)preload_begin(preload, "catalogue", &catalogue_change_record);
    (void)preload_send(preload, TEXT("catalogue"), &part);
}

static struct text numbered(struct preload *preload, const char *prefix, int64_t number)
{
    struct arena *arena = &preload->office->catalogue_memory.arena;

    return TEXT_JOIN(arena, (struct text){prefix, (uint32_t)strlen(prefix)}, text_from_int(arena, number));
}

enum { ITEMS = 6, CHANGES = 2 + WORKLOAD_TARIFFS * (1 + 1 + ITEMS) };

static void make_enumeration(struct preload *preload, struct enumeration *ret)
{
    static struct enumeration_item items[ITEMS + 1];

    items[ITEMS] = (struct enumeration_item){.item_id = TEXT("free"), .internal_name = TEXT("free-os")};
    for (int i = 0; i < ITEMS; i++)
        items[i] = (struct enumeration_item){.item_id = numbered(preload, "item", i),
                                             .internal_name = numbered(preload, "ISPsystem__OS 0", i)};
    *ret = (struct enumeration){.enumeration_id = TEXT("os"), .items = {items, ITEMS + 1}};
}

static void change_tariff(struct preload *preload, int number, int32_t *index)
{
    static struct text modules[] = {{"m1", 2}};
    struct text id = numbered(preload, "t", number);
    struct catalogue_change_change what = {.kind = CATALOGUE_CHANGE_CHANGE_TARIFF};

    what.as.tariff = (struct tariff){.tariff_id = id,
                                     .currency = TEXT("EUR"),
                                     .module_ids = {modules, 1},
                                     .enumeration_id = TEXT("os"),
                                     .default_item = TEXT("free"),
                                     .rounding_micros = 1,
                                     .enabled = true};
    change(preload, (*index)++, CHANGES, &what);
    what.kind = CATALOGUE_CHANGE_CHANGE_PRICE;
    for (int item = -1; item < ITEMS; item++) { /* -1: the base price */
        what.as.price = (struct price){.tariff_id = id,
                                       .item_id = item < 0 ? TEXT("") : numbered(preload, "item", item),
                                       .period_months = 1,
                                       .currency = TEXT("EUR"),
                                       .amount_micros = item < 0 ? 5000000 : (item + 1) * 1000000 + number * 100000};
        change(preload, (*index)++, CHANGES, &what);
    }
}

static void make_catalogue(struct preload *preload)
{
    struct arena *arena = &preload->office->catalogue_memory.arena;
    struct catalogue_change_change what = {.kind = CATALOGUE_CHANGE_CHANGE_MODULE};
    int32_t index = 0;

    if (!book_init(&preload->book, arena))
        office_fail("no memory");
    what.as.module = (struct module){.module_id = TEXT("m1"), .auto_connect = AUTO_CONNECT_ALL};
    change(preload, index++, CHANGES, &what);
    what.kind = CATALOGUE_CHANGE_CHANGE_ENUMERATION;
    make_enumeration(preload, &what.as.enumeration);
    change(preload, index++, CHANGES, &what);
    for (int number = 0; number < WORKLOAD_TARIFFS; number++)
        change_tariff(preload, number, &index);
    if (!preload_templates(preload))
        office_fail("no templates");
    preload->office->catalogue = catalogue_build(&preload->book, 1, arena);
    if (!preload->office->catalogue)
        office_fail("no memory");
}

void office_populate(struct office *office)
{
    struct input *inputs = calloc(BATCH, sizeof(*inputs));
    struct memory memory;
    struct preload preload = {.office = office, .memory = &memory, .inputs = inputs, .room = BATCH};

    if (!inputs)
        office_fail("no memory");
    memory_init(&memory, 1 << 20, 64 << 20);
    make_catalogue(&preload);
    if (!preload_accounts(&preload))
        office_fail("no accounts");
    flush(&preload);
    if (!preload_orders(&preload))
        office_fail("no orders");
    flush(&preload);
    memory_clear(&memory);
    free(inputs);
}

struct input *office_installations(struct office *office, struct memory *memory, int64_t first, uint32_t count)
{
    struct input *inputs = memory_zeroed(memory, count, sizeof(*inputs));
    struct preload preload = {.office = office,
                              .memory = memory,
                              .options = {.first = first, .count = count},
                              .inputs = inputs,
                              .room = count};

    if (!inputs || !preload_installations(&preload))
        office_fail("no memory for the installations");
    return inputs;
}
