/* A codec without a registry: records by their descriptors, in an encoding of its own that is as strict as Avro's.
 * The first two bytes are a mark and a number of the record type, so that garbage is noticed. */
#include "tests/simulation/sim.h"

#include <stdlib.h>

struct writer {
    char *bytes;
    uint32_t size, room;
    bool failed; /* no memory */
};

static void put_bytes(struct writer *writer, const void *data, uint32_t size)
{
    if (writer->size + size > writer->room) {
        uint32_t room = (writer->size + size) * 2 + 256;
        char *grown = realloc(writer->bytes, room);
        writer->failed |= !grown;
        if (!grown)
            return;
        writer->bytes = grown;
        writer->room = room;
    }
    if (size)
        memcpy(writer->bytes + writer->size, data, size);
    writer->size += size;
}

static void put_number(struct writer *writer, int64_t number)
{
    uint64_t zigzag = (uint64_t)number << 1 ^ (uint64_t)(number >> 63);
    unsigned char bytes[10];
    uint32_t size = 0;

    do
        bytes[size++] = (unsigned char)((zigzag & 127) | (zigzag > 127 ? 128 : 0));
    while (zigzag >>= 7);
    put_bytes(writer, bytes, size);
}

static void put_record(struct writer *writer, const struct record_type *type, const char *record);

static void put_value(struct writer *writer, const struct value_type *type, const char *value)
{
    switch (type->kind) {
    case VALUE_BOOLEAN: put_number(writer, *(const bool *)value); break;
    case VALUE_INT: put_number(writer, *(const int32_t *)(const void *)value); break;
    case VALUE_ENUM: put_number(writer, *(const int *)(const void *)value); break;
    case VALUE_LONG: put_number(writer, *(const int64_t *)(const void *)value); break;
    case VALUE_STRING:
    case VALUE_BYTES: {
        const struct text *text = (const void *)value;
        put_number(writer, text->size);
        put_bytes(writer, text->data, text->size);
        break;
    }
    case VALUE_FIXED: put_bytes(writer, value, type->size); break;
    case VALUE_RECORD: put_record(writer, type->of.record, value); break;
    case VALUE_ARRAY: {
        const struct text_array *array = (const void *)value; /* all arrays look alike */
        put_number(writer, array->count);
        for (uint32_t i = 0; i < array->count; i++)
            put_value(writer, type->of.item, (const char *)array->items + (size_t)i * type->of.item->size);
        break;
    }
    case VALUE_OPTIONAL: {
        const char *target = *(const char *const *)(const void *)value;
        put_number(writer, target != NULL);
        if (target)
            put_value(writer, type->of.item, target);
        break;
    }
    case VALUE_UNION: {
        const struct union_type *branches = type->of.branches;
        int kind = *(const int *)(const void *)(value + branches->kind_offset);
        put_number(writer, kind);
        put_record(writer, branches->branches[kind], value + branches->value_offset);
        break;
    }
    }
}

static void put_record(struct writer *writer, const struct record_type *type, const char *record)
{
    for (uint32_t i = 0; i < type->field_count; i++)
        put_value(writer, type->fields[i].type, record + type->fields[i].offset);
}

static unsigned char type_number(const struct record_type *type)
{
    for (int i = 0; i < RECORDS_COUNT; i++)
        if (all_records[i] == type)
            return (unsigned char)(i + 1);
    abort();
}

struct text sim_encode(const struct record_type *type, const void *record, struct arena *arena)
{
    struct writer writer = {NULL, 0, 0, false};
    unsigned char head[2] = {0xB1, type_number(type)};

    put_bytes(&writer, head, 2);
    put_record(&writer, type, record);
    char *bytes = writer.failed ? NULL : arena_alloc(arena, writer.size, 1);
    if (bytes)
        memcpy(bytes, writer.bytes, writer.size);
    free(writer.bytes);
    return (struct text){bytes, bytes ? writer.size : 0};
}

/* --- decoding --- */

struct cursor {
    const unsigned char *at, *end;
    struct arena *arena;
    bool bad, no_memory;
};

static int64_t get_number(struct cursor *cursor)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (cursor->at == cursor->end)
            break;
        unsigned char byte = *cursor->at++;
        value |= (uint64_t)(byte & 127) << shift;
        if (!(byte & 128))
            return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
    }
    cursor->bad = true;
    return 0;
}

static void get_record(struct cursor *cursor, const struct record_type *type, char *record);
static void get_value(struct cursor *cursor, const struct value_type *type, char *value);

static void get_array(struct cursor *cursor, const struct value_type *item, struct text_array *array)
{
    int64_t count = get_number(cursor);

    *array = (struct text_array){NULL, 0};
    if (cursor->bad || count < 0 || count > cursor->end - cursor->at) {
        cursor->bad = true;
        return;
    }
    char *items = arena_alloc(cursor->arena, (size_t)count * item->size + 1, 16);
    if (!items) {
        cursor->bad = cursor->no_memory = true;
        return;
    }
    memset(items, 0, (size_t)count * item->size + 1);
    for (int64_t i = 0; i < count && !cursor->bad; i++)
        get_value(cursor, item, items + (size_t)i * item->size);
    array->items = (void *)items;
    array->count = (uint32_t)count;
}

static void get_text(struct cursor *cursor, struct text *text)
{
    int64_t size = get_number(cursor);

    if (cursor->bad || size < 0 || size > cursor->end - cursor->at) {
        cursor->bad = true;
        return;
    }
    *text = (struct text){(const char *)cursor->at, (uint32_t)size};
    cursor->at += size;
}

static int32_t get_choice(struct cursor *cursor, uint32_t count)
{
    int64_t number = get_number(cursor);

    if (number < 0 || number >= (int64_t)count) {
        cursor->bad = true;
        return 0;
    }
    return (int32_t)number;
}

static void get_value(struct cursor *cursor, const struct value_type *type, char *value)
{
    if (cursor->bad)
        return;
    switch (type->kind) {
    case VALUE_BOOLEAN: *(bool *)value = get_choice(cursor, 2) != 0; break;
    case VALUE_INT: *(int32_t *)(void *)value = (int32_t)get_number(cursor); break;
    case VALUE_ENUM: *(int *)(void *)value = get_choice(cursor, type->of.enumeration->count); break;
    case VALUE_LONG: *(int64_t *)(void *)value = get_number(cursor); break;
    case VALUE_STRING:
    case VALUE_BYTES: get_text(cursor, (void *)value); break;
    case VALUE_FIXED:
        if ((size_t)(cursor->end - cursor->at) < type->size) {
            cursor->bad = true;
            break;
        }
        memcpy(value, cursor->at, type->size);
        cursor->at += type->size;
        break;
    case VALUE_RECORD: get_record(cursor, type->of.record, value); break;
    case VALUE_ARRAY: get_array(cursor, type->of.item, (void *)value); break;
    case VALUE_OPTIONAL: {
        char *target = NULL;
        if (get_choice(cursor, 2)) {
            target = arena_alloc(cursor->arena, type->of.item->size, 16);
            if (!target) {
                cursor->bad = cursor->no_memory = true;
                break;
            }
            memset(target, 0, type->of.item->size);
            get_value(cursor, type->of.item, target);
        }
        *(char **)(void *)value = target;
        break;
    }
    case VALUE_UNION: {
        const struct union_type *branches = type->of.branches;
        int kind = get_choice(cursor, branches->count);
        *(int *)(void *)(value + branches->kind_offset) = kind;
        get_record(cursor, branches->branches[kind], value + branches->value_offset);
        break;
    }
    }
}

static void get_record(struct cursor *cursor, const struct record_type *type, char *record)
{
    for (uint32_t i = 0; i < type->field_count && !cursor->bad; i++)
        get_value(cursor, type->fields[i].type, record + type->fields[i].offset);
}

struct decode_answer sim_decode(const struct record_type *type, struct text value, struct arena *arena,
                                void *ret_record)
{
    struct cursor cursor = {(const unsigned char *)value.data, (const unsigned char *)value.data + value.size, arena,
                            false, false};

    memset(ret_record, 0, type->size);
    if (value.size < 2 || cursor.at[0] != 0xB1 || cursor.at[1] != type_number(type))
        return (struct decode_answer){DECODE_BAD, "magic-byte", "not a record of this type"};
    cursor.at += 2;
    get_record(&cursor, type, ret_record);
    if (cursor.no_memory)
        return (struct decode_answer){DECODE_NO_MEMORY, "no-memory", "out of memory"};
    if (cursor.bad)
        return (struct decode_answer){DECODE_BAD, "truncated", "the record ends too early"};
    if (cursor.at != cursor.end)
        return (struct decode_answer){DECODE_BAD, "trailing-bytes", "bytes follow the record"};
    return (struct decode_answer){DECODE_OK, NULL, NULL};
}

/* --- the port --- */

static bool written_by_strangers(const struct record_type *type)
{
    return type == &account_event_record || type == &order_record || type == &os_installed_record ||
           type == &template_discovered_record || type == &catalogue_change_record;
}

static struct decode_answer decode(void *context, const struct record_type *type, struct text value,
                                   struct arena *arena, void *ret_record)
{
    struct worker *worker = context;

    if (worker->sim->decoder_starved && value.size % 2 && written_by_strangers(type))
        return (struct decode_answer){DECODE_NO_MEMORY, "no-memory", "out of memory"};
    if (worker->sim->registry_down && written_by_strangers(type) && worker->sim->options.planted == PLANT_OUTAGE)
        return (struct decode_answer){DECODE_BAD, "schema-unknown", "the registry is down"};
    if (worker->sim->registry_down || (worker->sim->schemas_missing && value.size % 2 && written_by_strangers(type)))
        return (struct decode_answer){DECODE_UNAVAILABLE, "registry-unavailable", "the registry is down"};
    return sim_decode(type, value, arena, ret_record);
}

static struct text encode(void *context, const struct record_type *type, const void *record, struct arena *arena)
{
    struct sim *sim = ((struct worker *)context)->sim;

    if (sim->options.planted == PLANT_BALANCE && type == &account_state_record && !sim->quiet && draw(sim, 50) == 0) {
        struct account_state wrong = *(const struct account_state *)record;
        wrong.balance_micros++;
        return sim_encode(type, &wrong, arena);
    }
    if (sim->options.planted == PLANT_OTHER_NOW && type == &decision_batch_record) {
        struct decision_batch wrong = *(const struct decision_batch *)record;
        wrong.decided_at++;
        return sim_encode(type, &wrong, arena);
    }
    return sim_encode(type, record, arena);
}

struct record_codec sim_codec(struct worker *worker)
{
    return (struct record_codec){worker, decode, encode, NULL};
}
