#include "worker/avro/codec.h"

static const struct {
    const char *name;
    enum codec_action action;
} statuses[CODEC_STATUS_COUNT] = {
    [CODEC_OK] = {"ok", CODEC_GO_ON},
    [CODEC_EMPTY_VALUE] = {"empty-value", CODEC_DEAD_LETTER},
    [CODEC_MAGIC_BYTE] = {"magic-byte", CODEC_DEAD_LETTER},
    [CODEC_TOO_LARGE] = {"too-large", CODEC_DEAD_LETTER},
    [CODEC_TRUNCATED] = {"truncated", CODEC_DEAD_LETTER},
    [CODEC_TRAILING_BYTES] = {"trailing-bytes", CODEC_DEAD_LETTER},
    [CODEC_BAD_VARINT] = {"bad-varint", CODEC_DEAD_LETTER},
    [CODEC_BAD_LENGTH] = {"bad-length", CODEC_DEAD_LETTER},
    [CODEC_BAD_BOOLEAN] = {"bad-boolean", CODEC_DEAD_LETTER},
    [CODEC_BAD_UTF8] = {"bad-utf8", CODEC_DEAD_LETTER},
    [CODEC_BAD_ENUM] = {"bad-enum", CODEC_DEAD_LETTER},
    [CODEC_UNKNOWN_SYMBOL] = {"unknown-symbol", CODEC_DEAD_LETTER},
    [CODEC_BAD_UNION] = {"bad-union", CODEC_DEAD_LETTER},
    [CODEC_TOO_DEEP] = {"too-deep", CODEC_DEAD_LETTER},
    [CODEC_TOO_MANY_ITEMS] = {"too-many-items", CODEC_DEAD_LETTER},
    [CODEC_SCHEMA_UNKNOWN] = {"schema-unknown", CODEC_DEAD_LETTER},
    [CODEC_SCHEMA_INVALID] = {"schema-invalid", CODEC_DEAD_LETTER},
    [CODEC_SCHEMA_INCOMPATIBLE] = {"schema-incompatible", CODEC_DEAD_LETTER},
    [CODEC_REGISTRY_UNAVAILABLE] = {"registry-unavailable", CODEC_RETRY},
    [CODEC_OUT_OF_MEMORY] = {"out-of-memory", CODEC_RETRY},
    [CODEC_REGISTRY_DENIED] = {"registry-denied", CODEC_STOP},
    [CODEC_NO_SCHEMA_ID] = {"no-schema-id", CODEC_STOP},
};

const char *codec_status_name(enum codec_status status)
{
    return status < CODEC_STATUS_COUNT ? statuses[status].name : "unknown";
}

enum codec_action codec_status_action(enum codec_status status)
{
    return status < CODEC_STATUS_COUNT ? statuses[status].action : CODEC_STOP;
}
