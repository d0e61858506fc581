/* What is allowed in a catalogue and yet likely to surprise: said before it goes live. */
#ifndef OSBILL_CLI_CATALOGUE_WARNINGS_H
#define OSBILL_CLI_CATALOGUE_WARNINGS_H

#include "core/book.h"

/* Calls `warn` for each; returns how many, or -1: out of memory. The text is valid during the call. */
int catalogue_warnings(const struct catalogue_book *book, struct arena *arena,
                       void (*warn)(void *context, const char *text), void *context);

#endif
