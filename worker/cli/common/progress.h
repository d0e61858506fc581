/* How far a long command is, on standard error: one line that is redrawn on a terminal, a line every ten seconds
 * elsewhere. */
#ifndef OSBILL_CLI_PROGRESS_H
#define OSBILL_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PROGRESS_TEXT = 160 };

struct progress {
    const char *unit;     /* "records" */
    uint64_t total, done; /* total 0: not known */
    int64_t began, shown; /* steady clock, ms */
    bool terminal, drawn;
    char what[80]; /* "partition 3" */
};

/* A terminal shows it at once: it may take a while until there is something to count. */
void progress_begin(struct progress *progress, const char *unit, uint64_t total, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void progress_set(struct progress *progress, uint64_t done);
/* Takes the line away, so that something else can be printed; the next progress_set draws it again. */
void progress_hide(struct progress *progress);

/* "partition 3: [##########..........]  50 %, 2000 of 4000 records, 1000/s"; no bar without a total. */
void progress_format(const struct progress *progress, int64_t now, char *buffer, size_t size);

#endif
