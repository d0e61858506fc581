#include "worker/avro/codec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/avro/plan_cache.h"
#include "worker/avro/schema_asker.h"

#define HEADER_SIZE 5 /* Confluent wire format: 0, schema id in 4 bytes, big-endian */

struct codec {
    struct codec_options options;
    struct {
        const struct record_type *type;
        int32_t id;
    } ids[CODEC_MAX_TYPES];
    uint32_t id_count;
    char reason[REASON_SIZE + 100];
    struct plan_cache plans;
    struct schema_asker asker;
};

struct codec *codec_new(const struct codec_options *options)
{
    struct codec *codec = calloc(1, sizeof *codec);

    if (!codec)
        return NULL;
    codec->options = *options;
    if (!codec->options.not_found_ms)
        codec->options.not_found_ms = 30000;
    if (!codec->options.unavailable_ms)
        codec->options.unavailable_ms = 500;
    if (!codec->options.not_found_tries)
        codec->options.not_found_tries = 3;
    if (!codec->options.settle_ms)
        codec->options.settle_ms = 100;
    if (!codec->options.list_ms)
        codec->options.list_ms = 250;
    asker_start(&codec->asker, &codec->options);
    return codec;
}

void codec_free(struct codec *codec)
{
    if (codec)
        plan_cache_clear(&codec->plans);
    free(codec);
}

static struct codec_result success(void)
{
    return (struct codec_result){CODEC_OK, ""};
}

static struct codec_result fail_schema(struct codec *codec, enum codec_status status, const struct record_type *type,
                                       int32_t id, const char *reason)
{
    snprintf(codec->reason, sizeof codec->reason, "schema id %d for %s: %s", (int)id, type->name,
             status == CODEC_OUT_OF_MEMORY ? "out of memory" : reason);
    return (struct codec_result){status, codec->reason};
}

static struct codec_result fail_field(struct codec *codec, enum codec_status status, const struct record_type *type,
                                      const char *field)
{
    snprintf(codec->reason, sizeof codec->reason, "%s at %s %s%s", codec_status_name(status), type->name,
             field ? "field " : "record", field ? field : "");
    return (struct codec_result){status, codec->reason};
}

/* --- which plan --- */

bool codec_expect(struct codec *codec, const struct record_type *type, const char *subject)
{
    return asker_expect(&codec->asker, type, subject);
}

void codec_received(struct codec *codec)
{
    codec->asker.received++;
}

/* The source has it, but it can never be read: that is known from now on. */
static struct codec_result refuse(struct codec *codec, const struct record_type *type, int32_t id, const char *reason)
{
    struct plan_entry *entry = plan_cache_add(&codec->plans, type, id);

    entry->status = CODEC_SCHEMA_INVALID;
    snprintf(entry->reason, sizeof entry->reason, "%s", reason);
    return fail_schema(codec, entry->status, type, id, entry->reason);
}

static struct codec_result compile(struct codec *codec, const struct record_type *type, int32_t id, struct text json,
                                   struct plan **ret_plan)
{
    struct plan_entry *entry = plan_cache_add(&codec->plans, type, id);

    entry->status = plan_compile(json, type, &entry->plan, entry->reason);
    if (entry->status == CODEC_OK) {
        *ret_plan = &entry->plan;
        return success();
    }
    struct codec_result result = fail_schema(codec, entry->status, type, id, entry->reason);
    plan_free(&entry->plan);
    if (entry->status == CODEC_OUT_OF_MEMORY)
        plan_cache_remove(entry);
    return result;
}

static struct codec_result find_plan(struct codec *codec, const struct record_type *type, int32_t id,
                                     struct plan **ret_plan)
{
    struct plan_entry *entry = plan_cache_find(&codec->plans, type, id);
    struct text json = {NULL, 0};
    const char *reason;

    if (entry && entry->status != CODEC_OK)
        return fail_schema(codec, entry->status, type, id, entry->reason);
    if (entry) {
        *ret_plan = &entry->plan;
        return success();
    }
    enum codec_status status = asker_fetch(&codec->asker, type, id, &json, &reason);
    switch (status) {
    case CODEC_OK: return compile(codec, type, id, json, ret_plan);
    case CODEC_SCHEMA_INVALID: return refuse(codec, type, id, reason);
    default: return fail_schema(codec, status, type, id, reason);
    }
}

/* --- decoding --- */

static struct codec_result read_header(const void *value, size_t size, int32_t *ret_id)
{
    const uint8_t *bytes = value;

    if (!value || size == 0)
        return (struct codec_result){CODEC_EMPTY_VALUE, "the value is empty"};
    if (size > CODEC_MAX_VALUE)
        return (struct codec_result){CODEC_TOO_LARGE, "the value is larger than the codec takes"};
    if (bytes[0] != 0)
        return (struct codec_result){CODEC_MAGIC_BYTE, "the first byte is not 0: no schema registry format"};
    if (size < HEADER_SIZE)
        return (struct codec_result){CODEC_TRUNCATED, "the value ends within the schema id"};
    uint32_t id = (uint32_t)bytes[1] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 8 | bytes[4];
    memcpy(ret_id, &id, sizeof id);
    return success();
}

struct codec_result codec_decode(struct codec *codec, const struct record_type *type, const void *value, size_t size,
                                 struct arena *arena, void *ret_record)
{
    int32_t id;
    struct codec_result result = read_header(value, size, &id);

    if (result.status != CODEC_OK)
        return result;
    struct plan *plan = NULL;
    result = find_plan(codec, type, id, &plan);
    if (!plan)
        return result;
    struct text body = {(const char *)value + HEADER_SIZE, (uint32_t)(size - HEADER_SIZE)};
    const char *field;
    enum codec_status status = plan_run(plan, body, arena, ret_record, &field);
    return status == CODEC_OK ? success() : fail_field(codec, status, type, field);
}

/* --- encoding --- */

static int32_t *find_id(struct codec *codec, const struct record_type *type)
{
    for (uint32_t i = 0; i < codec->id_count; i++)
        if (codec->ids[i].type == type)
            return &codec->ids[i].id;
    return NULL;
}

static bool write_header(struct buffer *out, int32_t id)
{
    uint32_t bits = (uint32_t)id;
    uint8_t header[HEADER_SIZE] = {0, (uint8_t)(bits >> 24), (uint8_t)(bits >> 16), (uint8_t)(bits >> 8),
                                   (uint8_t)bits};

    return buffer_append(out, header, sizeof header);
}

struct codec_result codec_encode(struct codec *codec, const struct record_type *type, const void *record,
                                 struct buffer *out)
{
    const int32_t *id = find_id(codec, type);
    size_t before = out->size;
    const char *field = NULL;
    enum codec_status status = CODEC_NO_SCHEMA_ID;

    if (id)
        status = write_header(out, *id) ? encode_record(type, record, out, &field) : CODEC_OUT_OF_MEMORY;
    if (status == CODEC_OK && out->size - before > CODEC_MAX_VALUE)
        status = CODEC_TOO_LARGE;
    if (status == CODEC_OK)
        return success();
    out->size = before;
    return fail_field(codec, status, type, field);
}

struct codec_result codec_set_id(struct codec *codec, const struct record_type *type, int32_t id)
{
    int32_t *known = find_id(codec, type);

    if (!known && codec->id_count == CODEC_MAX_TYPES)
        return (struct codec_result){CODEC_OUT_OF_MEMORY, "more record types than the codec takes"};
    if (!known) {
        codec->ids[codec->id_count].type = type;
        known = &codec->ids[codec->id_count++].id;
    }
    *known = id;
    return success();
}

static enum codec_status status_of(enum schema_answer answer)
{
    switch (answer) {
    case SCHEMA_OK: return CODEC_OK;
    case SCHEMA_NOT_FOUND: return CODEC_SCHEMA_UNKNOWN;
    case SCHEMA_REFUSED: return CODEC_SCHEMA_INCOMPATIBLE;
    case SCHEMA_DENIED: return CODEC_REGISTRY_DENIED;
    default: return CODEC_REGISTRY_UNAVAILABLE;
    }
}

struct codec_result codec_identify(struct codec *codec, const struct record_type *type, const char *subject)
{
    const struct schema_source *source = &codec->options.source;
    struct text json = {type->schema, type->schema ? (uint32_t)strlen(type->schema) : 0};
    int32_t id = 0;

    if (!type->schema)
        return fail_field(codec, CODEC_NO_SCHEMA_ID, type, NULL);
    struct schema_result result = source->identify(source->context, subject, json, &id);
    if (result.answer == SCHEMA_OK)
        return codec_set_id(codec, type, id);
    snprintf(codec->reason, sizeof codec->reason, "schema of %s under subject %.100s: %s", type->name, subject,
             result.reason);
    return (struct codec_result){status_of(result.answer), codec->reason};
}
