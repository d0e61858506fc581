/* What people and pipes read: results on standard output, everything else on standard error.
 *
 * Whatever came from a record is printed without control characters, since a terminal obeys them: C0, DEL and C1 are
 * written as \x1b, \x9b and the like. */
#ifndef OSBILL_CLI_PRINT_H
#define OSBILL_CLI_PRINT_H

#include <stdbool.h>
#include <stdio.h>

#include "records.h"
#include "worker/cli/exit_code.h"

struct json_t; /* jansson's */

/* Makes file descriptors 0 to 2 safe to use and a closed pipe an error instead of a death. First thing in main. */
void print_prepare(void);

/* printf to standard output; control characters of the result other than newline are escaped. */
void put(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same to any stream. */
void put_to(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));
void put_text(struct text text);
/* One line of JSON; takes the reference. NULL: no memory, a message on standard error. */
void put_json(struct json_t *json);

/* A JSON string; NULL: no memory, or not UTF-8. */
struct json_t *json_text(struct text text);

/* "osbill: <message>\n" on standard error, escaped in the same way. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether standard output has failed: whatever is printed is lost, so a command that goes on for ever stops. */
bool print_failed(void);
/* Flushes. The code is kept unless standard output failed: then EXIT_BROKEN and a message, except that a reader who
 * has seen enough (`osbill watch charge | head`) is no error. */
enum exit_code print_finish(enum exit_code code);

/* Length of `text` on a terminal: characters, each counted as one column. */
uint32_t print_columns(struct text text);
/* Writes `text` escaped, NUL-terminated, cut to `size`. Returns the bytes written. */
size_t print_escape(struct text text, bool keep_newlines, char *buffer, size_t size);

#endif
