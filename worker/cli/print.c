#include "worker/cli/print.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE = 2048, ESCAPED = 4 /* \x1b */ };

/* A descriptor that is closed would be taken by the next socket, and a message of ours would go to Redis. */
static void occupy(int descriptor, int flags)
{
    if (fcntl(descriptor, F_GETFD) < 0 && errno == EBADF)
        (void)open("/dev/null", flags);
}

void print_prepare(void)
{
    occupy(STDIN_FILENO, O_RDONLY);
    occupy(STDOUT_FILENO, O_RDONLY); /* writing to it fails, as it did before */
    occupy(STDERR_FILENO, O_WRONLY);
    (void)signal(SIGPIPE, SIG_IGN);
}

/* --- escaping --- */

/* Bytes of the control character that begins at `at`; 0: none does. C1 is U+0080 to U+009F, C2 80 to C2 9F. */
static size_t control_size(const unsigned char *at, size_t left)
{
    if (*at < ' ' || *at == 0x7f)
        return 1;
    return left > 1 && at[0] == 0xc2 && at[1] < 0xa0 && at[1] >= 0x80 ? 2 : 0;
}

size_t print_escape(struct text text, bool keep_newlines, char *buffer, size_t size)
{
    const unsigned char *at = (const unsigned char *)text.data, *end = at + text.size;
    size_t used = 0;

    while (at < end && used + ESCAPED < size) {
        size_t control = keep_newlines && *at == '\n' ? 0 : control_size(at, (size_t)(end - at));
        if (control)
            used += (size_t)snprintf(buffer + used, ESCAPED + 1, "\\x%02x", at[control - 1]);
        else
            buffer[used++] = (char)*at;
        at += control ? control : 1;
    }
    if (size)
        buffer[used] = '\0';
    return used;
}

static void write_escaped(FILE *stream, struct text text, bool keep_newlines)
{
    char part[LINE * ESCAPED + ESCAPED + 1];

    while (text.size) {
        uint32_t size = text.size < LINE ? text.size : LINE;
        /* not between the two bytes of a C1 character */
        if (size < text.size && (unsigned char)text.data[size - 1] == 0xc2)
            size--;
        size_t used = print_escape((struct text){text.data, size}, keep_newlines, part, sizeof part);
        (void)fwrite(part, 1, used, stream);
        text.data += size;
        text.size -= size;
    }
}

static void write_formatted(FILE *stream, const char *format, va_list arguments)
{
    char line[LINE], *text = line;
    va_list again;

    va_copy(again, arguments);
    int size = vsnprintf(line, sizeof line, format, arguments);
    if (size >= (int)sizeof line) {
        text = malloc((size_t)size + 1);
        if (text)
            (void)vsnprintf(text, (size_t)size + 1, format, again);
    }
    va_end(again);
    if (text && size > 0)
        write_escaped(stream, (struct text){text, (uint32_t)size}, true);
    if (text != line)
        free(text);
}

void put(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_formatted(stdout, format, arguments);
    va_end(arguments);
}

void put_to(FILE *stream, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_formatted(stream, format, arguments);
    va_end(arguments);
}

void put_text(struct text text)
{
    write_escaped(stdout, text, false);
}

void say(const char *format, ...)
{
    va_list arguments;

    (void)fflush(stdout); /* in order, where both go to one terminal */
    va_start(arguments, format);
    (void)fputs("osbill: ", stderr);
    write_formatted(stderr, format, arguments);
    (void)fputc('\n', stderr);
    va_end(arguments);
}

/* jansson escapes C0 alone; DEL and C1 can only stand within its strings. */
static void write_json(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t left = strlen(text);

    while (left) {
        size_t control = control_size(at, left);
        if (control)
            (void)fprintf(stdout, "\\u%04x", at[control - 1]);
        else
            (void)fputc(*at, stdout);
        at += control ? control : 1;
        left -= control ? control : 1;
    }
    (void)fputc('\n', stdout);
}

json_t *json_text(struct text text)
{
    return json_stringn(text.size ? text.data : "", text.size);
}

void put_json(json_t *json)
{
    char *text = json ? json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

    if (text)
        write_json(text);
    else
        say("out of memory, or a value that JSON cannot hold");
    free(text);
    json_decref(json);
}

/* --- the end --- */

bool print_failed(void)
{
    return ferror(stdout) != 0;
}

/* The write that failed may be long ago, and its errno with it. */
static bool reader_is_gone(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};

    return poll(&output, 1, 0) == 1 && (output.revents & (POLLERR | POLLHUP)) != 0;
}

enum exit_code print_finish(enum exit_code code)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    if (errno == EPIPE || reader_is_gone())
        return code;
    say("cannot write to standard output: %s", errno ? strerror(errno) : "an earlier write failed");
    return EXIT_BROKEN;
}

uint32_t print_columns(struct text text)
{
    uint32_t columns = 0;

    for (uint32_t i = 0; i < text.size; i++)
        columns += ((unsigned char)text.data[i] & 0xc0) != 0x80;
    return columns;
}
