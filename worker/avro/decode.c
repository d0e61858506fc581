/* Runs decode plans. Every byte read is checked against the end; every count against limits and what is left. */
#include <string.h>

#include "worker/avro/cursor.h"
#include "worker/avro/plan.h"

struct decoder {
    struct cursor cursor;
    const struct plan *plan;
    struct arena *arena;
    const char *field; /* of the innermost step that failed */
    uint32_t items_left;
    uint32_t depth;
    bool failed;
};

static enum codec_status run(struct decoder *decoder, const struct op *op, char *base);

static enum codec_status read_enum(struct decoder *decoder, const struct op *op, char *place)
{
    int64_t symbol;
    enum codec_status status = read_varint(&decoder->cursor, &symbol);

    if (status != CODEC_OK)
        return status;
    if (symbol < 0 || symbol >= op->size)
        return CODEC_BAD_ENUM;
    int32_t value = decoder->plan->table[op->table + (uint32_t)symbol];
    if (value < 0)
        return CODEC_UNKNOWN_SYMBOL;
    memcpy(place, &value, sizeof value);
    return CODEC_OK;
}

/* Runs a body, one level deeper. */
static enum codec_status run_body(struct decoder *decoder, const struct op *body, char *base)
{
    if (decoder->depth == CODEC_MAX_DEPTH)
        return CODEC_TOO_DEEP;
    decoder->depth++;
    enum codec_status status = run(decoder, body, base);
    decoder->depth--;
    return status;
}

/* The head of a block of items: how many, and for a negative count also how many bytes (else *ret_bytes is -1). */
static enum codec_status read_block(struct decoder *decoder, int64_t *ret_count, int64_t *ret_bytes)
{
    enum codec_status status = read_varint(&decoder->cursor, ret_count);

    *ret_bytes = -1;
    if (status != CODEC_OK || *ret_count >= 0)
        return status;
    if (*ret_count == INT64_MIN)
        return CODEC_BAD_LENGTH;
    *ret_count = -*ret_count;
    uint32_t bytes = 0;
    status = read_length(&decoder->cursor, &bytes);
    *ret_bytes = bytes;
    return status;
}

static enum codec_status take_items(struct decoder *decoder, int64_t count)
{
    if (count > (int64_t)decoder->items_left)
        return CODEC_TOO_MANY_ITEMS;
    decoder->items_left -= (uint32_t)count;
    return CODEC_OK;
}

/* Room for `more` items behind the `count` there are. One block is what every writer makes in practice: only the second
 * and later blocks copy. */
static enum codec_status grow_items(struct decoder *decoder, const struct op *op, char **items, uint32_t count,
                                    uint32_t more, uint32_t *capacity)
{
    if (more <= *capacity - count)
        return CODEC_OK;
    uint32_t wanted = count + more > *capacity * 2 ? count + more : *capacity * 2;
    char *grown = arena_alloc(decoder->arena, (size_t)wanted * op->size, op->align);
    if (!grown)
        return CODEC_OUT_OF_MEMORY;
    if (*items)
        memcpy(grown, *items, (size_t)count * op->size);
    *items = grown;
    *capacity = wanted;
    return CODEC_OK;
}

static enum codec_status read_items(struct decoder *decoder, const struct op *op, char *items, int64_t count)
{
    enum codec_status status = CODEC_OK;

    for (; status == CODEC_OK && count > 0; count--, items += op->size)
        status = run_body(decoder, op + 1, items);
    return status;
}

/* Arrays of the reader: struct { T *items; uint32_t count; }. An item takes at least a byte, so that a few bytes cannot
 * ask for much memory. */
static enum codec_status read_array(struct decoder *decoder, const struct op *op, char *place)
{
    char *items = NULL;
    uint32_t count = 0, capacity = 0;
    uint32_t least = op->least ? op->least : 1;

    for (;;) {
        int64_t more, bytes;
        enum codec_status status = read_block(decoder, &more, &bytes);
        if (status != CODEC_OK)
            return status;
        if (more == 0)
            break;
        status = take_items(decoder, more);
        if (status == CODEC_OK && (uint64_t)more * least > bytes_left(&decoder->cursor))
            status = CODEC_TRUNCATED;
        if (status == CODEC_OK)
            status = grow_items(decoder, op, &items, count, (uint32_t)more, &capacity);
        if (status == CODEC_OK)
            status = read_items(decoder, op, items + (size_t)count * op->size, more);
        if (status != CODEC_OK)
            return status;
        count += (uint32_t)more;
    }
    memcpy(place, &items, sizeof items);
    memcpy(place + offsetof(struct text_array, count), &count, sizeof count);
    return CODEC_OK;
}

static enum codec_status read_optional(struct decoder *decoder, const struct op *op, char *place)
{
    char *value = arena_alloc(decoder->arena, op->size, op->align);

    if (!value)
        return CODEC_OUT_OF_MEMORY;
    memcpy(place, &value, sizeof value);
    return run_body(decoder, op + 1, value);
}

static enum codec_status read_union(struct decoder *decoder, const struct op *op, char *base)
{
    int64_t branch;
    enum codec_status status = read_varint(&decoder->cursor, &branch);

    if (status != CODEC_OK)
        return status;
    if (branch < 0 || branch >= op->size)
        return CODEC_BAD_UNION;
    int32_t body = decoder->plan->table[op->table + (uint32_t)branch];
    return run_body(decoder, &decoder->plan->ops[body], base);
}

/* Arrays and maps that the reader does not have. A block that states its bytes is passed over unread. */
static enum codec_status skip_array(struct decoder *decoder, const struct op *op, char *base)
{
    for (;;) {
        int64_t count, bytes;
        enum codec_status status = read_block(decoder, &count, &bytes);
        if (status != CODEC_OK || count == 0)
            return status;
        status = bytes >= 0 ? read_fixed(&decoder->cursor, NULL, (uint32_t)bytes) : take_items(decoder, count);
        for (; status == CODEC_OK && bytes < 0 && count > 0; count--)
            status = run_body(decoder, op + 1, base);
        if (status != CODEC_OK)
            return status;
    }
}

/* Steps that leave the C form alone; base is only handed on. */
static enum codec_status skip(struct decoder *decoder, const struct op *op, char *base)
{
    struct text text;
    int64_t value;

    switch (op->code) {
    case OP_SKIP_VARINT: return read_varint(&decoder->cursor, &value);
    case OP_SKIP_TEXT: return read_text(&decoder->cursor, &text);
    case OP_SKIP_FIXED: return read_fixed(&decoder->cursor, NULL, op->size);
    case OP_SKIP_ARRAY: return skip_array(decoder, op, base);
    case OP_CALL: return run_body(decoder, &decoder->plan->ops[op->table], base);
    default: return CODEC_BAD_UNION;
    }
}

/* One step; `base` is the C form that op->offset counts from. */
static inline enum codec_status step(struct decoder *decoder, const struct op *op, char *base)
{
    void *place = base + op->offset;

    switch (op->code) {
    case OP_STRING: return read_string(&decoder->cursor, place);
    case OP_LONG: return read_varint(&decoder->cursor, place);
    case OP_ENUM: return read_enum(decoder, op, place);
    case OP_INT: return read_int(&decoder->cursor, place);
    case OP_COPY: memcpy(place, op->from, op->size); return CODEC_OK;
    case OP_BOOLEAN: return read_boolean(&decoder->cursor, place);
    case OP_INT_AS_LONG: return read_int_as_long(&decoder->cursor, place);
    case OP_BYTES: return read_text(&decoder->cursor, place);
    case OP_FIXED: return read_fixed(&decoder->cursor, place, op->size);
    case OP_ARRAY: return read_array(decoder, op, place);
    case OP_OPTIONAL: return read_optional(decoder, op, place);
    case OP_KIND: memcpy(place, &op->size, sizeof op->size); return CODEC_OK;
    case OP_UNION: return read_union(decoder, op, base);
    default: return skip(decoder, op, base);
    }
}

static enum codec_status run(struct decoder *decoder, const struct op *op, char *base)
{
    for (; op->code != OP_END; op += op->next) {
        enum codec_status status = step(decoder, op, base);
        if (status == CODEC_OK)
            continue;
        if (!decoder->failed)
            decoder->field = op->field;
        decoder->failed = true;
        return status;
    }
    return CODEC_OK;
}

enum codec_status plan_run(const struct plan *plan, struct text value, struct arena *arena, void *ret_record,
                           const char **ret_field)
{
    const uint8_t *start = (const uint8_t *)value.data;
    struct decoder decoder = {
        .cursor = {start, start + value.size}, .plan = plan, .arena = arena, .items_left = CODEC_MAX_ITEMS};
    enum codec_status status = run(&decoder, plan->ops, ret_record);

    *ret_field = decoder.field;
    if (status == CODEC_OK && decoder.cursor.at != decoder.cursor.end)
        return CODEC_TRAILING_BYTES;
    return status;
}
