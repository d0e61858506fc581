/* What people and pipes read: results on standard output, everything else on standard error.
 *
 * Whatever came from outside is printed without characters that a terminal obeys, that turn the text around or that
 * nobody sees: control characters are written as \x1b, \x9b and the like, so are bytes that are no UTF-8, others as
 * \u202e. A newline within what is printed is escaped too: it would forge a line. */
#ifndef OSBILL_CLI_PRINT_H
#define OSBILL_CLI_PRINT_H

#include <stdbool.h>
#include <stdio.h>

#include "records.h"
#include "worker/cli/common/exit_code.h"

struct json_t; /* jansson's */

/* Makes file descriptors 0 to 2 safe to use and a closed pipe an error instead of a death. First thing in main. */
void print_prepare(void);

/* printf to standard output, escaped; newlines are those that the format begins and ends with. */
void put(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same to any stream. */
void put_to(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));
void put_text(struct text text);
/* Lines that were made for the purpose: their newlines are kept. */
void put_lines(const char *lines);
/* One line of JSON; takes the reference. False: NULL, or no memory; a message on standard error. */
bool put_json(struct json_t *json);

/* As json_dumps, which without memory goes on and leaves out a key: all of it, malloced, or NULL. */
char *json_whole(const struct json_t *json, size_t flags);

/* A JSON string; NULL: no memory, or not UTF-8. */
struct json_t *json_text(struct text text);
/* The same of bytes that may be anything: null where there are none, "(not UTF-8)" where they are no text. */
struct json_t *json_foreign(struct text bytes, bool present);

/* "osbill: <message>\n" on standard error, escaped in the same way. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether standard output has failed: whatever is printed is lost, so a command that goes on for ever stops. */
bool print_failed(void);
/* Flushes. The code is kept unless standard output failed: then EXIT_BROKEN and a message, except that a reader who
 * has seen enough (`osbill watch charge | head`) is no error. */
enum exit_code print_finish(enum exit_code code);

/* Length of `text` on a terminal: characters, each counted as one column. */
uint32_t print_columns(struct text text);
/* The character that `text`, of at least one byte, begins with. */
struct print_character {
    size_t size;   /* its bytes; 1 where there is no UTF-8 */
    uint32_t code; /* or that byte */
    bool hidden;   /* to be written as print_code has it */
};
struct print_character print_character(const char *text, size_t size);
/* \x1b, \u202e, \U000e0041: as YAML and C know them. Returns the bytes written. */
enum { PRINT_CODE = 11 };
size_t print_code(uint32_t code, char buffer[PRINT_CODE]);
/* Writes `text` escaped, NUL-terminated, cut to `size`. Returns the bytes written. */
size_t print_escape(struct text text, bool keep_newlines, char *buffer, size_t size);

#endif
