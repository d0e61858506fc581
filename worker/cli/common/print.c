#include "worker/cli/common/print.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "worker/avro/utf8.h"

enum { LINE = 2048 };

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

/* Characters that a terminal obeys, that turn what follows around, or that nobody sees: first and last. */
static const struct {
    uint32_t first, last;
} hidden[] = {
    {0, 0x1f},        {0x7f, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},   {0x180e, 0x180e},   {0x200b, 0x200f},
    {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
};

static bool is_hidden(uint32_t code)
{
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
        if (code >= hidden[i].first && code <= hidden[i].last)
            return true;
    return false;
}

struct print_character print_character(const char *text, size_t size)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t bytes = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    uint32_t code = bytes == 1 ? at[0] : at[0] & (0x7fU >> bytes);

    if (bytes > size || !utf8_valid(at, bytes))
        return (struct print_character){1, at[0], true};
    for (size_t i = 1; i < bytes; i++)
        code = code << 6 | (at[i] & 0x3f);
    return (struct print_character){bytes, code, is_hidden(code)};
}

size_t print_code(uint32_t code, char buffer[PRINT_CODE])
{
    const char *format = code < 0x100 ? "\\x%02x" : code < 0x10000 ? "\\u%04x" : "\\U%08x";

    return (size_t)snprintf(buffer, PRINT_CODE, format, code);
}

size_t print_escape(struct text text, bool keep_newlines, char *buffer, size_t size)
{
    size_t used = 0;

    for (uint32_t i = 0; i < text.size && used + PRINT_CODE < size;) {
        struct print_character character = print_character(text.data + i, text.size - i);
        if (character.hidden && !(keep_newlines && character.code == '\n'))
            used += print_code(character.code, buffer + used);
        else {
            memcpy(buffer + used, text.data + i, character.size);
            used += character.size;
        }
        i += (uint32_t)character.size;
    }
    if (size)
        buffer[used] = '\0';
    return used;
}

/* As much as a part takes, but no character is cut in two. */
static uint32_t part_size(struct text text)
{
    uint32_t size = text.size < LINE ? text.size : LINE;
    uint32_t whole = size;

    while (whole < text.size && whole + 3 > size && ((unsigned char)text.data[whole] & 0xc0) == 0x80)
        whole--;
    return whole;
}

static void write_escaped(FILE *stream, struct text text, bool keep_newlines)
{
    char part[LINE * PRINT_CODE + PRINT_CODE + 1];

    while (text.size) {
        uint32_t size = part_size(text);
        size_t used = print_escape((struct text){text.data, size}, keep_newlines, part, sizeof part);
        (void)fwrite(part, 1, used, stream);
        text.data += size;
        text.size -= size;
    }
}

/* The newlines that the format begins and ends with are its own; one within comes from what is printed, and would forge
 * a line. */
static void write_formatted(FILE *stream, const char *format, va_list arguments)
{
    char line[LINE], *text = line;
    size_t length = strlen(format);
    uint32_t begins = (uint32_t)strspn(format, "\n"), ends = 0;
    va_list again;

    while (begins + ends < length && format[length - ends - 1] == '\n')
        ends++;
    va_copy(again, arguments);
    int size = vsnprintf(line, sizeof line, format, arguments);
    if (size >= (int)sizeof line) {
        text = malloc((size_t)size + 1);
        if (text)
            (void)vsnprintf(text, (size_t)size + 1, format, again);
    }
    va_end(again);
    if (text && size > 0) {
        (void)fwrite(text, 1, begins, stream);
        write_escaped(stream, (struct text){text + begins, (uint32_t)size - begins - ends}, false);
        (void)fwrite(text + size - ends, 1, ends, stream);
    }
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

void put_lines(const char *lines)
{
    write_escaped(stdout, (struct text){lines, (uint32_t)strlen(lines)}, true);
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

/* jansson escapes C0 alone; what else is hidden can only stand within its strings. */
static void write_json(const char *text)
{
    size_t left = strlen(text);

    while (left) {
        struct print_character character = print_character(text, left);
        if (character.hidden && character.code > 0xffff)
            (void)fprintf(stdout, "\\u%04x\\u%04x", 0xd7c0U + (character.code >> 10),
                          0xdc00U | (character.code & 0x3ff));
        else if (character.hidden)
            (void)fprintf(stdout, "\\u%04x", character.code);
        else
            (void)fwrite(text, 1, character.size, stdout);
        text += character.size;
        left -= character.size;
    }
    (void)fputc('\n', stdout);
}

json_t *json_text(struct text text)
{
    return json_stringn(text.size ? text.data : "", text.size);
}

json_t *json_foreign(struct text bytes, bool present)
{
    json_t *json = present ? json_text(bytes) : json_null();

    return json ? json : json_string("(not UTF-8)");
}

char *json_whole(const json_t *json, size_t flags)
{
    size_t size = json ? json_dumpb(json, NULL, 0, flags) : 0;
    char *text = size ? malloc(size + 1) : NULL;

    if (text && json_dumpb(json, text, size, flags) != size) {
        free(text);
        return NULL;
    }
    if (text)
        text[size] = '\0';
    return text;
}

bool put_json(json_t *json)
{
    char *text = json_whole(json, JSON_COMPACT | JSON_ENCODE_ANY);

    if (text)
        write_json(text);
    else
        say("out of memory, or a value that JSON cannot hold");
    bool good = text != NULL;
    free(text);
    json_decref(json);
    return good;
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
