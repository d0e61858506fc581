/* The port through which the codec (worker/avro) gets schemas: from the registry (worker/http), or in tests from this
 * program. It stands here since adapters do not know each other. A source is used by one thread at a time. */
#ifndef OSBILL_SCHEMAS_SCHEMA_SOURCE_H
#define OSBILL_SCHEMAS_SCHEMA_SOURCE_H

#include <stdint.h>

#include "record.h"

enum schema_answer {
    SCHEMA_OK,
    SCHEMA_RETRY,     /* the source cannot be asked now: unreachable, overloaded */
    SCHEMA_NOT_FOUND, /* the source answers, and knows no such id, subject or schema */
    SCHEMA_REFUSED,   /* the schema is incompatible with those before it, or no schema (register only) */
    SCHEMA_DENIED,    /* credentials are missing or wrong */
    SCHEMA_MALFORMED  /* the answer is not what the source's API says */
};

struct schema_result {
    enum schema_answer answer;
    const char *reason; /* for people; the source's until its next call; never NULL */
};

#define SCHEMA_LISTED 256

struct schema_source {
    void *context;

    /* The schema with this id as JSON. *ret_json is the source's until its next call. */
    struct schema_result (*fetch)(void *context, int32_t id, struct text *ret_json);

    /* The id of this schema under this subject; registers it when it is not there and the source may. */
    struct schema_result (*identify)(void *context, const char *subject, struct text json, int32_t *ret_id);

    /* The ids of the subject's newest versions, at most SCHEMA_LISTED. NULL: the source cannot tell. */
    struct schema_result (*list)(void *context, const char *subject, int32_t ret_ids[SCHEMA_LISTED],
                                 uint32_t *ret_count);
};

#endif
