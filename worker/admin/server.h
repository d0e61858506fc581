/* The worker's HTTP server: GET /metrics, /health, /partitions. The only user of libmicrohttpd. */
#ifndef OSBILL_ADMIN_SERVER_H
#define OSBILL_ADMIN_SERVER_H

#include "core/result.h"
#include "worker/admin/board.h"

struct admin_server;

/* Serves the board in a thread of its own. address is host:port, checked already; port 0: RESULT_OK and *ret NULL.
 * RESULT_STOP: the address cannot be used; the reason is static. */
struct result admin_server_open(const char *address, struct board *board, struct admin_server **ret) WARN_UNUSED;
void admin_server_close(struct admin_server *server); /* accepts NULL */

#endif
