/* Any bytes as what a restarted worker reads of itself: the metadata of committed offsets, the position record in any
 * writer's schema, catalogue-state. What is taken is written again, and means the same.
 *
 * Input: byte 0: 0 metadata, 1 position, 2 catalogue-state; for the latter two, two bytes, big-endian: the size of the
 * writer's schema (0: ours); the schema; for catalogue-state a byte and a key of that size; the record without header.
 */
#include <stdlib.h>
#include <string.h>

#include "core/book.h"
#include "tests/fuzz/avro/fuzz_codec.h"
#include "worker/avro/codec_port.h"
#include "worker/engine/place.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const enum topic topics[PART_INPUTS] = {TOPIC_ACCOUNT, TOPIC_ORDER, TOPIC_OS_INSTALLED};
static const struct installation here = {{"cluster", 7}, {"osbill.", 7}, {"osbill", 6}, 24};

/* --- a codec over one schema --- */

struct world {
    struct text schema;
    struct codec *codec;
    struct codec_port port;
    struct record_codec records;
    struct memory memory;
};

static void world_open(struct world *world, const struct record_type *type, struct text schema)
{
    *world = (struct world){.schema = schema};
    if (!schema.size)
        world->schema = (struct text){type->schema, (uint32_t)strlen(type->schema)};
    world->codec = fuzz_codec_over(&world->schema);
    must(codec_set_id(world->codec, type, FUZZ_SCHEMA_ID).status == CODEC_OK);
    world->records = codec_port_open(&world->port, world->codec);
    memory_init(&world->memory, 64 << 10, 0);
}

static void world_close(struct world *world)
{
    codec_port_release(&world->port);
    codec_free(world->codec);
    memory_clear(&world->memory);
}

static struct text with_header(struct world *world, const uint8_t *body, size_t size)
{
    char *value = arena_alloc(&world->memory.arena, size + 5, 1);

    must(value != NULL);
    memcpy(value, (const uint8_t[]){0, 0, 0, 0, FUZZ_SCHEMA_ID}, 5);
    if (size)
        memcpy(value + 5, body, size);
    return (struct text){value, (uint32_t)size + 5};
}

/* --- what is read --- */

static void read_metadata(struct text metadata)
{
    struct memory memory;
    struct place place = {.seq = place_metadata_seq(metadata)};

    memory_init(&memory, 64 << 10, 0);
    must(place.seq >= 0);
    if (place.seq)
        must(place_metadata_seq(place_metadata(&place, &memory.arena)) == place.seq);
    memory_clear(&memory);
}

static void read_position(struct world *world, struct text value)
{
    struct place place, again;
    struct installation of, of_again;
    enum place_status status =
        place_decode(&world->records, value, topics, PART_INPUTS, &here, &world->memory, &place, &of);

    if (status == PLACE_UNREADABLE)
        return;
    must(status == PLACE_OK || status == PLACE_STRANGER || status == PLACE_NEWER);
    struct text written = place_encode(&world->records, &place, topics, PART_INPUTS, &of, &world->memory.arena);
    must(written.data != NULL);
    struct world own;
    world_open(&own, &position_record, (struct text){NULL, 0});
    must(place_decode(&own.records, written, topics, PART_INPUTS, &here, &own.memory, &again, &of_again) == status);
    must(again.seq == place.seq && again.now == place.now && again.totals.count == place.totals.count);
    must(!memcmp(again.inputs, place.inputs, sizeof place.inputs));
    world_close(&own);
}

/* A book that took a record holds it, and shows it under the same key. */
static void read_catalogue(struct world *world, struct text key, struct text value)
{
    struct catalogue_state state = {0};
    struct catalogue_book book, copy;

    must(book_init(&book, &world->memory.arena));
    if (world->records.decode(world->records.context, &catalogue_state_record, value, &world->memory.arena, &state)
            .status != DECODE_OK)
        return;
    enum book_load_status status = book_load(&book, key, &state.body);
    must(status != BOOK_NO_MEMORY);
    must(book_copy(&book, &world->memory.arena, &copy));
    if (status == BOOK_LOADED)
        must(book_load(&copy, key, NULL) == BOOK_LOADED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    if (data[0] % 3 == 0) {
        read_metadata((struct text){(const char *)data + 1, (uint32_t)size - 1});
        return 0;
    }
    bool is_position = data[0] % 3 == 1;
    const uint8_t *end = data + size, *at = data + 3;
    if (size < 4 || (size_t)(end - at) < (size_t)(data[1] << 8 | data[2]))
        return 0;
    struct text schema = {(const char *)at, (uint32_t)(data[1] << 8 | data[2])};
    at += schema.size;
    struct text key = {NULL, 0};
    if (!is_position && at < end && at[0] < end - at) {
        key = (struct text){(const char *)at + 1, at[0]};
        at += key.size + 1;
    }
    struct world world;
    world_open(&world, is_position ? &position_record : &catalogue_state_record, schema);
    struct text value = with_header(&world, at, (size_t)(end - at));
    if (is_position)
        read_position(&world, value);
    else
        read_catalogue(&world, key, value);
    world_close(&world);
    return 0;
}
