/* What the scenarios share: worlds at rest, and what is done to them. */
#ifndef OSBILL_TESTS_SIMULATION_SCENARIO_H
#define OSBILL_TESTS_SIMULATION_SCENARIO_H

#include "tests/simulation/sim.h"

#include "tests/unit/cmocka_all.h"

enum { STEPS = 3000 }; /* a minute */

struct sim *scenario_rested(int parts, int workers);
void scenario_stop_all(struct sim *sim);
void scenario_run_on(struct sim *sim, uint32_t steps);
void scenario_expect_refusal(struct sim *sim, const char *words);
struct topic_log *scenario_log_of(struct sim *sim, enum topic topic, int32_t n);
void scenario_write_account(struct sim *sim, struct text account_id, const char *id, enum account_kind kind,
                            int64_t amount_micros);
void scenario_write_deposit(struct sim *sim, const char *id); /* to a0 */

#endif
