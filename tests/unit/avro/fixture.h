/* A codec over a schema source that the test controls, with memory to decode into and a clock that stands still. */
#ifndef OSBILL_TESTS_UNIT_AVRO_FIXTURE_H
#define OSBILL_TESTS_UNIT_AVRO_FIXTURE_H

#include "sample.h"
#include "worker/avro/codec.h"

struct fixture {
    struct codec *codec;
    struct sample_memory memory;
    int64_t now_ms;
    const char *json;          /* what any id means */
    enum schema_answer answer; /* to everything; SCHEMA_OK at first */
    int32_t known_id;          /* this one is there whatever the answer is to others; 0: none */
    int32_t listed;            /* the id of the subject's one version; 0: none */
    int fetches, lists;
    int32_t fetched_id;
    char subject[64];    /* last asked for */
    struct buffer value; /* last decoded: records point into it */
};

/* A cmocka setup and teardown: *state is the struct fixture. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Decodes `hex` behind a header that names schema `id`. What was decoded before becomes invalid. */
struct codec_result fixture_decode(struct fixture *fixture, const struct record_type *type, int32_t id, const char *hex,
                                   void *ret_record);

/* Bytes of hexadecimal text, blanks ignored, appended to out. */
void append_hex(struct buffer *out, const char *hex);

/* A copy with every ' turned into ", so that JSON can stand in C strings. The caller frees it. */
char *json_quotes(const char *text);

#endif
