#include "worker/http/http.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

struct http_client {
    CURL *curl;
    struct http_options options;
    char *files[3]; /* copies of ca_file, certificate, key */
    char *body;
    size_t size;
    size_t capacity;
    bool too_large;
    bool no_memory;
    char error[CURL_ERROR_SIZE];
};

static char *copy_of(const char *text, bool *failed)
{
    char *copy = text ? strdup(text) : NULL;

    *failed = *failed || (text && !copy);
    return copy;
}

static bool copy_options(struct http_client *client, const struct http_options *options)
{
    bool failed = false;

    client->options = *options;
    client->files[0] = copy_of(options->ca_file, &failed);
    client->files[1] = copy_of(options->certificate, &failed);
    client->files[2] = copy_of(options->key, &failed);
    if (!options->connect_timeout_ms)
        client->options.connect_timeout_ms = 2000;
    if (!options->total_timeout_ms)
        client->options.total_timeout_ms = 10000;
    if (!options->response_limit)
        client->options.response_limit = 1u << 20;
    return !failed;
}

struct http_client *http_client_new(const struct http_options *options)
{
    struct http_client *client = calloc(1, sizeof *client);

    if (!client)
        return NULL;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(client);
        return NULL;
    }
    client->curl = curl_easy_init();
    if (client->curl && copy_options(client, options))
        return client;
    http_client_free(client);
    return NULL;
}

void http_client_free(struct http_client *client)
{
    if (!client)
        return;
    curl_easy_cleanup(client->curl);
    curl_global_cleanup();
    for (size_t i = 0; i < sizeof client->files / sizeof client->files[0]; i++)
        free(client->files[i]);
    free(client->body);
    free(client);
}

/* libcurl's write function: keeps the body, up to the limit. */
static size_t keep(char *data, size_t one, size_t size, void *context)
{
    struct http_client *client = context;

    (void)one; /* always 1 */
    client->too_large = client->size + size > client->options.response_limit;
    if (client->too_large)
        return 0;
    if (client->size + size > client->capacity) {
        size_t capacity = (client->size + size) * 2;
        char *body = realloc(client->body, capacity);
        client->no_memory = !body;
        if (!body)
            return 0;
        client->body = body;
        client->capacity = capacity;
    }
    memcpy(client->body + client->size, data, size);
    client->size += size;
    return size;
}

/* Collects what libcurl says to options set one after the other. */
static void also(CURLcode *result, CURLcode next)
{
    *result = *result == CURLE_OK ? next : *result;
}

static CURLcode set_limits(struct http_client *client)
{
    CURL *curl = client->curl;
    CURLcode result = curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);

    also(&result, curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https"));
    also(&result, curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L));
    also(&result, curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)client->options.connect_timeout_ms));
    also(&result, curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)client->options.total_timeout_ms));
    also(&result, curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep));
    also(&result, curl_easy_setopt(curl, CURLOPT_WRITEDATA, client));
    also(&result, curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->error));
    return result;
}

static CURLcode set_trust(struct http_client *client)
{
    CURL *curl = client->curl;
    CURLcode result = curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);

    also(&result, curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L));
    if (client->files[0])
        also(&result, curl_easy_setopt(curl, CURLOPT_CAINFO, client->files[0]));
    if (client->files[1])
        also(&result, curl_easy_setopt(curl, CURLOPT_SSLCERT, client->files[1]));
    if (client->files[2])
        also(&result, curl_easy_setopt(curl, CURLOPT_SSLKEY, client->files[2]));
    return result;
}

static CURLcode set_credentials(struct http_client *client, const struct http_request *request)
{
    CURL *curl = client->curl;
    CURLcode result = CURLE_OK;

    if (request->username) {
        also(&result, curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC));
        also(&result, curl_easy_setopt(curl, CURLOPT_USERNAME, request->username));
        also(&result, curl_easy_setopt(curl, CURLOPT_PASSWORD, request->password ? request->password : ""));
    }
    if (request->bearer_token) {
        also(&result, curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER));
        also(&result, curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, request->bearer_token));
    }
    return result;
}

static CURLcode set_request(struct http_client *client, const struct http_request *request,
                            const struct curl_slist *headers)
{
    CURL *curl = client->curl;
    CURLcode result = curl_easy_setopt(curl, CURLOPT_URL, request->url);
    bool has_body = request->body.size || !strcmp(request->method, "POST") || !strcmp(request->method, "PUT");

    if (has_body) {
        also(&result, curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)request->body.size));
        also(&result, curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.size ? request->body.data : ""));
    }
    also(&result, curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method));
    also(&result, curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers));
    return result;
}

/* NULL with *ret_ok true: no headers. */
static struct curl_slist *header_list(const char *const *headers, bool *ret_ok)
{
    struct curl_slist *list = NULL;

    *ret_ok = true;
    for (; headers && *headers; headers++) {
        struct curl_slist *longer = curl_slist_append(list, *headers);
        if (!longer) {
            curl_slist_free_all(list);
            *ret_ok = false;
            return NULL;
        }
        list = longer;
    }
    return list;
}

static enum http_outcome outcome_of(const struct http_client *client, CURLcode code)
{
    if (client->too_large)
        return HTTP_TOO_LARGE;
    if (client->no_memory || code == CURLE_OUT_OF_MEMORY)
        return HTTP_NO_MEMORY;
    switch (code) {
    case CURLE_OK: return HTTP_ANSWERED;
    case CURLE_OPERATION_TIMEDOUT: return HTTP_TIMED_OUT;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR: return HTTP_UNTRUSTED;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_UNKNOWN_OPTION:
    case CURLE_NOT_BUILT_IN: return HTTP_INVALID;
    default: return HTTP_UNREACHABLE;
    }
}

static struct http_answer answer_of(struct http_client *client, CURLcode code)
{
    long status = 0;
    enum http_outcome outcome = outcome_of(client, code);

    if (outcome == HTTP_TOO_LARGE)
        return (struct http_answer){outcome, 0, {NULL, 0}, "the answer is larger than the limit"};
    if (outcome != HTTP_ANSWERED)
        return (struct http_answer){outcome, 0, {NULL, 0}, client->error[0] ? client->error : curl_easy_strerror(code)};
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    return (struct http_answer){outcome, (int)status, {client->body, (uint32_t)client->size}, ""};
}

struct http_answer http_send(struct http_client *client, const struct http_request *request)
{
    bool ok;
    struct curl_slist *headers = header_list(request->headers, &ok);
    CURLcode code = ok ? CURLE_OK : CURLE_OUT_OF_MEMORY;

    curl_easy_reset(client->curl); /* options only: open connections stay */
    client->size = 0;
    client->too_large = client->no_memory = false;
    client->error[0] = '\0';
    also(&code, set_limits(client));
    also(&code, set_trust(client));
    also(&code, set_credentials(client, request));
    also(&code, set_request(client, request, headers));
    if (code == CURLE_OK)
        code = curl_easy_perform(client->curl);
    struct http_answer answer = answer_of(client, code);
    curl_slist_free_all(headers);
    return answer;
}

static bool is_unreserved(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           (byte && strchr("-._~", byte));
}

bool http_escape(const char *text, char *ret_escaped, size_t size)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t length = 0;

    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        if (length + 4 > size)
            return false;
        if (is_unreserved(byte)) {
            ret_escaped[length++] = *text;
            continue;
        }
        ret_escaped[length++] = '%';
        ret_escaped[length++] = digits[byte >> 4];
        ret_escaped[length++] = digits[byte & 15];
    }
    if (length >= size)
        return false;
    ret_escaped[length] = '\0';
    return true;
}
