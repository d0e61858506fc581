/* One HTTP request at a time, with limits: for the schema registry, webhooks, VMmanager. The only user of libcurl.
 *
 * What every request has: timeouts for connecting and for the whole, a limit on the answer, TLS verified (name and
 * chain), http and https only, redirects not followed, the proxy that the environment names. No request is repeated:
 * that is the caller's to decide. A client belongs to one thread and keeps its connections open. */
#ifndef OSBILL_WORKER_HTTP_HTTP_H
#define OSBILL_WORKER_HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/result.h"
#include "record.h"

struct http_options {
    int connect_timeout_ms;  /* 0: 2,000 */
    int total_timeout_ms;    /* of one request; 0: 10,000 */
    uint32_t response_limit; /* bytes of an answer's body; 0: 1 MiB */
    const char *ca_file;     /* PEM; NULL: the system's certificates */
    const char *certificate; /* the client's own, PEM file; NULL: none */
    const char *key;         /* of that, PEM file */
};

struct http_request {
    const char *method; /* "GET", "POST", "PUT", "DELETE" */
    const char *url;
    const char *const *headers; /* "Name: value", NULL-terminated; NULL: none */
    struct text body;           /* size 0: none */
    const char *username;       /* basic authentication; NULL: none */
    const char *password;
    const char *bearer_token; /* NULL: none */
};

enum http_outcome {
    HTTP_ANSWERED,    /* with whatever status */
    HTTP_UNREACHABLE, /* no name, no connection, connection lost */
    HTTP_TIMED_OUT,   /* the server may have done what was asked */
    HTTP_TOO_LARGE,   /* the answer is beyond the limit */
    HTTP_UNTRUSTED,   /* the certificate is not what it should be */
    HTTP_INVALID,     /* a URL, method or header that cannot be sent */
    HTTP_NO_MEMORY
};

struct http_answer {
    enum http_outcome outcome;
    int status;         /* HTTP status; 0 unless HTTP_ANSWERED */
    struct text body;   /* the client's until its next request */
    const char *reason; /* for people, "" when HTTP_ANSWERED; the client's until its next request */
};

struct http_client;

/* NULL: no memory, or libcurl cannot start. Strings in options are copied. */
struct http_client *http_client_new(const struct http_options *options);
void http_client_free(struct http_client *client);

/* Blocks for at most total_timeout_ms. */
struct http_answer http_send(struct http_client *client, const struct http_request *request) WARN_UNUSED;

/* Writes `text` percent-encoded (RFC 3986: all but letters, digits, - . _ ~), NUL-terminated. False: no room. */
bool http_escape(const char *text, char *ret_escaped, size_t size);

#endif
