/* Core with its state in memory and nothing else: the catalogue of the job, accounts, orders, installations, decided as
 * the engine does it, in batches, without log, store or codec. For measuring core alone. */
#ifndef OSBILL_BENCH_OFFICE_H
#define OSBILL_BENCH_OFFICE_H

#include "core/decide.h"
#include "tests/bench/shelf.h"
#include "tests/bench/workload.h"
#include "worker/engine/memory.h"

/* What a run spent, in ns, all batches together. */
struct office_times {
    int64_t wants;  /* overlay, which states, putting them in */
    int64_t decide; /* decide_input */
    int64_t totals; /* decide_totals */
    int64_t keep;   /* copying changed states to the shelf: the engine's part */
};

struct office {
    const struct workload *workload;
    struct memory catalogue_memory, batch;
    const struct catalogue *catalogue;
    struct shelf shelf;
    struct currency_total_array totals;
    struct memory totals_memory[2]; /* in turn: totals are made from those before */
    struct outcome outcome;         /* of the last batch */
    struct office_times times;
    uint64_t charges, notifications, batches;
};

/* Catalogue only. Lack of memory, and whatever core refuses, ends the program. Must not move while in use. */
void office_open(struct office *office, const struct workload *workload);
void office_close(struct office *office);

/* Decides the inputs in one batch. */
void office_decide(struct office *office, const struct input *inputs, uint32_t count);

_Noreturn void office_fail(const char *what);

/* Accounts and orders are decided as they come. Installations `first` to `first + count`, made beforehand, in memory.
 */
void office_populate(struct office *office);
struct input *office_installations(struct office *office, struct memory *memory, int64_t first, uint32_t count);

#endif
