/* How a fuzz target says that it has found something. */
#ifndef OSBILL_TESTS_FUZZ_MUST_H
#define OSBILL_TESTS_FUZZ_MUST_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

static inline void must(bool holds)
{
    if (!holds)
        abort();
}

/* Each of its bytes can be read: a sanitizer tells when not. */
static inline void must_be_readable(struct text text)
{
    char *copy = malloc(text.size + 1U);

    must(copy != NULL && (text.data || !text.size));
    if (text.size)
        memcpy(copy, text.data, text.size);
    free(copy);
}

#endif
