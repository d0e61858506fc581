/* core_alone: decisions a second of core by itself, on one thread: installations made beforehand, states decoded in
 * memory, no log, store or codec. Counts what is allocated meanwhile (link with --wrap=malloc and its like).
 *
 *     core_alone [EVENTS [ACCOUNTS [BATCH]]]        prints one JSON object
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "office.h"

static uint64_t allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

void *__wrap_malloc(size_t size)
{
    allocations++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    allocations++;
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    allocations++;
    return __real_realloc(memory, size);
}

static int64_t argument(int argc, char **argv, int number, int64_t otherwise)
{
    return argc > number ? strtoll(argv[number], NULL, 10) : otherwise;
}

static void decide(struct office *office, const struct input *inputs, int64_t count, uint32_t batch)
{
    for (int64_t at = 0; at < count; at += batch)
        office_decide(office, inputs + at, count - at < batch ? (uint32_t)(count - at) : batch);
}

static void print(const struct office *office, int64_t events, uint64_t allocated)
{
    const struct office_times *times = &office->times;
    double each = 1.0 / (double)events;
    int64_t core = times->wants + times->decide + times->totals;

    printf("{\"decisions_per_s\": %.0f, \"ns\": %.1f, \"wants_ns\": %.1f, \"decide_ns\": %.1f, \"totals_ns\": %.1f, "
           "\"keep_ns\": %.1f, \"charges\": %" PRIu64 ", \"allocations_core\": %" PRIu64
           ", \"allocations_states\": %" PRIu64 "}\n",
           1e9 * (double)events / (double)core, (double)core * each, (double)times->wants * each,
           (double)times->decide * each, (double)times->totals * each, (double)times->keep * each, office->charges,
           allocations - allocated - office->shelf.allocations, office->shelf.allocations);
}

int main(int argc, char **argv)
{
    int64_t events = argument(argc, argv, 1, 1000000), batch = argument(argc, argv, 3, 2000), warm = events / 5;
    struct workload workload = workload_defaults();
    struct memory memory;
    struct office office;

    workload.accounts = argument(argc, argv, 2, 10000);
    if (events < 1 || workload.accounts < 1 || batch < 1 || batch > UINT16_MAX)
        office_fail("EVENTS, ACCOUNTS and BATCH are positive numbers");
    workload.events = events + warm;
    if (!workload_prepare(&workload, 0))
        office_fail("no memory");
    memory_init(&memory, 16 << 20, 0);
    office_open(&office, &workload);
    office_populate(&office);
    struct input *inputs = office_installations(&office, &memory, 0, (uint32_t)workload.events);
    decide(&office, inputs, warm, (uint32_t)batch);
    office.times = (struct office_times){0};
    office.shelf.allocations = 0;
    uint64_t allocated = allocations;
    decide(&office, inputs + warm, events, (uint32_t)batch);
    print(&office, events, allocated);
    office_close(&office);
    memory_clear(&memory);
    return 0;
}
