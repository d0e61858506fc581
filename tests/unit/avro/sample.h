/* Random but repeatable record values, made and compared by the descriptors. */
#ifndef OSBILL_TESTS_UNIT_AVRO_SAMPLE_H
#define OSBILL_TESTS_UNIT_AVRO_SAMPLE_H

#include "core/arena.h"
#include "record.h"

struct sample_random {
    uint64_t state;
};

uint64_t sample_next(struct sample_random *random);

/* A number from 0 to below - 1. */
uint32_t sample_below(struct sample_random *random, uint32_t below);

/* An arena of SAMPLE_MEMORY bytes; running out is an abort. */
#define SAMPLE_MEMORY (4u << 20)
struct sample_memory {
    struct arena arena;
    char *start;
};

struct sample_memory sample_memory_new(void);
void sample_memory_clear(struct sample_memory *memory);
void sample_memory_free(struct sample_memory *memory);

/* Fills a record: strings like identifiers, some not ASCII; numbers small, large and at the limits. */
void sample_fill(struct sample_random *random, struct arena *arena, const struct record_type *type, void *record);

/* Whether two records hold the same values. */
bool sample_equal(const struct record_type *type, const void *a, const void *b);

#endif
