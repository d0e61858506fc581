/* TLS by hiredis_ssl, where the library has it (1.0 and newer); hiredis 0.14 of Debian 12 has not. */
#ifndef OSBILL_REDIS_TLS_H
#define OSBILL_REDIS_TLS_H

#include "core/result.h"

#include <hiredis/hiredis.h>
#include <stdbool.h>

struct redis_tls;

/* Verifies the server's certificate against the system's authorities and the host name. RESULT_STOP without
 * support. */
struct result redis_tls_open(const char *host, struct redis_tls **ret) WARN_UNUSED;
void redis_tls_close(struct redis_tls *tls);
/* Starts TLS on a connected socket. False: context->errstr says why. */
bool redis_tls_start(struct redis_tls *tls, redisContext *context);
/* What is wrong with the certificate of the connection that has just failed, or NULL. */
const char *redis_tls_problem(const struct redis_tls *tls);

#endif
