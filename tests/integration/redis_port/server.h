/* A redis-server of this test's own: private folder, unix socket, ended with the test. */
#ifndef OSBILL_TESTS_REDIS_PORT_SERVER_H
#define OSBILL_TESTS_REDIS_PORT_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

struct server {
    char folder[64];
    char socket[96];
    char url[112];
    pid_t pid; /* 0: not running */
};

/* A new folder, no server yet. */
void server_init(struct server *server);
/* Starts it and waits until it answers. `options` is a NULL-terminated list of further arguments, or NULL. */
void server_start(struct server *server, const char *const *options);
/* Ends it with this signal and waits until it is gone. */
void server_end(struct server *server, int signal);
/* Ends it if need be and removes the folder. */
void server_release(struct server *server);

/* Runs one inline command; returns the raw answer (static memory, until the next call). */
const char *server_command(const struct server *server, const char *command);
/* Sends one and does not wait for its answer; the socket is returned, for the caller to close. */
int server_send(const struct server *server, const char *command);

#endif
