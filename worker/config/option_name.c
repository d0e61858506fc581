/* Names: of options in the environment, of what a misspelt one was meant to be; URLs without their passwords. */
#include "worker/config/option.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define NAME_LIMIT 64

const char *option_placeholder(const struct option *option)
{
    switch (option->type) {
    case OPTION_PATH: return "PATH";
    case OPTION_NAME: return "NAME";
    case OPTION_URL: return "URL";
    case OPTION_ADDRESS: return "HOST:PORT";
    case OPTION_SERVERS: return "HOST:PORT,...";
    case OPTION_NUMBER: return "NUMBER";
    case OPTION_SIZE: return "SIZE";
    case OPTION_DURATION: return "TIME";
    case OPTION_CHOICE: return option->choices;
    default: return "TEXT";
    }
}

bool option_environment_name(const char *name, const char *suffix, char *ret_name, size_t capacity)
{
    int size = snprintf(ret_name, capacity, "OSBILL_%s%s", name, suffix);

    if (size < 0 || (size_t)size >= capacity)
        return false;
    for (char *at = ret_name; *at; at++)
        *at = *at == '.' || *at == '-' ? '_' : (char)toupper((unsigned char)*at);
    return true;
}

/* The password in scheme://user:password@rest, NULL: none. It ends at the last @, wherever that is: who forgets to
 * encode a / in a password does not get it shown for that. */
static const char *url_password(const char *url, size_t *ret_size)
{
    const char *scheme = strstr(url, "://");
    const char *login = scheme ? scheme + 3 : url;
    const char *at = strrchr(login, '@');
    const char *colon = at ? memchr(login, ':', (size_t)(at - login)) : NULL;

    if (!colon)
        return NULL;
    *ret_size = (size_t)(at - colon - 1);
    return colon + 1;
}

/* Where the values begin that a URL may have behind a ?, tokens often; NULL: none, or the number of a database. */
static const char *url_query(const char *url)
{
    const char *mark = strchr(url, '?');

    return mark && strncmp(mark, "?db=", 4) != 0 ? mark + 1 : NULL;
}

bool option_url_has_password(const char *url)
{
    size_t size = 0;

    return (url_password(url, &size) && size > 0) || url_query(url);
}

void option_redact_url(const char *url, char *ret_text, size_t capacity)
{
    size_t size = 0;
    const char *password = url_password(url, &size);
    const char *rest = password ? password + size : url;
    const char *query = url_query(rest);

    snprintf(ret_text, capacity, "%.*s%s%.*s%s", password ? (int)(password - url) : 0, url, password ? "***" : "",
             query ? (int)(query - rest) : (int)strlen(rest), rest, query ? "***" : "");
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Edits (insert, delete, replace, swap neighbours) from one name to the other. */
static unsigned distance(const char *from, const char *to)
{
    unsigned rows[3][NAME_LIMIT + 1];
    size_t from_size = strlen(from), to_size = strlen(to);

    if (from_size > NAME_LIMIT || to_size > NAME_LIMIT)
        return NAME_LIMIT;
    for (unsigned k = 0; k <= to_size; k++)
        rows[0][k] = k;
    for (unsigned i = 1; i <= from_size; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (unsigned k = 1; k <= to_size; k++) {
            bool same = from[i - 1] == to[k - 1];
            row[k] = least(above[k - 1] + !same, least(above[k], row[k - 1]) + 1);
            if (i > 1 && k > 1 && from[i - 1] == to[k - 2] && from[i - 2] == to[k - 1])
                row[k] = least(row[k], before[k - 2] + 1);
        }
    }
    return rows[from_size % 3][to_size];
}

const char *option_nearest(const struct option *rows, uint32_t count, const char *name)
{
    const char *nearest = NULL;
    unsigned best = (unsigned)strlen(name) / 3 + 1; /* farther away it was not meant */

    for (uint32_t i = 0; i < count; i++) {
        unsigned edits = distance(name, rows[i].name);
        if (edits <= best) {
            best = edits - (edits > 0); /* the first of equals wins */
            nearest = rows[i].name;
        }
        if (edits == 0)
            break;
    }
    return nearest;
}
