#include "worker/admin/server.h"

#include <microhttpd.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { CONNECTIONS = 16, SILENT_SECONDS = 10, HOST = 256 };

struct admin_server {
    struct MHD_Daemon *daemon;
    struct board *board;
};

/* Healthy or pausing by itself: 200, so that a restart is not tried where it cannot help. */
static unsigned status_of(enum board_health health)
{
    return health == BOARD_HEALTHY || health == BOARD_PAUSED ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE;
}

/* The body of a page; NULL: there is no such page, or no memory. */
static char *render(struct board *board, const char *path, unsigned *ret_status, const char **ret_type)
{
    *ret_status = MHD_HTTP_OK;
    *ret_type = "application/json";
    if (!strcmp(path, "/metrics")) {
        *ret_type = "text/plain; version=0.0.4";
        return board_metrics(board);
    }
    if (!strcmp(path, "/partitions"))
        return board_partitions(board);
    if (!strcmp(path, "/health") || !strcmp(path, "/ready")) {
        enum board_health health = board_health(board);
        *ret_status = path[1] == 'h'            ? status_of(health)
                      : health == BOARD_HEALTHY ? MHD_HTTP_OK
                                                : MHD_HTTP_SERVICE_UNAVAILABLE;
        return board_health_text(board, health);
    }
    *ret_status = MHD_HTTP_NOT_FOUND;
    *ret_type = "text/plain";
    return strdup("osbill: /metrics /health /ready /partitions\n");
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *upload, size_t *upload_size, void **state)
{
    struct admin_server *server = context;
    unsigned status;
    const char *type;

    (void)version;
    (void)upload;
    (void)upload_size;
    (void)state;
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return MHD_NO;
    char *body = render(server->board, url, &status, &type);
    if (!body)
        return MHD_NO;
    struct MHD_Response *response = MHD_create_response_from_buffer(strlen(body), body, MHD_RESPMEM_MUST_FREE);
    if (!response) {
        free(body);
        return MHD_NO;
    }
    (void)MHD_add_response_header(response, "Content-Type", type);
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

/* "[::1]:9090" or "127.0.0.1:9090" or "name:9090" */
static bool resolve(const char *address, struct addrinfo **ret)
{
    const char *colon = strrchr(address, ':');
    char host[HOST];
    size_t size = colon ? (size_t)(colon - address) : 0;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};

    if (size == 0 || size >= sizeof host)
        return false;
    bool bracketed = address[0] == '[' && address[size - 1] == ']';
    memcpy(host, address + bracketed, size - 2 * (size_t)bracketed);
    host[size - 2 * (size_t)bracketed] = '\0';
    return getaddrinfo(host, colon + 1, &hints, ret) == 0;
}

struct result admin_server_open(const char *address, struct board *board, struct admin_server **ret)
{
    const char *colon = strrchr(address, ':');
    struct addrinfo *found = NULL;

    *ret = NULL;
    if (colon && !strcmp(colon, ":0"))
        return RESULT_SUCCESS;
    if (!resolve(address, &found))
        return (struct result){RESULT_STOP, "metrics-address: no such host"};
    struct admin_server *server = calloc(1, sizeof *server);
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | (found->ai_family == AF_INET6 ? MHD_USE_IPv6 : 0);
    if (server) {
        server->board = board;
        server->daemon = MHD_start_daemon(flags, 0, NULL, NULL, answer, server, MHD_OPTION_SOCK_ADDR, found->ai_addr,
                                          MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
                                          MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SILENT_SECONDS, MHD_OPTION_END);
    }
    freeaddrinfo(found);
    if (!server || !server->daemon) {
        free(server);
        return (struct result){RESULT_STOP, "metrics-address: it cannot be listened on; is it in use?"};
    }
    *ret = server;
    return RESULT_SUCCESS;
}

void admin_server_close(struct admin_server *server)
{
    if (!server)
        return;
    MHD_stop_daemon(server->daemon);
    free(server);
}
