#include "worker/http/registry_call.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct schema_result registry_result(struct registry *registry, enum schema_answer answer, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): clang-tidy 14 loses va_start across files */
    vsnprintf(registry->reason, sizeof registry->reason, format, arguments);
    va_end(arguments);
    for (char *at = registry->reason; *at; at++) /* it goes to logs and terminals */
        if ((unsigned char)*at < ' ' || *at == 0x7F)
            *at = ' ';
    return (struct schema_result){answer, registry->reason};
}

bool registry_integer(const struct registry *registry, const char *name, int32_t *ret_value)
{
    const json_t *value = json_object_get(registry->answer, name);
    json_int_t number = json_integer_value(value);

    *ret_value = (int32_t)number;
    return json_is_integer(value) && number == *ret_value;
}

bool registry_string(const struct registry *registry, const char *name, struct text *ret_text)
{
    const json_t *value = json_object_get(registry->answer, name);

    *ret_text = (struct text){json_string_value(value), (uint32_t)json_string_length(value)};
    return json_is_string(value);
}

/* {"error_code": 40403, "message": "Schema not found"}; the message is for people and may be missing. */
static struct schema_result result_of_error(struct registry *registry, int status)
{
    int32_t code = 0;
    struct text message;

    registry_integer(registry, "error_code", &code);
    if (!registry_string(registry, "message", &message))
        message = (struct text){"no message", 10};
    enum schema_answer answer = SCHEMA_MALFORMED;
    if (status == 401 || status == 403)
        answer = SCHEMA_DENIED;
    else if (status == 408 || status == 429 || status >= 500)
        answer = SCHEMA_RETRY;
    else if (status == 409 || status == 422)
        answer = SCHEMA_REFUSED;
    else if (status == 404 && code >= 40401 && code <= 40499)
        answer = SCHEMA_NOT_FOUND;
    return registry_result(registry, answer, "the schema registry answered %d: %.*s", status,
                           (int)(message.size < 250 ? message.size : 250), message.data);
}

static struct schema_result result_of_answer(struct registry *registry, const struct http_answer *answer)
{
    json_error_t error;

    registry->answer =
        json_loadb(answer->body.data ? answer->body.data : "", answer->body.size, JSON_ALLOW_NUL, &error);
    if (answer->status < 200 || answer->status > 299)
        return result_of_error(registry, answer->status);
    return (struct schema_result){SCHEMA_OK, ""};
}

static struct schema_result result_of_failure(struct registry *registry, const struct http_answer *answer)
{
    enum schema_answer what = SCHEMA_MALFORMED;

    if (answer->outcome == HTTP_UNREACHABLE || answer->outcome == HTTP_TIMED_OUT || answer->outcome == HTTP_NO_MEMORY)
        what = SCHEMA_RETRY;
    else if (answer->outcome == HTTP_TOO_LARGE) /* it would be so again: waiting for it would stop a partition */
        what = SCHEMA_REFUSED;
    return registry_result(registry, what, "schema registry %s: %.200s", registry->name, answer->reason);
}

static struct http_answer send_json(struct registry *registry, const char *method, const char *url, struct text body)
{
    static const char *const headers[] = {"Accept: application/vnd.schemaregistry.v1+json, application/json",
                                          "Content-Type: application/vnd.schemaregistry.v1+json", NULL};
    struct http_request request = {
        .method = method,
        .url = url,
        .headers = headers,
        .body = body,
        .username = registry->username,
        .password = registry->password,
        .bearer_token = registry->bearer_token,
    };
    return http_send(registry->http, &request);
}

/* json_dumps goes on without memory, and leaves out a key. NULL: no memory. */
static char *whole_text(const json_t *json)
{
    size_t size = json_dumpb(json, NULL, 0, JSON_COMPACT);
    char *text = size ? malloc(size + 1) : NULL;

    if (text)
        text[json_dumpb(json, text, size, JSON_COMPACT) == size ? size : 0] = '\0';
    return text;
}

static struct schema_result ask(struct registry *registry, const char *method, const char *path, json_t *body)
{
    char url[REGISTRY_URL_SIZE];
    char *text = body ? whole_text(body) : NULL;
    bool failed = body && (!text || !*text);
    int length = snprintf(url, sizeof url, "%s%s", registry->url, path);

    json_decref(body);
    json_decref(registry->answer);
    registry->answer = NULL;
    if (failed) {
        free(text);
        return registry_result(registry, SCHEMA_RETRY, "no memory");
    }
    struct text sent = {text, text ? (uint32_t)strlen(text) : 0};
    struct http_answer answer = {.outcome = HTTP_INVALID, .reason = "the URL is too long"};
    if (length > 0 && (size_t)length < sizeof url)
        answer = send_json(registry, method, url, sent);
    free(text);
    if (answer.outcome != HTTP_ANSWERED)
        return result_of_failure(registry, &answer);
    return result_of_answer(registry, &answer);
}

static struct schema_result no_registry(struct registry *registry)
{
    return registry_result(registry, SCHEMA_MALFORMED, "%s answers, but not as a schema registry does", registry->name);
}

struct schema_result registry_call(struct registry *registry, const char *method, const char *path, json_t *body)
{
    struct schema_result result = ask(registry, method, path, body);

    return result.answer == SCHEMA_OK && !json_is_object(registry->answer) ? no_registry(registry) : result;
}

struct schema_result registry_call_list(struct registry *registry, const char *path)
{
    struct schema_result result = ask(registry, "GET", path, NULL);

    return result.answer == SCHEMA_OK && !json_is_array(registry->answer) ? no_registry(registry) : result;
}

bool registry_subject_path(char ret_path[REGISTRY_PATH], const char *before, const char *subject, const char *after)
{
    char escaped[REGISTRY_PATH];

    if (!http_escape(subject, escaped, sizeof escaped))
        return false;
    int length = snprintf(ret_path, REGISTRY_PATH, "%s%s%s", before, escaped, after);
    return length > 0 && length < REGISTRY_PATH;
}
