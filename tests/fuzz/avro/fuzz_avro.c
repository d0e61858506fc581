/* Any writer's schema and any value into codec_decode; what it takes must survive encoding and JSON.
 *
 * Input: byte 0 names the record type (255: the tests' own); two bytes, big-endian, the size of the writer's schema (0:
 * the type's own); the schema; the value behind its header. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_codec.h"
#include "records.h"
#include "sample.h"
#include "samples.h"
#include "worker/avro/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
    struct codec *codec = fuzz_codec_over(schema);
    struct sample_memory memory = sample_memory_new();
    uint8_t *value = malloc(size + 5);
    void *record = malloc(type->size);

    memcpy(value, (const uint8_t[]){0, 0, 0, 0, FUZZ_SCHEMA_ID}, 5);
    memcpy(value + 5, body, size);
    if (codec_decode(codec, type, value, size + 5, &memory.arena, record).status == CODEC_OK) {
        fuzz_check_encoding(type, record);
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
