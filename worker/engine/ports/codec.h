/* Port to the codec: record bytes <-> C structs, by the schema registry's ids. worker/avro implements it. */
#ifndef OSBILL_ENGINE_PORTS_CODEC_H
#define OSBILL_ENGINE_PORTS_CODEC_H

#include "core/arena.h"
#include "records.h"

enum decode_status {
    DECODE_OK,
    DECODE_BAD,         /* never decodable: a dead letter with code and message */
    DECODE_UNAVAILABLE, /* the registry must answer first: pause, decode again */
    DECODE_NO_MEMORY,
};

struct decode_answer {
    enum decode_status status;
    const char *code;    /* stable, static: "truncated", "schema-unknown", ... */
    const char *message; /* for people; valid until the next call */
};

struct record_codec {
    void *context;
    /* Text in the record points into value; arrays are arena memory. */
    struct decode_answer (*decode)(void *context, const struct record_type *type, struct text value,
                                   struct arena *arena, void *ret_record);
    /* Bytes in arena memory; data NULL: out of memory. */
    struct text (*encode)(void *context, const struct record_type *type, const void *record, struct arena *arena);
    /* All that is decoded until the next call was received before this one. NULL: of no interest. */
    void (*received)(void *context);
};

#endif
