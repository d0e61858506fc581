/* What the files of the replay share. */
#ifndef OSBILL_TESTS_SIMULATION_REPLAY_H
#define OSBILL_TESTS_SIMULATION_REPLAY_H

#include "tests/simulation/sim.h"

enum { MAX_VERSIONS = 512, MAX_KEYS = 512 };

struct held {
    struct text key, value;
    enum state_kind kind;
};

struct replay {
    struct sim *sim;
    int32_t partition;
    struct memory memory; /* of one transaction */
    const struct catalogue *versions[MAX_VERSIONS];
    struct held states[MAX_KEYS];
    uint32_t state_count;
    uint32_t charges, notifications; /* next records of these logs to compare with */
    struct overlay overlay;
    struct desk desk;
};

/* replay_states.c */
void replay_keep(struct replay *replay, const struct state *state);
void replay_load(struct replay *replay);
void replay_compare_states(struct replay *replay);

/* replay_lane.c */
void replay_lane(struct sim *sim);

/* replay_outputs.c */
void replay_compare(struct replay *replay, const struct outcome *outcome, const struct decision *logged,
                    uint32_t count);
/* The next record that the partition's accounts caused in a topic; NULL: none. */
const struct record *replay_next_output(struct replay *replay, enum topic topic, uint32_t *at);

#endif
