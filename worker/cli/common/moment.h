/* Times as people write them: RFC 3339 in UTC or with an offset, a date, milliseconds since 1970, or an age. */
#ifndef OSBILL_CLI_MOMENT_H
#define OSBILL_CLI_MOMENT_H

#include "records.h"

/* "2025-03-01", "2025-03-01T12:00", "...:30", "...:30.250", each but the date followed by nothing (UTC), Z or +03:00.
 * False: no such moment between 1970 and 9999. */
bool moment_from_text(struct text text, int64_t *ret_millis);

/* The same, or "@1740787200000" (ms since 1970). */
bool moment_or_millis(struct text text, int64_t *ret_millis);

/* Whether a field of the contract holds a moment: its name ends in _at, _start or _from. */
bool moment_is_field(const char *name);

enum { MOMENT_TEXT = 32 };
/* 2025-03-01T00:00:00.000Z; 2025-03-01 at midnight when `brief`. Returns buffer. */
const char *moment_text(int64_t millis, char buffer[MOMENT_TEXT]);
const char *moment_brief(int64_t millis, char buffer[MOMENT_TEXT]);

/* The clock of this machine, ms since 1970. */
int64_t moment_now(void);

#endif
