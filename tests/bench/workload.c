#include "workload.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

/* splitmix64 */
static uint64_t mix(uint64_t x)
{
    uint64_t z = x + UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static uint64_t raw(const struct workload *workload, int stream, int64_t index)
{
    return mix(workload->hash[stream] + (uint64_t)index);
}

static int64_t below(const struct workload *workload, int stream, int64_t index, int64_t limit)
{
    return (int64_t)(raw(workload, stream, index) >> 33) % limit;
}

static int64_t active_accounts(const struct workload *workload)
{
    return workload->active ? workload->active : workload->accounts;
}

static bool prepare_zipf(struct workload *workload, double exponent)
{
    double sum = 0;

    workload->cumulative = malloc((size_t)active_accounts(workload) * sizeof(*workload->cumulative));
    if (!workload->cumulative)
        return false;
    for (int64_t k = 0; k < active_accounts(workload); k++) {
        sum += 1.0 / pow((double)(k + 1), exponent);
        workload->cumulative[k] = sum;
    }
    return true;
}

struct workload workload_defaults(void)
{
    return (struct workload){.seed = 1,
                             .accounts = 100000,
                             .events = 3000000,
                             .templates = 20,
                             .deposit_low = 22000000,
                             .deposit_high = 44000000,
                             .start = INT64_C(1740787200000),
                             .span = INT64_C(2592000000)};
}

bool workload_prepare(struct workload *workload, double zipf)
{
    for (int stream = 0; stream < WORKLOAD_STREAMS; stream++)
        workload->hash[stream] = mix((uint64_t)workload->seed + (uint64_t)stream);
    workload->cumulative = NULL;
    return zipf <= 0 || prepare_zipf(workload, zipf);
}

void workload_release(struct workload *workload)
{
    free(workload->cumulative);
    workload->cumulative = NULL;
}

int64_t workload_deposit(const struct workload *workload, int64_t account)
{
    if (workload->poor && account >= active_accounts(workload))
        return 1;
    return workload->deposit_low + below(workload, 1, account, workload->deposit_high - workload->deposit_low);
}

int workload_tariff(const struct workload *workload, int64_t vps)
{
    return (int)below(workload, 2, vps, WORKLOAD_TARIFFS);
}

int workload_order_template(const struct workload *workload, int64_t vps)
{
    return (int)below(workload, 3, vps, workload->templates);
}

int64_t workload_origin(int64_t i)
{
    return i % 200 == 199 ? i - 100 : i;
}

static int64_t event_account(const struct workload *workload, int64_t origin)
{
    if (workload->hot && below(workload, 7, origin, 100) < workload->hot)
        return 0;
    if (!workload->cumulative)
        return below(workload, 4, origin, active_accounts(workload));
    int64_t low = 0, high = active_accounts(workload) - 1;
    double point = (double)(raw(workload, 4, origin) >> 11) * 0x1.0p-53 * workload->cumulative[high];
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (workload->cumulative[middle] >= point)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

int64_t workload_event_vps(const struct workload *workload, int64_t origin)
{
    return 2 * event_account(workload, origin) + below(workload, 5, origin, 2);
}

int workload_event_template(const struct workload *workload, int64_t origin)
{
    return (int)below(workload, 6, origin, workload->templates);
}

int64_t workload_event_time(const struct workload *workload, int64_t origin)
{
    return workload->start + origin * workload->span / workload->events;
}
