/* A client of the Confluent schema registry's HTTP API (Apicurio speaks it too, below /apis/ccompat/v7).
 * https://docs.confluent.io/platform/current/schema-registry/develop/api.html
 *
 * One thread; each call is one request, or none when the disk cache knows. Answers:
 *   SCHEMA_OK
 *   SCHEMA_RETRY      unreachable, timeout, 408, 429, 5xx: the caller decides when to ask again
 *   SCHEMA_NOT_FOUND  the registry says so itself: error_code 40401 (subject), 40402 (version), 40403 (schema)
 *   SCHEMA_REFUSED    409 incompatible, 422 not valid, an answer beyond the size limit
 *   SCHEMA_DENIED     401, 403
 *   SCHEMA_MALFORMED  anything else: a redirect, a 404 of some other server, a body that is not what the API says
 * Not supported: schemas with references to other subjects. */
#ifndef OSBILL_WORKER_HTTP_REGISTRY_H
#define OSBILL_WORKER_HTTP_REGISTRY_H

#include <stdbool.h>

#include "schemas/schema_source.h"
#include "worker/http/http.h"

/* Bytes of an answer, unless http.response_limit says otherwise: a schema of 1 MiB as a JSON string, with room to
 * spare. */
#define REGISTRY_ANSWER_LIMIT (4u << 20)

struct registry_options {
    const char *url;      /* with or without a slash at the end */
    const char *username; /* basic authentication; NULL: none */
    const char *password;
    const char *bearer_token; /* NULL: none */
    const char *cache_folder; /* schemas by id on disk, below it a folder for each URL; NULL: none */
    bool register_missing;    /* what registry_source's identify does with a schema that the subject lacks */
    struct http_options http;
};

struct registry;

/* NULL: no memory. Strings are copied. */
struct registry *registry_new(const struct registry_options *options);
void registry_free(struct registry *registry);

/* The schema with this id. *ret_json is the registry's until its next call. */
struct schema_result registry_schema(struct registry *registry, int32_t id, struct text *ret_json) WARN_UNUSED;

/* The newest schema of a subject, its id and version. *ret_json is the registry's until its next call. */
struct schema_result registry_latest(struct registry *registry, const char *subject, struct text *ret_json,
                                     int32_t *ret_id, int32_t *ret_version) WARN_UNUSED;

/* The id of a schema that the subject has already. */
struct schema_result registry_lookup(struct registry *registry, const char *subject, struct text json,
                                     int32_t *ret_id) WARN_UNUSED;

/* Adds the schema to the subject, as its newest version unless it is there; its id. */
struct schema_result registry_register(struct registry *registry, const char *subject, struct text json,
                                       int32_t *ret_id) WARN_UNUSED;

/* Whether the schema may become the subject's next version. A subject without versions takes anything. */
struct schema_result registry_check(struct registry *registry, const char *subject, struct text json,
                                    bool *ret_compatible) WARN_UNUSED;

/* The subject's own compatibility level, such as FULL_TRANSITIVE; SCHEMA_NOT_FOUND when it has none. *ret_level is the
 * registry's until its next call. */
struct schema_result registry_compatibility(struct registry *registry, const char *subject,
                                            const char **ret_level) WARN_UNUSED;
struct schema_result registry_set_compatibility(struct registry *registry, const char *subject,
                                                const char *level) WARN_UNUSED;

/* The ids of the subject's versions, deleted ones included, at most of the newest SCHEMA_LISTED. One request, and one
 * for each version that was not there before. */
struct schema_result registry_ids(struct registry *registry, const char *subject, int32_t ret_ids[SCHEMA_LISTED],
                                  uint32_t *ret_count) WARN_UNUSED;

/* The codec's port. The registry must outlive it. */
struct schema_source registry_source(struct registry *registry);

#endif
