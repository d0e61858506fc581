/* Bytes to and from the socket, and the greeting. */
#include "redis_connection.h"
#include "redis_error.h"
#include "redis_tls.h"

#include <errno.h>
#include <hiredis/sds.h>
#include <stdio.h>
#include <sys/socket.h>

#define TLS_SLICE 65536

/* Fails the connection because of what hiredis says, or more exactly because of the certificate. */
void connection_fail_transport(struct connection *connection)
{
    const char *certificate = connection->tls ? redis_tls_problem(connection->tls) : NULL;
    const char *error = connection->context->err ? connection->context->errstr : "connection lost";
    char text[256];

    if (certificate)
        snprintf(text, sizeof(text), "its TLS certificate is refused: %s", certificate);
    else
        snprintf(text, sizeof(text), "%s", error);
    connection_fail(connection, RESULT_RETRY, text);
}

size_t connection_backlog(const struct connection *connection)
{
    size_t backlog = connection->output.size - connection->sent;

    return connection->tls && connection->context ? backlog + sdslen(connection->context->obuf) : backlog;
}

/* TLS goes through hiredis' own buffer, a slice at a time: it moves the rest to the front after each write. */
static bool write_slice(struct connection *connection, bool *ret_more)
{
    size_t size = connection->output.size - connection->sent;
    int done = 0;

    if (size > TLS_SLICE)
        size = TLS_SLICE;
    if (redisBufferWrite(connection->context, &done) != REDIS_OK)
        return false;
    *ret_more = done && size > 0;
    if (!*ret_more)
        return true;
    if (redisAppendFormattedCommand(connection->context, connection->output.data + connection->sent, size) != REDIS_OK)
        return false;
    connection->sent += size;
    return redisBufferWrite(connection->context, &done) == REDIS_OK;
}

static bool write_plain(struct connection *connection, bool *ret_more)
{
    ssize_t size = send(connection->context->fd, connection->output.data + connection->sent,
                        connection_backlog(connection), MSG_NOSIGNAL | MSG_DONTWAIT);

    *ret_more = size > 0 || (size < 0 && errno == EINTR);
    if (size < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
        return false;
    if (size > 0)
        connection->sent += (size_t)size;
    return true;
}

void connection_flush(struct connection *connection)
{
    size_t before = connection->sent;
    bool more = true;

    if (connection->state < CONNECTION_GREETING)
        return;
    while (more && connection_backlog(connection) > 0) {
        bool written = connection->tls ? write_slice(connection, &more) : write_plain(connection, &more);
        if (!written) {
            connection_fail_transport(connection);
            return;
        }
    }
    if (connection->sent != before)
        connection->progress_at = monotonic_ms();
    if (connection_backlog(connection) == 0) {
        buffer_clear(&connection->output, OUTPUT_KEEP);
        connection->sent = 0;
    }
}

/* Reads all that is there. */
void connection_read(struct connection *connection)
{
    redisReader *reader = connection->context->reader;
    size_t before;

    do {
        before = reader->len;
        if (redisBufferRead(connection->context) != REDIS_OK) {
            connection_fail_transport(connection);
            return;
        }
        if (reader->len != before)
            connection->progress_at = monotonic_ms();
    } while (reader->len - before >= 16384); /* a full read: there may be more */
}

/* Records go in MULTI: a user or a server without it must be found out before the first ones. */
static void greet_transactions(struct connection *connection)
{
    struct buffer *output = &connection->output;

    buffer_put_command(output, 1);
    buffer_put_string(output, "MULTI");
    buffer_put_command(output, 3);
    buffer_put_string(output, "EVAL");
    buffer_put_string(output, "return 1");
    buffer_put_number(output, 0);
    buffer_put_command(output, 1);
    buffer_put_string(output, "EXEC");
    connection->expected += 3;
}

/* Commands of the greeting, in the order in which connection_greeted takes their answers. */
void connection_greet(struct connection *connection)
{
    const struct redis_address *address = &connection->address;
    struct buffer *output = &connection->output;

    connection->state = CONNECTION_GREETING;
    if (address->password[0]) {
        buffer_put_command(output, address->user[0] ? 3 : 2);
        buffer_put_string(output, "AUTH");
        if (address->user[0])
            buffer_put_string(output, address->user);
        buffer_put_string(output, address->password);
        connection->expected++;
    }
    if (address->database) {
        buffer_put_command(output, 2);
        buffer_put_string(output, "SELECT");
        buffer_put_number(output, address->database);
        connection->expected++;
    }
    greet_transactions(connection);
    for (size_t i = 0; i < SCRIPT_COUNT; i++) {
        buffer_put_command(output, 3);
        buffer_put_string(output, "SCRIPT");
        buffer_put_string(output, "LOAD");
        buffer_put_argument(output, redis_scripts[i].source, redis_scripts[i].size);
        connection->expected++;
    }
    if (output->failed)
        connection_fail(connection, RESULT_RETRY, "out of memory");
}

/* Keeps the digests of the scripts, which are the last answers of the greeting. */
void connection_greeted(struct connection *connection)
{
    redisReply *reply;

    while (connection->state == CONNECTION_GREETING && (reply = connection_take(connection)) != NULL) {
        if (reply->type == REDIS_REPLY_ERROR) {
            char text[REASON_CAPACITY];
            struct result result = redis_error_result(reply->str, RESULT_STOP, text, sizeof(text));
            connection_fail(connection, result.kind, result.reason);
        } else if (connection->expected < SCRIPT_COUNT) {
            char *digest = connection->digest[SCRIPT_COUNT - 1 - connection->expected];
            snprintf(digest, DIGEST_SIZE + 1, "%s", reply->str);
        }
        freeReplyObject(reply);
        if (connection->state == CONNECTION_GREETING && connection->expected == 0) {
            connection->state = CONNECTION_READY;
            connection->attempts = 0;
        }
    }
}
