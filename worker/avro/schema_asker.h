/* Asks the schema source for writers' schemas: with patience for an id that the source may know in a moment, and
 * rationed for ids that are garbage (docs/decisions/008-unknown-schema-ids.md). Private to worker/avro. */
#ifndef OSBILL_WORKER_AVRO_SCHEMA_ASKER_H
#define OSBILL_WORKER_AVRO_SCHEMA_ASKER_H

#include "worker/avro/plan.h"

#define SUBJECT_SIZE 384

struct denial {
    int32_t id;    /* 0: the place is free */
    int tries;     /* answers "no such id" so far */
    int64_t until; /* they hold until then, ms */
};

struct subject_list {
    const struct record_type *type;
    char subject[SUBJECT_SIZE];
    uint64_t received; /* the asker's when it was asked for; 0: never */
    int64_t asked_at;
    int32_t ids[SCHEMA_LISTED];
    uint32_t count;
};

struct schema_asker {
    const struct codec_options *options; /* complete: no zeros */
    /* The source cannot be asked until retry_at, since: */
    int64_t retry_at;
    enum codec_status failure;
    char reason[REASON_SIZE];
    const char *said; /* the last reason */
    /* Unknown ids, in periods of not_found_ms: */
    int64_t period_ends;
    uint32_t patience; /* ids that were given more than one try */
    uint32_t believed; /* ids that were believed to be unknown */
    struct denial denials[CODEC_MAX_DENIED];
    /* For floods: */
    uint64_t received; /* calls of codec_received; 0: nobody calls it */
    struct subject_list lists[CODEC_MAX_INPUTS];
    uint32_t list_count;
};

void asker_start(struct schema_asker *asker, const struct codec_options *options);

/* CODEC_OK: *ret_json is the source's until it is asked again. Else *ret_reason is the asker's or the source's until
 * the next call: CODEC_REGISTRY_UNAVAILABLE, CODEC_REGISTRY_DENIED, CODEC_SCHEMA_UNKNOWN, and for a schema that is
 * there but never taken CODEC_SCHEMA_INVALID. */
enum codec_status asker_fetch(struct schema_asker *asker, const struct record_type *type, int32_t id,
                              struct text *ret_json, const char **ret_reason);

bool asker_expect(struct schema_asker *asker, const struct record_type *type, const char *subject);

#endif
