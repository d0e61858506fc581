#define _GNU_SOURCE /* memmem */
/* Any answers of a schema registry: what the client takes from them is whole, what it says of them is fit for a log.
 *
 * Input: byte 0 names the question; then answers, parted by 0x1E: a byte that picks status or failure, and the body. */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/must.h"
#include "worker/http/registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct text schema = {"{\"type\":\"string\"}", 17};

static struct text answers; /* not given yet */
static char *body;          /* of the last one: exactly sized, for the sanitizer */

/* In place of http.c. */
struct http_client {
    char nothing;
};

struct http_client *http_client_new(const struct http_options *options)
{
    (void)options;
    return calloc(1, sizeof(struct http_client));
}

void http_client_free(struct http_client *client)
{
    free(client);
}

bool http_escape(const char *text, char *ret_escaped, size_t size)
{
    must(strlen(text) < size);
    memcpy(ret_escaped, text, strlen(text) + 1);
    return true;
}

struct http_answer http_send(struct http_client *client, const struct http_request *request)
{
    static const int statuses[] = {200, 204, 301, 400, 401, 403, 404, 409, 422, 429, 500, 200};
    static const char reason[] = "failed";
    const char *end = answers.size ? memchr(answers.data, 0x1E, answers.size) : NULL;
    struct text answer = {answers.data, end ? (uint32_t)(end - answers.data) : answers.size};

    (void)client;
    must(strlen(request->url) < 4096);
    if (!answer.size)
        return (struct http_answer){.outcome = HTTP_UNREACHABLE, .reason = reason};
    answers.data += answer.size + (end ? 1 : 0);
    answers.size -= answer.size + (end ? 1 : 0);
    unsigned pick = (uint8_t)answer.data[0] % 16;
    if (pick >= sizeof statuses / sizeof *statuses)
        return (struct http_answer){.outcome = HTTP_TIMED_OUT + pick % 4, .reason = reason};
    free(body);
    body = malloc(answer.size);
    must(body != NULL);
    memcpy(body, answer.data + 1, answer.size - 1);
    return (struct http_answer){HTTP_ANSWERED, statuses[pick], {answer.size > 1 ? body : NULL, answer.size - 1}, ""};
}

static void check_ids(const int32_t *ids, uint32_t count)
{
    int64_t sum = 0;

    must(count <= SCHEMA_LISTED);
    for (uint32_t i = 0; i < count; i++)
        sum += ids[i];
    must(sum >= (int64_t)INT32_MIN * SCHEMA_LISTED);
}

static struct schema_result ask(struct registry *registry, unsigned question)
{
    int32_t ids[SCHEMA_LISTED], id = 0, version = 0;
    uint32_t count = 0;
    struct text json = {NULL, 0};
    const char *level = "";
    bool compatible;
    struct schema_result result;

    switch (question % 7) {
    case 0: result = registry_schema(registry, 7, &json); break;
    case 1: result = registry_latest(registry, "s-value", &json, &id, &version); break;
    case 2: result = registry_lookup(registry, "s-value", schema, &id); break;
    case 3: result = registry_register(registry, "s-value", schema, &id); break;
    case 4: result = registry_check(registry, "s-value", schema, &compatible); break;
    case 5: result = registry_compatibility(registry, "s-value", &level); break;
    default: result = registry_ids(registry, "s-value", ids, &count);
    }
    if (result.answer == SCHEMA_OK) {
        must_be_readable(json);
        must(level != NULL);
        check_ids(ids, count);
    }
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct registry *registry = registry_new(&(struct registry_options){.url = "http://me:secret@registry"});

    must(registry != NULL);
    answers = (struct text){(const char *)data + 1, (uint32_t)(size ? size - 1 : 0)};
    for (int i = 0; size && i < 2; i++) { /* again: what was learnt is used */
        struct schema_result result = ask(registry, data[0]);
        must(result.reason != NULL);
        must(!strstr(result.reason, "secret") || memmem(data, size, "secret", 6) || memchr(data, '\\', size));
        for (const char *at = result.reason; *at; at++)
            must((unsigned char)*at >= ' ' && *at != 0x7F);
    }
    registry_free(registry);
    free(body);
    body = NULL;
    return 0;
}
