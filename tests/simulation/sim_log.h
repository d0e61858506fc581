/* The halves of the port to the log. */
#ifndef OSBILL_TESTS_SIMULATION_SIM_LOG_H
#define OSBILL_TESTS_SIMULATION_SIM_LOG_H

#include "tests/simulation/sim.h"

static inline struct sim_log *log_of(struct log *base)
{
    return (struct sim_log *)base;
}

static inline struct result answer(enum result_kind kind, const char *reason)
{
    return (struct result){kind, reason};
}

static inline bool down(struct sim *sim)
{
    return sim->kafka_down || (!sim->quiet && draw(sim, 40) == 0);
}

struct result sim_poll(struct log *base, int timeout_ms, const struct log_handler *handler);
struct result sim_start(struct log *base, enum topic topic, int32_t partition, int64_t offset);
void sim_halt(struct log *base, enum topic topic, int32_t partition);
struct result sim_committed(struct log *base, struct log_offset *offsets, uint32_t count, int timeout_ms);
struct result sim_bounds(struct log *base, enum topic topic, int32_t partition, enum log_isolation isolation,
                         int timeout_ms, int64_t *ret_first, int64_t *ret_end);
struct result sim_read(struct log *base, enum topic topic, int32_t partition, int64_t *from, int64_t to, int timeout_ms,
                       const struct log_handler *handler);
struct result sim_generation(struct log *base, struct log_generation **ret_generation);
void sim_generation_free(struct log_generation *taken);
struct result sim_begin(struct log *base);
struct result sim_produce(struct log *base, const struct log_record *record);
struct result sim_flush(struct log *base, int timeout_ms);
bool sim_poisoned(struct log *base);
int64_t sim_written(struct log *base, enum topic topic, int32_t partition);
struct result sim_send_offsets(struct log *base, struct log_generation *taken, const struct log_offset *offsets,
                               uint32_t count, int timeout_ms);
struct result sim_commit(struct log *base, int timeout_ms);
struct result sim_abort_transaction(struct log *base, int timeout_ms);
struct result sim_recreate(struct log *base, int timeout_ms);

#endif
