/* What the halves of the story share. */
#ifndef OSBILL_TESTS_SIMULATION_STORY_H
#define OSBILL_TESTS_SIMULATION_STORY_H

#include "tests/simulation/sim.h"

enum { ACCOUNTS = 2, VPSS = 2, LANE_EVENTS = 14 };

struct story {
    struct text accounts[MAX_PARTS][ACCOUNTS];
    uint32_t written[MAX_PARTS], events;
    uint32_t lane_written, lane_events;
    uint64_t chance;
    struct text last[TOPIC_INPUTS][MAX_PARTS]; /* for duplicates */
    struct text last_key[TOPIC_INPUTS][MAX_PARTS];
};

uint32_t pick(struct story *story, uint32_t bound);
__attribute__((format(printf, 2, 3))) struct text name(struct sim *sim, const char *format, ...);
void story_write(struct sim *sim, enum topic topic, int32_t n, struct text key, const struct record_type *type,
                 const void *record);
void next_lane_event(struct sim *sim, struct story *story);

#endif
