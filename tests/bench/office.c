#include "office.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "worker/cli/common/digest.h"

enum { CHUNK_BYTES = 1 << 20, KEPT_BYTES = 64 << 20, ROUNDS_MAX = 100 };

_Noreturn void office_fail(const char *what)
{
    fprintf(stderr, "core alone: %s\n", what);
    exit(1);
}

/* Of this thread's CPU: what others do on the machine does not count. */
static int64_t nanoseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Nothing is parked in this workload. */
static bool read_parked(void *context, enum topic topic, struct text value, struct arena *arena,
                        struct input *ret_input)
{
    (void)context, (void)topic, (void)value, (void)arena, (void)ret_input;
    return false;
}

static void put_wanted(struct office *office, struct overlay *overlay)
{
    for (struct state *state = overlay->wanted; state; state = state->next_wanted)
        overlay_put(state, shelf_find(&office->shelf, state->key));
    overlay->wanted = NULL;
}

static void decide_one(struct office *office, const struct desk *desk, const struct input *input,
                       struct wanted_states wanted)
{
    enum decide_status status = DECIDE_NEEDS_STATE;

    for (int round = 0; round < ROUNDS_MAX && status == DECIDE_NEEDS_STATE; round++) {
        status = decide_input(desk, input, wanted, &office->outcome);
        put_wanted(office, desk->overlay);
    }
    if (status != DECIDE_DONE || office->outcome.out_of_memory)
        office_fail("no decision");
}

static const struct wanted_states *want(struct office *office, const struct desk *desk, const struct input *inputs,
                                        uint32_t count)
{
    /* and two behind the last, which expect nothing */
    struct wanted_states *wanted = memory_zeroed(&office->batch, count + 2, sizeof *wanted);

    if (!wanted)
        office_fail("no memory");
    for (uint32_t i = 0; i < count; i++)
        wanted[i] = decide_wants(desk, &inputs[i]);
    put_wanted(office, desk->overlay);
    for (uint32_t i = 0; i < count; i++)
        if (wanted[i].account)
            decide_wants_named(desk, &inputs[i], wanted[i].account);
    put_wanted(office, desk->overlay);
    return wanted;
}

/* Totals in memory of their own: they outlive the batch. */
static void add_totals(struct office *office, const struct overlay *overlay)
{
    struct memory *memory = &office->totals_memory[office->batches++ & 1];

    memory_reset(memory);
    if (decide_totals(overlay, &office->outcome, &memory->arena, &office->totals) != TOTALS_OK)
        office_fail("money is not conserved");
}

static void keep(struct office *office, const struct overlay *overlay)
{
    for (const struct state *state = overlay->first; state; state = state->next)
        if (state->dirty && !shelf_keep(&office->shelf, state))
            office_fail("no memory for the states");
}

void office_decide(struct office *office, const struct input *inputs, uint32_t count)
{
    static const struct reader reader = {NULL, read_parked};
    const struct decide_settings settings = decide_defaults();
    struct overlay overlay;
    int64_t at[5];

    at[0] = nanoseconds();
    memory_reset(&office->batch);
    outcome_init(&office->outcome, &office->batch.arena);
    if (!overlay_init(&overlay, &office->batch.arena, 2 * count))
        office_fail("no memory");
    const struct desk desk = {.arena = &office->batch.arena,
                              .overlay = &overlay,
                              .catalogue = office->catalogue,
                              .hashes = &library_hashes,
                              .reader = &reader,
                              .settings = &settings,
                              .now = office->workload->start + office->workload->span};
    const struct wanted_states *wanted = want(office, &desk, inputs, count);
    at[1] = nanoseconds();
    for (uint32_t i = 0; i < count; i++) {
        decide_expect(wanted[i + 1], wanted[i + 2]);
        decide_one(office, &desk, &inputs[i], wanted[i]);
    }
    at[2] = nanoseconds();
    add_totals(office, &overlay);
    at[3] = nanoseconds();
    keep(office, &overlay);
    at[4] = nanoseconds();
    office->times.wants += at[1] - at[0];
    office->times.decide += at[2] - at[1];
    office->times.totals += at[3] - at[2];
    office->times.keep += at[4] - at[3];
    office->charges += office->outcome.charges.count;
    office->notifications += office->outcome.notifications.count;
    if (office->outcome.dead_letters.count)
        office_fail("a dead letter");
}

void office_close(struct office *office)
{
    memory_clear(&office->catalogue_memory);
    memory_clear(&office->batch);
    memory_clear(&office->totals_memory[0]);
    memory_clear(&office->totals_memory[1]);
    shelf_release(&office->shelf);
}

void office_open(struct office *office, const struct workload *workload)
{
    *office = (struct office){.workload = workload};
    memory_init(&office->catalogue_memory, CHUNK_BYTES, KEPT_BYTES);
    memory_init(&office->batch, CHUNK_BYTES, KEPT_BYTES);
    memory_init(&office->totals_memory[0], 1 << 12, 1 << 16);
    memory_init(&office->totals_memory[1], 1 << 12, 1 << 16);
    /* account, its list of VPSs, its event ids; two VPSs, two orders */
    if (!shelf_init(&office->shelf, (size_t)workload->accounts * 8))
        office_fail("no memory for the states");
}
