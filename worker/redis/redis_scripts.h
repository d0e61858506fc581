/* The Lua scripts, embedded at build time (embed.cmake). One per kind of request, and those for commands. */
#ifndef OSBILL_REDIS_SCRIPTS_H
#define OSBILL_REDIS_SCRIPTS_H

#include <stddef.h>

#define DIGEST_SIZE 40 /* hex digits by which EVALSHA names a script */

/* In the order of enum store_request_kind, so that a kind is its script; then those that are no request. */
enum script_id {
    SCRIPT_CLAIM,
    SCRIPT_READ,
    SCRIPT_WRITE,
    SCRIPT_FILL,
    SCRIPT_FINISH,
    SCRIPT_DUE,
    SCRIPT_HELD,
    SCRIPT_TIME,
    SCRIPT_PEEK,
    SCRIPT_LOOK,
    SCRIPT_FORGET,
    SCRIPT_COUNT
};

struct script {
    const char *name;
    const char *source; /* not NUL-terminated */
    size_t size;
};

extern const struct script redis_scripts[SCRIPT_COUNT];

#endif
