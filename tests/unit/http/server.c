#include "server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void note(char *ret_text, size_t size, const char *text)
{
    snprintf(ret_text, size, "%s", text ? text : "");
}

static const struct server_answer *find_answer(const struct server *server, const char *path)
{
    static const struct server_answer none = {NULL, 404, "", 0};

    for (size_t i = 0; i < SERVER_ANSWERS; i++) {
        const struct server_answer *answer = &server->answers[i];
        if (answer->status && (!answer->path || !strcmp(answer->path, path)))
            return answer;
    }
    return &none;
}

static struct MHD_Response *make_response(const struct server_answer *answer)
{
    size_t size = strlen(answer->body), times = answer->repeat ? answer->repeat : 1;
    char *bytes = malloc(size * times + 1);

    if (!bytes)
        abort();
    for (size_t i = 0; i < times; i++)
        memcpy(bytes + i * size, answer->body, size);
    struct MHD_Response *response = MHD_create_response_from_buffer(size * times, bytes, MHD_RESPMEM_MUST_FREE);
    if (answer->status >= 300 && answer->status < 400)
        MHD_add_response_header(response, "Location", "/elsewhere");
    return response;
}

static void note_request(struct server *server, struct MHD_Connection *connection, const char *path, const char *method)
{
    server->requests++;
    server->body_size = 0;
    note(server->method, sizeof server->method, method);
    note(server->path, sizeof server->path, path);
    note(server->authorization, sizeof server->authorization,
         MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization"));
    note(server->content_type, sizeof server->content_type,
         MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Type"));
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *path, const char *method,
                              const char *version, const char *upload, size_t *upload_size, void **request)
{
    struct server *server = context;

    (void)version;
    if (!*request) {
        note_request(server, connection, path, method);
        *request = server;
        return MHD_YES;
    }
    if (*upload_size) {
        size_t room = sizeof server->body - 1 - server->body_size;
        size_t size = *upload_size < room ? *upload_size : room;
        memcpy(server->body + server->body_size, upload, size);
        server->body_size += size;
        *upload_size = 0;
        return MHD_YES;
    }
    server->body[server->body_size] = '\0';
    const struct server_answer *answer = find_answer(server, path);
    struct MHD_Response *response = make_response(answer);
    enum MHD_Result result = MHD_queue_response(connection, (unsigned)answer->status, response);
    MHD_destroy_response(response);
    return result;
}

/* The path stays as it was sent: %2F is part of a name. */
static size_t keep_escapes(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

bool server_start(struct server *server, const char *certificate, const char *key)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | (certificate ? MHD_USE_TLS : 0u);
    struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)certificate},
                                   {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)key},
                                   {MHD_OPTION_END, 0, NULL}};

    memset(server, 0, sizeof *server);
    server->daemon = MHD_start_daemon(flags, 0, NULL, NULL, handle, server, MHD_OPTION_SOCK_ADDR, &address,
                                      MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_ARRAY,
                                      certificate ? tls : tls + 2, MHD_OPTION_END);
    if (!server->daemon)
        return false;
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    snprintf(server->url, sizeof server->url, "%s://127.0.0.1:%u", certificate ? "https" : "http",
             (unsigned)info->port);
    return true;
}

void server_stop(struct server *server)
{
    MHD_stop_daemon(server->daemon);
}

void server_answer(struct server *server, int status, const char *body)
{
    memset(server->answers, 0, sizeof server->answers);
    server->requests = 0;
    server->answers[0] = (struct server_answer){NULL, status, body, 0};
}
