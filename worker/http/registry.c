#include "worker/http/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/http/registry_call.h"

/* --- life --- */

static bool copy_into(char **ret_copy, const char *text)
{
    *ret_copy = text ? strdup(text) : NULL;
    return *ret_copy || !text;
}

static void drop_slashes(char *url)
{
    for (size_t size = strlen(url); size && url[size - 1] == '/'; size--)
        url[size - 1] = '\0';
}

/* "http://user:password@host/path?token=x" -> "http://host/path", in place. What may be part of a password goes too:
 * all to the last @. */
static void drop_secrets(char *url)
{
    char *start = strstr(url, "://");
    char *login = start ? start + 3 : url;
    char *at = strrchr(login, '@');

    if (at)
        memmove(login, at + 1, strlen(at));
    login[strcspn(login, "?#")] = '\0';
}

struct registry *registry_new(const struct registry_options *options)
{
    struct registry *registry = calloc(1, sizeof *registry);

    if (!registry)
        return NULL;
    registry->register_missing = options->register_missing;
    struct http_options http = options->http;
    if (!http.response_limit)
        http.response_limit = REGISTRY_ANSWER_LIMIT;
    registry->http = http_client_new(&http);
    bool ok = copy_into(&registry->url, options->url) && copy_into(&registry->name, options->url) &&
              copy_into(&registry->username, options->username) && copy_into(&registry->password, options->password) &&
              copy_into(&registry->bearer_token, options->bearer_token);
    if (!ok || !registry->url || !registry->http) {
        registry_free(registry);
        return NULL;
    }
    drop_slashes(registry->url);
    drop_slashes(registry->name);
    drop_secrets(registry->name);
    schema_cache_open(&registry->cache, options->cache_folder, registry->name);
    return registry;
}

void registry_free(struct registry *registry)
{
    if (!registry)
        return;
    http_client_free(registry->http);
    json_decref(registry->answer);
    free(registry->url);
    free(registry->name);
    free(registry->username);
    free(registry->password);
    free(registry->bearer_token);
    free(registry->cached);
    for (int i = 0; i < REGISTRY_SUBJECTS; i++)
        free(registry->listed[i].subject);
    free(registry);
}

/* --- schemas by id --- */

static bool is_json(const char *text, uint32_t size)
{
    json_t *json = json_loadb(text, size, JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);

    json_decref(json);
    return json != NULL;
}

/* From the disk; a file that a crash cut short is asked for again. */
static bool find_cached(struct registry *registry, int32_t id, struct text *ret_json)
{
    uint32_t size;

    free(registry->cached);
    registry->cached = schema_cache_read(&registry->cache, id, &size);
    if (!registry->cached || !is_json(registry->cached, size))
        return false;
    *ret_json = (struct text){registry->cached, size};
    return true;
}

static struct schema_result fetch(struct registry *registry, int32_t id, struct text *ret_json)
{
    char path[REGISTRY_PATH];

    snprintf(path, sizeof path, "/schemas/ids/%ld", (long)id);
    struct schema_result result = registry_call(registry, "GET", path, NULL);
    if (result.answer == SCHEMA_OK && !registry_string(registry, "schema", ret_json))
        return registry_result(registry, SCHEMA_MALFORMED, "the answer for schema id %ld has no schema", (long)id);
    return result;
}

struct schema_result registry_schema(struct registry *registry, int32_t id, struct text *ret_json)
{
    if (find_cached(registry, id, ret_json))
        return (struct schema_result){SCHEMA_OK, ""};
    struct schema_result result = fetch(registry, id, ret_json);
    if (result.answer == SCHEMA_OK)
        schema_cache_store(&registry->cache, id, *ret_json);
    return result;
}

/* The id names this schema now. When the cache has another text for it, either the registry writes schemas in a form of
 * its own, or it was set up anew and gives its ids away again: then nothing in the cache is true any more. */
static void check_cache(struct registry *registry, int32_t id, struct text json)
{
    struct text cached, now;

    if (!find_cached(registry, id, &cached))
        return;
    if (cached.size == json.size && !memcmp(cached.data, json.data, json.size))
        return;
    if (fetch(registry, id, &now).answer != SCHEMA_OK)
        return;
    if (cached.size != now.size || memcmp(cached.data, now.data, now.size) != 0)
        schema_cache_clear(&registry->cache);
}

/* --- subjects --- */

static struct schema_result call_subject(struct registry *registry, const char *method, const char *before,
                                         const char *subject, const char *after, json_t *body)
{
    char path[REGISTRY_PATH];

    if (!body && strcmp(method, "GET") != 0)
        return registry_result(registry, SCHEMA_RETRY, "no memory");
    if (registry_subject_path(path, before, subject, after))
        return registry_call(registry, method, path, body);
    json_decref(body);
    return registry_result(registry, SCHEMA_MALFORMED, "the subject's name is too long");
}

static json_t *schema_body(struct text json)
{
    return json_pack("{s:s%}", "schema", json.data, (size_t)json.size);
}

static struct schema_result post_schema(struct registry *registry, const char *subject, const char *after,
                                        struct text json, int32_t *ret_id)
{
    struct schema_result result = call_subject(registry, "POST", "/subjects/", subject, after, schema_body(json));

    if (result.answer == SCHEMA_OK && !registry_integer(registry, "id", ret_id))
        return registry_result(registry, SCHEMA_MALFORMED, "the answer for subject %.100s has no id", subject);
    if (result.answer == SCHEMA_OK)
        check_cache(registry, *ret_id, json);
    return result;
}

struct schema_result registry_lookup(struct registry *registry, const char *subject, struct text json, int32_t *ret_id)
{
    return post_schema(registry, subject, "", json, ret_id);
}

struct schema_result registry_register(struct registry *registry, const char *subject, struct text json,
                                       int32_t *ret_id)
{
    return post_schema(registry, subject, "/versions", json, ret_id);
}

struct schema_result registry_latest(struct registry *registry, const char *subject, struct text *ret_json,
                                     int32_t *ret_id, int32_t *ret_version)
{
    struct schema_result result = call_subject(registry, "GET", "/subjects/", subject, "/versions/latest", NULL);

    if (result.answer != SCHEMA_OK)
        return result;
    if (!registry_string(registry, "schema", ret_json) || !registry_integer(registry, "id", ret_id) ||
        !registry_integer(registry, "version", ret_version))
        return registry_result(registry, SCHEMA_MALFORMED, "the answer for subject %.100s is incomplete", subject);
    return result;
}

struct schema_result registry_check(struct registry *registry, const char *subject, struct text json,
                                    bool *ret_compatible)
{
    struct schema_result result =
        call_subject(registry, "POST", "/compatibility/subjects/", subject, "/versions", schema_body(json));
    const json_t *compatible = json_object_get(registry->answer, "is_compatible");

    *ret_compatible = result.answer == SCHEMA_NOT_FOUND || json_is_true(compatible);
    if (result.answer == SCHEMA_NOT_FOUND)
        return (struct schema_result){SCHEMA_OK, ""};
    if (result.answer == SCHEMA_OK && !json_is_boolean(compatible))
        return registry_result(registry, SCHEMA_MALFORMED, "the answer for subject %.100s has no is_compatible",
                               subject);
    return result;
}

struct schema_result registry_compatibility(struct registry *registry, const char *subject, const char **ret_level)
{
    struct schema_result result = call_subject(registry, "GET", "/config/", subject, "", NULL);
    struct text level = {"", 0};

    if (result.answer == SCHEMA_OK && !registry_string(registry, "compatibilityLevel", &level))
        return registry_result(registry, SCHEMA_MALFORMED, "the answer for subject %.100s has no compatibilityLevel",
                               subject);
    *ret_level = level.data;
    return result;
}

struct schema_result registry_set_compatibility(struct registry *registry, const char *subject, const char *level)
{
    return call_subject(registry, "PUT", "/config/", subject, "", json_pack("{s:s}", "compatibility", level));
}

/* --- the codec's port --- */

static struct schema_result source_fetch(void *context, int32_t id, struct text *ret_json)
{
    return registry_schema(context, id, ret_json);
}

static struct schema_result source_identify(void *context, const char *subject, struct text json, int32_t *ret_id)
{
    struct registry *registry = context;
    struct schema_result result = registry_lookup(registry, subject, json, ret_id);

    if (result.answer == SCHEMA_NOT_FOUND && registry->register_missing)
        return registry_register(registry, subject, json, ret_id);
    return result;
}

static struct schema_result source_list(void *context, const char *subject, int32_t ret_ids[SCHEMA_LISTED],
                                        uint32_t *ret_count)
{
    return registry_ids(context, subject, ret_ids, ret_count);
}

struct schema_source registry_source(struct registry *registry)
{
    return (struct schema_source){registry, source_fetch, source_identify, source_list};
}
