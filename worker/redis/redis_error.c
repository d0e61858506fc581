#include "redis_error.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN = 120 };

struct meaning {
    const char *prefix;
    enum result_kind kind;
    const char *advice;
};

/* An outage pauses (RESULT_RETRY), a mistake in the setup stops (RESULT_STOP). */
static const struct meaning meanings[] = {
    {"LOADING", RESULT_RETRY, "Redis is loading its data: wait"},
    {"READONLY", RESULT_RETRY, "a replica answered: point redis-url to the primary, or finish the failover"},
    {"MASTERDOWN", RESULT_RETRY, "a replica without its primary answered: point redis-url to the primary"},
    {"CLUSTERDOWN", RESULT_RETRY, "the Redis cluster is down: see CLUSTER INFO"},
    {"TRYAGAIN", RESULT_RETRY, "a cluster slot is being moved: wait"},
    {"OOM", RESULT_RETRY, "Redis is at maxmemory: raise it, or free memory"},
    {"BUSY", RESULT_RETRY, "a script blocks Redis: wait, or SCRIPT KILL"},
    {"UNKILLABLE", RESULT_RETRY, "a script blocks Redis: wait"},
    {"MISCONF", RESULT_RETRY, "Redis cannot save its data: look at its log and disk"},
    {"NOREPLICAS", RESULT_RETRY, "Redis has too few good replicas (min-replicas-to-write)"},
    {"EXECABORT", RESULT_RETRY, "Redis refused a transaction as a whole: it may be full or busy, see its log"},
    {"NOSCRIPT", RESULT_RETRY, "Redis lost its scripts: they are loaded again"},
    {"ERR max number of clients", RESULT_RETRY, "Redis has too many clients: raise maxclients"},
    {"NOAUTH", RESULT_STOP, "Redis wants a password: set redis-password-file"},
    {"WRONGPASS", RESULT_STOP, "Redis refused user or password: see redis-url, redis-password-file"},
    {"ERR AUTH", RESULT_STOP, "Redis has no password, but one is configured: see redis-url, redis-password-file"},
    {"NOPERM", RESULT_STOP, "the Redis user lacks a permission: see ACL LOG"},
    {"DENIED", RESULT_STOP, "Redis runs in protected mode: set a password, or bind it to this network"},
    {"MOVED", RESULT_STOP, "this is a Redis cluster of several nodes: osbill needs a single node"},
    {"ASK", RESULT_STOP, "this is a Redis cluster of several nodes: osbill needs a single node"},
    {"CROSSSLOT", RESULT_STOP, "this is a Redis cluster of several nodes: osbill needs a single node"},
    {"WRONGTYPE", RESULT_STOP, "another program uses the same keys: give each its own database or prefix"},
};

/* Bytes of the message to be repeated: not the arguments of a command that Redis does not know, since that may be AUTH.
 */
static int shown(const char *message)
{
    const char *arguments = strstr(message, "with args");
    ptrdiff_t size = arguments ? arguments - message : SHOWN;

    return size < SHOWN ? (int)size : SHOWN;
}

struct result redis_error_result(const char *message, enum result_kind otherwise, char *text, size_t capacity)
{
    struct result result = {otherwise, text};
    const char *advice = "unexpected answer";

    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        if (strncmp(message, meanings[i].prefix, strlen(meanings[i].prefix)) == 0) {
            result.kind = meanings[i].kind;
            advice = meanings[i].advice;
            break;
        }
    }
    snprintf(text, capacity, "%s (%.*s)", advice, shown(message), message);
    return result;
}
