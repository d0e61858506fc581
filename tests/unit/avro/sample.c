#include "sample.h"

#include <stdlib.h>
#include <string.h>

static void fill_value(struct sample_random *random, struct arena *arena, const struct value_type *type, char *place);
static bool equal_value(const struct value_type *type, const char *a, const char *b);

/* splitmix64 */
uint64_t sample_next(struct sample_random *random)
{
    uint64_t z = random->state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

uint32_t sample_below(struct sample_random *random, uint32_t below)
{
    return (uint32_t)(sample_next(random) % below);
}

struct sample_memory sample_memory_new(void)
{
    struct sample_memory memory = {.start = malloc(SAMPLE_MEMORY)};

    if (!memory.start)
        abort();
    sample_memory_clear(&memory);
    return memory;
}

void sample_memory_clear(struct sample_memory *memory)
{
    memory->arena = (struct arena){.at = memory->start, .end = memory->start + SAMPLE_MEMORY};
}

void sample_memory_free(struct sample_memory *memory)
{
    free(memory->start);
}

static void *take(struct arena *arena, size_t size, size_t align)
{
    void *memory = arena_alloc(arena, size, align);

    if (!memory)
        abort();
    return memory;
}

static void fill_text(struct sample_random *random, struct arena *arena, struct text *text, bool is_bytes)
{
    static const char *const strange[] = {"", "\xC3\xA9", "\xE2\x82\xAC uro", "\xF0\x9F\x90\xA7", "a\"b\\c\n"};
    uint32_t which = sample_below(random, 20);

    if (which < 5 && !is_bytes) {
        *text = (struct text){strange[which], (uint32_t)strlen(strange[which])};
        return;
    }
    uint32_t size = sample_below(random, 24);
    char *data = take(arena, size + 1, 1);
    for (uint32_t i = 0; i < size; i++)
        data[i] = (char)(is_bytes ? sample_below(random, 256) : 'a' + sample_below(random, 26));
    *text = (struct text){data, size};
}

static int64_t some_number(struct sample_random *random)
{
    switch (sample_below(random, 8)) {
    case 0: return INT64_MIN;
    case 1: return INT64_MAX;
    case 2: return 0;
    default: return (int64_t)sample_next(random) >> sample_below(random, 63);
    }
}

static void fill_array(struct sample_random *random, struct arena *arena, const struct value_type *item, char *place)
{
    uint32_t count = sample_below(random, 4);
    char *items = take(arena, (size_t)count * item->size + 1, item->align);

    for (uint32_t i = 0; i < count; i++)
        fill_value(random, arena, item, items + (size_t)i * item->size);
    memcpy(place, &items, sizeof items);
    memcpy(place + offsetof(struct text_array, count), &count, sizeof count);
}

static void fill_optional(struct sample_random *random, struct arena *arena, const struct value_type *item, char *place)
{
    char *value = NULL;

    if (sample_below(random, 2)) {
        value = take(arena, item->size, item->align);
        fill_value(random, arena, item, value);
    }
    memcpy(place, &value, sizeof value);
}

static void fill_union(struct sample_random *random, struct arena *arena, const struct union_type *type, char *place)
{
    uint32_t kind = sample_below(random, type->count);

    memcpy(place + type->kind_offset, &kind, sizeof kind);
    sample_fill(random, arena, type->branches[kind], place + type->value_offset);
}

static void fill_scalar(struct sample_random *random, const struct value_type *type, char *place)
{
    int64_t number = some_number(random);
    uint32_t index = type->kind == VALUE_ENUM ? sample_below(random, type->of.enumeration->count) : 0;

    if (type->kind == VALUE_BOOLEAN)
        *(bool *)place = number & 1;
    else if (type->kind == VALUE_INT)
        memcpy(place, &(int32_t){(int32_t)(number >> sample_below(random, 33))}, sizeof(int32_t));
    else if (type->kind == VALUE_LONG)
        memcpy(place, &number, sizeof number);
    else if (type->kind == VALUE_ENUM)
        memcpy(place, &index, sizeof index);
    else
        for (uint32_t i = 0; i < type->size; i++)
            place[i] = (char)sample_below(random, 256);
}

static void fill_value(struct sample_random *random, struct arena *arena, const struct value_type *type, char *place)
{
    switch (type->kind) {
    case VALUE_STRING:
    case VALUE_BYTES: fill_text(random, arena, (struct text *)(void *)place, type->kind == VALUE_BYTES); break;
    case VALUE_RECORD: sample_fill(random, arena, type->of.record, place); break;
    case VALUE_ARRAY: fill_array(random, arena, type->of.item, place); break;
    case VALUE_OPTIONAL: fill_optional(random, arena, type->of.item, place); break;
    case VALUE_UNION: fill_union(random, arena, type->of.branches, place); break;
    default: fill_scalar(random, type, place);
    }
}

void sample_fill(struct sample_random *random, struct arena *arena, const struct record_type *type, void *record)
{
    for (uint32_t i = 0; i < type->field_count; i++)
        fill_value(random, arena, type->fields[i].type, (char *)record + type->fields[i].offset);
}

static bool equal_array(const struct value_type *item, const char *a, const char *b)
{
    const char *a_items, *b_items;
    uint32_t a_count, b_count;

    memcpy(&a_items, a, sizeof a_items);
    memcpy(&b_items, b, sizeof b_items);
    memcpy(&a_count, a + offsetof(struct text_array, count), sizeof a_count);
    memcpy(&b_count, b + offsetof(struct text_array, count), sizeof b_count);
    bool equal = a_count == b_count;
    for (uint32_t i = 0; equal && i < a_count; i++)
        equal = equal_value(item, a_items + (size_t)i * item->size, b_items + (size_t)i * item->size);
    return equal;
}

static bool equal_optional(const struct value_type *item, const char *a, const char *b)
{
    const char *a_value, *b_value;

    memcpy(&a_value, a, sizeof a_value);
    memcpy(&b_value, b, sizeof b_value);
    return !a_value == !b_value && (!a_value || equal_value(item, a_value, b_value));
}

static bool equal_union(const struct union_type *type, const char *a, const char *b)
{
    uint32_t kind;

    memcpy(&kind, a + type->kind_offset, sizeof kind);
    if (memcmp(a + type->kind_offset, b + type->kind_offset, sizeof kind) != 0)
        return false;
    return sample_equal(type->branches[kind], a + type->value_offset, b + type->value_offset);
}

static bool equal_text(const struct text *a, const struct text *b)
{
    return a->size == b->size && (a->size == 0 || !memcmp(a->data, b->data, a->size));
}

static bool equal_value(const struct value_type *type, const char *a, const char *b)
{
    switch (type->kind) {
    case VALUE_STRING:
    case VALUE_BYTES: return equal_text((const struct text *)(const void *)a, (const struct text *)(const void *)b);
    case VALUE_RECORD: return sample_equal(type->of.record, a, b);
    case VALUE_ARRAY: return equal_array(type->of.item, a, b);
    case VALUE_OPTIONAL: return equal_optional(type->of.item, a, b);
    case VALUE_UNION: return equal_union(type->of.branches, a, b);
    default: return !memcmp(a, b, type->size);
    }
}

bool sample_equal(const struct record_type *type, const void *a, const void *b)
{
    for (uint32_t i = 0; i < type->field_count; i++) {
        uint32_t offset = type->fields[i].offset;
        if (!equal_value(type->fields[i].type, (const char *)a + offset, (const char *)b + offset))
            return false;
    }
    return true;
}
