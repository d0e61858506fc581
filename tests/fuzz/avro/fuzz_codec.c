#include "fuzz_codec.h"

#include <stdlib.h>
#include <string.h>

#include "sample.h"

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

struct codec *fuzz_codec_over(struct text *schema)
{
    struct codec_options options = {.source = {schema, fetch, NULL, NULL}, .now_ms = standing_still};
    struct codec *codec = codec_new(&options);

    must(codec != NULL);
    return codec;
}

void fuzz_check_encoding(const struct record_type *type, const void *record)
{
    struct text schema = {type->schema, (uint32_t)strlen(type->schema)};
    struct codec *codec = fuzz_codec_over(&schema);
    struct sample_memory memory = sample_memory_new();
    struct buffer value = {NULL, 0, 0};
    void *again = malloc(type->size);

    must(codec_set_id(codec, type, FUZZ_SCHEMA_ID).status == CODEC_OK);
    must(codec_encode(codec, type, record, &value).status == CODEC_OK);
    must(codec_decode(codec, type, value.data, value.size, &memory.arena, again).status == CODEC_OK);
    must(sample_equal(type, record, again));
    free(again);
    buffer_release(&value);
    sample_memory_free(&memory);
    codec_free(codec);
}
