/* One request to the registry and its JSON answer. Private to worker/http. */
#ifndef OSBILL_WORKER_HTTP_REGISTRY_CALL_H
#define OSBILL_WORKER_HTTP_REGISTRY_CALL_H

#include <jansson.h>

#include "worker/http/registry.h"
#include "worker/http/schema_cache.h"

#define REGISTRY_URL_SIZE 2048
#define REGISTRY_PATH     1024 /* of what follows the URL */
#define REGISTRY_SUBJECTS 8    /* subjects whose versions are remembered */

/* Which id each version of a subject has: that never changes. */
struct subject_versions {
    char *subject; /* NULL: the place is free */
    int32_t versions[SCHEMA_LISTED];
    int32_t ids[SCHEMA_LISTED];
    uint32_t count;
};

struct registry {
    struct http_client *http;
    char *url;  /* without slash at the end */
    char *name; /* the URL without user and password, for messages */
    char *username;
    char *password;
    char *bearer_token;
    bool register_missing;
    struct schema_cache cache;
    json_t *answer; /* the last one: texts handed out are its strings */
    char *cached;   /* or this one, from the disk */
    char reason[400];
    struct subject_versions listed[REGISTRY_SUBJECTS];
};

/* Sends `body` (taken over; NULL: none) as JSON to `path` below the URL and keeps the answer, a JSON object, in
 * registry->answer. */
struct schema_result registry_call(struct registry *registry, const char *method, const char *path, json_t *body);

/* The same for an answer that is a JSON array. */
struct schema_result registry_call_list(struct registry *registry, const char *path);

/* "/subjects/osbill.order-value/versions": before, the subject escaped, after. False: too long. */
bool registry_subject_path(char ret_path[REGISTRY_PATH], const char *before, const char *subject, const char *after);

/* A result with a reason of the registry's. */
struct schema_result registry_result(struct registry *registry, enum schema_answer answer, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Members of the last answer. False: not there, or not of that type. */
bool registry_integer(const struct registry *registry, const char *name, int32_t *ret_value);
bool registry_string(const struct registry *registry, const char *name, struct text *ret_text);

#endif
