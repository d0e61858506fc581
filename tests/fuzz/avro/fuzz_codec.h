/* What fuzz targets ask of the codec. */
#ifndef OSBILL_TESTS_FUZZ_AVRO_FUZZ_CODEC_H
#define OSBILL_TESTS_FUZZ_AVRO_FUZZ_CODEC_H

#include "core/text.h"
#include "tests/fuzz/must.h"
#include "worker/avro/codec.h"

enum { FUZZ_SCHEMA_ID = 7 };

/* A codec for which every id is this schema, which must outlive it. */
struct codec *fuzz_codec_over(struct text *schema);

/* Encoded in its own schema and read again it is the same. */
void fuzz_check_encoding(const struct record_type *type, const void *record);

#endif
