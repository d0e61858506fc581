#include "tests/unit/shortage/shortage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Of a thread, since servers within a test have memory. */
static _Thread_local struct {
    bool armed, refused;
    uint64_t asked, first, count;
} shortage;

static bool fails(void)
{
    if (!shortage.armed || ++shortage.asked < shortage.first || shortage.asked - shortage.first >= shortage.count)
        return false;
    errno = ENOMEM;
    shortage.refused = true;
    return true;
}

void shortage_begin(uint64_t first, uint64_t count)
{
    shortage.armed = true;
    shortage.refused = false;
    shortage.asked = 0;
    shortage.first = first;
    shortage.count = count;
}

bool shortage_end(void)
{
    shortage.armed = false;
    return shortage.refused;
}

bool shortage_pause(void)
{
    bool armed = shortage.armed;

    shortage.armed = false;
    return armed;
}

void shortage_resume(bool paused)
{
    shortage.armed = paused;
}

uint64_t shortage_asked(void)
{
    return shortage.asked;
}

/* NOLINTBEGIN(bugprone-reserved-identifier) */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return fails() ? NULL : __real_realloc(memory, size);
}
/* NOLINTEND(bugprone-reserved-identifier) */

void *shortage_malloc(size_t size)
{
    return __wrap_malloc(size);
}

void *shortage_calloc(size_t count, size_t size)
{
    return __wrap_calloc(count, size);
}

void *shortage_realloc(void *memory, size_t size)
{
    return __wrap_realloc(memory, size);
}

char *shortage_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = __wrap_malloc(size);

    return copy ? memcpy(copy, text, size) : NULL;
}
