/* Loaded before libc: the Nth allocation of a process fails.
 *
 *   FAIL_ALLOCATION=N         from 1 on; 0: none, they are counted only
 *   FAIL_ALLOCATION_OF=NAMES  only those are counted that come from these libraries (parts of their names, blanks
 * between them); "program": from the program itself FAIL_ALLOCATION_COUNT=F   how many there were is written to this
 * file at the end */
#define _GNU_SOURCE /* dl_iterate_phdr */
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANGES = 16 };

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

static atomic_long asked;
static long failing;
static const char *callers; /* NULL: all */
static struct {
    uintptr_t from, to;
} ranges[RANGES];
static int range_count;

static bool is_wanted(const char *library)
{
    char name[64];
    int used = 0;

    for (const char *at = callers; sscanf(at, "%63s%n", name, &used) == 1; at += used)
        if (library[0] ? strstr(library, name) != NULL : strcmp(name, "program") == 0)
            return true;
    return false;
}

static int add(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    (void)context;
    if (!is_wanted(info->dlpi_name))
        return 0;
    for (int i = 0; i < info->dlpi_phnum && range_count < RANGES; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        if (part->p_type != PT_LOAD || !(part->p_flags & PF_X))
            continue;
        ranges[range_count].from = info->dlpi_addr + part->p_vaddr;
        ranges[range_count].to = ranges[range_count].from + part->p_memsz;
        range_count++;
    }
    return 0;
}

__attribute__((constructor)) static void begin(void)
{
    const char *number = getenv("FAIL_ALLOCATION");

    callers = getenv("FAIL_ALLOCATION_OF");
    if (callers)
        dl_iterate_phdr(add, NULL);
    failing = number ? strtol(number, NULL, 10) : 0;
    atomic_store(&asked, 0);
}

__attribute__((destructor)) static void end(void)
{
    const char *name = getenv("FAIL_ALLOCATION_COUNT");
    long count = atomic_load(&asked);
    FILE *file = name ? fopen(name, "w") : NULL;

    if (file) {
        fprintf(file, "%ld\n", count);
        fclose(file);
    }
}

static bool counts(const void *caller)
{
    uintptr_t at = (uintptr_t)caller;

    for (int i = 0; i < range_count; i++)
        if (at >= ranges[i].from && at < ranges[i].to)
            return true;
    return callers == NULL;
}

static bool fails(const void *caller)
{
    if (!counts(caller) || atomic_fetch_add(&asked, 1) + 1 != failing)
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(memory, size);
}
