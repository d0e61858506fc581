/* Lack of memory: the Nth allocation fails. malloc, calloc and realloc of the objects of a test program come here
 * through the linker (--wrap); libraries that take an allocator are given these. */
#ifndef OSBILL_TESTS_UNIT_SHORTAGE_H
#define OSBILL_TESTS_UNIT_SHORTAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From the `first`th allocation of this thread on, counted from 1, `count` fail; 0: none, but they are counted. */
void shortage_begin(uint64_t first, uint64_t count);
/* All succeed again. Returns whether one was refused. */
bool shortage_end(void);

/* Within a shortage: what follows is not meant. False: there is none. */
bool shortage_pause(void);
void shortage_resume(bool paused);

/* Since shortage_begin. */
uint64_t shortage_asked(void);

void *shortage_malloc(size_t size);
void *shortage_calloc(size_t count, size_t size);
void *shortage_realloc(void *memory, size_t size);
char *shortage_strdup(const char *text);

#endif
