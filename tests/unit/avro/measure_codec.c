/* Prints nanoseconds per decode and encode of each record type with a schema: best of several rounds, one thread. No
 * test: run it by hand on a release build. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "records.h"
#include "sample.h"
#include "worker/avro/codec.h"
#include "worker/avro/embedded_source.h"

#define ROUNDS 9
#define CALLS  20000

static int64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t standing_still(void *clock)
{
    (void)clock;
    return 0;
}

static void must(struct codec_result result)
{
    if (result.status != CODEC_OK) {
        fprintf(stderr, "%s\n", result.reason);
        exit(1);
    }
}

static double best_encode(struct codec *codec, const struct record_type *type, const void *record, struct buffer *out)
{
    int64_t best = INT64_MAX;

    for (int round = 0; round < ROUNDS; round++) {
        int64_t start = nanoseconds();
        for (int i = 0; i < CALLS; i++) {
            out->size = 0;
            must(codec_encode(codec, type, record, out));
        }
        int64_t took = nanoseconds() - start;
        best = took < best ? took : best;
    }
    return (double)best / CALLS;
}

static double best_decode(struct codec *codec, const struct record_type *type, void *record, const struct buffer *value,
                          struct sample_memory *memory)
{
    int64_t best = INT64_MAX;

    for (int round = 0; round < ROUNDS; round++) {
        int64_t start = nanoseconds();
        for (int i = 0; i < CALLS; i++) {
            sample_memory_clear(memory);
            must(codec_decode(codec, type, value->data, value->size, &memory->arena, record));
        }
        int64_t took = nanoseconds() - start;
        best = took < best ? took : best;
    }
    return (double)best / CALLS;
}

static void measure(struct codec *codec, const struct record_type *type)
{
    struct sample_memory memory = sample_memory_new();
    struct sample_random random = {42};
    struct buffer value = {NULL, 0, 0};
    void *record = malloc(type->size);

    sample_fill(&random, &memory.arena, type, record);
    must(codec_identify(codec, type, "any"));
    double encode = best_encode(codec, type, record, &value);
    struct sample_memory decoded = sample_memory_new();
    double decode = best_decode(codec, type, record, &value, &decoded);
    printf("%-20s %6u %8zu %10.0f %10.0f\n", type->name, type->field_count, value.size, decode, encode);
    sample_memory_free(&decoded);
    sample_memory_free(&memory);
    buffer_release(&value);
    free(record);
}

int main(void)
{
    struct codec_options options = {.source = embedded_source(), .now_ms = standing_still};
    struct codec *codec = codec_new(&options);

    if (!codec)
        return 1;
    printf("%-20s %6s %8s %10s %10s\n", "record", "fields", "bytes", "decode ns", "encode ns");
    for (int i = 0; i < RECORDS_COUNT; i++)
        measure(codec, all_records[i]);
    codec_free(codec);
    return 0;
}
