/* Where Redis is: redis://[user:password@]host[:port][/db], rediss:// (TLS), unix:///path[?db=N].
 *
 * User and password may be percent-encoded, as URLs have it; an IPv6 host is in brackets. */
#ifndef OSBILL_REDIS_ADDRESS_H
#define OSBILL_REDIS_ADDRESS_H

#include "redis_store.h"

#include <stdbool.h>

#define PREFIX_CAPACITY 256

struct redis_address {
    bool tls;
    bool local; /* host is the path of a unix socket */
    char host[256];
    int port;           /* 6379 when absent */
    char user[128];     /* empty: Redis' default user */
    char password[512]; /* empty: none */
    int database;
};

/* RESULT_STOP with a static reason, which never repeats the URL: it may hold a password. */
struct result redis_address_parse(const char *url, struct redis_address *ret) WARN_UNUSED;

/* The address of a configuration, whose prefix is checked too. */
struct result redis_config_address(const struct redis_config *config, struct redis_address *ret) WARN_UNUSED;

#endif
