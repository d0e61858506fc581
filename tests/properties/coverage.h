/* What was charged or is owed for the OS of each period: each positive OS line covers a time and the levels from what
 * it credits up to its price. Read from charges and open cases, never from the levels that core keeps. */
#ifndef OSBILL_TESTS_PROPERTIES_COVERAGE_H
#define OSBILL_TESTS_PROPERTIES_COVERAGE_H

#include "property.h"

struct cover {
    struct text account_id, vps_id, order_id;
    struct text owner;                /* the case, else the charge */
    int64_t period_start, period_end; /* end 0: lifetime */
    int64_t from, until;
    int64_t low, high;
    int64_t amount_micros, rounding_micros;
    bool gone;   /* not owed after all, or a tariff change took its place */
    bool judged; /* by `judge` */
};

struct coverage {
    struct trial *trial;
    struct run run; /* the history once more, looked at after each step */
    struct cover *covers;
    uint32_t count, room;
    struct cover *left; /* lives of VPSs, each by an order, whose levels are not followed: their tariff changed */
    uint32_t left_count, left_room;
    bool (*judge)(struct coverage *coverage,
                  const struct cover *cover); /* each new one, after its step; false: fail() was called */
};

/* Decides the history and judges each cover. False: one failed. Release it in both cases. */
bool coverage_follow(struct coverage *coverage, struct trial *trial,
                     bool (*judge)(struct coverage *coverage, const struct cover *cover));
void coverage_release(struct coverage *coverage);

bool same_period(const struct cover *a, const struct cover *b);
bool unfollowed(const struct coverage *coverage, const struct cover *cover);

#endif
