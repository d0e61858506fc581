/* Any line of `osbill publish`: what it takes must survive encoding and come back as the same JSON.
 *
 * Input: byte 0 names the record type (255: the tests' own), the rest is JSON. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_codec.h"
#include "records.h"
#include "sample.h"
#include "samples.h"
#include "worker/avro/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_record(const struct record_type *type, const json_t *json)
{
    struct sample_memory memory = sample_memory_new();
    char error[JSON_ERROR_SIZE] = "";
    void *record = malloc(type->size);

    if (record_from_json(type, json, &memory.arena, record, error)) {
        json_t *again = json_from_record(type, record);
        must(again != NULL);
        fuzz_check_encoding(type, record);
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
