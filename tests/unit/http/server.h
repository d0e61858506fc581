/* A tiny HTTP server within the test: answers as it is told, remembers what it was asked. */
#ifndef OSBILL_TESTS_UNIT_HTTP_SERVER_H
#define OSBILL_TESTS_UNIT_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#define SERVER_ANSWERS 8

struct server_answer {
    const char *path; /* NULL: any */
    int status;
    const char *body;
    size_t repeat; /* the body so many times; 0: once */
};

struct server {
    struct MHD_Daemon *daemon;
    char url[64];                                 /* http://127.0.0.1:<port> */
    struct server_answer answers[SERVER_ANSWERS]; /* the first whose path is the request's; none: 404 without body */
    int requests;
    /* The last request. */
    char method[16];
    char path[256];
    char authorization[256];
    char content_type[128];
    char body[4096];
    size_t body_size;
};

/* certificate and key: PEM, for https; NULL: http. */
bool server_start(struct server *server, const char *certificate, const char *key);
void server_stop(struct server *server);

/* Forgets the answers and the last request, and answers this from now on. */
void server_answer(struct server *server, int status, const char *body);

#endif
