/* One connection to Redis that never blocks, opens itself again, and has the scripts loaded when it is ready.
 *
 * States: WAITING (backoff) -> OPENING (connect) -> GREETING (AUTH, SELECT, MULTI, SCRIPT LOAD) -> READY. Whatever
 * fails ends in WAITING with `failure` set; every command that was in flight is then lost and its fate unknown. Looking
 * up a host name is the one thing that blocks (getaddrinfo); use an address or a unix socket where that matters. */
#ifndef OSBILL_REDIS_CONNECTION_H
#define OSBILL_REDIS_CONNECTION_H

#include "redis_address.h"
#include "redis_buffer.h"
#include "redis_scripts.h"

#include <hiredis/hiredis.h>

#define REASON_CAPACITY 512
#define OUTPUT_KEEP     ((size_t)4 << 20) /* bytes of output buffer kept between requests */

enum connection_state { CONNECTION_WAITING, CONNECTION_OPENING, CONNECTION_GREETING, CONNECTION_READY };

struct connection {
    struct redis_address address;
    int connect_timeout_ms; /* to connect and greet */
    int answer_timeout_ms;  /* without a byte from Redis while an answer is due */
    enum connection_state state;
    redisContext *context; /* NULL while waiting */
    struct redis_tls *tls; /* NULL without TLS */
    struct buffer output;  /* encoded commands */
    size_t sent;           /* bytes of output that were written */
    uint32_t expected;     /* answers due */
    uint32_t greeted;      /* answers of the greeting seen */
    int64_t progress_at;   /* monotonic ms: last byte either way, or first answer due */
    int64_t retry_at;      /* monotonic ms: end of the backoff */
    uint32_t attempts;     /* failed ones in a row */
    uint64_t chance;       /* state of the jitter's generator */
    char digest[SCRIPT_COUNT][DIGEST_SIZE + 1];
    bool failed; /* set by a failure, cleared by the owner */
    enum result_kind failure;
    char reason[REASON_CAPACITY]; /* of the last failure */
};

/* Checks only; connecting starts with the first step. RESULT_STOP when TLS is asked for and not built in. */
struct result connection_init(struct connection *connection, const struct redis_address *address,
                              int connect_timeout_ms, int answer_timeout_ms) WARN_UNUSED;
void connection_release(struct connection *connection);

/* Waits at most timeout_ms for something to happen, and does it: connects, greets, writes, reads. */
void connection_step(struct connection *connection, int timeout_ms);
/* Writes what can be written at once. */
void connection_flush(struct connection *connection);
/* The next answer of a command, or NULL. The caller frees it with freeReplyObject. Only while READY. */
redisReply *connection_answer(struct connection *connection);
/* Says that commands with so many answers were put into output. */
void connection_expect(struct connection *connection, uint32_t answers);
/* Bytes of output not written yet. */
size_t connection_backlog(const struct connection *connection);

/* Closes the connection because of this; it opens again after a backoff. */
void connection_fail(struct connection *connection, enum result_kind kind, const char *reason);
/* Closes it; it opens again with the next step. */
void connection_reset(struct connection *connection);

/* Parts of a step; redis_transport.c. */
void connection_greet(struct connection *connection);
void connection_greeted(struct connection *connection);
void connection_read(struct connection *connection);
void connection_fail_transport(struct connection *connection);
redisReply *connection_take(struct connection *connection);
/* Before the first command after a pause: opens it anew if Redis closed it meanwhile. */
void connection_probe(struct connection *connection);

int64_t monotonic_ms(void);

#endif
