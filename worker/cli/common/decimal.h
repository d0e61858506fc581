/* Money as people write it, exactly: text <-> micro-units, never through floating point.
 *
 * The other direction is text_from_micros (core/text.h). */
#ifndef OSBILL_CLI_DECIMAL_H
#define OSBILL_CLI_DECIMAL_H

#include "records.h"

enum decimal_status {
    DECIMAL_OK,
    DECIMAL_MALFORMED,   /* not [-]digits[.digits] */
    DECIMAL_TOO_PRECISE, /* a digit other than 0 behind the sixth place */
    DECIMAL_TOO_LARGE    /* beyond 64 bits of micro-units: about 9.2 million million */
};

/* "12", "12.5", "-0.000001", "12.50000000" are amounts; "1,000", "1e3", ".5", "5.", "+5" and blanks are not. */
enum decimal_status micros_from_text(struct text text, int64_t *ret_micros);

/* A sentence fragment that says what is allowed: "must be an amount such as 12.50". */
const char *decimal_problem(enum decimal_status status);

enum { DECIMAL_TEXT = 24 };
/* text_from_micros without an arena: NUL-terminated. Returns buffer. */
const char *decimal_from_micros(int64_t micros, char buffer[DECIMAL_TEXT]);

#endif
