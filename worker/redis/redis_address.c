#include "redis_address.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_PORT 6379
#define PORT_MAX     65535
#define DATABASE_MAX 1000000

static struct result refuse(const char *reason)
{
    return (struct result){RESULT_STOP, reason};
}

static bool starts_with(const char *text, const char *prefix, const char **ret_rest)
{
    size_t size = strlen(prefix);

    if (strncmp(text, prefix, size) != 0)
        return false;
    *ret_rest = text + size;
    return true;
}

static int hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

/* Copies [from, end) with %xx decoded. */
static bool copy_decoded(const char *from, const char *end, char *to, size_t capacity)
{
    size_t size = 0;

    while (from < end) {
        char byte = *from++;
        if (byte == '%') {
            int high = from < end ? hex_digit(from[0]) : -1;
            int low = from + 1 < end ? hex_digit(from[1]) : -1;
            if (high < 0 || low < 0)
                return false;
            byte = (char)(high * 16 + low);
            from += 2;
        }
        if (byte == '\0' || size + 1 >= capacity)
            return false;
        to[size++] = byte;
    }
    to[size] = '\0';
    return true;
}

static bool copy_plain(const char *from, const char *end, char *to, size_t capacity)
{
    size_t size = (size_t)(end - from);

    if (size >= capacity)
        return false;
    memcpy(to, from, size);
    to[size] = '\0';
    return true;
}

/* The whole of [from, end) as a number in 0..maximum. */
static bool read_number(const char *from, const char *end, int maximum, int *ret)
{
    int number = 0;

    if (from == end)
        return false;
    for (; from < end; from++) {
        if (*from < '0' || *from > '9')
            return false;
        number = number * 10 + (*from - '0');
        if (number > maximum)
            return false;
    }
    *ret = number;
    return true;
}

/* user:password, or a password alone after a colon. */
static bool read_login(const char *from, const char *end, struct redis_address *address)
{
    const char *colon = memchr(from, ':', (size_t)(end - from));

    if (!colon)
        return copy_decoded(from, end, address->user, sizeof(address->user));
    return copy_decoded(from, colon, address->user, sizeof(address->user)) &&
           copy_decoded(colon + 1, end, address->password, sizeof(address->password));
}

/* host[:port] or [IPv6][:port] */
static bool read_host(const char *from, const char *end, struct redis_address *address)
{
    const char *host_end;

    if (from < end && *from == '[') {
        from++;
        host_end = memchr(from, ']', (size_t)(end - from));
        if (!host_end || !copy_plain(from, host_end, address->host, sizeof(address->host)))
            return false;
        host_end++;
    } else {
        host_end = memchr(from, ':', (size_t)(end - from));
        if (!host_end)
            host_end = end;
        if (!copy_plain(from, host_end, address->host, sizeof(address->host)))
            return false;
    }
    if (address->host[0] == '\0')
        return false;
    if (host_end == end)
        return true;
    return *host_end == ':' && read_number(host_end + 1, end, PORT_MAX, &address->port) && address->port > 0;
}

static struct result parse_network(const char *rest, struct redis_address *address)
{
    const char *end = rest + strcspn(rest, "/");
    const char *at = NULL;

    for (const char *scan = rest; scan < end; scan++)
        if (*scan == '@')
            at = scan; /* the last one: a password may hold it undecoded */
    if (at && !read_login(rest, at, address))
        return refuse("user or password is too long or badly percent-encoded");
    if (!read_host(at ? at + 1 : rest, end, address))
        return refuse("expected host:port after redis://");
    if (*end == '/' && end[1] != '\0' && !read_number(end + 1, end + strlen(end), DATABASE_MAX, &address->database))
        return refuse("expected a database number after the host");
    return RESULT_SUCCESS;
}

static struct result parse_local(const char *path, struct redis_address *address)
{
    const char *end = path + strcspn(path, "?");
    const char *number;

    address->local = true;
    if (*path != '/' || !copy_plain(path, end, address->host, sizeof(address->host)))
        return refuse("expected an absolute path after unix://");
    if (*end == '\0')
        return RESULT_SUCCESS;
    if (!starts_with(end, "?db=", &number) ||
        !read_number(number, number + strlen(number), DATABASE_MAX, &address->database))
        return refuse("expected ?db=NUMBER after the path");
    return RESULT_SUCCESS;
}

struct result redis_address_parse(const char *url, struct redis_address *ret)
{
    const char *rest;

    *ret = (struct redis_address){.port = DEFAULT_PORT};
    if (starts_with(url, "unix://", &rest))
        return parse_local(rest, ret);
    if (starts_with(url, "rediss://", &rest)) {
        ret->tls = true;
        return parse_network(rest, ret);
    }
    if (starts_with(url, "redis://", &rest))
        return parse_network(rest, ret);
    return refuse("expected redis://, rediss:// or unix://");
}

/* Braces would end the hash tag early. */
static bool prefix_usable(const char *prefix)
{
    return prefix && strpbrk(prefix, "{}") == NULL && strlen(prefix) < PREFIX_CAPACITY;
}

struct result redis_config_address(const struct redis_config *config, struct redis_address *ret)
{
    if (!prefix_usable(config->prefix))
        return refuse("the prefix is too long or holds braces");
    struct result result = redis_address_parse(config->url, ret);
    if (result.kind != RESULT_OK || !config->password || !config->password[0])
        return result;
    const char *end = config->password + strlen(config->password);
    if (!copy_plain(config->password, end, ret->password, sizeof(ret->password)))
        return refuse("the password is too long");
    return RESULT_SUCCESS;
}
