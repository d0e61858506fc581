#include "redis_connection.h"

#include "redis_tls.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define BACKOFF_FIRST_MS 20
#define BACKOFF_LIMIT_MS 2000

int64_t monotonic_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct result connection_init(struct connection *connection, const struct redis_address *address,
                              int connect_timeout_ms, int answer_timeout_ms)
{
    *connection = (struct connection){
        .address = *address,
        .connect_timeout_ms = connect_timeout_ms,
        .answer_timeout_ms = answer_timeout_ms,
        .chance = (uint64_t)(uintptr_t)connection ^ (uint64_t)monotonic_ms() << 20 ^ 1,
    };
    if (address->tls)
        return redis_tls_open(address->host, &connection->tls);
    return RESULT_SUCCESS;
}

static void connection_close(struct connection *connection)
{
    if (connection->context)
        redisFree(connection->context);
    connection->context = NULL;
    connection->state = CONNECTION_WAITING;
    connection->expected = 0;
    connection->greeted = 0;
    connection->sent = 0;
    buffer_clear(&connection->output, OUTPUT_KEEP);
}

void connection_release(struct connection *connection)
{
    connection_close(connection);
    redis_buffer_release(&connection->output);
    redis_tls_close(connection->tls);
    connection->tls = NULL;
}

void connection_reset(struct connection *connection)
{
    connection_close(connection);
    connection->retry_at = monotonic_ms();
}

void connection_probe(struct connection *connection)
{
    char byte;

    if (connection->state != CONNECTION_READY || connection->expected > 0)
        return;
    ssize_t size = recv(connection->context->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
        connection_reset(connection);
}

/* Doubles with each attempt up to the limit; half of it is chance, so that workers do not come back together. */
static int64_t backoff_ms(struct connection *connection)
{
    uint32_t doublings = connection->attempts < 7 ? connection->attempts : 7;
    int64_t most = (int64_t)BACKOFF_FIRST_MS << doublings;

    if (most > BACKOFF_LIMIT_MS)
        most = BACKOFF_LIMIT_MS;
    connection->chance ^= connection->chance << 13; /* xorshift64 */
    connection->chance ^= connection->chance >> 7;
    connection->chance ^= connection->chance << 17;
    return most / 2 + (int64_t)(connection->chance % (uint64_t)(most / 2 + 1));
}

void connection_fail(struct connection *connection, enum result_kind kind, const char *reason)
{
    connection->failed = true;
    connection->failure = kind;
    if (connection->address.local)
        snprintf(connection->reason, sizeof(connection->reason), "Redis at %s: %s", connection->address.host, reason);
    else
        snprintf(connection->reason, sizeof(connection->reason), "Redis at %s:%d: %s", connection->address.host,
                 connection->address.port, reason);
    connection_close(connection);
    connection->retry_at = monotonic_ms() + backoff_ms(connection);
    connection->attempts++;
}

void connection_expect(struct connection *connection, uint32_t answers)
{
    if (connection->expected == 0)
        connection->progress_at = monotonic_ms();
    connection->expected += answers;
}

/* Begins to connect. */
static void connection_open(struct connection *connection)
{
    const struct redis_address *address = &connection->address;
    redisContext *context =
        address->local ? redisConnectUnixNonBlock(address->host) : redisConnectNonBlock(address->host, address->port);

    if (!context || context->err) {
        connection_fail(connection, RESULT_RETRY, context ? context->errstr : "out of memory");
        if (context)
            redisFree(context);
        return;
    }
    if (!address->local)
        redisEnableKeepAlive(context); /* so that load balancers do not forget an idle connection */
    context->reader->maxbuf = 0;       /* or every large answer would allocate its buffer anew */
    connection->context = context;
    connection->state = CONNECTION_OPENING;
    connection->progress_at = monotonic_ms();
}

static void connection_opened(struct connection *connection)
{
    int error = 0;
    socklen_t size = sizeof(error);

    if (getsockopt(connection->context->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        error = errno;
    if (error != 0) {
        char text[128];
        if (strerror_r(error, text, sizeof(text)) != 0)
            snprintf(text, sizeof(text), "error %d", error);
        connection_fail(connection, RESULT_RETRY, text);
        return;
    }
    if (connection->tls && !redis_tls_start(connection->tls, connection->context)) {
        connection_fail_transport(connection);
        return;
    }
    connection_greet(connection);
}

/* Any next answer, of the greeting or of a command. */
redisReply *connection_take(struct connection *connection)
{
    void *reply = NULL;

    if (!connection->context)
        return NULL;
    if (redisReaderGetReply(connection->context->reader, &reply) != REDIS_OK) {
        connection_fail(connection, RESULT_RETRY, connection->context->reader->errstr);
        return NULL;
    }
    if (!reply)
        return NULL;
    if (connection->expected == 0) {
        freeReplyObject(reply);
        connection_fail(connection, RESULT_RETRY, "an answer that nobody asked for");
        return NULL;
    }
    connection->expected--;
    return reply;
}

redisReply *connection_answer(struct connection *connection)
{
    return connection->state == CONNECTION_READY ? connection_take(connection) : NULL;
}

/* Fails what has been waiting for too long. Called after reading, so that time that the caller spent elsewhere while
 * the answer was there does not count. */
static void connection_watch(struct connection *connection)
{
    int64_t idle = monotonic_ms() - connection->progress_at;

    if (connection->state == CONNECTION_READY && connection->expected > 0 && idle > connection->answer_timeout_ms)
        connection_fail(connection, RESULT_RETRY, "no answer in time: whether it was done is unknown");
    else if ((connection->state == CONNECTION_OPENING || connection->state == CONNECTION_GREETING) &&
             idle > connection->connect_timeout_ms)
        connection_fail(connection, RESULT_RETRY, "could not connect in time");
}

/* No longer than until the next deadline. */
static int step_timeout(const struct connection *connection, int timeout_ms)
{
    int64_t now = monotonic_ms();
    int64_t until = now + timeout_ms;

    if (connection->state == CONNECTION_WAITING)
        until = connection->retry_at;
    else if (connection->state != CONNECTION_READY)
        until = connection->progress_at + connection->connect_timeout_ms + 1;
    else if (connection->expected > 0)
        until = connection->progress_at + connection->answer_timeout_ms + 1;
    if (until <= now)
        return 0;
    return until - now < timeout_ms ? (int)(until - now) : timeout_ms;
}

static void connection_wait(struct connection *connection, int timeout_ms)
{
    bool writing = connection->state == CONNECTION_OPENING || connection_backlog(connection) > 0;
    struct pollfd event = {.fd = connection->context->fd, .events = POLLIN};

    if (connection->state == CONNECTION_OPENING)
        event.events = POLLOUT;
    else if (writing)
        event.events = POLLIN | POLLOUT;
    if (poll(&event, 1, step_timeout(connection, timeout_ms)) <= 0)
        return;
    if (connection->state == CONNECTION_OPENING) {
        connection_opened(connection);
        return;
    }
    if (event.revents & POLLOUT)
        connection_flush(connection);
    if (connection->context && (event.revents & (POLLIN | POLLHUP | POLLERR)))
        connection_read(connection);
}

void connection_step(struct connection *connection, int timeout_ms)
{
    if (connection->state == CONNECTION_WAITING) {
        poll(NULL, 0, step_timeout(connection, timeout_ms));
        if (monotonic_ms() >= connection->retry_at)
            connection_open(connection);
        return;
    }
    connection_wait(connection, timeout_ms);
    connection_greeted(connection);
    connection_watch(connection);
}
