/* What an error answer of Redis means for the caller, and what a person does about it. */
#ifndef OSBILL_REDIS_ERROR_H
#define OSBILL_REDIS_ERROR_H

#include "core/result.h"

#include <stddef.h>

/* The message starts with Redis' error code ("READONLY You can't write ..."). `otherwise` is the kind of an unknown
 * one. The reason is written to text and ends up in the result. */
struct result redis_error_result(const char *message, enum result_kind otherwise, char *text,
                                 size_t capacity) WARN_UNUSED;

#endif
