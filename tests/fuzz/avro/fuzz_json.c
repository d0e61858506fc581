/* Any line of `osbill publish`: what it takes must survive encoding and come back as the same JSON.
 *
 * Input: byte 0 names the record type (255: the tests' own), the rest is JSON. */
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

static void must(bool holds)
{
    if (!holds)
        abort();
}

static struct schema_result fetch(void *context, int32_t id, struct text *ret_json)
{
    const struct record_type *type = context;

    (void)id;
    *ret_json = (struct text){type->schema, (uint32_t)strlen(type->schema)};
    return (struct schema_result){SCHEMA_OK, ""};
}

static int64_t standing_still(void *clock)
{
    (void)clock;
    return 0;
}

static void check_encoding(const struct record_type *type, const void *record)
{
    struct codec *codec = codec_new(
        &(struct codec_options){.source = {(void *)(uintptr_t)type, fetch, NULL, NULL}, .now_ms = standing_still});
    struct sample_memory memory = sample_memory_new();
    struct buffer value = {NULL, 0, 0};
    void *again = malloc(type->size);

    must(codec != NULL && codec_set_id(codec, type, ID).status == CODEC_OK);
    must(codec_encode(codec, type, record, &value).status == CODEC_OK);
    must(codec_decode(codec, type, value.data, value.size, &memory.arena, again).status == CODEC_OK);
    must(sample_equal(type, record, again));
    free(again);
    buffer_release(&value);
    sample_memory_free(&memory);
    codec_free(codec);
}

static void read_record(const struct record_type *type, const json_t *json)
{
    struct sample_memory memory = sample_memory_new();
    char error[JSON_ERROR_SIZE] = "";
    void *record = malloc(type->size);

    if (record_from_json(type, json, &memory.arena, record, error)) {
        json_t *again = json_from_record(type, record);
        must(again != NULL);
        check_encoding(type, record);
        json_decref(again);
    } else {
        must(strlen(error) > 0);
    }
    free(record);
    sample_memory_free(&memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    const struct record_type *type = data[0] == 255 ? &everything_record : all_records[data[0] % RECORDS_COUNT];
    json_t *json = type->schema ? json_loadb((const char *)data + 1, size - 1, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (json)
        read_record(type, json);
    json_decref(json);
    return 0;
}
