/* Any writer's schema and any value into codec_decode; what it takes must survive encoding and JSON.
 *
 * Input: byte 0 names the record type (255: the tests' own); two bytes, big-endian, the size of the writer's schema (0:
 * the type's own); the schema; the value behind its header. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "records.h"
#include "sample.h"
#include "samples.h"
#include "worker/avro/codec.h"
#include "worker/avro/json.h"

#define ID 7

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct schema_result fetch(void *context, int32_t id, struct text *ret_json)
{
    (void)id;
    *ret_json = *(const struct text *)context;
    return (struct schema_result){SCHEMA_OK, ""};
}

static int64_t standing_still(void *clock)
{
    (void)clock;
    return 0;
}

static void must(bool holds)
{
    if (!holds)
        abort();
}

static struct codec *codec_over(struct text *schema)
{
    struct codec_options options = {.source = {schema, fetch, NULL, NULL}, .now_ms = standing_still};
    struct codec *codec = codec_new(&options);

    must(codec != NULL);
    return codec;
}

/* Encoded in its own schema and read again it is the same. */
static void check_encoding(const struct record_type *type, const void *record)
{
    struct text schema = {type->schema, (uint32_t)strlen(type->schema)};
    struct codec *codec = codec_over(&schema);
    struct sample_memory memory = sample_memory_new();
    struct buffer value = {NULL, 0, 0};
    void *again = malloc(type->size);

    must(codec_set_id(codec, type, ID).status == CODEC_OK);
    must(codec_encode(codec, type, record, &value).status == CODEC_OK);
    must(codec_decode(codec, type, value.data, value.size, &memory.arena, again).status == CODEC_OK);
    must(sample_equal(type, record, again));
    free(again);
    buffer_release(&value);
    sample_memory_free(&memory);
    codec_free(codec);
}

static void check_json(const struct record_type *type, const void *record)
{
    struct sample_memory memory = sample_memory_new();
    char error[JSON_ERROR_SIZE];
    void *again = malloc(type->size);
    json_t *json = json_from_record(type, record);

    must(json != NULL);
    must(record_from_json(type, json, &memory.arena, again, error));
    must(sample_equal(type, record, again));
    json_decref(json);
    free(again);
    sample_memory_free(&memory);
}

static void decode(const struct record_type *type, struct text *schema, const uint8_t *body, size_t size)
{
    struct codec *codec = codec_over(schema);
    struct sample_memory memory = sample_memory_new();
    uint8_t *value = malloc(size + 5);
    void *record = malloc(type->size);

    memcpy(value, (const uint8_t[]){0, 0, 0, 0, ID}, 5);
    memcpy(value + 5, body, size);
    if (codec_decode(codec, type, value, size + 5, &memory.arena, record).status == CODEC_OK) {
        check_encoding(type, record);
        check_json(type, record);
    }
    free(record);
    free(value);
    sample_memory_free(&memory);
    codec_free(codec);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3)
        return 0;
    const struct record_type *type = data[0] == 255 ? &everything_record : all_records[data[0] % RECORDS_COUNT];
    size_t schema_size = (size_t)(data[1] << 8 | data[2]);
    struct text schema = {(const char *)data + 3, (uint32_t)schema_size};
    if (schema_size > size - 3)
        return 0;
    if (schema_size == 0)
        schema = (struct text){type->schema, (uint32_t)strlen(type->schema)};
    decode(type, &schema, data + 3 + schema_size, size - 3 - schema_size);
    return 0;
}
