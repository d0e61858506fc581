/* Avro in the Confluent wire format (byte 0, schema id big-endian, Avro binary) <-> C structs of records.h.
 *
 * A codec belongs to one thread. It asks its schema source for a writer's schema the first time that it meets the id,
 * and keeps the decode plan that it compiles from it (Avro 1.11 specification, "Schema Resolution": fields by name,
 * defaults, int to long, string and bytes either way, enum symbols by name, unions).
 *
 * Stricter than the specification, since it reads what strangers write: invalid UTF-8 in a string, a boolean other than
 * 0 and 1, a varint longer than needed, and bytes behind the record are errors. */
#ifndef OSBILL_WORKER_AVRO_CODEC_H
#define OSBILL_WORKER_AVRO_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/result.h"
#include "record.h"
#include "schemas/schema_source.h"
#include "worker/avro/buffer.h"

/* Limits. What is beyond them is an error of its own, never a crash. */
#define CODEC_MAX_VALUE  (16u << 20) /* bytes of one value, header included */
#define CODEC_MAX_ITEMS  (1u << 20)  /* items of all arrays and maps of one value together */
#define CODEC_MAX_DEPTH  32          /* nesting of arrays, unions and recursive records in one value */
#define CODEC_MAX_SCHEMA (1u << 20)  /* bytes of a writer's schema */
#define CODEC_MAX_OPS    16384       /* steps of a decode plan */
#define CODEC_MAX_PLANS  256         /* (schema id, record) pairs kept, failed ones included */
#define CODEC_MAX_TYPES  64          /* record types with an id for encoding */
#define CODEC_MAX_INPUTS 8           /* record types with a subject to believe in a flood */
#define CODEC_MAX_DENIED 1024        /* ids remembered as unknown */
#define CODEC_PATIENCE   4           /* ids that are asked for more than once, in each not_found_ms */
#define CODEC_FLOOD      16 /* unknown ids in each not_found_ms, after which no more are asked for one by one */

enum codec_status {
    CODEC_OK,
    /* The value is at fault: a dead letter. */
    CODEC_EMPTY_VALUE,
    CODEC_MAGIC_BYTE,
    CODEC_TOO_LARGE,
    CODEC_TRUNCATED,
    CODEC_TRAILING_BYTES,
    CODEC_BAD_VARINT,
    CODEC_BAD_LENGTH,
    CODEC_BAD_BOOLEAN,
    CODEC_BAD_UTF8,
    CODEC_BAD_ENUM,
    CODEC_UNKNOWN_SYMBOL,
    CODEC_BAD_UNION,
    CODEC_TOO_DEEP,
    CODEC_TOO_MANY_ITEMS,
    /* The writer's schema is at fault: a dead letter. */
    CODEC_SCHEMA_UNKNOWN,
    CODEC_SCHEMA_INVALID,
    CODEC_SCHEMA_INCOMPATIBLE,
    /* An outage: the same call may succeed later. */
    CODEC_REGISTRY_UNAVAILABLE,
    CODEC_OUT_OF_MEMORY,
    /* Only a person can help. */
    CODEC_REGISTRY_DENIED,
    CODEC_NO_SCHEMA_ID, /* encoding a type whose id was not set */
    CODEC_STATUS_COUNT
};

enum codec_action { CODEC_GO_ON, CODEC_DEAD_LETTER, CODEC_RETRY, CODEC_STOP };

struct codec_result {
    enum codec_status status;
    const char *reason; /* for people, names field and schema id where it can; the codec's until its next call */
};

/* Stable name, fit for osbill.error.code: "magic-byte", "schema-unknown", ... Never NULL. */
const char *codec_status_name(enum codec_status status);

/* What the caller may do about it. */
enum codec_action codec_status_action(enum codec_status status);

struct codec_options {
    struct schema_source source;
    int64_t (*now_ms)(void *clock); /* any steady clock, for how long failures are remembered */
    void *clock;
    int64_t not_found_ms;   /* how long "no such id" is believed; 0: 30 s */
    int64_t unavailable_ms; /* how long an unreachable source is not asked again for the same id; 0: 500 ms */
    int not_found_tries;    /* which answer "no such id" is believed; 0: the 3rd */
    int64_t settle_ms;      /* from the 1st such answer to the 2nd question, doubled from one to the next; 0: 100 ms */
    int64_t list_ms;        /* how often a subject is listed in a flood, at most; 0: every 250 ms */
};

struct codec;

/* NULL: no memory. The options are copied; source and clock must outlive the codec. */
struct codec *codec_new(const struct codec_options *options);
void codec_free(struct codec *codec);

/* Decodes a value into the C struct of `type`, all of whose fields are set.
 *
 * Strings and bytes point into `value`, defaults into the program, arrays and optional values into the arena: the
 * record lives as long as value and arena do. On error *ret_record is undefined. May ask the schema source, so may
 * block as long as that does; what it costs when the ids are garbage: docs/decisions/008-unknown-schema-ids.md. */
struct codec_result codec_decode(struct codec *codec, const struct record_type *type, const void *value, size_t size,
                                 struct arena *arena, void *ret_record) WARN_UNUSED;

/* Appends the record to out, header included. On error out is as it was. Errors: CODEC_NO_SCHEMA_ID,
 * CODEC_OUT_OF_MEMORY, CODEC_TOO_LARGE, and for values that no reader could take CODEC_BAD_UTF8, CODEC_BAD_ENUM,
 * CODEC_BAD_UNION. */
struct codec_result codec_encode(struct codec *codec, const struct record_type *type, const void *record,
                                 struct buffer *out) WARN_UNUSED;

/* Values of `type` are written with schemas of this subject (copied). In a flood of unknown ids its list tells which
 * are to be fetched, as far as codec_received is called. False: more than CODEC_MAX_INPUTS, or the subject is too long.
 */
bool codec_expect(struct codec *codec, const struct record_type *type, const char *subject) WARN_UNUSED;

/* What is decoded until the next call was received before this one: a list of the subject that is asked for from now
 * on has all their schemas. */
void codec_received(struct codec *codec);

/* The schema id that values of `type` are written with from now on. */
struct codec_result codec_set_id(struct codec *codec, const struct record_type *type, int32_t id) WARN_UNUSED;

/* The same, with the id that the schema source names for the type's schema under this subject. */
struct codec_result codec_identify(struct codec *codec, const struct record_type *type,
                                   const char *subject) WARN_UNUSED;

#endif
