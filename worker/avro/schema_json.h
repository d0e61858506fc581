/* The text of a schema as JSON. */
#ifndef OSBILL_AVRO_SCHEMA_JSON_H
#define OSBILL_AVRO_SCHEMA_JSON_H

#include <jansson.h>

#include "worker/avro/codec.h"

/* CODEC_OK; CODEC_SCHEMA_INVALID with a reason (REASON_SIZE bytes); CODEC_OUT_OF_MEMORY. The caller owns the JSON. */
enum codec_status schema_json(struct text text, json_t **ret_json, char *ret_reason);

#endif
